"""The words at the end of a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scrapekit.cli.summary import summarize
from scrapekit.errors import ExitCode
from scrapekit.report import ExportReport, Failure, Report

COMPLETE = Report(
    recipe="books",
    job="/jobs/books",
    exit_code=ExitCode.COMPLETE,
    outcome="complete",
    reason="nothing was left to fetch",
    elapsed=12.34,
    resumed=False,
    seen=1021,
    waiting=0,
    verdicts={"ok": 1000, "empty": 10, "not_modified": 11, "failed": 0},
    records={"book": 1000, "review": 2500},
    retries=0,
    bytes=12_345_678,
    exports=(ExportReport("jsonl", "/data/books.jsonl", 3500, "exactly once", True),),
)


def test_a_complete_run():
    assert summarize(COMPLETE, "scrapekit run books.yaml") == (
        "books: complete after 12.3 s\n"
        "\n"
        "pages\n"
        "  ok            1,000\n"
        "  empty            10\n"
        "  not modified     11\n"
        "  seen          1,021\n"
        "  (12.3 MB)\n"
        "\n"
        "records\n"
        "  book    1,000\n"
        "  review  2,500\n"
        "\n"
        "files\n"
        "  /data/books.jsonl  3,500 records  each exactly once"
    )


def test_the_pages_shown_add_up_to_those_seen():
    report = replace(COMPLETE, seen=1026, waiting=5, exit_code=ExitCode.INTERRUPTED, outcome="interrupted")
    lines = summarize(report).split("\n")
    rows = lines[lines.index("pages") + 1 : lines.index("  (12.3 MB)")]
    numbers = [int(row.split()[-1].replace(",", "")) for row in rows]

    assert sum(numbers[:-1]) == numbers[-1] == 1026


def test_a_reason_that_counts_the_tries_is_not_followed_by_them():
    failure = Failure("https://a.test/1", "book", "failed", "HTTP 500 (4 tries)", 4)
    report = replace(COMPLETE, verdicts={"failed": 1}, seen=1, failures=(failure,))

    assert "  1 × HTTP 500 (4 tries)\n      https://a.test/1" in summarize(report)


def test_dropped_records_are_told_with_the_way_to_see_them():
    hint = "  to see what was dropped, and why: on_invalid: quarantine"
    dropped, links = {"book dropped: price is required": 2}, {"links to book dropped: no host": 2}

    assert hint in summarize(replace(COMPLETE, notes=dropped)).splitlines()
    assert hint not in summarize(replace(COMPLETE, notes=links)).splitlines()


def test_an_export_that_adds_says_so():
    """Nothing new is no record for this file, which holds all the earlier ones nevertheless."""
    added = ExportReport("jsonl", "/data/books.jsonl", 0, "exactly once", published=True, adds=True)

    assert "  /data/books.jsonl  0 records  each exactly once; added to what is there" in summarize(
        replace(COMPLETE, exports=(added,))
    )


def test_an_interrupted_run_says_how_to_go_on():
    report = replace(
        COMPLETE,
        exit_code=ExitCode.INTERRUPTED,
        outcome="interrupted",
        reason="stopped",
        resumed=True,
        seen=15,
        waiting=5,
        verdicts={"ok": 10},
        records={},
        retries=1,
        bytes=0,
        exports=(ExportReport("jsonl", "/data/books.jsonl", 1, "exactly once", False),),
    )

    assert summarize(report, "scrapekit run books.yaml") == (
        "books: interrupted after 12.3 s (with the runs before it)\n"
        "\n"
        "pages\n"
        "  ok       10\n"
        "  waiting   5\n"
        "  seen     15\n"
        "  (0 B, 1 retry)\n"
        "\n"
        "files\n"
        "  /data/books.jsonl  1 record  each exactly once; the file comes at the end\n"
        "\n"
        "exit code 130: interrupted; nothing is lost\n"
        "to go on, give the same command again: scrapekit run books.yaml"
    )


def test_a_broken_contract_says_what_was_not_kept_and_everything_else_that_happened():
    report = replace(
        COMPLETE,
        exit_code=ExitCode.BROKEN_CONTRACT,
        outcome="broken contract",
        reason="book: 2 records, but at least 20 are expected",
        seen=6,
        verdicts={"ok": 2, "failed": 2, "blocked": 1, "out_of_scope": 1},
        records={"book": 2},
        exports=(),
        failures=(
            Failure("https://a.test/1", "book", "blocked", "HTTP 403"),
            Failure("https://a.test/2", "book", "failed", "HTTP 503", 4),
            Failure("https://a.test/3", "book", "failed", "HTTP 503", 4),
            Failure("https://a.test/4", "book", "out_of_scope", ""),
        ),
        notes={"links out of scope": 7, "records dropped: price is required": 1200},
        broken=("book: 2 records, but at least 20 are expected",),
        slow_callbacks={"listing, parser html": 0.061, "book, parser html": 1.5},
        listeners_off=('listener "bell" of bell 1.0: ValueError: no bell',),
    )

    assert summarize(report) == (
        "books: broken contract after 12.3 s\n"
        "\n"
        "pages\n"
        "  ok            2\n"
        "  failed        2\n"
        "  blocked       1\n"
        "  out of scope  1\n"
        "  seen          6\n"
        "  (12.3 MB)\n"
        "\n"
        "records\n"
        "  book  2\n"
        "\n"
        "gave no page: 4 requests\n"
        "  2 × HTTP 503, 4 tries\n"
        "      https://a.test/2\n"
        "      https://a.test/3\n"
        "  1 × blocked: HTTP 403\n"
        "      https://a.test/1\n"
        "  1 × out of scope\n"
        "      https://a.test/4\n"
        "\n"
        "noted\n"
        "  1,200  × records dropped: price is required\n"
        "      7  × links out of scope\n"
        "  to see what was dropped, and why: on_invalid: quarantine\n"
        "\n"
        "not as promised\n"
        "  book: 2 records, but at least 20 are expected\n"
        "\n"
        "callbacks that held the loop\n"
        "  book, parser html: 1.50 s\n"
        "  listing, parser html: 0.06 s\n"
        "\n"
        "switched off\n"
        '  listener "bell" of bell 1.0: ValueError: no bell\n'
        "\n"
        "exit code 1: the run ended, but it did not bring what was promised"
    )


def test_ten_failures_are_shown_and_the_rest_counted():
    failures = tuple(
        Failure(f"https://a.test/{n}", "book", "failed", f"HTTP {500 + n % 2}") for n in range(100)
    )
    report = replace(COMPLETE, verdicts={"failed": 250}, seen=250, failures=failures)

    assert summarize(report).split("\n\n")[-1] == (
        "gave no page: 250 requests\n"
        "  50 × HTTP 500\n"
        + "".join(f"      https://a.test/{n}\n" for n in range(0, 20, 2))
        + "  and 240 more; see /jobs/books/report.json"
    )


@pytest.mark.parametrize(
    ("outcome", "exit_code", "last"),
    [
        (
            "stuck",
            ExitCode.STUCK,
            "exit code 3: the run could not go on\nto go on, give the same command again: scrapekit run a",
        ),
        ("limit reached", ExitCode.COMPLETE, "  /data/books.jsonl  3,500 records  each exactly once"),
    ],
)
def test_a_run_that_ended_early_says_why(outcome, exit_code, last):
    report = replace(COMPLETE, outcome=outcome, exit_code=exit_code, reason="the disk is full")
    text = summarize(report, "scrapekit run a")

    assert text.split("\n")[0] == f"books: {outcome} after 12.3 s: the disk is full"
    assert text.endswith(last)


def test_a_file_of_an_earlier_run_that_stayed_is_named():
    kept = ExportReport("jsonl", "/data/books.jsonl", 0, "exactly once", published=False, kept=True)
    text = summarize(replace(COMPLETE, exports=(kept,)))

    assert text.endswith("files\n  /data/books.jsonl  0 records  the file of an earlier run stays as it was")


def test_an_end_that_is_told_again_says_so_and_how_to_begin_anew():
    text = summarize(replace(COMPLETE, told_again=True), "scrapekit run a")

    assert text.split("\n\n")[-1] == (
        "this job had ended before, but was killed before it could say so: nothing was fetched again\n"
        "to begin anew, give the same command again: scrapekit run a"
    )


def test_text_from_the_network_cannot_drive_the_terminal():
    failures = (Failure("https://a.test/\x1b[2J", "book", "failed", "odd \x07 reason\nwith a break"),)
    report = replace(COMPLETE, verdicts={"failed": 1}, seen=1, failures=failures)

    assert summarize(report).split("\n\n")[-1] == (
        "gave no page: 1 request\n  1 × odd \\x07 reason\\nwith a break\n      https://a.test/\\x1b[2J"
    )


def test_a_long_reason_is_cut():
    report = replace(COMPLETE, failures=(Failure("https://a.test/", "book", "failed", "x" * 1000),))

    assert f"  1 × {'x' * 299}…\n" in summarize(report)


def test_files_that_came_and_those_that_did_not():
    joins = {
        "listing at: price": {"asked": 3, "answered": 3},
        "download: images": {"asked": 12, "answered": 10, "failed": 2, "unasked": 1},
        "download: sheets": {"asked": 1, "answered": 1},
    }
    downloads = {
        "download: images": {"files": 10, "bytes": 1_234_567},
        "download: sheets": {"files": 1, "bytes": 512},
    }

    lines = summarize(replace(COMPLETE, joins=joins, downloads=downloads))

    assert lines.partition("pages of records\n")[2] == (
        "  listing at: price  3 asked, 3 answered\n"
        "\n"
        "files\n"
        "  /data/books.jsonl  3,500 records  each exactly once\n"
        "\n"
        "downloads\n"
        "  images  10 files  1.2 MB, 3 missing\n"
        "  sheets    1 file  512 B"
    )
