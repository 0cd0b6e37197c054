"""The demo's own words, and the shop that stays open until it is told to close."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from scrapekit.cli.demo import first_records
from scrapekit.errors import ExitCode
from scrapekit.report import ExportReport, Report

REPORT = Report(
    recipe="bookshop",
    job="job",
    exit_code=ExitCode.COMPLETE,
    outcome="complete",
    reason="",
    elapsed=1.0,
    resumed=False,
    seen=1,
    waiting=0,
    verdicts={"ok": 1},
    records={"book": 1},
    retries=0,
    bytes=0,
)


def report_of(path: Path, *, exporter: str = "jsonl", published: bool = True) -> Report:
    return replace(REPORT, exports=(ExportReport(exporter, str(path), 1, "exactly once", published),))


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """Nine records in a file of the working directory."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "books.jsonl"
    records = [
        {"title": f"Book {n}\x1b[2J", "price": n / 2, "tags": ["a"], "about": "x" * 40, "isbn": None}
        for n in range(9)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return report_of(path)


def test_the_first_records_are_a_table(books, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    (table,) = first_records(books)

    cut = "x" * 31 + "…"
    assert table.splitlines() == [
        "the first records of books.jsonl",
        "  title          price  about                             isbn",
        *[f"  Book {n}\\x1b[2J  {n / 2!s:5}  {cut}" for n in range(5)],
        "  and 1 more field in each",
    ]


def test_a_narrow_terminal_gets_fewer_fields(books, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    (table,) = first_records(books)

    assert table.splitlines()[1:3] == ["  title          price", "  Book 0\\x1b[2J  0.0"]
    assert table.splitlines()[-1] == "  and 3 more fields in each"


@pytest.mark.parametrize("text", ["", None])
def test_without_records_there_is_no_table(tmp_path, text):
    path = tmp_path / "books.jsonl"
    if text is not None:
        path.write_text(text)

    assert first_records(report_of(path)) == []


def test_a_file_that_is_not_json_lines_or_not_there_yet_is_not_read(tmp_path):
    path = tmp_path / "books.csv"
    path.write_text("title\nBook\n")

    assert first_records(report_of(path, exporter="csv")) == []
    assert first_records(report_of(path, published=False)) == []


@pytest.mark.slow
def test_the_demo_runs_on_the_loop_that_runs_use(tmp_path):
    # A loop of our own in the place of uvloop, which need not be installed.
    (tmp_path / "uvloop.py").write_text(
        "import asyncio\n"
        "def new_event_loop():\n    print('the fast loop')\n    return asyncio.new_event_loop()\n"
    )
    command = [sys.executable, "-m", "scrapekit", "demo", "-q"]
    path = os.pathsep.join([str(tmp_path), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    environ = os.environ | {"PYTHONPATH": path}
    ended = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout.splitlines()[0]) == (0, "the fast loop")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_shop_stays_open_until_it_is_told_to_close(number):
    command, pipe = [sys.executable, "-m", "scrapekit", "demo", "--serve"], subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        address = line.split()[5]
        with urllib.request.urlopen(address + "/", timeout=10) as page:
            status = page.status
        process.send_signal(number)
        # Not communicate(), which would lose what readline() has read ahead.
        out, err = process.stdout.read(), process.stderr.read()

    assert (process.returncode, status, err) == (0, 200, "")
    assert line == f"the bookshop is open at {address} until Ctrl-C; in another terminal:\n"
    assert out.splitlines()[-1] == f"  scrapekit run my-books.yaml -i site={address}"
