"""The numbers of a run: they add up at every instant, and say which contract was not kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from scrapekit import StuckError
from scrapekit.crawl.entries import Restored
from scrapekit.errors import ExitCode, Problems
from scrapekit.recipe.model import Crawl, Expect, Recipe
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree
from scrapekit.report import ExportReport, Failure, Report
from scrapekit.running.accounts import Accounts

TEXT = """
scrapekit: 1
name: books
seeds: { listing: "http://a.test/" }
pages:
  listing:
    items:
      book: { fields: { title: h1 } }
      author: { fields: { name: h2 } }
export: books.jsonl
"""


def recipe(**changes) -> Recipe:
    problems = Problems()
    tree = parse_tree(TEXT, "books.yaml", problems)
    assert tree is not None
    read = read_recipe(tree, problems, file="books.yaml", inputs={}, environ={})
    problems.raise_if_any()
    assert read is not None
    return replace(read, **changes)


class Journal:
    """A store that knows one failure, or is broken."""

    def __init__(self, broken: bool = False) -> None:
        self.broken = broken

    async def failures(self, limit):
        if self.broken:
            raise StuckError("the store is broken")
        return [Failure("http://a.test/x", "listing", "failed", "HTTP 404 Not Found")]


def accounts(counters: dict[str, int], *, waiting: int = 0, seeds_left: bool = False, **changes) -> Accounts:
    """The accounts of a run that has come so far."""
    found = Accounts(recipe(**changes), "job")
    frontier = SimpleNamespace(waiting=waiting, hosts=list, waiting_for=lambda: "", parked=dict)
    filled = {"ever:book.title": 1, "ever:author.name": 1}
    committer = SimpleNamespace(counters=Counter(filled | counters))
    found.follow(
        SimpleNamespace(frontier=frontier, committer=committer, slow={"book": 0.12345}, seeds_left=seeds_left)
    )
    return found


FOUND = {"seen": 9, "verdict:ok": 4, "verdict:failed": 1, "records:book": 3, "records:author": 1}


def test_every_request_seen_is_settled_waiting_or_in_flight():
    snapshot = accounts(FOUND | {"retries": 2, "bytes": 77}, waiting=3).snapshot(draining=True)

    assert (snapshot.seen, snapshot.waiting, snapshot.in_flight) == (9, 3, 1)
    assert snapshot.verdicts == {"ok": 4, "failed": 1}
    assert snapshot.records == {"book": 3, "author": 1}
    assert (snapshot.retries, snapshot.bytes, snapshot.draining) == (2, 77, True)


def test_requests_queued_but_not_yet_counted_never_make_the_numbers_negative():
    snapshot = accounts({"seen": 5, "verdict:ok": 4}, waiting=7).snapshot(draining=False)

    assert (snapshot.waiting, snapshot.in_flight) == (1, 0)


@pytest.mark.parametrize(
    ("counters", "seeds_left", "unfinished"),
    [
        ({"seen": 2, "verdict:ok": 1, "verdict:failed": 1}, False, False),
        ({"seen": 2, "verdict:ok": 1}, False, True),
        ({"seen": 1, "verdict:ok": 1}, True, True),
        ({}, True, True),
    ],
)
def test_a_run_is_unfinished_while_a_request_waits_or_a_seed_is_left(counters, seeds_left, unfinished):
    assert accounts(counters, seeds_left=seeds_left).unfinished is unfinished


@pytest.mark.parametrize(
    ("counters", "changes", "broken"),
    [
        (FOUND, {"crawl": Crawl(allow_failed=0.2)}, []),
        (FOUND, {}, ["1 of 5 requests failed; crawl.allow_failed is 5 %"]),
        ({"seen": 1, "verdict:empty": 1}, {}, ["no book or author record was found"]),
        (
            {"records:book": 1, "records:author": 9},
            {"expect": {"book": Expect(3), "author": Expect(0, 8)}, "expect_any": ()},
            ["1 book record, expected at least 3", "9 author records, expected at most 8"],
        ),
        (
            {"verdict:ok": 1, "verdict:robots": 2, "note:robots.txt could not be read": 2, "records:book": 1},
            {},
            ["2 of 3 requests failed; crawl.allow_failed is 5 %"],
        ),
        ({"verdict:failed": 1, "records:book": 1}, {}, ["1 of 1 request failed; crawl.allow_failed is 5 %"]),
        ({"verdict:robots": 3}, {"expect": {"book": Expect(0)}, "expect_any": ()}, []),
        (
            {"verdict:ok": 1, "records:book": 7, "ever:book.title": 0},
            {},
            ["7 book records, without a value in any field"],
        ),
    ],
)
def test_each_contract_that_was_not_kept_is_named(counters, changes, broken):
    assert accounts(counters, **changes).broken() == broken


EXPORT = SimpleNamespace(
    name="jsonl:out/books.jsonl",
    path=Path("/out/books.jsonl"),
    exporter=SimpleNamespace(guarantee="exactly once"),
)


def test_the_report_covers_the_whole_job():
    found = accounts(
        FOUND
        | {
            "note:links out of scope": 4,
            "duplicates": 6,
            "duplicate_seeds": 1,
            "export:jsonl:out/books.jsonl": 3,
            "bytes": 1000,
        },
        seeds_left=True,
    )
    restored = Restored(counters={"elapsed_ms": 60_000, "records:book": 2, "records:author": 1}, resumed=True)
    assert found.restore(restored) == 3
    found.end("interrupted", "stopped")

    report = asyncio.run(found.report(Journal(), ["a-listener"], [EXPORT]))
    assert 60 <= report.elapsed < 70
    assert replace(report, elapsed=0.0) == Report(
        recipe="books",
        job="job",
        exit_code=ExitCode.INTERRUPTED,
        outcome="interrupted",
        reason="stopped",
        elapsed=0.0,
        resumed=True,
        seen=9,
        waiting=4,
        verdicts={"ok": 4, "failed": 1},
        records={"book": 3, "author": 1},
        retries=0,
        bytes=1000,
        exports=[ExportReport("jsonl", "/out/books.jsonl", 3, "exactly once", published=False)],
        failures=[Failure("http://a.test/x", "listing", "failed", "HTTP 404 Not Found")],
        notes={
            "links out of scope": 4,
            "links to pages already known": 6,
            "seeds whose address is known already": 1,
        },
        broken=[],
        slow_callbacks={"book": 0.123},
        listeners_off=["a-listener"],
    )


def test_a_broken_store_costs_the_report_its_failures_only():
    found = accounts(FOUND)
    found.end("stuck", "the store is broken")
    report = asyncio.run(found.report(Journal(broken=True), [], [EXPORT]))

    assert (report.exit_code, report.outcome, report.failures) == (ExitCode.STUCK, "stuck", ())
    assert report.verdicts == {"ok": 4, "failed": 1}


def test_a_sequence_of_pages_that_was_not_seen_whole_breaks_a_contract():
    counters = {
        "verdict:ok": 99,
        "verdict:failed": 1,
        "records:book": 5,
        "note:sequences of pages cut short by a page that failed": 1,
        "note:rows missing of the total that the site claims: listing": 12,
    }

    assert accounts(counters).broken() == [
        "1 sequence of pages cut short by a page that failed",
        "listing: 12 rows missing of the total that the site claims",
    ]
