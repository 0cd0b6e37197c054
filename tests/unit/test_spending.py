"""What a job may use, and when that is all."""

from __future__ import annotations

import pytest

from scrapekit.crawl.spending import Spending
from scrapekit.model import Outcome, Verdict
from scrapekit.recipe.model import Budget
from scrapekit.request import Request

OK = Outcome(Request("http://a.test/"), Verdict.OK)
FAILED = Outcome(Request("http://a.test/"), Verdict.FAILED)


def test_nothing_is_spent_at_first() -> None:
    assert Spending(Budget(requests=1, items=1, bytes=1, errors=1, time=1), {}).spent == ""


def test_requests_are_counted_as_they_are_sent() -> None:
    spending = Spending(Budget(requests=2), {})

    assert [spending.requested(), spending.requested()] == ["", "crawl.budget.requests is used up: 2"]


def test_records_and_failures_are_counted_as_pages_end() -> None:
    items, errors = Spending(Budget(items=3), {}), Spending(Budget(errors=1), {})

    assert [items.settled(OK, 2), items.settled(OK, 1)] == ["", "crawl.budget.items is used up: 3"]
    assert [errors.settled(OK, 9), errors.settled(FAILED, 0)] == ["", "crawl.budget.errors is used up: 1"]


def test_bytes_are_counted_as_they_come() -> None:
    spending = Spending(Budget(bytes=2000), {})

    assert [spending.received(1999), spending.received(1)] == ["", "crawl.budget.bytes is used up: 2,000"]


@pytest.mark.parametrize(
    ("budget", "spent"),
    [
        (Budget(requests=6), "crawl.budget.requests is used up: 6"),
        (Budget(requests=7), ""),
        (Budget(items=5), "crawl.budget.items is used up: 5"),
        (Budget(bytes=100), "crawl.budget.bytes is used up: 100"),
        (Budget(errors=1), "crawl.budget.errors is used up: 1"),
        (Budget(time=1.5), "crawl.budget.time is used up: 1.5 s"),
    ],
)
def test_what_earlier_runs_of_the_job_used_counts(budget: Budget, spent: str) -> None:
    before = {"verdict:ok": 4, "verdict:failed": 1, "verdict:robots": 3, "retries": 1}
    before |= {"records:a": 3, "records:b": 2, "bytes": 100, "elapsed_ms": 1500}

    assert Spending(budget, before).spent == spent


def test_the_first_part_that_is_used_up_is_the_one_that_is_named() -> None:
    spending = Spending(Budget(requests=1, time=5), {})
    spending.requested()

    assert spending.out_of_time() == "crawl.budget.requests is used up: 1"
    assert spending.seconds_left == 5
