"""A host that keeps failing is parked, probed and left alone, its requests kept; on a clock that jumps."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise

import pytest

from scrapekit import FetchError, Request
from scrapekit.crawl.breaker import host_fails, rest
from scrapekit.crawl.entries import Entry, LaneMark, LaneState
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.politeness import Pace, Retry
from scrapekit.errors import Patience
from scrapekit.web.robots import ALLOW_ALL, RobotsNotNow
from scrapekit.web.url import lane_of

DOWN = FetchError("connection refused by a.test:80", retry=True)
ERROR = FetchError("HTTP 503 Service Unavailable", retry=True, status=503)
GONE = FetchError("HTTP 404 Not Found", status=404)
BUSY = FetchError("HTTP 429 Too Many Requests", retry=True, throttled=True, status=429, retry_after=1.0)


class Hosts:
    """A crawl of pages that come or fail as *answer* says: url, seconds since the start → error or None."""

    def __init__(self, loop, answer, urls, lanes=(), **pace):
        self.loop, self.answer, self.began = loop, answer, loop.time()
        self.rows = {n: Entry(Request(url), lane_of(url), 0, n, n) for n, url in enumerate(urls)}
        pace = {"delay": 1.0, "retries": 2, "obey_robots": False} | pace
        self.frontier = Frontier(Pace(**pace), self, clock=loop.time, rng=random.Random(0))
        if lanes:
            self.frontier.restore(lanes, now_unix=0.0)
        else:
            self.frontier.committed([], [*self.rows.values()])
        self.frontier.seeds_exhausted()
        self.log: list[tuple[float, str]] = []
        self.ended: dict[str, str] = {}

    @property
    def now(self):
        return self.loop.time() - self.began

    async def waiting(self, lane, after, limit):
        rows = sorted(row for row in self.rows.values() if row.lane == lane and row.place > after)
        return [Entry(row.request, row.lane, row.rank, row.seq, row.fp) for row in rows[:limit]]

    async def crawl(self):
        async with asyncio.TaskGroup() as group:
            refill = group.create_task(self.frontier.refill())
            while (entry := await self.frontier.next()) is not None:
                if entry.refusal:
                    self.frontier.release(entry)
                    self.end(entry, f"{entry.refused_as}: {entry.refusal}")
                    continue
                self.log.append((self.now, entry.request.url))
                group.create_task(self.fetch(entry))
            self.frontier.close()
            refill.cancel()
        return self

    async def fetch(self, entry):
        await asyncio.sleep(0.1)
        found = self.answer(entry.request.url, self.now)
        self.frontier.release(entry)
        if entry.robots_of:
            self.frontier.robots_read(entry, ALLOW_ALL if found is None else RobotsNotNow(str(found)))
        elif found is None:
            self.frontier.succeeded(entry)
            self.end(entry, "ok")
        elif not isinstance(decision := self.frontier.failed(entry, found), Retry):
            self.end(entry, decision.reason)

    def end(self, entry, how):
        self.ended[entry.request.url] = how
        self.rows.pop(entry.seq, None)
        self.frontier.committed([entry], [])

    def starts(self, host="a.test"):
        return [moment for moment, url in self.log if lane_of(url) == host]


def pages(number, host="a.test"):
    return [f"http://{host}/{n}" for n in range(number)]


def dead(host="a.test", error=ERROR):
    return lambda url, now: error if lane_of(url) == host else None


def most_in_a_minute(starts):
    return max(sum(start <= other < start + 60 for other in starts) for start in starts)


@pytest.mark.parametrize(
    ("error", "fails"),
    [
        (DOWN, True),
        (ERROR, True),
        (FetchError("HTTP 501 Not Implemented", status=501), False),
        (GONE, False),
        (BUSY, False),
        (FetchError("HTTP 408 Request Timeout", retry=True, status=408), False),
        (FetchError("10.0.0.1 is not public"), None),
        (FetchError("busy", retry=True, status=503, patience=Patience(times=9)), None),
    ],
)
def test_a_host_fails_when_it_cannot_be_reached_or_answers_with_an_error_of_its_own(error, fails):
    assert host_fails(error) is fails


def test_each_rest_is_twice_as_long_as_the_last_one_up_to_ten_minutes():
    assert [rest(parks) for parks in range(1, 7)] == [60, 120, 240, 480, 600, 600]


@pytest.mark.parametrize("error", [ERROR, DOWN])
def test_a_host_that_goes_down_is_asked_at_most_twenty_times_a_minute_and_its_pages_are_kept(jumping, error):
    hosts = jumping(lambda loop: Hosts(loop, dead(error=error), pages(1000), delay=0.0, per_host=8).crawl())

    starts = hosts.starts()
    assert most_in_a_minute(starts) <= 20
    # Ten failures and what was in flight, then three probes.
    assert 10 + 3 <= len(starts) <= 10 + 7 + 3
    assert hosts.now < 8 * 60
    assert hosts.ended == {}
    assert hosts.frontier.parked() == {"a.test": f"{error}; 1,000 requests wait"}


def test_probes_come_one_at_a_time_after_one_two_and_four_minutes(jumping):
    hosts = jumping(lambda loop: Hosts(loop, dead(), pages(40), per_host=1).crawl())

    tenth, *probes = hosts.starts()[9:]
    assert [round(probe - tenth, 1) for probe in probes] == [60.1, 180.2, 420.3]


def test_a_host_that_comes_back_is_crawled_to_the_end_and_every_page_has_all_its_tries(jumping):
    def until_the_second_probe(url, now):
        return ERROR if now < 100 else None

    hosts = jumping(lambda loop: Hosts(loop, until_the_second_probe, pages(60), retries=0).crawl())

    # The ten that parked it had but one try; none of the others was used up.
    assert sorted(hosts.ended.values()).count("ok") >= 50
    assert len(hosts.ended) == 60
    assert hosts.frontier.parked() == {}


def test_other_hosts_go_on_while_one_is_parked(jumping):
    urls = [*pages(40), *pages(200, "b.test")]
    hosts = jumping(lambda loop: Hosts(loop, dead(), urls).crawl())

    assert len(hosts.starts("b.test")) == 200
    assert max(hosts.starts("b.test")) < 201
    assert set(hosts.ended) == set(pages(200, "b.test"))


def test_pages_that_fail_among_others_that_come_park_nobody(jumping):
    def every_third_comes(url, now):
        return None if int(url.rpartition("/")[2]) % 3 == 0 else ERROR

    hosts = jumping(lambda loop: Hosts(loop, every_third_comes, pages(60)).crawl())

    assert len(hosts.ended) == 60
    assert hosts.frontier.parked() == {}
    assert hosts.now < 300


def test_a_page_that_is_not_there_is_an_answer_too(jumping):
    def some_are_gone(url, now):
        return GONE if int(url.rpartition("/")[2]) % 9 == 0 else ERROR

    hosts = jumping(lambda loop: Hosts(loop, some_are_gone, pages(45), retries=0).crawl())

    assert len(hosts.ended) == 45


def test_a_few_broken_pages_that_are_tried_again_and_again_park_nobody(jumping):
    hosts = jumping(lambda loop: Hosts(loop, dead(), pages(9)).crawl())

    assert len(hosts.starts()) == 9 * 3
    assert set(hosts.ended.values()) == {f"{ERROR} (3 tries)"}


def test_park_after_0_parks_nobody(jumping):
    hosts = jumping(lambda loop: Hosts(loop, dead(), pages(30), retries=0, park_after=0).crawl())

    assert len(hosts.ended) == 30


def test_what_is_left_counts_as_failed_without_being_asked_for_where_so_many_may_fail(jumping):
    async def body(loop):
        hosts = Hosts(loop, dead(), [*pages(40), *pages(3, "b.test")])
        hosts.frontier.may_fail = lambda more: more <= 40
        return await hosts.crawl()

    hosts = jumping(body)
    assert {hosts.ended[url] for url in pages(40)} == {
        f"failed: a.test kept failing and did not come back: {ERROR}"
    }
    assert len(hosts.starts()) <= 15
    assert hosts.frontier.parked() == {}


def test_a_parked_host_stays_parked_across_a_kill_and_is_probed_with_one_page(jumping):
    async def body(loop):
        first = Hosts(loop, dead(), pages(40))
        task = asyncio.ensure_future(first.crawl())
        await asyncio.sleep(20)
        marks = first.frontier.lane_marks(["a.test"], now_unix=0.0)
        task.cancel()
        mark = marks["a.test"]
        state = LaneState("a.test", 40, mark.not_before, mark.delay, mark.parks)
        return marks, await Hosts(loop, dead(), pages(40), [state]).crawl()

    marks, again = jumping(body)
    assert marks == {"a.test": LaneMark(pytest.approx(49, abs=2), 0.0, 1)}
    first, second, third = again.starts()
    assert first == pytest.approx(marks["a.test"].not_before)
    assert (second - first, third - second) == (pytest.approx(120.1), pytest.approx(240.1))


def test_a_host_that_was_lost_is_probed_anew_by_the_next_run_and_crawled_when_it_is_back(jumping):
    lost = [LaneState("a.test", 40, 0.0, 0.0, 4)]

    back = jumping(lambda loop: Hosts(loop, lambda url, now: None, pages(40), lost).crawl())
    still = jumping(lambda loop: Hosts(loop, dead(), pages(40), lost).crawl())

    assert set(back.ended.values()) == {"ok"}
    assert back.now < 60
    assert (len(still.starts()), still.ended) == (3, {})


def test_a_host_that_is_down_when_a_job_goes_on_keeps_its_pages_though_its_robots_txt_cannot_be_read(jumping):
    known = [LaneState("a.test", 40, 1.0)]

    async def body(loop):
        down = await Hosts(loop, dead(), pages(40), known, obey_robots=True).crawl()
        new = await Hosts(loop, dead(), pages(4), obey_robots=True).crawl()
        return down, new

    down, new = jumping(body)
    assert down.ended == {}
    assert down.frontier.parked() == {"a.test": f"robots.txt: {ERROR}; 40 requests wait"}
    # One that never answered has nothing to wait for.
    assert set(new.ended.values()) == {f"robots: robots.txt could not be read: {ERROR}"}


def test_people_are_told_that_a_host_is_parked_and_why(jumping):
    async def body(loop):
        hosts = Hosts(loop, dead(), pages(40))
        task = asyncio.ensure_future(hosts.crawl())
        await asyncio.sleep(20)
        words = hosts.frontier.waiting_for()
        await task
        return words, hosts.frontier.hosts()[0].reason

    parked, lost = jumping(body)
    assert parked.startswith("a.test in ")
    assert parked.endswith(f"parked, for it keeps failing: {ERROR})")
    assert lost == f"left alone: {ERROR}"


def test_a_host_that_says_429_without_end_is_parked_and_loses_no_page(jumping):
    hosts = jumping(lambda loop: Hosts(loop, lambda url, now: BUSY, pages(40)).crawl())

    assert hosts.ended == {}
    assert hosts.frontier.parked() == {"a.test": "HTTP 429 Too Many Requests; 40 requests wait"}
    # Nine answers, and three probes with longer and longer rests before them.
    assert len(hosts.starts()) <= 9 + 2 + 3
    assert hosts.starts()[-1] - hosts.starts()[-2] >= 240


def test_a_host_that_says_429_for_ten_minutes_is_crawled_afterwards(jumping):
    def until_then(url, now):
        return BUSY if now < 600 else None

    hosts = jumping(lambda loop: Hosts(loop, until_then, pages(40), per_host=4).crawl())

    assert list(hosts.ended.values()) == ["ok"] * 40
    assert len([start for start in hosts.starts() if start < 600]) < 25


def test_a_host_that_says_429_now_and_then_is_crawled_at_a_pace_that_it_asks_for(jumping):
    """A fifth of its answers: doubling the delay each time took nearly two hours."""
    rng = random.Random(1)
    hosts = jumping(
        lambda loop: Hosts(loop, lambda url, now: BUSY if rng.random() < 0.2 else None, pages(200)).crawl()
    )

    assert list(hosts.ended.values()) == ["ok"] * 200
    assert hosts.now < 900


def test_a_parked_host_waits_as_long_as_the_answer_to_a_probe_asks(jumping):
    slow = FetchError("HTTP 429", retry=True, throttled=True, status=429, retry_after=119.0)
    hosts = jumping(lambda loop: Hosts(loop, lambda url, now: slow, pages(3)).crawl())

    gaps = [later - earlier for earlier, later in pairwise(hosts.starts())]
    assert min(gaps) >= 119


def test_a_parked_host_waits_as_long_as_the_recipe_reads_from_the_answer(jumping):
    slow = FetchError("HTTP 429", retry=True, throttled=True, status=429, patience=Patience(wait=900.0))
    hosts = jumping(lambda loop: Hosts(loop, lambda url, now: slow, pages(3), per_host=1).crawl())

    gaps = [later - earlier for earlier, later in pairwise(hosts.starts())]
    assert min(gaps) >= 900


def test_a_host_that_is_never_parked_gives_the_pages_up_that_it_will_not_show(jumping):
    hosts = jumping(lambda loop: Hosts(loop, lambda url, now: BUSY, pages(3), park_after=0).crawl())

    said = "HTTP 429 Too Many Requests; the host said so {} times in a row"
    assert list(hosts.ended.values()) == [said.format(number) for number in (9, 10, 11)]
