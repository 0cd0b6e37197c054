"""A group held against what earlier jobs knew: what is dropped, skipped, asked again, and noted."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scrapekit.crawl.entries import Candidate, Entry, Group, identity
from scrapekit.errors import JobError
from scrapekit.job.history import History, fold, note_known
from scrapekit.job.sifting import SeenTerms, Sifting
from scrapekit.model import Item, Origin, Outcome, Pending, Verdict
from scrapekit.recipe.model import SeenRule
from scrapekit.request import Request

PAGE = Request("https://a.test/1", "book")
TAGGED = ('"x"', "")


class Folder:
    """Jobs in turn, each with a group; a job's notes go to the history when the next begins."""

    def __init__(self, path: Path) -> None:
        self.store, self.history = path / "job.sqlite", path / "history.sqlite"

    def job(self, group: Group, *, whole: bool = True, **terms: Any) -> Group:
        """Hold the group of a whole job against the jobs before it."""
        sifting = self.sifting(**terms)
        sifting.sift(group)
        sifting.close()
        self.store.unlink(missing_ok=True)
        with closing(sqlite3.connect(self.store)) as db, db:
            note_known(db, group.marks, group.known_pages)
        fold(self.store, self.history, whole=whole)
        return group

    def sifting(
        self, emit: Any = "new", by: Sequence[str] = ("id",), recipe: str = "r", **rule: Any
    ) -> Sifting:
        terms = SeenTerms({"book": SeenRule(tuple(by), emit, **rule)}, {"book"}, recipe)
        sifting = Sifting(History(self.history), terms)
        sifting.open()
        return sifting


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path)


def book(url: str = PAGE.url, **fields: object) -> Item:
    return Item("book", fields, Origin(url))


def records(*items: Item) -> Group:
    return Group(items=list(items))


def visit(request: Request = PAGE, **found: Any) -> Group:
    entry = Entry(request, "a.test", 0, 1, identity(request))
    outcome = Outcome(request, Verdict.OK, validators=TAGGED, **found)
    return Group(visits=[(entry, outcome)])


def asks(folder: Folder, request: Request, **terms: Any) -> list[Request]:
    """What becomes of one request that a page named."""
    group = Group(new=[Candidate(request, "breadth")])
    sifting = folder.sifting(**terms)
    sifting.sift(group)
    sifting.close()
    return [candidate.request for candidate in group.new]


def test_records_with_one_identity_are_each_compared_with_all_there_were(folder):
    folder.job(records(book(id=1, price=3), book(id=1, price=4)), emit="changed")

    group = folder.job(records(book(id=1, price=4), book(id=1, price=5), book(id=1, price=3)), emit="changed")

    assert [(item.fields["price"], item.seen) for item in group.items] == [(5, "changed")]


def test_a_content_that_came_back_is_a_change(folder):
    for price in (3, 4):
        folder.job(records(book(id=1, price=price)), emit="changed")

    assert folder.job(records(book(id=1, price=3)), emit="changed").items[0].seen == "changed"


def test_within_a_job_nothing_is_compared(folder):
    assert len(folder.job(records(book(id=1), book(id=1))).items) == 2


def test_a_record_without_an_identity_is_always_exported(folder):
    for _ in range(2):
        group = folder.job(records(book(id=None)))

        assert (len(group.items), group.marks) == (1, [])


def test_a_record_is_known_by_several_fields_or_by_its_page(folder):
    several, page = ("id", "lang"), ()
    folder.job(records(book(id=1, lang="en")), by=several)
    folder.job(records(book(id=9)), by=page)

    assert folder.job(records(book(id=1, lang="de")), by=several).items != []
    assert folder.job(records(book(id=1, lang="en")), by=several).items == []
    assert folder.job(records(book(id=8)), by=page).items == []
    assert folder.job(records(book("https://a.test/2", id=8)), by=page).items != []


def test_a_known_page_is_asked_for_with_its_validators(folder):
    folder.job(visit())

    assert asks(folder, PAGE)[0].validators == TAGGED


@pytest.mark.parametrize(
    "request_",
    [
        Request(PAGE.url, "book", carry={"price": 3}),
        Request(PAGE.url, "book", headers=(("Accept-Language", "de"),)),
        Request(PAGE.url, "listing"),
        Request(PAGE.url, "book", ask="a question"),
    ],
)
def test_what_a_page_gave_holds_for_the_same_question_only(folder, request_):
    folder.job(visit())

    assert asks(folder, request_)[0].validators is None


def test_what_a_page_gave_holds_for_the_same_recipe_only(folder):
    folder.job(visit())

    assert asks(folder, PAGE, recipe="another")[0].validators is None


@pytest.mark.parametrize(
    "found",
    [
        {"pending": [Pending("book", "j", "", (), {})]},
        {"quarantined": [book(id=1)]},
        {"requests": [Request("https://a.test/2", "book", late=("inputs.token",))]},
        {"requests": [Request(f"https://a.test/{'x' * 1000}{n}", "book") for n in range(300)]},
    ],
)
def test_a_page_that_has_to_be_read_for_its_effects_is_always_read(folder, found):
    folder.job(visit(**found))

    assert asks(folder, PAGE)[0].validators is None


def test_a_page_that_did_not_change_leads_on_from_where_it_stands_now(folder):
    link = Request("https://a.test/2", "book", depth=1)
    folder.job(visit(requests=[link], items=[book(id=1)], notes={"a remark": 2}))
    sifting = folder.sifting()

    outcome = sifting.recall(Request(PAGE.url, "book", depth=2, validators=TAGGED))
    sifting.close()

    assert outcome is not None
    assert (outcome.verdict, outcome.requests) == (
        Verdict.NOT_MODIFIED,
        [Request("https://a.test/2", "book", depth=3)],
    )
    assert outcome.notes == {"a remark": 2, "records of pages that were not read again: book": 1}


def test_a_link_to_follow_once_is_dropped_where_its_page_or_a_redirect_to_it_is_known(folder):
    folder.job(visit(Request("https://a.test/new", "book", via=("https://a.test/old",))))

    for url in ("https://a.test/new", "https://a.test/old"):
        assert asks(folder, Request(url, "book", once=True)) == []
    assert len(asks(folder, Request("https://a.test/other", "book", once=True))) == 1


def test_cut_short_a_job_leaves_pages_unknown_whose_records_waited(folder):
    waiting = {"pending": [Pending("book", "j", "", (), {})]}
    once = Request(PAGE.url, "book", once=True)
    folder.job(visit(**waiting), whole=False)
    assert len(asks(folder, once)) == 1

    folder.job(visit(**waiting))

    assert asks(folder, once) == []


def test_a_job_that_is_folded_twice_is_known_once(folder):
    folder.job(records(book(id=1)))
    with closing(sqlite3.connect(folder.history)) as db:
        before = db.execute("SELECT * FROM known_record").fetchall()

    fold(folder.store, folder.history, whole=True)

    with closing(sqlite3.connect(folder.history)) as db:
        assert db.execute("SELECT * FROM known_record").fetchall() == before
    assert len(before) == 1


def test_a_job_that_compares_nothing_leaves_no_history(tmp_path):
    with closing(sqlite3.connect(tmp_path / "job.sqlite")) as db:
        db.execute("CREATE TABLE meta(key)")

    fold(tmp_path / "job.sqlite", tmp_path / "history.sqlite", whole=True)

    assert not (tmp_path / "history.sqlite").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no database" * 100, "cannot use {}: file is not a database"),
        (b"", "{} was written by another version of scrapekit"),
    ],
)
def test_a_history_that_cannot_be_read_is_named(folder, content, message):
    folder.history.write_bytes(content)

    with pytest.raises(JobError) as caught:
        folder.sifting()

    assert str(caught.value) == message.format(folder.history)
    assert caught.value.hint == "remove history.sqlite: then every record counts as new once more"
