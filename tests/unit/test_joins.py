"""Records that wait in the store: what they ask, what answers them, what becomes of those nobody answers."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from scrapekit import Item, Origin, Outcome, Request, StuckError, Verdict
from scrapekit.crawl.entries import Candidate, Entry, Group
from scrapekit.job.joins import JoinTerms
from scrapekit.job.journal import Journal
from scrapekit.job.state import Store
from scrapekit.model import Answered, Ask, Pending, Step
from scrapekit.web.scope import Scope

SITE = "http://a.test"


def ask(name: str, place: int = 1, **more) -> Ask:
    return Ask(place, Request(f"{SITE}/{name}", "asked", ask=f"ask {name}", **more))


class Joiner:
    """A record that needs the pages its state names, one after another; it holds what they answered."""

    def advance(self, state: str, answers: Mapping[int, Answered]) -> Step:
        wanted = state.split()[1:]
        for place, name in enumerate(wanted, start=1):
            if place not in answers:
                return Step(asks=[ask(name, place)])
        if "bad" in wanted:
            return Step(fault="this record cannot be made")
        parts = [part for answered in answers.values() for part in answered.parts]
        return Step(items=[Item("n", {"state": state, "parts": parts}, Origin(SITE))], notes={"made": 1})


class Job:
    """A store with joins, and the pages it is told of."""

    def __init__(self, store: Store, **terms) -> None:
        self.store = store
        terms = {"joiners": {"j": Joiner()}, "scope": Scope.of("any", []), **terms}
        self.joins = store.joins(JoinTerms(**terms), 0)
        self.entries: dict[str, Entry] = {}
        self.counters: dict[str, int] = {}

    def commit(self, group: Group) -> Group:
        with self.store.transaction():
            self.joins.settle(group)
            committed = self.store.write(group, {})
        self.entries |= {entry.request.url.removeprefix(f"{SITE}/"): entry for entry in committed.queued}
        for name, count in group.counters.items():
            self.counters[name] = self.counters.get(name, 0) + count
        return group

    def begin(self, *states: str) -> Group:
        """A page whose records wait for the pages that their states name."""
        if "page" not in self.entries:
            self.commit(Group(new=[Candidate(Request(f"{SITE}/page"), "breadth")]))
        entry = self.entries["page"]
        pending = [Pending("n", "j", state, [ask(state.split()[1])], {}) for state in states]
        done = [(entry, Outcome(entry.request, Verdict.OK, pending=pending))]
        return self.commit(Group(done=done, pending=[(entry, each) for each in pending]))

    def end(self, name: str, verdict: Verdict = Verdict.OK, answer: str | None = "!", new=()) -> Group:
        """The page of that name ends so."""
        entry = self.entries[name]
        answer = name if answer == "!" else answer
        done = [(entry, Outcome(entry.request, verdict, reason="HTTP 404", answer=answer))]
        return self.commit(Group(done=done, new=[Candidate(request, "breadth") for request in new]))

    @property
    def waiting(self) -> int:
        return self.counters.get("joined:begun", 0) - self.counters.get("joined:ended", 0)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "job.sqlite")
    store.open("recipe")
    yield store
    store.close()


@pytest.fixture
def job(store):
    return Job(store)


def kept(group: Group) -> list[tuple[str, list[str]]]:
    return [(item.fields["state"], item.fields["parts"]) for item in group.items]


def test_a_record_is_in_the_group_that_brings_its_last_answer(job):
    begun = job.begin("1 x y")
    first, last = job.end("x"), job.end("y")

    assert (kept(begun), kept(first), kept(last)) == ([], [], [("1 x y", ["x", "y"])])
    assert last.completed == [(job.entries["y"].request, last.items)]
    assert (last.counters["records:n"], last.counters["note:made"], job.waiting) == (1, 1, 0)


def test_one_request_answers_all_records_those_that_ask_later_too(job):
    job.begin("1 x", "2 x")
    answered = job.end("x")
    late = job.begin("3 x")

    assert kept(answered) == [("1 x", ["x"]), ("2 x", ["x"])]
    assert kept(late) == [("3 x", ["x"])]
    assert (job.counters["join:asked:asked"], job.counters["join:shared:asked"]) == (1, 2)
    assert job.counters["seen"] == 2


@pytest.mark.parametrize(
    "verdict", [Verdict.FAILED, Verdict.ROBOTS, Verdict.OUT_OF_SCOPE, Verdict.DROPPED, Verdict.SKIPPED]
)
def test_a_page_that_does_not_come_completes_its_records_without_it(job, verdict):
    job.begin("1 x")
    ended = job.end("x", verdict, None)

    assert kept(ended) == [("1 x", [])]
    assert (job.counters["join:failed:asked"], job.waiting) == (1, 0)


def test_a_redirect_leaves_the_question_open_and_its_target_answers(job):
    job.begin("1 x")
    entry = job.entries["x"]
    hop = Request(f"{SITE}/moved", "asked", ask="ask x", via=(entry.request.url,))
    candidate = Candidate(hop, "breadth", hop_of=entry)
    candidate.again = True
    outcome = Outcome(entry.request, Verdict.REDIRECTED, requests=(hop,))
    moved = job.commit(Group(done=[(entry, outcome)], new=[candidate]))

    assert (kept(moved), job.waiting) == ([], 1)
    assert kept(job.end("moved")) == [("1 x", ["moved"])]


def test_an_answer_may_go_on_over_pages_until_one_was_there_before(job):
    job.begin("1 x")
    two = Request(f"{SITE}/two", "asked", ask="ask x", paging={"n": 2})
    again = Request(f"{SITE}/x", "asked", ask="ask x", paging={"n": 3})
    first = job.end("x", new=[two])
    last = job.end("two", new=[again])

    assert (kept(first), kept(last)) == ([], [("1 x", ["x", "two"])])
    assert last.counters["note:paging asked stopped: repeated page"] == 1
    assert job.counters["seen"] == 3


def test_what_may_not_be_asked_is_not_and_counted(store):
    job = Job(store, scope=Scope.of("host", ["http://b.test/"]))
    begun = job.begin("1 x")

    assert kept(begun) == [("1 x", [])]
    assert begun.counters["note:asked: out of scope"] == 1
    assert begun.counters["join:unasked:asked"] == 1


def test_no_more_records_are_kept_than_are_wanted(store):
    job = Job(store, limit=2)
    job.begin("1 x", "2 x", "3 x")
    ended = job.end("x")

    assert [state for state, _ in kept(ended)] == ["1 x", "2 x"]
    assert ended.counters["records:n"] == 2
    assert [len(items) for _, items in ended.completed] == [1, 1, 0]


def test_a_record_that_cannot_be_made_makes_the_page_fail_that_completes_it(job, store):
    job.begin("1 bad", "2 bad")
    ended = job.end("bad")

    assert (kept(ended), ended.counters["verdict:failed"], job.waiting) == ([], 1, 0)
    assert [failure.reason for failure in store.failures(9)] == ["this record cannot be made"]


def test_what_waits_goes_on_after_reopening(job, store, tmp_path):
    job.begin("1 x", "2 y x")
    job.end("y")
    store.close()
    again = Store(tmp_path / "job.sqlite")
    again.open("recipe")
    resumed = Job(again)
    resumed.entries = {
        entry.request.url.rpartition("/")[2]: entry for entry in again.waiting("a.test", (-1, -1), 9)
    }

    assert list(resumed.entries) == ["x"]
    assert kept(resumed.end("x")) == [("1 x", ["x"]), ("2 y x", ["y", "x"])]
    again.close()


def journal(tmp_path, write, **terms):
    exporter = SimpleNamespace(
        open=lambda position: None, write=write, checkpoint=dict, close=lambda finished: None
    )
    export = SimpleNamespace(name="memory:out", exporter=exporter, select=lambda items: items)
    terms = JoinTerms({"j": Joiner()}, Scope.of("any", []), **terms)
    return Journal(Store(tmp_path / "job.sqlite"), [export], "recipe", terms)


async def test_a_group_that_cannot_be_exported_leaves_no_trace_of_its_answers(tmp_path):
    def full(items):
        raise OSError(28, "No space left on device")

    first = journal(tmp_path, full)
    await first.open()
    (page,) = (await first.commit(Group(new=[Candidate(Request(f"{SITE}/page"), "breadth")]))).queued
    pending = Pending("n", "j", "1 x", [ask("x")], {})
    outcome = Outcome(page.request, Verdict.OK, pending=[pending])
    (asked,) = (await first.commit(Group(done=[(page, outcome)], pending=[(page, pending)]))).queued
    answer = Outcome(asked.request, Verdict.OK, answer="x")
    with pytest.raises(StuckError):
        await first.commit(Group(done=[(asked, answer)]))
    await first.close()

    written: list[Item] = []
    second = journal(tmp_path, written.extend)
    await second.open()
    (again,) = await second.waiting("a.test", (-1, -1), 9)
    await second.commit(Group(done=[(again, answer)]))
    await second.close()

    assert [item.fields["parts"] for item in written] == [["x"]]


async def test_at_the_end_of_a_crawl_what_waits_is_completed_without_its_pages(tmp_path):
    written: list[Item] = []
    first = journal(tmp_path, written.extend)
    await first.open()
    (page,) = (await first.commit(Group(new=[Candidate(Request(f"{SITE}/page"), "breadth")]))).queued
    pending = [Pending("n", "j", f"{number} x y", [ask("x")], {}) for number in range(700)]
    outcome = Outcome(page.request, Verdict.OK, pending=pending)
    await first.commit(Group(done=[(page, outcome)], pending=[(page, each) for each in pending]))
    counted = await first.complete_waiting()
    nothing = await first.complete_waiting()
    await first.close()

    assert [item.fields["state"] for item in written] == [f"{number} x y" for number in range(700)]
    assert (counted["records:n"], counted["joined:ended"], +nothing) == (700, 700, {})
