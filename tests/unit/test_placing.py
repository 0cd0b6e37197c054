"""Which files have their names for good, as the store of a job says."""

from __future__ import annotations

import sqlite3
from collections import Counter

import pytest

from scrapekit.crawl.entries import Entry, Group
from scrapekit.job.placing import Placing
from scrapekit.model import Item, Origin, Outcome, Verdict
from scrapekit.page import StoredFile
from scrapekit.request import Request

RULE = "download: files"


class Folder:
    """Remembers what was asked of it."""

    prefix = "job"

    def __init__(self):
        self.there = {"c"}
        self.held, self.forgotten = [], []

    def place(self, stored):
        before = {file.key for _, file in stored} & self.there
        self.there |= {file.key for _, file in stored}
        return before

    def hold(self, stored):
        self.held += [file.key for _, file in stored]

    def forget(self, stored):
        self.forgotten += [file.key for _, file in stored]


@pytest.fixture
def folder() -> Folder:
    return Folder()


@pytest.fixture
def placing(folder) -> Placing:
    return Placing(sqlite3.connect(":memory:"), folder)


def stored(key: str) -> StoredFile:
    return StoredFile(key, f"files/{key}.png", key * 64, 7, "image/png")


def group(came: str = "", named: str = "") -> Group:
    """A group in which these files came, and a record names those."""
    request = Request("https://a.test/", RULE)
    outcomes = [Outcome(request, Verdict.OK, stored=stored(key)) for key in came]
    items = [Item("book", {}, Origin("https://a.test/"), files=[stored(key) for key in named])] * bool(named)
    return Group(done=[(Entry(request, "a.test", 0, 1, 1), each) for each in outcomes], items=items)


def commit(placing: Placing, group: Group) -> Counter[str]:
    placing.take(group)
    placing.forget(placing.keep(group))
    return group.counters


def test_a_file_whose_transaction_never_ended_has_no_name_for_good(placing):
    assert placing.placed(["a"]) == set()


def test_a_file_waits_without_a_name_until_a_record_names_it(placing, folder):
    commit(placing, group(came="ab", named="a"))
    assert (placing.placed("ab"), folder.held) == ({"a"}, ["b"])

    commit(placing, group(named="b"))

    assert (placing.placed("ab"), folder.forgotten) == ({"a", "b"}, ["a", "b"])


def test_a_file_is_counted_when_it_gets_its_name_and_once(placing):
    first = commit(placing, group(came="abc", named="ac"))
    second = commit(placing, group(named="a"))

    assert first == {f"file:files:{RULE}": 2, f"file:bytes:{RULE}": 14, f"file:known:{RULE}": 1}
    assert second == {}
