"""The requests of one host take turns by pattern, and a pattern that leads only to itself comes to an end."""

from __future__ import annotations

from collections import Counter
from contextlib import closing

import pytest

from scrapekit import Request
from scrapekit.crawl.entries import Candidate, Entry, Group
from scrapekit.crawl.fairness import BLOCK, Fairness
from scrapekit.job.state import Store
from scrapekit.recipe.model import Traps

SITE = "http://a.test"
MONTH = "/calendar/{}/1"


def link(path: str, depth: int = 1, *, on: Entry | None = None, order: str = "breadth", fruitful=False):
    return Candidate(Request(SITE + path, depth=depth), order, found_on=on, fruitful=fruitful)


class Host:
    """A crawl that fetches whatever it is given: only what is taken, where, and what is refused, counts."""

    def __init__(self, fairness: Fairness, order: str = "breadth") -> None:
        self.fairness = fairness
        self.order = order
        self.refused: Counter[str] = Counter()
        self._seq = 0

    def take(self, *candidates: Candidate) -> list[Entry]:
        admitted, refused = self.fairness.admit(candidates)
        self.refused.update(reason for _, reason in refused)
        return [self._entry(*placed) for placed in admitted]

    def _entry(self, candidate: Candidate, rank: int, lineage: int) -> Entry:
        self._seq += 1
        return Entry(candidate.request, candidate.lane, rank, self._seq, candidate.fp, lineage)

    def follow(self, pattern: str, *, most: int, fruitful: bool = False, beside: str = "") -> int:
        """Go from one page to the next of a pattern until it ends; gives how many there were."""
        (entry,) = self.take(link(pattern.format(0)))
        for n in range(1, most):
            others = [link(beside.format(n), n, on=entry)] if beside else []
            found = self.take(link(pattern.format(n), n, on=entry, fruitful=fruitful), *others)
            if not any(each.request.url == SITE + pattern.format(n) for each in found):
                return n
            entry = found[0]
        return most


def test_few_pages_of_a_pattern_keep_their_plain_place() -> None:
    pages = Host(Fairness()).take(*(link(f"/p/{n}", depth=n % 5) for n in range(BLOCK)))

    assert [page.rank for page in pages] == [n % 5 for n in range(BLOCK)]


@pytest.mark.parametrize("order", ["breadth", "depth", "priority"])
def test_a_flood_of_one_pattern_lets_a_page_of_another_go_first(order: str) -> None:
    host = Host(Fairness(order), order)
    flood = host.take(*(link(f"/calendar/{n}/1", depth=n, order=order) for n in range(5_000)))

    (page,) = host.take(link("/about-us", depth=5, order=order))

    before = sum(each.place < page.place for each in flood)
    assert before <= 5 * BLOCK


def test_a_pattern_that_appears_late_starts_beside_the_others_and_not_before_them() -> None:
    host = Host(Fairness())
    old = host.take(*(link(f"/p/{n}") for n in range(100 * BLOCK)))
    host.fairness.settled(old[-1])

    late = host.take(*(link(f"/calendar/{n}/1") for n in range(3 * BLOCK)))

    assert [entry.rank for entry in late[::BLOCK]] == [100, 101, 102]


def test_a_priority_is_stronger_than_any_turn() -> None:
    host = Host(Fairness())
    many = [Candidate(Request(f"{SITE}/p/{n}", priority=1), "breadth") for n in range(10_000)]
    wanted = host.take(*many)

    (other,) = host.take(link("/about-us", depth=0))

    assert max(wanted) < other


def test_a_chain_of_pages_without_a_record_ends_by_default() -> None:
    host = Host(Fairness(traps=Traps()))

    assert host.follow(MONTH, most=20_000) == 10_001
    assert host.refused == {"to /calendar/../1, found in vain more often than crawl.traps.fruitless": 1}


@pytest.mark.slow
def test_a_chain_of_pages_with_records_ends_by_default_much_later() -> None:
    host = Host(Fairness(traps=Traps()))

    assert host.follow(MONTH, most=120_000, fruitful=True) == 100_001
    name = "to /calendar/../1, found by way of its like more often than crawl.traps.alike"
    assert host.refused == {name: 1}


def test_a_list_that_leads_to_something_new_is_not_in_vain() -> None:
    host = Host(Fairness(traps=Traps(fruitless=50)))

    assert host.follow("/list/{}", most=500, beside="/product/blue-{}") == 500
    assert not host.refused


def test_two_patterns_that_lead_to_each_other_end_too() -> None:
    host = Host(Fairness(traps=Traps(alike=50)))
    pages = host.take(link("/shelf/1?sid=0"))
    fetched = 0
    while pages:
        page = pages.pop()
        fetched += 1
        paths = (f"/shelf/1?sid={fetched}", f"/book/1?sid={fetched}")
        pages += host.take(*(link(path, on=page, fruitful=True) for path in paths))

    assert 100 <= fetched <= 2 * 50 + 3


@pytest.mark.parametrize("host", ["http://{}.a.test/", "http://www.a.test/{}/", "http://{}.shop.co.uk/"])
def test_hosts_without_end_are_one_site(host: str) -> None:
    fair = Host(Fairness(traps=Traps(fruitless=50)))
    (page,) = fair.take(Candidate(Request(host.format("x0")), "breadth"))
    fetched = 1
    while fetched < 500:
        url = host.format(f"x{fetched}")
        found = fair.take(Candidate(Request(url, depth=fetched), "breadth", found_on=page))
        if not found:
            break
        (page,) = found
        fetched += 1

    assert fetched == 51


def test_sites_of_a_public_suffix_are_apart() -> None:
    fair = Host(Fairness(traps=Traps(fruitless=5)))
    (page,) = fair.take(Candidate(Request("http://one.github.io/1"), "breadth"))
    for n in range(50):
        (page,) = fair.take(Candidate(Request(f"http://user{n}.github.io/1"), "breadth", found_on=page))

    assert not fair.refused


def test_a_million_products_named_by_lists_are_no_trap() -> None:
    host = Host(Fairness(traps=Traps(alike=10, fruitless=10)))
    (shelf,) = host.take(link("/list/1"))

    assert len(host.take(*(link(f"/product/{n}", on=shelf) for n in range(2_000)))) == 2_000


def test_pages_that_paging_asks_for_are_no_trap() -> None:
    host = Host(Fairness(traps=Traps(alike=10, fruitless=10)))
    (page,) = host.take(link("/list?page=1"))
    for n in range(2, 100):
        following = Candidate(Request(f"{SITE}/list?page={n}", paging={"n": n}), "breadth", found_on=page)
        (page,) = host.take(following)

    assert not host.refused


def test_without_traps_nothing_is_refused() -> None:
    assert Host(Fairness(traps=None)).follow(MONTH, most=12_000) == 12_000


def test_memory_holds_a_bounded_number_of_patterns_of_a_host() -> None:
    host = Host(Fairness(traps=Traps(alike=100)))
    pages = host.take(*(link(f"/{'abcdefghij'[n % 10]}{'x' * (n % 20)}y/{n}") for n in range(200)))
    words = [f"/word{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}/1" for n in range(3_000)]
    for word in words:
        pages = host.take(link(word, on=pages[0])) or pages

    assert host.refused


def test_turns_and_counts_hold_across_a_restart(tmp_path) -> None:
    traps = Traps(alike=3 * BLOCK)
    ranks = []
    refused = 0
    for run in range(5):
        store = Store(tmp_path / "job.sqlite", Fairness("breadth", traps))
        store.open("recipe")
        with closing(store):
            waiting = store.waiting("a.test", (-(1 << 62), 0), 10**6)
            page = waiting[-1] if waiting else store.commit(Group(new=[link("/calendar/0/1")]), {}).queued[0]
            new = [link(f"/calendar/{run}/{n}", on=page) for n in range(1, BLOCK + 1)]
            committed = store.commit(Group(new=new), {})
            ranks += [entry.rank for entry in committed.queued]
            refused += len(committed.refused)

    assert ranks == sorted(ranks)
    assert max(ranks) >= 1 + 2
    assert refused >= BLOCK
