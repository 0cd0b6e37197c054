"""``scrapekit check``: is a recipe right? Everything is read and compiled, nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import click

from scrapekit.cli.output import say, tell_error
from scrapekit.cli.settings import input_option, part_option, recipe_argument, set_option
from scrapekit.cli.words import counted, printable
from scrapekit.errors import ExitCode, ScrapekitError
from scrapekit.web.url import host_of

_SEEDS_LOOKED_AT = 100


@click.command("check", short_help="Check recipes without sending a request.")
@recipe_argument(several=True)
@input_option
@set_option
@part_option
def command(recipes: Sequence[Path], **choices: Any) -> int:
    """Check each RECIPE without sending a request: all that is wrong is shown, with its place.

    The exit code is 0 when every recipe is right, 2 when one is not. A warning changes nothing.
    """
    # Not scrapekit.run, which brings the engine and the store.
    from scrapekit.planning.prepare import RunSettings, prepare

    return check(recipes, lambda recipe: prepare(RunSettings(recipe=recipe, sends=False, **choices)), remarks)


def check(
    recipes: Sequence[Path],
    prepare: Callable[[Path], Any],
    remarks: Callable[[Any], Sequence[str]] = lambda _: (),
) -> int:
    """Prepare each recipe and say how that went, and what is remarked on it; the highest exit code."""
    worst = ExitCode.COMPLETE
    for recipe in recipes:
        try:
            prepared = prepare(recipe)
            say(printable(f"{recipe}: {described(prepared)}: ok"))
            for remark in remarks(prepared):
                say(remark)
        except ScrapekitError as error:
            worst = max(worst, tell_error(error))
    return worst


def remarks(prepared: Any) -> list[str]:
    """What is right, but hardly meant: each as a warning with its place."""
    from scrapekit.recipe.reach import unreached

    warnings = [f"warning: {problem}" for problem in unreached(prepared.recipe)]
    return [*read_from_outside(prepared), *unhurried(prepared), *warnings]


def read_from_outside(prepared: Any) -> list[str]:
    """Which variables and files a recipe reads, and where what they hold goes: one line each."""
    recipe = prepared.recipe
    if not recipe.sources:
        return []
    from scrapekit.web.bindings import Bindings

    bindings = Bindings(recipe.bound, prepared.plan.seed_urls)
    lines = [
        f"reads {source} for {name}, a secret sent to {bindings.places(name)} only{_missing(recipe, name)}"
        if name in recipe.bound
        else f"reads {source} for {name}, which may go anywhere"
        for name, source in recipe.sources.items()
    ]
    return [printable(line) for line in lines]


def _missing(recipe: Any, name: str) -> str:
    return "" if recipe.bound[name].value else "; it is not there now"


def unhurried(prepared: Any) -> list[str]:
    """A line where a server on this machine is asked as slowly as a stranger's, and nobody said so."""
    from scrapekit.recipe.model import Crawl

    crawl, seeds = prepared.recipe.crawl, prepared.plan.seed_urls[:_SEEDS_LOOKED_AT]
    if crawl.sites or crawl.delay != Crawl().delay or not seeds or not all(map(_is_here, seeds)):
        return []
    # It fits into eighty columns.
    return [f"crawl.delay is {crawl.delay:g} s; a server of your own needs none: --set crawl.delay=0"]


def _is_here(url: str) -> bool:
    """True for an address on this machine."""
    host = host_of(url)
    with suppress(ValueError):
        return ip_address(host.strip("[]")).is_loopback
    return host == "localhost"


def described(prepared: Any) -> str:
    """What a recipe holds, in a few words."""
    recipe = prepared.recipe
    parts = [counted(len(recipe.pages), "page rule"), counted(len(recipe.kinds), "record kind")]
    if recipe.exports:
        parts.append(f"exports {', '.join(export.target for export in recipe.exports)}")
    return ", ".join(parts)
