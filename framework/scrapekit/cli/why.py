"""``scrapekit why``: what became of an address in a job, and which rules decided it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scrapekit.cli.output import say, say_event
from scrapekit.cli.settings import input_option, set_option
from scrapekit.cli.why_words import lines_of
from scrapekit.cli.words import masked
from scrapekit.errors import UsageError

if TYPE_CHECKING:
    from scrapekit.job.tracing import JobReader
    from scrapekit.planning.refusals import Decision

_PATH = click.Path(path_type=Path)


@click.command("why", short_help="Say what became of an address, and why.")
@click.argument("url", metavar="URL")
@click.argument("recipe", metavar="[RECIPE]", type=_PATH, required=False)
@click.option("--job", type=_PATH, metavar="DIR", help="The job folder. Default: the recipe's.")
@input_option
@set_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of words.")
def command(
    url: str,
    recipe: Path | None,
    job: Path | None,
    inputs: dict[str, str],
    overrides: Sequence[tuple[str, str]],
    as_json: bool,
) -> int:
    """Say what became of URL in a job: how it ended, when, where it was found, what it gave.

    With RECIPE also which of its rules refuse it, and where they stand. Nothing is sent, and the job is only
    read: a run may go on meanwhile.
    """
    from scrapekit.web.url import canonical, resolve

    if recipe is None and job is None:
        raise UsageError("which job?", hint="name its recipe, or its folder with --job")
    address = resolve("", url)
    if address is None:
        raise UsageError(f'"{url}" is no address of a page', hint="it begins with https:// or http://")
    key = canonical(address)
    prepared: Any = None
    tree: Any = None
    if recipe is not None:
        prepared, tree = _prepared(recipe, job, inputs, overrides)
    facts = _facts(address, key, job or prepared.job, prepared, tree)
    facts = masked(facts, prepared.recipe.secrets if prepared is not None else ())
    if as_json:
        say_event("why", to_stderr=False, **facts)
    else:
        say("\n".join(lines_of(facts)))
    return 0


def _prepared(
    recipe: Path, job: Path | None, inputs: dict[str, str], overrides: Sequence[tuple[str, str]]
) -> tuple[Any, Any]:
    """The recipe as it would run, and as it is written."""
    from scrapekit.errors import Problems
    from scrapekit.planning.prepare import RunSettings, prepare
    from scrapekit.recipe.load import load_resolved

    prepared = prepare(RunSettings(recipe, inputs, overrides, job=job, sends=False))
    return prepared, load_resolved(recipe, overrides, Problems())


def _facts(address: str, key: str, folder: Path, prepared: Any, tree: Any) -> dict[str, Any]:
    from scrapekit.job.folder import STORE
    from scrapekit.job.tracing import reading
    from scrapekit.web.patterns import pattern_of
    from scrapekit.web.spellings import spellings

    store = folder / STORE
    if prepared is not None and not store.exists():
        # Before the first run the recipe alone can say something.
        return {**_judged(address, prepared, tree, (0, 0)), "key": key, "job": str(folder), "run": False}
    with reading(store) as job:
        found = _found(job, address)
        judged = _judged(address, prepared, tree, job.strand(key, pattern_of(address)))
        state = {"ended": job.ended, "waiting": job.waiting, "run": True, "left_out": _left_out(job)}
        similar = [] if found else [other for other in spellings(key) if job.knows(other)]
        return {**judged, "key": key, "job": str(folder), "requests": found, **state, "similar": similar}


def _found(job: JobReader, url: str) -> list[dict[str, Any]]:
    traces = job.requests_for(url)
    return [{**asdict(each), "way": [asdict(step) for step in job.way_to(each.number)]} for each in traces]


def _left_out(job: JobReader) -> dict[str, int]:
    from scrapekit.planning.refusals import left_out

    return left_out(job.notes())


def _judged(address: str, prepared: Any, tree: Any, strand: tuple[int, int]) -> dict[str, Any]:
    """What the recipe says of the address; nothing where no recipe is named."""
    if prepared is None:
        return {"url": address}
    from scrapekit.planning.refusals import decisions, refusing

    found: list[Decision] = list(decisions(address, prepared.plan, tree, strand))
    pages = prepared.recipe.pages
    return {
        "url": address,
        "decisions": [asdict(each) for each in found],
        "refused_by": [asdict(each) for each in refusing(found)],
        "places": {name: str(rule.mark) for name, rule in pages.items()},
        "link_rules": [
            {"from": name, "to": link.page, "number": number, "place": str(link.mark)}
            for name, rule in pages.items()
            for number, link in enumerate(rule.links, start=1)
        ],
        "paginators": {name: str(rule.paginate.mark) for name, rule in pages.items() if rule.paginate},
        "depth": prepared.recipe.crawl.depth,
        "delay": prepared.recipe.crawl.delay,
    }
