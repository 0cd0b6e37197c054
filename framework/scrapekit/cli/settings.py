"""The options that several commands share, read into one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def read_pairs(
    context: click.Context, option: click.Parameter, texts: Sequence[str]
) -> list[tuple[str, str]]:
    """``NAME=VALUE`` texts as pairs, in order; the value may hold further ``=`` and may be empty."""
    pairs = []
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(f'expected {option.metavar}, found "{text}"', context, option)
        pairs.append((name.strip(), value))
    return pairs


def read_inputs(context: click.Context, option: click.Parameter, texts: Sequence[str]) -> Mapping[str, str]:
    """Inputs by name; one given twice is a mistake, not a choice to be guessed."""
    found: dict[str, str] = {}
    for name, value in read_pairs(context, option, texts):
        if name in found:
            raise click.BadParameter(f'the input "{name}" is given twice', context, option)
        found[name] = value
    return found


def read_switches(context: click.Context, option: click.Parameter, texts: Sequence[str]) -> Sequence[str]:
    """The names that ``-p no:NAME`` switches off, and, as ``only:NAME``, those that are let in."""
    for text in texts:
        if not text.startswith(("no:", "only:")) or text.endswith(":"):
            raise click.BadParameter(f'expected no:NAME or only:NAME, found "{text}"', context, option)
    return [text.removeprefix("no:") for text in texts]


input_option = click.option(
    "inputs",
    "-i",
    "--input",
    metavar="NAME=VALUE",
    multiple=True,
    callback=read_inputs,
    help="Set an input of the recipe.",
)

set_option = click.option(
    "overrides",
    "--set",
    metavar="KEY=VALUE",
    multiple=True,
    callback=read_pairs,
    help="Override a setting of the recipe, such as crawl.delay=0.",
)

part_option = click.option(
    "disabled",
    "-p",
    "--plugin",
    metavar="no:NAME",
    multiple=True,
    callback=read_switches,
    help="Switch a part, a listener or a package off; only:NAME lets in nothing else.",
)


def recipe_argument(*, several: bool = False) -> Callable[[Decorated], Decorated]:
    """The recipe, or several of them. That it exists is checked where it is read, with a better hint."""
    if several:
        return click.argument("recipes", metavar="RECIPE...", type=_PATH, nargs=-1, required=True)
    return click.argument("recipe", metavar="RECIPE", type=_PATH)


_PATH = click.Path(path_type=Path)
