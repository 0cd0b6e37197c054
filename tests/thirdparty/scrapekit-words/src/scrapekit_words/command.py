"""A command: ``scrapekit count-words FILE``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("count-words")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def count_words(file: Path) -> None:
    """Say how many words FILE has."""
    click.echo(f"{len(file.read_text().split())} words")
