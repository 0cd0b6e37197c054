"""A host that stumbles loses no page by it, and is not stormed with retries: read from its own log."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from fault_site import FaultSite, Wire, act, answer, book, by_turn, links
from job_runner import Job, recipe

pytestmark = pytest.mark.slow

TRIES = 4
AT_ONCE = 2
"""How many requests may be on their way to a host, and so be counted a moment late."""


def stumbles(share: float, page: int, turn: int) -> bool:
    """Whether a page answers 503 when it is asked for the *turn*-th time, from 0; each time anew."""
    return random.Random(page * 1_000 + turn).random() < share


def flaky(site: FaultSite, pages: int, share: float) -> None:
    """Serve so many pages, of whose answers a *share* is 503."""
    site.serve("/", links(*[f"/{n}" for n in range(pages)]))

    def serve(host: str, path: str):
        if not path[1:].isdigit():
            return None

        async def behave(wire: Wire) -> None:
            busy = stumbles(share, int(path[1:]), wire.turn)
            await act(answer("", "503 Busy") if busy else book(path), wire)

        return behave

    site.patterns.append(serve)


def lost(pages: int, share: float) -> set[str]:
    """The pages of which no try brings anything."""
    return {f"/{n}" for n in range(pages) if all(stumbles(share, n, turn) for turn in range(TRIES))}


def check_pace_of_retries(site: FaultSite, share: float) -> int:
    """Those in vain are fifty and a tenth of all, and then five a second; gives how many there were."""
    asked: Counter[str] = Counter()
    vain = 0
    for n, exchange in enumerate(site.log):
        turn, asked[exchange.path] = asked[exchange.path], asked[exchange.path] + 1
        vain += turn > 0 and stumbles(share, int(exchange.path[1:] or 0), turn)
        assert vain <= 50 + 0.1 * n + (exchange.start - site.log[0].start) / 0.2 + AT_ONCE, n
    return vain


@pytest.mark.parametrize(("pages", "share"), [(300, 0.2), (75, 0.9)])
def test_a_host_that_stumbles_loses_no_page_that_a_further_try_brings(site, tmp_path, pages, share):
    flaky(site, pages, share)
    crawl = f"delay: 0, per_host: {AT_ONCE}, robots: ignore"
    job = Job(tmp_path, recipe([site.url("/")], crawl=crawl, http=f"retries: {TRIES - 1}"))

    ended = job.run("-q", seconds=120)

    told = {failure["reason"] for failure in ended.report["failures"]}
    assert set(job.titles()) == {f"/{n}" for n in range(pages)} - lost(pages, share), told
    assert told == ({f"HTTP 503 Service Unavailable ({TRIES} tries)"} if lost(pages, share) else set())
    assert max(Counter(exchange.path for exchange in site.log).values()) <= TRIES
    # Where nine of ten answers bring nothing, they are more than the host has to bear at once.
    assert check_pace_of_retries(site, share) > 110 or share < 0.5


def test_a_crawl_that_is_killed_while_retries_are_put_off_loses_no_page(site, tmp_path):
    """They are put off in memory only: the next run asks for their pages afresh."""
    busy = answer("", "503 Busy")
    site.serve("/", links(*[f"/{n}" for n in range(120)]))
    for n in range(120):
        site.serve(f"/{n}", by_turn(busy, busy, book(f"/{n}")) if n % 5 < 3 else book(f"/{n}"))
    crawl = "delay: 20ms, robots: ignore"
    job = Job(tmp_path, recipe([site.url("/")], crawl=crawl, http="retries: 2"))

    job.run_until(lambda: site.wait_for(lambda: len(site.log) > 160))
    ended = job.run("-q")

    assert ended.code == 0
    assert job.titles() == sorted(f"/{n}" for n in range(120))
