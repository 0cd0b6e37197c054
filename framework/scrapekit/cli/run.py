"""``scrapekit run``: options into settings, a run with its progress, a summary and an exit code."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import shlex
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import click

from scrapekit.cli.check import read_from_outside, unhurried
from scrapekit.cli.output import say, say_event, tell_error
from scrapekit.cli.progress import EVERY, JsonLines, PlainLines, Progress, Silence
from scrapekit.cli.settings import input_option, part_option, recipe_argument, set_option
from scrapekit.cli.signals import Stop, interrupts_raise, signals_stop, sigterm_interrupts
from scrapekit.cli.summary import summarize
from scrapekit.cli.words import masked
from scrapekit.errors import ScrapekitError
from scrapekit.report import Report, Snapshot
from scrapekit.running.loops import loop_factory


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run is told of: how much, and in which form."""

    quiet: bool = False
    verbose: bool = False
    log_format: Literal["text", "json"] = "text"

    @property
    def level(self) -> int:
        """From which level on log records are shown."""
        return logging.DEBUG if self.verbose else logging.ERROR if self.quiet else logging.WARNING


class Runner(Protocol):
    """What this room needs of `scrapekit.run`."""

    @property
    def StopSignal(self) -> Callable[[], Stop]:
        """Makes the signal that one run listens to."""
        ...

    def prepare(self, settings: Any) -> Any:
        """Load and check everything; nothing is sent."""
        ...

    async def run(
        self, prepared: Any, *, watch: Callable[[Snapshot], None] | None, stop: Any, told: bool
    ) -> Report:
        """Run to the end and report."""
        ...

    def acknowledge(self, prepared: Any, report: Report) -> None:
        """Note that the report was told."""
        ...


@click.command("run", short_help="Run a recipe, or go on where it was stopped.")
@recipe_argument()
@input_option
@click.option(
    "outputs", "-o", "--output", metavar="PATH", multiple=True, help="Write here, not where the recipe says."
)
@click.option(
    "--job",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Keep the job's state here. [default: .scrapekit/NAME]",
)
@click.option("--fresh", is_flag=True, help="Forget what an earlier run of this job did and start anew.")
@click.option(
    "--cookies-from",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Send the cookies of a browser's cookies.txt to the seeds' hosts.",
)
@click.option("--cache", is_flag=True, help="Keep answers in the job folder, and use those kept before.")
@click.option("--offline", is_flag=True, help="Open no connection: use kept answers alone.")
@set_option
@click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Stop after N records.")
@part_option
@click.option("-q", "--quiet", is_flag=True, help="Show only errors and the summary.")
@click.option("-v", "--verbose", is_flag=True, help="Show a line for every request.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How progress is written.",
)
def command(quiet: bool, verbose: bool, log_format: Literal["text", "json"], **choices: Any) -> int:
    """Run RECIPE, or go on where it was stopped.

    The exit code is 0 when the run is complete, 1 when it ended but the recipe's contract is
    broken, 2 when the recipe or the command is wrong, 3 when it could not go on, 130 when it was
    interrupted. After 3 and 130 the same command goes on.
    """
    if quiet and verbose:
        raise click.UsageError("-q and -v exclude each other")
    from scrapekit import run as runner

    return execute(runner, runner.RunSettings(**choices), Manner(quiet, verbose, log_format))


def execute(runner: Runner, settings: Any, manner: Manner, arguments: Sequence[str] | None = None) -> int:
    """Prepare, run, and tell how it went; the exit code.

    *arguments* are the words that resume the run, by default those of this process.
    """
    from scrapekit.cli.logs import late_logs_shown

    as_json = manner.log_format == "json"
    try:
        with sigterm_interrupts():
            prepared = runner.prepare(settings)
            with (
                late_logs_shown(prepared.recipe.secrets, as_json=as_json),
                interrupts_raise(),
                asyncio.Runner(loop_factory=loop_factory()) as loop,
            ):
                report = loop.run(drive(runner, prepared, manner))
    except ScrapekitError as error:
        return tell_error(error, as_json=as_json)
    tell(report, manner, prepared.recipe.secrets, sys.argv[1:] if arguments is None else arguments)
    acknowledge(runner, prepared, report, manner)
    return report.exit_code


def tell(report: Report, manner: Manner, secrets: Collection[str], arguments: Sequence[str]) -> None:
    """Say how the run ended; *arguments* are the words that resume it."""
    if manner.log_format == "json":
        say_event("run_finished", to_stderr=False, **masked(report.to_json(), secrets))
    else:
        # Hidden before the shell's quoting, which would change how a secret is spelt.
        say(masked(summarize(report, resuming(masked(arguments, secrets))), secrets))


def acknowledge(runner: Runner, prepared: Any, report: Report, manner: Manner) -> None:
    """The very last step: the user knows how the job ended, so the same command begins a new one."""
    try:
        runner.acknowledge(prepared, report)
    except ScrapekitError as error:
        # The report holds all the same; it will only be told once more.
        tell_error(error, as_json=manner.log_format == "json")


async def drive(runner: Runner, prepared: Any, manner: Manner) -> Report:
    """Run what was prepared, with its progress shown and signals heard; the report is still to be told."""
    from scrapekit.cli.logs import logs_shown_by

    progress = choose_progress(manner, prepared.recipe.name, prepared.recipe.secrets)
    if manner.verbose:
        from scrapekit.cli.verbose import Verbose

        prepared.plugins.listen("-v", Verbose(progress.note))
    # Who runs it every night knows how fast it goes, and reads what is new.
    advice = unhurried(prepared) if sys.stderr.isatty() else []
    for line in [*read_from_outside(prepared), *advice]:
        progress.note(line)
    stop = runner.StopSignal()
    with progress, logs_shown_by(progress, manner.level), signals_stop(stop, progress.note):
        return await runner.run(prepared, watch=progress.show, stop=stop, told=False)


def choose_progress(manner: Manner, title: str, secrets: Collection[str] = ()) -> Progress:
    """The display for a terminal, lines for anything else, as the options ask."""
    if manner.log_format == "json":
        return JsonLines(secrets, every=math.inf if manner.quiet else EVERY)
    if manner.quiet:
        return Silence(secrets)
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return PlainLines(secrets)
    # rich costs 100 ms to import.
    from scrapekit.cli.live import LiveDisplay

    return LiveDisplay(title, secrets=secrets)


def resuming(arguments: Sequence[str]) -> str:
    """The command that goes on with a run: the same one, without ``--fresh``, which would start anew."""
    return shlex.join(["scrapekit", *(word for word in arguments if word != "--fresh")])
