"""Pages that failed are tried again as their host can bear, and none is lost; on a clock that jumps."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest

from scrapekit import FetchError, Request
from scrapekit.crawl.entries import Entry
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.politeness import Pace, Retry
from scrapekit.crawl.retry_budget import spacing
from scrapekit.errors import Patience


class Stumbling:
    """A host of so many *pages*; *answer* says what comes of try number so-and-so: an error or None."""

    def __init__(self, loop, pages, answer, **pace):
        self.rows = {n: Entry(Request(f"http://a.test/{n}"), "a.test", 0, n, n) for n in range(pages)}
        pace = {"delay": 0, "per_host": 1, "retries": 2, "park_after": 0, "obey_robots": False} | pace
        self.frontier = Frontier(Pace(**pace), self, clock=loop.time, rng=random.Random(0))
        self.frontier.committed([], [*self.rows.values()])
        self.frontier.seeds_exhausted()
        self.loop, self.answer = loop, answer
        self.asked: Counter[int] = Counter()
        self.tries: list[tuple[float, int]] = []
        """When a page was asked for, and for which time."""
        self.ends: list[str] = []
        """Why pages did not come."""

    async def waiting(self, lane, after, limit):
        rows = sorted(row for row in self.rows.values() if row.place > after)
        return [Entry(row.request, row.lane, row.rank, row.seq, row.fp) for row in rows[:limit]]

    async def crawl(self):
        async with asyncio.TaskGroup() as group:
            refill = group.create_task(self.frontier.refill())
            while (entry := await self.frontier.next()) is not None:
                group.create_task(self.fetch(entry))
            self.frontier.close()
            refill.cancel()
        return self

    async def fetch(self, entry):
        self.asked[entry.seq] += 1
        number = self.asked[entry.seq]
        self.tries.append((self.loop.time(), number))
        await asyncio.sleep(0.01)
        self.frontier.release(entry)
        if (error := self.answer(number)) is None:
            self.frontier.succeeded(entry)
        elif isinstance(decision := self.frontier.failed(entry, error), Retry):
            return
        else:
            self.ends.append(decision.reason)
        del self.rows[entry.seq]
        self.frontier.committed([entry], [])

    @property
    def retries(self):
        """When pages were asked for again."""
        return [moment for moment, number in self.tries if number > 1]


def stumbling(jumping, *given, **pace):
    async def body(loop):
        return await Stumbling(loop, *given, **pace).crawl()

    return jumping(body)


def error_500(number):
    return FetchError("HTTP 500", retry=True)


@pytest.mark.parametrize("delay", [0, 0.5])
def test_a_storm_of_failures_is_not_answered_with_a_storm_of_retries(jumping, delay):
    host = stumbling(jumping, 200, error_500, delay=delay)

    # Each is in vain: fifty and a tenth of all at once, the others a tenth of the host's pace apart.
    began = host.tries[0][0]
    for n, moment in enumerate(host.retries):
        asked = sum(other <= moment for other, _ in host.tries)
        assert n <= 50 + 0.1 * asked + (moment - began) / spacing(delay) + 1
    assert set(host.ends) == {"HTTP 500 (3 tries)"}
    assert len(host.retries) == 400


def test_pages_that_are_gone_for_good_cost_no_other_page_its_retries(jumping):
    class Late(Stumbling):
        """Forty pages fail for ever; hundreds later, each fifth fails once."""

        async def fetch(self, entry):
            dead, stumbles = entry.seq < 40, entry.seq >= 600 and entry.seq % 5 == 0
            self.answer = lambda n: error_500(n) if dead or (stumbles and n == 1) else None
            await super().fetch(entry)

    async def body(loop):
        return await Late(loop, 1000, None).crawl()

    assert jumping(body).ends == ["HTTP 500 (3 tries)"] * 40


def test_a_few_pages_that_fail_get_all_their_retries(jumping):
    host = stumbling(jumping, 4, error_500, retries=5)

    assert (len(host.tries), set(host.ends)) == (24, {"HTTP 500 (6 tries)"})


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7])
def test_no_page_is_lost_where_trying_again_helps(jumping, share):
    rng = random.Random(5)
    host = stumbling(
        jumping, 400, lambda n: error_500(n) if rng.random() < share and n <= 3 else None, retries=3
    )

    assert host.ends == []
    assert max(number for _, number in host.tries) == 4 if share > 0.5 else 3


def test_pages_that_always_stumble_twice_all_come(jumping):
    host = stumbling(jumping, 300, lambda n: error_500(n) if n <= 2 else None)

    assert host.ends == []


def test_a_long_delay_does_not_put_retries_off_for_hours():
    found = [spacing(delay) for delay in (0, 0.5, 2, 10, 30, 120)]

    assert found == pytest.approx([0.2, 5, 20, 60, 60, 120])


def test_what_the_recipe_says_about_retries_goes_beyond_the_budget(jumping):
    host = stumbling(
        jumping, 30, lambda n: FetchError("busy", retry=True, patience=Patience(wait=1.0, times=5))
    )

    assert len(host.tries) == 180
