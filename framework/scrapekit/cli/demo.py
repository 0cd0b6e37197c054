"""``scrapekit demo``: a bookshop on this machine, a recipe that reads it, and what to try next."""

from __future__ import annotations

import asyncio
import json
import shlex
import shutil
import signal
from collections.abc import Coroutine, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click

from scrapekit.cli.output import say
from scrapekit.cli.run import Manner, Runner, acknowledge, drive
from scrapekit.cli.signals import interrupts_raise
from scrapekit.cli.summary import summarize
from scrapekit.cli.words import columns, counted, printable, short_path
from scrapekit.errors import ExitCode, JobError
from scrapekit.report import Report
from scrapekit.running.loops import loop_factory

_SHOWN_RECORDS = 5
_WIDEST_CELL = 32


@click.command("demo", short_help="Run a recipe against a small bookshop on this machine.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Where the shop listens. [default: any free port]",
)
@click.option("--serve", is_flag=True, help="Only open the shop, until Ctrl-C, and run nothing.")
@click.option("--keep", is_flag=True, help="Leave the shop open after the run, until Ctrl-C.")
@click.option("-q", "--quiet", is_flag=True, help="Show only errors and the results.")
@click.option("-v", "--verbose", is_flag=True, help="Show a line for every request.")
def command(port: int, serve: bool, keep: bool, quiet: bool, verbose: bool) -> int:
    """Open a small bookshop on this machine and run a recipe against it.

    The records are written where the recipe says, below the working directory; nothing leaves
    this machine.
    """
    if quiet and verbose:
        raise click.UsageError("-q and -v exclude each other")
    with interrupts_raise():
        if serve:
            return _in_loop(_serve(port))
        return _in_loop(_demonstrate(port, keep, Manner(quiet, verbose)))


def _in_loop(work: Coroutine[Any, Any, int]) -> int:
    with asyncio.Runner(loop_factory=loop_factory()) as loop:
        return loop.run(work)


async def _serve(port: int) -> int:
    from scrapekit.demo.shop import BookShop

    async with BookShop(port) as shop:
        say(f"the bookshop is open at {shop.url} until Ctrl-C; in another terminal:")
        say("\n".join(_by_hand(shop.url)))
        await _until_stopped()
    return ExitCode.COMPLETE


async def _demonstrate(port: int, keep: bool, manner: Manner) -> int:
    from scrapekit import run as runner
    from scrapekit.demo import recipe_path
    from scrapekit.demo.shop import BookShop

    async with BookShop(port) as shop:
        say(f"a bookshop is open at {shop.url}; running {short_path(recipe_path())} against it\n")
        # The shop has another address each time, which makes it another job each time.
        settings = runner.RunSettings(recipe=recipe_path(), inputs={"site": shop.url}, fresh=True)
        prepared = runner.prepare(settings)
        report = await _run(runner, prepared, manner)
        say("\n\n".join([summarize(report), *first_records(report), "\n".join(_next_steps(shop.url, keep))]))
        acknowledge(runner, prepared, report, manner)
        if keep and report.exit_code != ExitCode.INTERRUPTED:
            await _until_stopped()
    return report.exit_code


async def _run(runner: Runner, prepared: Any, manner: Manner) -> Report:
    try:
        return await drive(runner, prepared, manner)
    except JobError as error:
        raise JobError(str(error), hint="run the demo in another folder, one you may write to") from error


def first_records(report: Report) -> list[str]:
    """The first records of the first JSON lines file as a table; an empty list when there is none."""
    path = next((Path(e.path) for e in report.exports if e.exporter == "jsonl" and e.published), None)
    if path is None or not path.exists():
        return []
    with path.open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, _SHOWN_RECORDS)]
    if not records:
        return []
    return ["\n".join([f"the first records of {short_path(path)}", *_record_table(records)])]


def _record_table(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """The records' plain fields, as many as the terminal is wide enough for."""
    names = [name for name, value in records[0].items() if not isinstance(value, list | dict)]
    room = shutil.get_terminal_size().columns
    kept = 0
    while kept < len(names) and max(map(len, _fields(names[: kept + 1], records))) <= room:
        kept += 1
    lines = _fields(names[:kept], records)
    left_out = len(records[0]) - kept
    return lines + [f"  and {counted(left_out, 'more field')} in each"] * bool(left_out)


def _fields(names: Sequence[str], records: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [[_cell(record.get(name)) for name in names] for record in records]
    return columns([list(map(printable, names)), *rows], indent="  ")


def _cell(value: object) -> str:
    text = printable("" if value is None else str(value))
    return text if len(text) <= _WIDEST_CELL else text[: _WIDEST_CELL - 1] + "…"


def _next_steps(url: str, keep: bool) -> list[str]:
    if keep:
        return [f"the shop stays open at {url} until Ctrl-C; in another terminal:", *_by_hand(url)]
    return [
        "what to try next",
        *columns(
            [
                ("read the recipe", _shown_recipe()),
                ("open the shop again, and run a recipe of your own", "scrapekit demo --serve"),
                ("see every part that is installed", "scrapekit plugins"),
            ],
            indent="  ",
        ),
    ]


def _by_hand(url: str) -> list[str]:
    return [f"  cp {_shown_recipe()} my-books.yaml", f"  scrapekit run my-books.yaml -i site={url}"]


def _shown_recipe() -> str:
    from scrapekit.demo import recipe_path

    return shlex.quote(short_path(recipe_path()))


async def _until_stopped() -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
