"""Which request is next: each host at its own pace, on a clock that jumps."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import defaultdict

import pytest

from scrapekit import FetchError, Request
from scrapekit.crawl.entries import Entry, LaneMark, LaneState
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.politeness import Pace, Retry
from scrapekit.web.robots import ALLOW_ALL, RobotsNotNow, read_robots
from scrapekit.web.url import lane_of

FREE = {"obey_robots": False}


class Shelf:
    """A store in memory."""

    def __init__(self):
        self.rows: dict[int, Entry] = {}
        self.seq = 0

    def add(self, url, rank=0):
        self.seq += 1
        entry = Entry(Request(url), lane_of(url), rank, self.seq, self.seq)
        self.rows[self.seq] = entry
        return entry

    async def waiting(self, lane, after, limit):
        rows = [row for row in self.rows.values() if row.lane == lane and row.place > after]
        return [Entry(r.request, r.lane, r.rank, r.seq, r.fp) for r in sorted(rows)[:limit]]


class World:
    """A frontier, its store, and a log of who was granted when."""

    def __init__(self, loop, **pace):
        self.loop = loop
        self.shelf = Shelf()
        self.frontier = Frontier(Pace(**pace), self.shelf, clock=loop.time, rng=random.Random(0))
        self.began = loop.time()
        self.log: list[tuple[float, str]] = []

    def queue(self, *urls):
        self.frontier.committed([], [self.shelf.add(url) for url in urls])

    async def grant(self):
        entry = await self.frontier.next()
        if entry is not None:
            self.log.append((round(self.loop.time() - self.began, 3), entry.request.url))
        return entry

    def finish(self, entry):
        self.frontier.release(entry)
        self.commit(entry)

    def commit(self, *entries):
        for entry in entries:
            self.shelf.rows.pop(entry.seq, None)
        self.frontier.committed(list(entries), [])

    async def serve(self, seconds=0.0, robots=ALLOW_ALL):
        """Fetch everything, each page taking *seconds*."""
        async with asyncio.TaskGroup() as group:
            refill = group.create_task(self.frontier.refill())
            while (entry := await self.grant()) is not None:
                group.create_task(self._fetch(entry, seconds, robots))
            self.frontier.close()
            refill.cancel()

    async def _fetch(self, entry, seconds, robots):
        await asyncio.sleep(seconds)
        if entry.robots_of:
            self.frontier.release(entry)
            self.frontier.robots_read(entry, robots)
        else:
            self.finish(entry)

    @property
    def urls(self):
        return [url for _, url in self.log]


def test_everything_queued_is_granted_once_and_then_it_ends(jumping):
    async def body(loop):
        world = World(loop, delay=0, **FREE)
        world.queue(*[f"http://a.test/{n}" for n in range(40)])
        world.frontier.seeds_exhausted()
        await world.serve()
        return world

    world = jumping(body)
    assert world.urls == [f"http://a.test/{n}" for n in range(40)]


def test_two_starts_on_one_host_are_never_closer_than_the_delay(jumping):
    async def body(loop):
        world = World(loop, delay=0.5, per_host=8, **FREE)
        world.queue(*[f"http://{host}.test/{n}" for n in range(6) for host in "ab"])
        world.frontier.seeds_exhausted()
        await world.serve(0.01)
        return world

    world = jumping(body)
    starts = defaultdict(list)
    for moment, url in world.log:
        starts[url[7]].append(moment)
    assert starts == {host: [0.0, 0.5, 1.0, 1.5, 2.0, 2.5] for host in "ab"}


def test_no_more_than_per_host_run_at_once(jumping):
    async def body(loop):
        world = World(loop, delay=0, per_host=2, concurrency=16, **FREE)
        world.queue(*[f"http://a.test/{n}" for n in range(6)])
        world.frontier.seeds_exhausted()
        await world.serve(1.0)
        return world

    assert [moment for moment, _ in jumping(body).log] == [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]


def test_a_waiting_host_holds_no_slot(jumping):
    async def body(loop):
        world = World(loop, delay=60, concurrency=2, **FREE)
        world.queue("http://slow.test/1", "http://slow.test/2", *[f"http://h{n}.test/" for n in range(9)])
        world.frontier.seeds_exhausted()
        await world.serve(0.1)
        return world

    log = jumping(body).log
    assert [url for moment, url in log if moment < 1] == [
        "http://slow.test/1",
        *[f"http://h{n}.test/" for n in range(9)],
    ]
    assert log[-1] == (60.0, "http://slow.test/2")


def test_a_slot_is_free_only_when_the_outcome_is_durable(jumping):
    async def body(loop):
        world = World(loop, delay=0, per_host=9, concurrency=2, **FREE)
        world.queue(*[f"http://a.test/{n}" for n in range(3)])
        first, second = await world.grant(), await world.grant()
        world.frontier.release(first)
        world.frontier.release(second)
        waiting = asyncio.ensure_future(world.frontier.next())
        await asyncio.sleep(1)
        held, starving = not waiting.done(), world.frontier.slots.starving
        world.commit(first)
        third = await waiting
        return held, starving, third.request.url

    assert jumping(body) == (True, True, "http://a.test/2")


def test_robots_txt_is_asked_before_anything_else_of_an_origin(jumping):
    async def body(loop):
        world = World(loop, delay=1)
        world.queue("http://a.test/1", "http://a.test/2", "http://b.test/1")
        world.frontier.seeds_exhausted()
        await world.serve(0.25)
        return world

    assert jumping(body).log == [
        (0.0, "http://a.test/robots.txt"),
        (0.0, "http://b.test/robots.txt"),
        (1.0, "http://a.test/1"),
        (1.0, "http://b.test/1"),
        (2.0, "http://a.test/2"),
    ]


def test_what_robots_txt_forbids_comes_with_the_refusal_and_costs_no_time(jumping):
    rules = read_robots(200, b"User-agent: *\nDisallow: /private/\n", "scrapekit")

    async def body(loop):
        world = World(loop, delay=1)
        world.queue("http://a.test/private/1", "http://a.test/2")
        refusals = []
        for _ in range(3):
            entry = await world.grant()
            refusals.append(entry.refusal)
            if entry.robots_of:
                world.frontier.release(entry)
                world.frontier.robots_read(entry, rules)
            else:
                world.finish(entry)
        return world.log, refusals

    log, refusals = jumping(body)
    assert refusals == ["", "robots.txt does not allow it (Disallow: /private/, line 2)", ""]
    assert log[1:] == [(1.0, "http://a.test/private/1"), (1.0, "http://a.test/2")]


def test_a_crawl_delay_is_a_floor_under_the_recipes_delay(jumping):
    rules = read_robots(200, b"User-agent: *\nCrawl-delay: 3\n", "scrapekit")

    async def body(loop):
        world = World(loop, delay=0.5)
        world.queue("http://a.test/1", "http://a.test/2", "http://a.test/3")
        world.frontier.seeds_exhausted()
        await world.serve(0.1, rules)
        return world

    moments = [moment for moment, _ in jumping(body).log]
    assert moments[0] == 0.0
    assert [b - a for a, b in itertools.pairwise(moments)] == [3.0, 3.0, 3.0]


def test_an_unreadable_robots_txt_means_not_now_and_in_the_end_nothing(jumping):
    async def body(loop):
        world = World(loop, delay=0)
        world.queue("http://a.test/1")
        while (entry := await world.grant()) is not None and entry.robots_of:
            world.frontier.release(entry)
            world.frontier.robots_read(entry, RobotsNotNow("status 503"))
        return world.urls, entry.refusal

    urls, refusal = jumping(body)
    assert urls == ["http://a.test/robots.txt"] * 4 + ["http://a.test/1"]
    assert refusal == "robots.txt could not be read: status 503"


def test_a_redirected_robots_txt_is_asked_in_the_lane_of_its_target(jumping):
    async def body(loop):
        world = World(loop, delay=2)
        world.queue("http://b.test/0", "http://a.test/1")
        for _ in range(5):
            entry = await world.grant()
            world.frontier.release(entry)
            if entry.request.url == "http://a.test/robots.txt":
                hop = Request("http://b.test/a-robots.txt", "robots.txt", via=("http://a.test/robots.txt",))
                world.frontier.robots_read(entry, hop)
            elif entry.robots_of:
                world.frontier.robots_read(entry, ALLOW_ALL)
            else:
                world.commit(entry)
        return world.log

    assert jumping(body) == [
        (0.0, "http://b.test/robots.txt"),
        (0.0, "http://a.test/robots.txt"),
        (2.0, "http://b.test/a-robots.txt"),
        (2.0, "http://a.test/1"),
        (4.0, "http://b.test/0"),
    ]


def test_retry_after_holds_for_the_whole_host_and_for_no_other(jumping):
    async def body(loop):
        world = World(loop, delay=0, **FREE)
        world.queue("http://a.test/1", "http://b.test/1")
        entry = await world.grant()
        world.frontier.release(entry)
        world.frontier.failed(entry, FetchError("status 429", retry=True, throttled=True, retry_after=30))
        world.queue("http://a.test/2")
        world.frontier.seeds_exhausted()
        await world.serve()
        return world

    world = jumping(body)
    assert world.log[1] == (0.0, "http://b.test/1")
    assert [url for moment, url in world.log if moment >= 30] == ["http://a.test/1", "http://a.test/2"]


def test_a_new_request_does_not_wait_for_a_retry_of_its_host(jumping):
    async def body(loop):
        world = World(loop, delay=0, **FREE)
        world.queue("http://a.test/1")
        entry = await world.grant()
        world.frontier.release(entry)
        world.frontier.failed(entry, FetchError("reset", retry=True))
        world.queue("http://a.test/2")
        second = await world.grant()
        return second.request.url, loop.time() - world.began

    assert jumping(body) == ("http://a.test/2", 0.0)


def test_ten_thousand_stored_requests_are_all_granted_from_a_bounded_window(jumping):
    async def body(loop):
        world = World(loop, delay=0, concurrency=64, per_host=64, **FREE)
        for number in range(10_000):
            world.shelf.add(f"http://h{number % 3}.test/{number}")
        lanes = [LaneState(f"h{n}.test", len(range(n, 10_000, 3)), 0.0) for n in range(3)]
        world.frontier.restore(lanes, now_unix=0.0)
        world.frontier.seeds_exhausted()
        largest = 0

        async def measure():
            nonlocal largest
            while True:
                largest = max(
                    largest, *(len(lane.window) for lane in world.frontier._schedule.lanes.values())
                )
                await asyncio.sleep(0)

        task = asyncio.ensure_future(measure())
        await world.serve()
        task.cancel()
        return world.urls, largest

    urls, largest = jumping(body)
    assert sorted(urls) == sorted(f"http://h{number % 3}.test/{number}" for number in range(10_000))
    assert largest <= 1024


def test_the_pause_of_a_host_holds_across_a_restart(jumping):
    async def body(loop):
        world = World(loop, delay=0, **FREE)
        world.shelf.add("http://a.test/1")
        world.frontier.restore([LaneState("a.test", 1, 500.0)], now_unix=480.0)
        world.frontier.seeds_exhausted()
        await world.serve()
        return world

    assert jumping(body).log == [(20.0, "http://a.test/1")]


@pytest.mark.parametrize("not_before", [0.0, 481.0, 480.0 + 365 * 86400])
def test_after_a_restart_a_host_is_left_alone_for_one_delay_whatever_the_clock_says(jumping, not_before):
    async def body(loop):
        world = World(loop, delay=5, **FREE)
        world.shelf.add("http://a.test/1")
        world.frontier.restore([LaneState("a.test", 1, not_before)], now_unix=480.0)
        world.frontier.seeds_exhausted()
        await world.serve()
        return world

    assert jumping(body).log == [(5.0, "http://a.test/1")]


def test_a_crawl_delay_holds_from_a_start_that_a_kill_left_unnoted(jumping):
    rules = read_robots(200, b"User-agent: *\nCrawl-delay: 9\n", "scrapekit")

    async def body(loop):
        world = World(loop, delay=2)
        world.queue("http://a.test/1")
        world.frontier.seeds_exhausted()
        await world.serve(0, rules)
        marks = world.frontier.lane_marks(["a.test"], now_unix=1000.0 + loop.time())
        # Whatever was asked since is not noted: the next run cannot know, and waits for nine seconds.
        mark = marks["a.test"]
        again = World(loop, delay=2, **FREE)
        again.shelf.add("http://a.test/2")
        again.frontier.restore([LaneState("a.test", 1, mark.not_before, mark.delay)], now_unix=9_000.0)
        again.frontier.seeds_exhausted()
        await again.serve(0)
        return marks, again.log

    marks, log = jumping(body)
    assert marks == {"a.test": LaneMark(pytest.approx(2000.0 + 18), 9.0)}
    assert log == [(9.0, "http://a.test/2")]


def test_a_robots_txt_that_says_later_is_asked_for_then(jumping):
    async def body(loop):
        world = World(loop, delay=0)
        world.queue("http://a.test/1")
        entry = await world.grant()
        world.frontier.release(entry)
        world.frontier.robots_read(entry, RobotsNotNow("HTTP 429", retry_after=40))
        await world.grant()
        return world.log

    assert jumping(body) == [(0.0, "http://a.test/robots.txt"), (40.0, "http://a.test/robots.txt")]


def test_closing_lets_the_waiting_grant_end(jumping):
    async def body(loop):
        world = World(loop, delay=60, **FREE)
        world.queue("http://a.test/1", "http://a.test/2")
        await world.grant()
        loop.call_later(1, world.frontier.close)
        return await world.grant()

    assert jumping(body) is None


def test_people_are_told_what_is_waited_for_and_why(jumping):
    async def body(loop):
        world = World(loop, delay=0, **FREE)
        world.queue("http://a.test/1")
        entry = await world.grant()
        world.frontier.release(entry)
        world.frontier.failed(entry, FetchError("status 429", retry=True, throttled=True, retry_after=30))
        return world.frontier.waiting_for(), world.frontier.hosts()[0].reason, repr(world.frontier)

    assert jumping(body) == (
        "a.test in 30.0 s (paused 30.0 s: status 429)",
        "paused 30.0 s: status 429",
        "<Frontier [Requests: 1 unfinished, 0 in flight | Lanes: 1]>",
    )


def test_random_mixes_of_hosts_and_delays_keep_every_promise(jumping):
    """Never more than per_host at once, never closer than the delay, everything exactly once."""

    async def body(loop):
        for seed in range(25):
            rng = random.Random(seed)
            delay, per_host = rng.choice([0, 0.1, 1.0]), rng.choice([1, 2, 5])
            world = World(loop, delay=delay, per_host=per_host, concurrency=rng.choice([1, 3, 16]), **FREE)
            urls = [f"http://h{rng.randrange(4)}.test/{n}" for n in range(60)]
            world.queue(*urls)
            world.frontier.seeds_exhausted()
            running, most = defaultdict(int), defaultdict(int)

            async def fetch(entry, world=world, running=running, most=most, rng=rng):
                running[entry.lane] += 1
                most[entry.lane] = max(most[entry.lane], running[entry.lane])
                await asyncio.sleep(rng.random())
                running[entry.lane] -= 1
                world.frontier.release(entry)
                reset = FetchError("reset", retry=True)
                if rng.random() < 0.2 and isinstance(world.frontier.failed(entry, reset), Retry):
                    return
                world.commit(entry)

            async with asyncio.TaskGroup() as group:
                refill = group.create_task(world.frontier.refill())
                while (entry := await world.grant()) is not None:
                    group.create_task(fetch(entry))
                refill.cancel()
            assert max(most.values()) <= per_host
            assert set(world.urls) == set(urls)
            starts = defaultdict(list)
            for moment, url in world.log:
                starts[lane_of(url)].append(moment)
            gaps = [b - a for times in starts.values() for a, b in itertools.pairwise(times)]
            assert min(gaps) >= delay - 0.002

    jumping(body)


def test_requests_that_come_while_a_lane_is_being_loaded_push_none_out(jumping):
    """Deep pages first: new links belong before what is being loaded, and memory is bounded."""

    async def body(loop):
        world = World(loop, delay=0, concurrency=9_999, per_host=9_999, **FREE)
        later = [world.shelf.add(f"http://a.test/later-{n}", rank=5) for n in range(1_500)]
        world.frontier.committed([], later)
        asked, answered = asyncio.Event(), asyncio.Event()
        waiting = world.shelf.waiting

        async def slowly(lane, after, limit):
            rows = await waiting(lane, after, limit)
            asked.set()
            await answered.wait()
            return rows

        world.shelf.waiting = slowly
        refill = asyncio.ensure_future(world.frontier.refill())
        while not asked.is_set():
            world.commit(await world.grant())
            await asyncio.sleep(0)
        sooner = [world.shelf.add(f"http://a.test/sooner-{n}", rank=0) for n in range(1_500)]
        world.frontier.committed([], sooner)
        answered.set()
        world.frontier.seeds_exhausted()
        while (entry := await world.grant()) is not None:
            world.finish(entry)
        world.frontier.close()
        await refill
        return world.urls

    urls = jumping(body)
    assert len(urls) == len(set(urls)) == 3_000


def test_a_request_for_robots_txt_that_was_cancelled_is_made_again(jumping):
    async def body(loop):
        world = World(loop, delay=0)
        world.queue("http://a.test/1")
        cancelled = await world.grant()
        world.frontier.release(cancelled)
        world.frontier.put_back(cancelled)
        await world.grant()
        return world.urls

    assert jumping(body) == ["http://a.test/robots.txt"] * 2


def test_robots_txt_is_read_again_after_a_day(jumping):
    """RFC 9309 2.4: a copy should not be used for more than 24 hours."""

    async def body(loop):
        world = World(loop, delay=3600)
        world.queue(*[f"http://a.test/{n}" for n in range(49)])
        world.frontier.seeds_exhausted()
        await world.serve(1.0)
        return [moment / 3600 for moment, url in world.log if url.endswith("robots.txt")]

    assert jumping(body) == [0.0, 25.0, 50.0]


def test_rules_that_cannot_be_read_again_after_a_day_stay_as_they_were(jumping):
    rules = read_robots(200, b"User-agent: *\nDisallow: /private/\n", "scrapekit")

    async def body(loop):
        world = World(loop, delay=0)
        answers = [rules, *[RobotsNotNow("status 503")] * 4]
        refusals = []
        for url in ("http://a.test/private/1", "http://a.test/private/2"):
            world.queue(url)
            while (entry := await world.grant()).robots_of:
                world.frontier.release(entry)
                world.frontier.robots_read(entry, answers.pop(0))
            refusals.append(entry.refusal)
            world.finish(entry)
            await asyncio.sleep(90_000)
        return refusals, world.urls

    refusals, urls = jumping(body)
    assert refusals == ["robots.txt does not allow it (Disallow: /private/, line 2)"] * 2
    assert urls == [
        "http://a.test/robots.txt",
        "http://a.test/private/1",
        "http://a.test/robots.txt",
        "http://a.test/private/2",
    ]


def test_hosts_that_have_nothing_to_do_are_forgotten_when_there_are_many(jumping):
    async def body(loop):
        world = World(loop, delay=0.5, concurrency=64, **FREE)
        most = 0
        for round_ in range(12):
            world.queue(*[f"http://h{n}-{round_}.test/" for n in range(1_000)])
            for _ in range(1_000):
                world.finish(await world.grant())
            most = max(most, len(world.frontier._schedule.lanes))
            await asyncio.sleep(1)
        return most, len(world.urls)

    most, granted = jumping(body)
    assert granted == 12_000
    assert most <= 5_000


def test_a_host_that_must_be_left_in_peace_is_not_forgotten(jumping):
    async def body(loop):
        world = World(loop, delay=0.5, concurrency=64, **FREE)
        world.queue("http://slow.test/1")
        world.finish(await world.grant())
        world.frontier._schedule.lanes["slow.test"].pause(loop.time() + 60, "status 503")
        for n in range(9_000):
            world.queue(f"http://h{n}.test/")
            world.finish(await world.grant())
        await asyncio.sleep(1)
        world.queue("http://slow.test/2")
        await world.grant()
        return world.log[-1]

    assert jumping(body) == (60.0, "http://slow.test/2")


def test_an_answer_that_was_known_before_costs_no_delay_and_one_in_between_keeps_it(jumping):
    async def body(loop):
        world = World(loop, delay=10, per_host=1, **FREE)
        world.queue(*(f"https://a.test/{n}" for n in range(6)))
        world.frontier.seeds_exhausted()
        while (entry := await world.grant()) is not None:
            world.frontier.release(entry)
            if int(entry.request.url[-1]) not in (2, 4):
                world.frontier.unasked(entry)
            world.frontier.succeeded(entry)
            world.commit(entry)
        return [moment for moment, _ in world.log]

    assert jumping(body) == [0, 0, 0, 10, 10, 20]


def test_a_known_answer_does_not_ease_a_host_that_is_slow(jumping):
    async def body(loop):
        world = World(loop, delay=1, per_host=1, **FREE)
        world.queue("https://a.test/1")
        entry = await world.grant()
        lane = world.frontier._schedule.lane("a.test")
        lane.delay, lane.throttles = 8.0, 2
        world.frontier.release(entry)
        world.frontier.unasked(entry)
        world.frontier.succeeded(entry)
        return lane.delay, lane.throttles

    assert jumping(body) == (8.0, 2)
