"""The loop: tasks with callbacks over a fake site, with a real store and a real export."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from scrapekit import FetchError, Item, Origin, Outcome, Page, Request, StuckError, TakesLong, Verdict
from scrapekit.crawl.admission import Admission, Limits
from scrapekit.crawl.engine import Engine, StoppedNow
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.page_reader import LARGE_BODY, PageReader
from scrapekit.crawl.politeness import Pace
from scrapekit.hookspecs import MOMENTS
from scrapekit.job.journal import Journal
from scrapekit.job.state import Store
from scrapekit.web.scope import Scope


class Lines:
    """An exporter of one JSON line a record, which can forget what it wrote after a position."""

    guarantee = "exactly once"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fails_with: Exception | None = None

    def open(self, position):
        self.path.touch()
        self.file = self.path.open("r+b")
        self.file.truncate(position["bytes"] if position else 0)
        self.file.seek(0, 2)

    def write(self, items):
        if self.fails_with:
            raise self.fails_with
        for item in items:
            self.file.write(json.dumps(item.fields).encode() + b"\n")

    def checkpoint(self):
        self.file.flush()
        return {"bytes": self.file.tell()}

    def close(self, finished):
        self.file.close()


class World:
    """A site as a mapping, and everything a crawl of it needs."""

    def __init__(self, folder: Path, site: dict[str, object], **limits) -> None:
        self.site = site
        self.folder = folder
        self.exporter = Lines(folder / "out.jsonl")
        export = SimpleNamespace(name="lines", exporter=self.exporter, select=lambda items: items)
        self.journal = Journal(Store(folder / "job.sqlite"), [export], "recipe")
        self.relay = SimpleNamespace(**dict.fromkeys(MOMENTS))
        self.limits = limits
        self.seeds_as: list[Request] = []
        self.fetched: list[str] = []
        self.read_on: list[str] = []
        self.pace = Pace(delay=0, per_host=8, concurrency=8, obey_robots=False, retries=2)

    async def perform(self, request):
        self.fetched.append(request.url)
        answer = self.site[request.url]
        if callable(answer):
            answer = await answer(request)
        if isinstance(answer, list):
            return Page(request, request.url, 200, {}, json.dumps(answer).encode())
        return answer

    def callback(self, rule):
        def read(page):
            self.read_on.append(threading.current_thread().name)
            links = json.loads(page.body)
            if "boom" in links:
                raise ZeroDivisionError("a bug in a callback")
            item = Item("page", {"url": page.url}, Origin(page.url))
            return Outcome(page.request, Verdict.OK, [item], [Request(link) for link in links])

        return read

    async def crawl(self, *seeds, before=None):
        restored = await self.journal.open()
        frontier = Frontier(self.pace, self.journal, clock=time.monotonic)
        frontier.restore(restored.lanes, now_unix=time.time())
        self.engine = Engine(
            frontier=frontier,
            perform=self.perform,
            reader=PageReader(self.callback),
            journal=self.journal,
            relay=self.relay,
            admission=Admission(
                Limits(Scope.of("any", []), **self.limits), records=restored.counters.get("records:page", 0)
            ),
            seeds=iter((self.seeds_as or [Request(seed) for seed in seeds])[restored.seeds :]),
        )
        self.engine.committer.counters.update(restored.counters)
        try:
            if before is not None:
                before(self.engine)
            await self.engine.run()
        finally:
            await self.journal.close()

    @property
    def records(self):
        return [json.loads(line)["url"] for line in self.exporter.path.read_text().splitlines()]

    @property
    def verdicts(self):
        counters = self.engine.committer.counters
        return {name[8:]: n for name, n in counters.items() if name.startswith("verdict:")}


A, B, C, D = (f"http://a.test/{name}" for name in "abcd")


async def test_a_crawl_follows_links_until_nothing_is_left(tmp_path):
    world = World(tmp_path, {A: [B, C], B: [A, C, D], C: [], D: [A]})
    await world.crawl(A)

    assert sorted(world.records) == [A, B, C, D]
    assert sorted(world.fetched) == [A, B, C, D]
    assert world.verdicts == {"ok": 4}
    assert world.engine.committer.counters["seen"] == 4


async def test_parsing_happens_in_the_callback_of_a_finished_task(tmp_path):
    world = World(tmp_path, {A: []})
    seen = {}

    def callback(rule):
        def read(page):
            task = next(t for t in tasks if t.get_name() == A)
            seen["fetched first"] = task.done() and task.result() is page
            return Outcome(page.request, Verdict.EMPTY)

        return read

    tasks: list[asyncio.Task] = []

    async def answer(request):
        tasks.append(asyncio.current_task())
        return Page(request, request.url, 200, {}, b"[]")

    world.site[A] = answer
    world.callback = callback
    await world.crawl(A)

    assert seen == {"fetched first": True}


async def test_the_number_of_tasks_alive_is_bounded(tmp_path):
    most = 0

    async def slow(request):
        nonlocal most
        most = max(most, sum(t.get_name().startswith("http") for t in asyncio.all_tasks()))
        await asyncio.sleep(0.001)
        return Page(request, request.url, 200, {}, b"[]")

    links = [f"http://a.test/{n}" for n in range(100)]
    world = World(tmp_path, {A: links} | dict.fromkeys(links, slow))
    await world.crawl(A)

    assert len(world.records) == 101
    assert 2 <= most <= 8


async def test_a_failed_fetch_is_an_outcome_and_the_run_goes_on(tmp_path):
    async def lost(request):
        return FetchError("status 404", status=404)

    world = World(tmp_path, {A: [B, C], B: lost, C: []})
    await world.crawl(A)

    assert sorted(world.records) == [A, C]
    assert world.verdicts == {"ok": 2, "failed": 1}


async def test_a_fetch_that_may_succeed_later_is_tried_again(tmp_path):
    answers = [FetchError("reset", retry=True, retry_after=0.01), []]

    async def flaky(request):
        answer = answers.pop(0)
        return answer if answer else Page(request, request.url, 200, {}, b"[]")

    world = World(tmp_path, {A: flaky})
    await world.crawl(A)

    assert world.fetched == [A, A]
    assert world.records == [A]
    assert world.engine.committer.counters["retries"] == 1


async def test_a_redirect_becomes_a_request_of_its_own(tmp_path):
    async def moved(request):
        return Request(B, via=(A,))

    world = World(tmp_path, {A: moved, B: []})
    await world.crawl(A)

    assert world.records == [B]
    assert world.verdicts == {"redirected": 1, "ok": 1}


async def test_two_pages_redirected_to_one_give_its_record_once(tmp_path):
    async def moved(request):
        return Request(C, via=(request.url,))

    world = World(tmp_path, {A: moved, B: moved, C: []})
    await world.crawl(A, B)

    assert world.records == [C]
    assert world.verdicts == {"redirected": 1, "duplicate": 1, "ok": 1}


async def test_a_bug_in_a_callback_stops_the_run_with_that_bug(tmp_path):
    world = World(tmp_path, {A: [B], B: ["boom"]})

    with pytest.raises(ZeroDivisionError, match="a bug in a callback"):
        await world.crawl(A)
    assert A in world.records


async def test_a_bug_in_the_fetch_stops_the_run_with_that_bug(tmp_path):
    world = World(tmp_path, {})

    with pytest.raises(KeyError):
        await world.crawl(A)


async def test_a_bug_at_the_very_end_of_a_drained_run_is_not_swallowed(tmp_path):
    world = World(tmp_path, {A: []})

    def callback(rule):
        def read(page):
            world.engine.frontier.close()
            raise ZeroDivisionError("a bug in the last callback")

        return read

    world.callback = callback
    with pytest.raises(ZeroDivisionError):
        await world.crawl(A)


async def test_a_large_page_is_read_in_a_process_of_its_own(tmp_path):
    async def large(request):
        return Page(request, request.url, 200, {}, json.dumps([B] + ["x"] * (LARGE_BODY // 4)).encode())

    world = World(tmp_path, {A: large, B: []})
    world.callback = lambda rule: (
        lambda page: Outcome(
            page.request,
            Verdict.OK,
            [Item("page", {"url": f"{page.url[-1]} {os.getpid() == here}"}, Origin(page.url))],
            [Request(B)] if page.url == A else [],
        )
    )
    here = os.getpid()
    await world.crawl(A)

    assert sorted(world.records) == [f"{A[-1]} False", f"{B[-1]} True"]


async def test_a_page_that_its_parser_calls_long_is_read_apart_and_not_hurried(tmp_path):
    def read(page):
        if page.hurried:
            raise TakesLong("deep")
        item = Item("page", {"url": str(os.getpid() == here)}, Origin(page.url))
        return Outcome(page.request, Verdict.OK, [item])

    here, world = os.getpid(), World(tmp_path, {A: []})
    world.callback = lambda rule: read
    await world.crawl(A)

    assert world.records == ["False"]


async def test_a_page_that_takes_too_long_fails_after_all_others_were_read(tmp_path):
    """By the order of events: the others' verdicts are stored while it is still being read."""
    good = [f"http://a.test/{n}" for n in range(40)]
    release = tmp_path / "release"

    async def large(request):
        return Page(request, request.url, 200, {}, b"[]" + b" " * LARGE_BODY)

    def read(page):
        if page.url == A:
            while not release.exists():
                time.sleep(0.01)
        return Outcome(page.request, Verdict.EMPTY, reason=page.url)

    def see(requests, items):
        settled.append(requests)
        if sum(settled) == len(good):
            release.touch()

    settled: list[int] = []
    world = World(tmp_path, {A: large} | {url: [] for url in good})
    world.callback = lambda rule: read
    world.relay.group_committed = see
    await world.crawl(A, *good)

    assert sum(settled) == len(good) + 1
    assert release.exists()


async def test_a_bug_in_a_callback_apart_stops_the_run_too(tmp_path):
    async def large(request):
        return Page(request, request.url, 200, {}, json.dumps(["boom"] + ["x"] * (LARGE_BODY // 4)).encode())

    world = World(tmp_path, {A: large})

    with pytest.raises(ZeroDivisionError):
        await world.crawl(A)


async def test_a_page_that_is_still_being_read_does_not_hold_up_a_stop(tmp_path):
    release = threading.Event()

    async def large(request):
        asyncio.get_running_loop().call_later(0.05, world.engine.stop_now)
        return Page(request, request.url, 200, {}, b"[]" + b" " * LARGE_BODY)

    world = World(tmp_path, {A: large})
    world.callback = lambda rule: lambda page: (release.wait(5), Outcome(page.request, Verdict.EMPTY))[1]
    began = time.monotonic()
    with pytest.raises(StoppedNow):
        await world.crawl(A)
    held = time.monotonic() - began
    release.set()

    assert held < 2
    assert world.verdicts == {}


async def test_a_callback_that_holds_the_loop_is_named(tmp_path):
    world = World(tmp_path, {A: []})
    fast = world.callback("")
    world.callback = lambda rule: lambda page: (time.sleep(0.06), fast(page))[1]
    world.seeds = [A]
    await world.crawl(A)

    assert list(world.engine.slow) == [""]
    assert 0.06 <= world.engine.slow[""] < 5


async def test_a_full_disk_stops_the_run_and_it_goes_on_later(tmp_path):
    site = {A: [B, C], B: [], C: []}
    world = World(tmp_path, site)
    world.exporter.fails_with = OSError(28, "No space left on device")
    with pytest.raises(StuckError) as caught:
        await world.crawl(A)
    assert str(caught.value) == "export lines: No space left on device"
    assert caught.value.hint == "free some space and run the same command again"

    again = World(tmp_path, site)
    await again.crawl(A)
    assert sorted(again.records) == [A, B, C]


async def test_draining_finishes_what_is_in_flight_and_resuming_does_the_rest(tmp_path):
    links = [f"http://a.test/{n}" for n in range(30)]
    site = {A: links} | {link: [] for link in links}
    world = World(tmp_path, site)

    async def last(request):
        world.engine.frontier.close()
        return Page(request, request.url, 200, {}, b"[]")

    site[links[10]] = last
    await world.crawl(A)
    first = list(world.fetched)
    assert 11 < len(first) < 31
    assert len(world.records) == len(first)

    again = World(tmp_path, {**site, links[10]: []})
    await again.crawl(A)

    assert sorted(again.records) == sorted([A, *links])
    assert not set(first) & set(again.fetched)


async def test_stopping_at_once_leaves_a_job_that_can_go_on(tmp_path):
    async def hang(request):
        asyncio.get_running_loop().call_soon(world.engine.stop_now)
        await asyncio.sleep(3600)

    world = World(tmp_path, {A: [B, C], B: hang, C: []})
    with pytest.raises(StoppedNow):
        await world.crawl(A)

    again = World(tmp_path, {A: [B, C], B: [], C: []})
    await again.crawl(A)
    assert sorted(again.records) == [A, B, C]


async def test_a_limit_of_records_is_kept_exactly(tmp_path):
    links = [f"http://a.test/{n}" for n in range(30)]
    world = World(tmp_path, {A: links} | {link: [] for link in links}, records=7)
    await world.crawl(A)

    assert len(world.records) == 7


async def test_a_job_that_holds_as_many_records_as_wanted_fetches_nothing_more(tmp_path):
    links = [f"http://a.test/{n}" for n in range(30)]
    site = {A: links} | {link: [] for link in links}
    await World(tmp_path, site, records=7).crawl(A)
    again = World(tmp_path, site, records=7)
    async with asyncio.timeout(5):
        await again.crawl(A)

    assert again.fetched == []
    assert len(again.records) == 7


async def test_a_redirect_to_another_spelling_of_its_own_url_is_followed(tmp_path):
    spelled = "http://a.test/%7Ea"

    async def moved(request):
        return Request("http://a.test/~a", via=(spelled,))

    world = World(tmp_path, {spelled: moved, "http://a.test/~a": []})
    await world.crawl(spelled)

    assert world.records == ["http://a.test/~a"]
    assert world.verdicts == {"redirected": 1, "ok": 1}


async def test_a_form_that_redirects_to_its_own_page_gives_that_pages_record_once(tmp_path):
    """Post, redirect, get: the page is known although it is the form's own address."""
    world = World(tmp_path, {A: []})

    async def answer(request):
        if request.method == "POST":
            return Request(A, via=(A,))
        return Page(request, request.url, 200, {}, b"[]")

    world.site[A] = answer
    world.seeds_as = [Request(A), Request(A, method="POST", body=b"q=1")]
    await world.crawl(A)

    assert world.records == [A]
    assert world.verdicts == {"ok": 1, "duplicate": 1}


async def test_seeds_are_drawn_as_they_are_needed(tmp_path):
    drawn = 0

    def seeds():
        nonlocal drawn
        for number in range(5_000):
            drawn = number + 1
            yield f"http://a.test/{number}"

    class Many(dict):
        def __missing__(self, url):
            return []

    world = World(tmp_path, Many(), records=20)
    world.pace = Pace(delay=0, per_host=8, concurrency=8, obey_robots=False)
    restored_seeds = seeds()

    async def crawl():
        await world.journal.open()
        frontier = Frontier(world.pace, world.journal, clock=time.monotonic)
        world.engine = Engine(
            frontier=frontier,
            perform=world.perform,
            reader=PageReader(world.callback),
            journal=world.journal,
            relay=world.relay,
            admission=Admission(Limits(Scope.of("any", []), records=20)),
            seeds=(Request(seed) for seed in restored_seeds),
        )
        await world.engine.run()
        await world.journal.close()

    await crawl()
    assert len(world.records) == 20
    assert drawn <= 400


async def test_a_crawl_that_is_drained_draws_no_more_seeds_and_knows_that_there_are_some(tmp_path):
    seeds = [f"http://a.test/{number}" for number in range(1_000)]
    site = {seed: [] for seed in seeds}
    world = World(tmp_path, dict(site))

    async def last(request):
        world.engine.frontier.close()
        return Page(request, request.url, 200, {}, b"[]")

    world.site[seeds[199]] = last
    await world.crawl(*seeds)
    assert world.engine.seeds_left
    assert world.engine.committer.counters["seen"] <= 400

    again = World(tmp_path, site)
    await again.crawl(*seeds)
    assert sorted(again.records) == sorted(seeds)
    assert not again.engine.seeds_left


async def test_a_hosts_pause_is_durable_though_nothing_else_happens(tmp_path):
    """Killed while it waits, the next run waits for the rest of the time."""
    world = World(tmp_path, {A: FetchError("HTTP 429", throttled=True, retry=True, retry_after=60)})

    async def stop(engine):
        await asyncio.sleep(0.6)
        engine.stop_now()

    tasks = []
    with pytest.raises(StoppedNow):
        await world.crawl(A, before=lambda engine: tasks.append(asyncio.ensure_future(stop(engine))))
    store = Store(tmp_path / "job.sqlite")
    (lane,) = store.open("recipe", ["lines"]).lanes
    store.close()

    assert 50 < lane.not_before - time.time() <= 60


async def test_listeners_are_told_every_moment(tmp_path):
    told = []
    world = World(tmp_path, {A: [B], B: FetchError("status 404")})
    for moment in MOMENTS:
        setattr(world.relay, moment, lambda moment=moment, **arguments: told.append((moment, arguments)))
    await world.crawl(A)

    names = [moment for moment, _ in told]
    assert names == [
        "request_queued", "group_committed", "page_fetched", "items_kept",
        "request_queued", "group_committed", "page_failed", "group_committed",
    ]  # fmt: skip
    failed = next(arguments for moment, arguments in told if moment == "page_failed")
    assert failed["outcome"].reason == "status 404"
