"""How a run is shown while it goes on."""

from __future__ import annotations

import io
import json
import logging
from contextlib import redirect_stderr
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from scrapekit.cli.live import LiveDisplay
from scrapekit.cli.logs import late_logs_shown, logs_shown_by
from scrapekit.cli.progress import JsonLines, PlainLines, Silence, plain_line
from scrapekit.cli.verbose import Verbose
from scrapekit.model import Outcome, Verdict
from scrapekit.page import Page
from scrapekit.report import HostState, Snapshot
from scrapekit.request import Request

SNAPSHOT = Snapshot(
    elapsed=12.3,
    seen=337,
    waiting=17,
    in_flight=8,
    verdicts={"ok": 300, "empty": 9, "failed": 2, "blocked": 1},
    records={"book": 4000, "review": 210},
    retries=4,
    bytes=4_000_000,
    pages_per_second=25.37,
)


def at(elapsed: float) -> Snapshot:
    return replace(SNAPSHOT, elapsed=elapsed)


def test_a_snapshot_is_one_line():
    assert plain_line(SNAPSHOT) == "12.3 s  312 pages  4,210 records  3 failed  25.4 pages/s  17 waiting"


def test_the_line_says_what_is_waited_for():
    line = plain_line(replace(SNAPSHOT, waiting_for="shop.test: Retry-After 30 s"))

    assert line.endswith("  17 waiting  waiting for shop.test: Retry-After 30 s")


def test_the_line_says_that_the_run_is_stopping():
    line = plain_line(replace(SNAPSHOT, waiting_for="shop.test: delay 0.5 s", draining=True))

    assert line.endswith("  17 waiting  stopping, 8 in flight")


def test_a_line_is_written_every_few_seconds_of_the_run(capsys):
    progress = PlainLines(every=3.0)
    with progress:
        for elapsed in (60.0, 62.9, 63.1, 64.0, 66.0, 66.2):
            progress.show(at(elapsed))

    assert [line[:6] for line in capsys.readouterr().err.splitlines()] == ["63.1 s", "66.2 s"]


def test_json_lines_hold_the_snapshot_under_an_event(capsys):
    progress = JsonLines(every=0)
    progress.show(replace(SNAPSHOT, hosts=(HostState("a.test", 17, 8, 0.5, "delay 0.5 s"),)))

    assert json.loads(capsys.readouterr().err) == {
        "event": "progress",
        "elapsed": 12.3,
        "seen": 337,
        "waiting": 17,
        "in_flight": 8,
        "verdicts": {"ok": 300, "empty": 9, "failed": 2, "blocked": 1},
        "records": {"book": 4000, "review": 210},
        "retries": 4,
        "bytes": 4_000_000,
        "pages_per_second": 25.37,
        "hosts": [{"host": "a.test", "waiting": 17, "in_flight": 8, "next_in": 0.5, "reason": "delay 0.5 s"}],
        "waiting_for": "",
        "draining": False,
        "pages": 312,
    }


def test_silence_shows_no_snapshot_but_every_note(capsys):
    progress = Silence(["s3cret"])
    with progress:
        progress.show(SNAPSHOT)
        progress.note("the token s3cret is wrong\x1b[2J", level="error")

    assert capsys.readouterr().err == "error: the token ••• is wrong\\x1b[2J\n"


def test_a_logged_warning_is_a_line(capsys):
    with logs_shown_by(PlainLines(), logging.WARNING):
        logging.getLogger("scrapekit.plugins").warning("switched off %s", "bell")
        logging.getLogger("scrapekit.crawl.engine").debug("not shown")

    assert capsys.readouterr().err == "warning: switched off bell\n"


def test_a_logged_exception_names_its_cause(capsys):
    with logs_shown_by(JsonLines(), logging.WARNING):
        try:
            raise ValueError("no\x07 bell")
        except ValueError:
            logging.getLogger("asyncio").exception("a task failed")

    assert json.loads(capsys.readouterr().err) == {
        "event": "log",
        "level": "error",
        "source": "asyncio",
        "message": "a task failed (ValueError: no\x07 bell)",
    }


def test_logging_is_as_it_was_afterwards():
    before = list(logging.getLogger().handlers)
    with logs_shown_by(Silence(), logging.DEBUG):
        pass

    assert logging.getLogger().handlers == before
    assert logging.getLogger("scrapekit").level == logging.NOTSET


def test_verbose_says_each_moment_of_a_request():
    lines: list[str] = []
    verbose = Verbose(lines.append)
    request = Request("https://a.test/1", "book")

    verbose.run_started(job=".scrapekit/books", resumed=False)
    verbose.page_fetched(request, Page(request, "https://a.test/1", 200, {}, b"x" * 1200, 0.21))
    verbose.request_retried(request, "HTTP 503", 2.0)
    verbose.page_failed(request, Outcome(request, Verdict.OUT_OF_SCOPE, reason="redirect to b.test"))
    verbose.page_failed(Request("https://a.test/2"), Outcome(request, Verdict.FAILED))
    verbose.host_paused("a.test", 30.0, "Retry-After")
    verbose.group_committed(0, 0)
    verbose.group_committed(2, 1)

    assert lines == [
        "starting the job in .scrapekit/books",
        "200  1.2 kB  0.2 s  book  https://a.test/1",
        "again in 2.0 s  https://a.test/1: HTTP 503",
        "out of scope  book  https://a.test/1: redirect to b.test",
        "failed  page  https://a.test/2",
        "a.test rests for 30.0 s: Retry-After",
        "committed 2 pages and 1 record",
    ]


def terminal(**settings) -> tuple[LiveDisplay, io.StringIO]:
    file = io.StringIO()
    console = Console(file=file, width=100, color_system=None, force_terminal=True, highlight=False)
    return LiveDisplay("books", console, **settings), file


def drawn(snapshot: Snapshot, **settings) -> list[str]:
    """The lines of the display, without the codes that move the cursor."""
    display, file = terminal(**settings)
    display._console.print(display._drawn(snapshot))
    return [line.rstrip() for line in file.getvalue().splitlines()]


def test_the_display_shows_the_run_and_every_host():
    hosts = (
        HostState("a.test", 12, 2, 0.4, "delay 0.5 s"),
        HostState("b.test", 1005, 0, 0, "reading robots.txt"),
    )

    assert drawn(replace(SNAPSHOT, hosts=hosts, waiting_for="a.test: delay 0.5 s")) == [
        "books   12.3 s   312 of 337 pages   4,210 records   3 failed   25.4 pages/s",
        "host    waiting  in flight  next in  why",
        "a.test       12          2    0.4 s  delay 0.5 s",
        "b.test    1,005          0      now  reading robots.txt",
        "waiting for a.test: delay 0.5 s",
    ]


def test_the_display_says_how_to_stop_at_once():
    assert drawn(replace(SNAPSHOT, draining=True))[1:] == [
        "stopping: finishing 8 requests; Ctrl-C again stops at once"
    ]


def test_the_display_reads_no_markup_and_no_escapes_and_shows_no_secret():
    hosts = (HostState("[red]a\x1b[2J", 1, 0, 0, "token s3cret"),)

    assert drawn(replace(SNAPSHOT, hosts=hosts), secrets=["s3cret"])[2] == (
        "[red]a\\x1b[2J        1          0      now  token •••"
    )


def written(make, line: str) -> str:
    """What a kind of progress writes for a line that somebody logs."""
    file = io.StringIO()
    with redirect_stderr(file):
        make(file).note(line)
    return file.getvalue()


def on_terminal(file: io.StringIO) -> LiveDisplay:
    console = Console(file=file, width=80, color_system=None, force_terminal=True, highlight=False)
    return LiveDisplay("books", console)


@pytest.mark.parametrize("make", [lambda _: PlainLines(), lambda _: JsonLines(), on_terminal])
@given(line=st.text(st.characters(), max_size=200))
@example("200 OK\r\nerror: forged \x1b]0;owned\x07\x9b31m\u2028\u0085 line")
def test_whatever_is_logged_is_one_line_without_control_characters(make, line):
    text = written(make, line)

    assert text.endswith("\n")
    assert not [c for c in text[:-1] if c < " " or "\x7f" <= c < "\xa0" or c in "\u2028\u2029"]


def test_what_is_logged_when_the_display_is_gone_is_one_line_too(capsys, monkeypatch):
    # The test runner listens, too; then Python's last resort is not asked.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    with late_logs_shown(["s3cret"], as_json=False):
        try:
            raise ConnectionError("reset by\npeer")
        except ConnectionError:
            logging.getLogger("asyncio").exception("Fatal error\non s3cret\x1b[2J")
        logging.getLogger("asyncio").info("nobody wants to know")
        logging.getLogger("aiohttp").warning("%d of them", "not a number")

    assert capsys.readouterr().err.splitlines() == [
        "error: Fatal error\\non •••\\x1b[2J (ConnectionError: reset by\\npeer)",
        "warning: %d of them",
    ]


def test_the_display_vanishes_and_notes_stay():
    display, file = terminal()
    with display:
        display.show(SNAPSHOT)
        display.note("switched off [bold]bell", level="warning")
        display.show(at(13.0))

    assert "warning: switched off [bold]bell\n" in file.getvalue()
    assert file.getvalue().endswith("\x1b[2K")


@pytest.mark.parametrize("progress", [PlainLines(), JsonLines(), Silence()])
def test_a_reader_of_standard_error_who_went_away_does_not_end_the_run(progress, monkeypatch):
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr("sys.stderr", Gone())

    with progress:
        progress.note("nobody reads this")
