"""``scrapekit resolve``: the recipe that is run in the end, and where each value of it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from scrapekit.cli.output import say
from scrapekit.cli.settings import recipe_argument, set_option
from scrapekit.errors import Problems


@click.command("resolve", short_help="Print a recipe with all it extends and uses.")
@recipe_argument()
@set_option
@click.option("--plain", is_flag=True, help="Leave out where each value comes from.")
def command(recipe: Path, overrides: Sequence[tuple[str, str]], plain: bool) -> int:
    """Print RECIPE as it is run: laid over what it extends, its fragments and settings put in.

    Each value is followed by the file and line it comes from. Inputs are left as they are written.
    """
    from scrapekit.recipe.load import load_resolved
    from scrapekit.recipe.yaml.written import written

    problems = Problems()
    tree = load_resolved(recipe, overrides, problems)
    problems.raise_if_any()
    if tree is not None:
        say(written(tree, origins=not plain).rstrip("\n"))
    return 0
