"""The durable frontier: what a job folder remembers."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from scrapekit import Outcome, Request, StuckError, Verdict
from scrapekit.crawl.entries import Candidate, Group
from scrapekit.errors import JobError
from scrapekit.job.state import Store


@pytest.fixture
def path(tmp_path):
    return tmp_path / "job.sqlite"


@pytest.fixture
def store(path):
    store = Store(path)
    store.open("recipe-1")
    yield store
    store.close()


def new(*urls, **more):
    return [Candidate(Request(url), "breadth", **more) for url in urls]


def commit(store, *urls):
    return store.commit(Group(new=new(*urls)), {})


def everything(store, lane):
    return [entry.request.url for entry in store.waiting(lane, (-1, -1), 100)]


def test_a_url_is_queued_once(store):
    first = commit(store, "http://a.test/x", "http://a.test/x#top", "http://A.test:80/x")
    again = commit(store, "http://a.test/x")

    assert [entry.request.url for entry in first.queued] == ["http://a.test/x"]
    assert (first.duplicates, again.duplicates, list(again.queued)) == (2, 1, [])


def test_requests_with_other_bodies_are_other_requests(store):
    posts = [Request("http://a.test/x", method="POST", body=body) for body in (b"q=1", b"q=2", b"q=1")]
    committed = store.commit(Group(new=[Candidate(post, "breadth") for post in posts]), {})

    assert [entry.request.body for entry in committed.queued] == [b"q=1", b"q=2"]


def test_what_was_queued_is_there_after_reopening(store, path):
    commit(store, "http://a.test/1", "http://a.test/2", "http://b.test/1")
    store.close()
    reopened = Store(path)
    restored = reopened.open("recipe-1")

    assert restored.resumed
    assert {lane.name: lane.waiting for lane in restored.lanes} == {"a.test": 2, "b.test": 1}
    assert everything(reopened, "a.test") == ["http://a.test/1", "http://a.test/2"]
    assert restored.counters["seen"] == 3
    reopened.close()


def test_a_request_comes_back_as_it_was(store):
    request = Request(
        "http://a.test/x?q=ü",
        "product",
        "POST",
        headers=(("X-One", "1"),),
        body=b"\x00\xff",
        depth=3,
        priority=2,
        carry={"a": [1, None, "ü"]},
        paging={"n": 4},
        via=("http://a.test/y",),
    )
    store.commit(Group(new=[Candidate(request, "breadth")]), {})

    (entry,) = store.waiting("a.test", (-(1 << 62), 0), 1)
    assert entry.request == request


def test_done_requests_leave_the_queue_with_their_verdicts(store):
    entries = commit(store, "http://a.test/1", "http://a.test/2", "http://a.test/3").queued
    verdicts = [Verdict.OK, Verdict.FAILED, Verdict.OK]
    done = [(e, Outcome(e.request, v, reason="status 404")) for e, v in zip(entries, verdicts, strict=True)]
    committed = store.commit(Group(done=done), {})

    assert committed.verdicts == {"ok": 2, "failed": 1}
    assert everything(store, "a.test") == []
    assert [(f.url, f.verdict, f.reason) for f in store.failures(9)] == [
        ("http://a.test/2", "failed", "status 404")
    ]


def test_a_group_is_stored_whole_or_not_at_all(store):
    (entry,) = commit(store, "http://a.test/1").queued
    group = Group(done=[(entry, Outcome(entry.request, Verdict.OK))], new=new("http://a.test/2"))

    with pytest.raises(TypeError):
        store.commit(group, {"books": {"offset": object()}})
    assert everything(store, "a.test") == ["http://a.test/1"]


def test_a_redirect_to_a_known_url_ends_as_a_duplicate(store):
    known, moved = commit(store, "http://a.test/known", "http://a.test/moved").queued
    hop = Request("http://a.test/known", via=("http://a.test/moved",))
    outcome = Outcome(moved.request, Verdict.REDIRECTED, requests=(hop,))
    committed = store.commit(
        Group(done=[(moved, outcome)], new=[Candidate(hop, "breadth", hop_of=moved)]), {}
    )

    assert committed.verdicts == {"duplicate": 1}
    assert everything(store, "a.test") == ["http://a.test/known"]
    assert known.seq == 1


def test_a_redirect_back_to_its_own_start_is_queued_again(store):
    (start,) = commit(store, "http://a.test/start").queued
    back = Candidate(Request("http://a.test/start", via=("x",)), "breadth")
    back.again = True
    committed = store.commit(
        Group(done=[(start, Outcome(start.request, Verdict.REDIRECTED))], new=[back]), {}
    )

    assert [entry.seq for entry in committed.queued] == [2]


def test_positions_are_stored_with_the_pages_they_belong_to(store, path):
    store.commit(Group(new=new("http://a.test/1")), {"jsonl": {"offset": 120}})
    store.commit(Group(new=new("http://a.test/2")), {"jsonl": {"offset": 240}})
    store.close()
    reopened = Store(path)

    assert reopened.open("recipe-1").positions == {"jsonl": {"offset": 240}}
    reopened.close()


def test_deeper_pages_wait_behind_shallow_ones(store):
    requests = [Request(f"http://a.test/{n}", depth=depth) for n, depth in enumerate([2, 0, 1, 0])]
    store.commit(Group(new=[Candidate(request, "breadth") for request in requests]), {})

    assert everything(store, "a.test") == [f"http://a.test/{n}" for n in (1, 3, 2, 0)]


def test_seeds_and_links_that_are_known_already_are_counted_apart(store):
    commit(store, "http://a.test/1")
    group = Group(
        new=[
            Candidate(Request("http://a.test/1", "other"), "breadth"),
            Candidate(Request("http://a.test/1", depth=1), "breadth"),
            Candidate(Request("http://a.test/1", depth=2), "breadth"),
        ]
    )
    store.commit(group, {})

    assert (group.counters["duplicate_seeds"], group.counters["duplicates"]) == (1, 2)


def test_another_recipe_may_not_go_on_with_the_job(store, path):
    commit(store, "http://a.test/1")
    store.close()
    with closing(Store(path)) as other, pytest.raises(JobError) as caught:
        other.open("recipe-2")

    assert str(caught.value) == (
        f"{path.parent} holds an unfinished job of another recipe, "
        "or of this one with other settings or inputs"
    )
    assert caught.value.hint == (
        "run with --fresh to begin anew, undo the change to go on, or use another folder with --job"
    )


def test_a_file_that_is_no_store_is_a_clear_stop(path):
    path.write_bytes(b"this is no database, and long enough to be looked at" * 40)
    with (
        closing(Store(path)) as broken,
        pytest.raises(StuckError, match="is damaged: file is not a database"),
    ):
        broken.open("recipe-1")


def test_a_million_fingerprints_need_no_list_in_memory(store):
    """The look-up of what is known goes by chunks: more than SQLite's limit of variables is fine."""
    urls = [f"http://a.test/{n}" for n in range(2_345)]
    commit(store, *urls)

    assert commit(store, *urls, "http://a.test/new").duplicates == 2_345


def test_the_store_is_a_file_people_can_look_into(store, path):
    commit(store, "http://a.test/1")
    store.close()
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT name, request FROM queue JOIN lane ON lane.id = queue.lane").fetchall()
    db.close()

    assert rows == [("a.test", '{"url":"http://a.test/1","page":""}')]


def test_following_pages_that_differ_in_a_header_only_are_requests_of_their_own(store):
    pages = [Request("http://a.test/x", headers=(("Page", n),), paging={"key": n}) for n in "123"]
    committed = store.commit(Group(new=[Candidate(page, "breadth") for page in pages]), {})

    assert len(committed.queued) == 3
    assert store.commit(Group(new=[Candidate(pages[0], "breadth")]), {}).duplicates == 1


def test_a_store_whose_making_was_interrupted_is_made_anew(path):
    """As a kill leaves it: the file is there, and none of its tables."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
    store = Store(path)

    assert not store.open("recipe-1").resumed
    store.close()


def test_a_store_that_cannot_be_opened_is_a_clear_stop(path):
    path.mkdir()
    with pytest.raises(StuckError) as caught:
        Store(path).open("recipe-1")

    assert str(caught.value) == f"cannot use {path}: unable to open database file"


def test_a_job_that_has_not_begun_may_go_on_with_another_recipe(store, path):
    store.close()
    changed = Store(path)
    assert changed.open("recipe-2").counters == {}
    commit(changed, "http://a.test/1")
    changed.close()

    with pytest.raises(JobError, match="holds an unfinished job of another recipe"):
        Store(path).open("recipe-1")


def test_a_job_that_holds_records_goes_on_with_the_same_files_only(path):
    store = Store(path)
    store.open("recipe-1", ["jsonl:out/books.jsonl", "csv:books.csv"])
    (entry,) = commit(store, "http://a.test/1").queued
    group = Group(done=[(entry, Outcome(entry.request, Verdict.OK))])
    group.counters["records:book"] = 1
    store.commit(group, {})
    store.close()
    same = Store(path)
    same.open("recipe-1", ["csv:books.csv", "jsonl:out/books.jsonl"])
    same.close()

    with pytest.raises(JobError) as caught:
        Store(path).open("recipe-1", ["jsonl:other.jsonl", "csv:books.csv"])
    assert str(caught.value) == (
        f"{path.parent} holds an unfinished job that writes to books.csv and out/books.jsonl, "
        "not to books.csv and other.jsonl"
    )
    assert caught.value.hint == "name the same files to go on, or run with --fresh to begin anew"


def test_a_job_that_holds_no_record_yet_may_write_elsewhere(path):
    for target in ("jsonl:a.jsonl", "jsonl:b.jsonl"):
        store = Store(path)
        store.open("recipe-1", [target])
        commit(store, f"http://a.test/{target}")
        store.close()


def test_a_job_remembers_when_it_began(path, store):
    began = Store(path).open("recipe-1").began
    commit(store, "http://a.test/x")
    store.close()

    again = Store(path)

    assert began is not None
    assert again.open("recipe-1").began == again.open("recipe-1").began
    again.close()


def test_a_job_in_which_nothing_was_done_begins_when_it_is_taken_up(path, store):
    note = "UPDATE meta SET value = '86400.0' WHERE key = 'began'"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(note)
    idle = Store(path).open("recipe-1").began
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(note)
    commit(store, "http://a.test/x")
    store.close()

    busy = Store(path)

    assert idle is not None
    assert idle > 86400.0
    assert busy.open("recipe-1").began == 86400.0
    busy.close()
