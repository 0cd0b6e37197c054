"""The command ``run`` round a runner of our own: what it asks, shows and returns."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from scrapekit.cli.progress import JsonLines, PlainLines, Silence
from scrapekit.cli.run import Manner, choose_progress, command, execute, resuming
from scrapekit.errors import ExitCode, JobError, Problems, RecipeError, StuckError
from scrapekit.mark import Mark, SourceText
from scrapekit.recipe.model import Crawl
from scrapekit.report import Report, Snapshot

REPORT = Report(
    recipe="books",
    job=".scrapekit/books",
    exit_code=ExitCode.COMPLETE,
    outcome="complete",
    reason="nothing was left to fetch",
    elapsed=1.0,
    resumed=False,
    seen=1,
    waiting=0,
    verdicts={"ok": 1},
    records={"book": 1},
    retries=0,
    bytes=100,
)
SNAPSHOT = Snapshot(0.0, 1, 0, 1, {}, {}, 0, 0, 0.0)
SUMMARY = "books: complete after 1.0 s\n\npages\n  ok    1\n  seen  1\n  (100 B)\n\nrecords\n  book  1\n"


class Stop:
    def drain(self) -> None: ...

    def now(self) -> None: ...


@dataclass
class FakeRunner:
    """A runner whose run tells some snapshots and ends with a report, without a recipe or a network."""

    report: Report = REPORT
    error: Exception | None = None
    secrets: tuple[str, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    last_words: str = ""
    store_error: StuckError | None = None
    StopSignal: type[Stop] = Stop

    def prepare(self, settings: Any) -> Any:
        if self.error is not None:
            raise self.error
        recipe = SimpleNamespace(name="books", secrets=self.secrets, sources={}, crawl=Crawl())
        return SimpleNamespace(recipe=recipe, plan=SimpleNamespace(seed_urls=()))

    async def run(
        self, prepared: Any, *, watch: Callable[[Snapshot], None] | None, stop: Any, told: bool
    ) -> Report:
        assert watch is not None
        assert not told
        for snapshot in self.snapshots:
            watch(snapshot)
        return self.report

    def acknowledge(self, prepared: Any, report: Report) -> None:
        sys.stdout.write(self.last_words)
        if self.store_error is not None:
            raise self.store_error


def test_a_run_ends_with_the_summary_on_standard_output(capsys):
    code = execute(FakeRunner(), None, Manner())

    captured = capsys.readouterr()
    assert (code, captured.out, captured.err) == (0, SUMMARY, "")


def test_the_end_is_acknowledged_after_it_was_told(capsys):
    execute(FakeRunner(last_words="(noted)"), None, Manner())

    assert capsys.readouterr().out == SUMMARY + "(noted)"


def test_an_end_that_cannot_be_noted_is_told_all_the_same(capsys):
    error = StuckError("cannot write job.sqlite: disk full", hint="free some space")
    code = execute(FakeRunner(store_error=error), None, Manner())

    captured = capsys.readouterr()
    assert (code, captured.out) == (0, SUMMARY)
    assert captured.err == "error: cannot write job.sqlite: disk full\nhint: free some space\n"


@pytest.mark.parametrize("code", list(ExitCode))
def test_the_exit_code_is_the_report_s(code, capsys):
    assert execute(FakeRunner(replace(REPORT, exit_code=code)), None, Manner()) == code


def test_progress_goes_to_standard_error(capsys):
    snapshots = (SNAPSHOT, replace(SNAPSHOT, elapsed=5.0, verdicts={"ok": 1}))

    execute(FakeRunner(snapshots=snapshots), None, Manner())

    expected = "5.0 s  1 page  0 records  0 failed  0.0 pages/s  0 waiting\n"
    assert capsys.readouterr().err == expected


def test_quiet_shows_only_the_summary(capsys):
    snapshots = (SNAPSHOT, replace(SNAPSHOT, elapsed=5.0))

    execute(FakeRunner(snapshots=snapshots), None, Manner(quiet=True))

    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (SUMMARY, "")


def test_with_json_every_line_is_an_event(capsys):
    snapshots = (SNAPSHOT, replace(SNAPSHOT, elapsed=5.0))

    execute(FakeRunner(snapshots=snapshots), None, Manner(log_format="json"))

    captured = capsys.readouterr()
    assert [json.loads(line)["event"] for line in captured.err.splitlines()] == ["progress"]
    assert json.loads(captured.out) == json.loads(json.dumps({"event": "run_finished"} | REPORT.to_json()))


def test_an_interrupted_run_shows_the_command_that_goes_on_without_its_secrets(capsys):
    report = replace(REPORT, exit_code=ExitCode.INTERRUPTED, outcome="interrupted", waiting=0)
    words = ["run", "my books.yaml", "--fresh", "-i", "token=it's"]

    execute(FakeRunner(report, secrets=("it's",)), None, Manner(), words)

    assert capsys.readouterr().out.splitlines()[-1] == (
        "to go on, give the same command again: scrapekit run 'my books.yaml' -i 'token=•••'"
    )


def test_secrets_are_hidden_in_json_too(capsys):
    report = replace(REPORT, reason="no entry with s3cret")

    execute(FakeRunner(report, secrets=("s3cret",)), None, Manner(log_format="json"))

    assert json.loads(capsys.readouterr().out)["reason"] == "no entry with •••"


def test_a_usage_error_is_one_line_and_a_hint(capsys):
    error = JobError("another run uses .scrapekit/books", hint="wait for it, or give --job DIR")

    code = execute(FakeRunner(error=error), None, Manner())

    captured = capsys.readouterr()
    assert (code, captured.out) == (2, "")
    assert captured.err == (
        "error: another run uses .scrapekit/books\nhint: wait for it, or give --job DIR\n"
    )


def broken_recipe() -> RecipeError:
    source = SourceText.of("recipes/books.yaml", "scrapekit: 1\nseeds:\n  listing: nowhere\npages: {}\n")
    problems = Problems()
    problems.add(Mark(source, 4, 8, 2), "pages", "there is no page rule")
    problems.add(Mark(source, 3, 12, 7), "seeds.listing", "not an address", "it begins with https://")
    return RecipeError(problems._found)


def test_every_problem_of_a_recipe_is_shown_with_its_place(capsys):
    code = execute(FakeRunner(error=broken_recipe()), None, Manner())

    assert code == 2
    assert capsys.readouterr().err == (
        "recipes/books.yaml:3:12: seeds.listing: not an address\n"
        "    3 |   listing: nowhere\n"
        "      |            ^^^^^^^\n"
        "  hint: it begins with https://\n"
        "recipes/books.yaml:4:8: pages: there is no page rule\n"
        "    4 | pages: {}\n"
        "      |        ^^\n"
        "\n"
        "2 problems in recipes/books.yaml\n"
    )


def test_every_problem_of_a_recipe_is_an_entry_of_a_json_event(capsys):
    execute(FakeRunner(error=broken_recipe()), None, Manner(log_format="json"))

    event = json.loads(capsys.readouterr().err)
    assert event["event"] == "error"
    assert event["exit_code"] == 2
    assert event["problems"][0] == {
        "file": "recipes/books.yaml",
        "line": 3,
        "column": 12,
        "path": "seeds.listing",
        "message": "not an address",
        "hint": "it begins with https://",
    }


def test_an_error_is_an_event_of_a_json_log(capsys):
    execute(FakeRunner(error=JobError("in use", hint="wait")), None, Manner(log_format="json"))

    assert json.loads(capsys.readouterr().err) == {
        "event": "error",
        "exit_code": 2,
        "message": "in use",
        "hint": "wait",
    }


@pytest.mark.parametrize(
    ("manner", "kind"),
    [
        (Manner(), PlainLines),
        (Manner(verbose=True), PlainLines),
        (Manner(quiet=True), Silence),
        (Manner(log_format="json"), JsonLines),
        (Manner(log_format="json", quiet=True), JsonLines),
    ],
)
def test_without_a_terminal_there_are_lines(manner, kind, capsys):
    assert type(choose_progress(manner, "books")) is kind


def test_a_dumb_terminal_gets_lines(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")

    assert type(choose_progress(Manner(), "books")) is PlainLines


def test_a_terminal_gets_the_display(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")

    assert type(choose_progress(Manner(), "books")).__name__ == "LiveDisplay"


def test_the_command_that_goes_on_does_not_start_anew():
    assert resuming(["run", "--fresh", "a b.yaml"]) == "scrapekit run 'a b.yaml'"


def test_every_option_has_words_for_help():
    options = [option for option in command.params if isinstance(option, click.Option)]

    assert [option.name for option in options if not option.help] == []


# --- signals, on a process of its own whose run only waits to be stopped

WAITING = """
import asyncio, sys
from types import SimpleNamespace
from dataclasses import replace
sys.path.insert(0, {folder!r})
from test_run import REPORT
from scrapekit.cli.run import Manner, execute
from scrapekit.errors import ExitCode
from scrapekit.recipe.model import Crawl

class Stop:
    def __init__(self):
        self.drained, self.stopped = asyncio.Event(), asyncio.Event()
    def drain(self): self.drained.set()
    def now(self): self.stopped.set()

class Runner:
    StopSignal = Stop
    def prepare(self, settings):
        recipe = SimpleNamespace(name="books", secrets=(), sources=dict(), crawl=Crawl())
        return SimpleNamespace(recipe=recipe, plan=SimpleNamespace(seed_urls=()))
    def acknowledge(self, prepared, report): ...
    async def run(self, prepared, *, watch, stop, told):
        print("running", flush=True)
        await stop.drained.wait()
        print("draining", flush=True)
        if {hangs}:
            await stop.stopped.wait()
            print("stopped", flush=True)
        if {stuck}:
            await asyncio.sleep(60)
        return replace(REPORT, outcome="interrupted", exit_code=ExitCode.INTERRUPTED)

sys.exit(execute(Runner(), None, Manner(quiet=True), ["run", "books.yaml"]))
"""


@contextmanager
def waiting(hangs: bool, stuck: bool = False) -> Iterator[subprocess.Popen[str]]:
    script = textwrap.dedent(WAITING.format(folder=str(Path(__file__).parent), hangs=hangs, stuck=stuck))
    command, pipe = [sys.executable, "-c", script], subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        try:
            yield process
        finally:
            process.kill()


STOPPING = "stopping: what is in flight is finished first; Ctrl-C again stops at once\n"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_drains_and_ends_with_130(number):
    with waiting(hangs=False) as process:
        process.send_signal(number)
        out, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert out.splitlines()[0] == "draining"
    assert out.splitlines()[-1] == "to go on, give the same command again: scrapekit run books.yaml"
    assert err == STOPPING


@pytest.mark.slow
def test_a_second_signal_stops_at_once():
    with waiting(hangs=True) as process:
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stdout.readline() == "draining\n"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)

    assert process.returncode == 130
    assert out.splitlines()[0] == "stopped"
    assert err == STOPPING + "stopping at once\n"


@pytest.mark.slow
def test_a_third_signal_ends_even_a_run_that_hears_nothing():
    with waiting(hangs=True, stuck=True) as process:
        assert process.stdout is not None
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "draining\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "stopped\n"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)

    assert process.returncode == -signal.SIGTERM


# --- the display, on a terminal of its own

ON_A_TERMINAL = """
import sys
sys.path.insert(0, {folder!r})
from dataclasses import replace
from test_run import REPORT, SNAPSHOT, FakeRunner
from scrapekit.cli.run import Manner, execute
snapshots = (replace(SNAPSHOT, seen=7), replace(SNAPSHOT, seen=9, elapsed=1.0))
sys.exit(execute(FakeRunner(snapshots=snapshots), None, Manner(), []))
"""


@pytest.mark.slow
def test_the_display_is_drawn_on_a_terminal_and_cleared_for_the_summary():
    script = ON_A_TERMINAL.format(folder=str(Path(__file__).parent))
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "NO_COLOR": "1"}
    command, pipe = [sys.executable, "-c", script], subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=theirs, text=True, env=environment) as process:
        os.close(theirs)
        out, _ = process.communicate(timeout=20)
    drawn = os.read(ours, 65536).decode()
    os.close(ours)

    assert (process.returncode, out) == (0, SUMMARY)
    assert "0 of 7 pages" in drawn
    assert "0 of 9 pages" in drawn
    assert drawn.startswith("\x1b[?25l")
    assert "\x1b[?25h" in drawn.rpartition("0 of 9 pages")[2]
    assert "\x1b[1;3" not in drawn
