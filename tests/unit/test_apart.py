"""Pages that are read in a process apart: what they give, and what ends when they do not end."""

from __future__ import annotations

import logging
import os
import signal
import time

import pytest

from scrapekit.crawl.apart import ApartReader
from scrapekit.errors import FetchError
from scrapekit.model import Item, Origin, Outcome, Verdict
from scrapekit.page import Page
from scrapekit.request import Request

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be copied here")


def page(url="http://a.test/"):
    return Page(Request(url, "p"), url, 200, {}, b"")


def outcome(page, **fields):
    return Outcome(page.request, Verdict.OK, [Item("p", fields, Origin(page.url))], notes={"n": 1})


def stand_still(page):
    while True:
        time.sleep(3600)


@pytest.fixture
def reading():
    """``reading(callback, patience)``: the reader, closed at the end."""
    made = []

    def make(callback, patience=30.0):
        made.append(ApartReader(lambda rule: callback, patience))
        return made[-1]

    yield make
    for reader in made:
        reader.close()


def test_an_outcome_comes_back_as_it_was(reading):
    reader = reading(lambda page: outcome(page, rule=page.request.page))
    here = page()

    assert reader.read(here) == outcome(here, rule="p")


def test_an_answer_that_is_no_page_comes_back_with_all_it_says(reading):
    reader = reading(lambda page: FetchError("busy", retry=True, retry_after=3.0, status=503, throttled=True))
    error = reader.read(page())

    assert isinstance(error, FetchError)
    assert (str(error), vars(error)) == (
        "busy",
        vars(FetchError("busy", retry=True, retry_after=3.0, status=503, throttled=True)),
    )


def test_one_process_reads_page_after_page(reading):
    reader = reading(lambda page: outcome(page, pid=os.getpid()))
    first, second = (reader.read(page()).items[0].fields["pid"] for _ in range(2))

    assert first == second != os.getpid()


def test_a_page_that_takes_too_long_fails_and_its_process_is_gone(reading):
    reader = reading(stand_still, patience=0.05)
    ended = reader.read(page())

    assert (ended.verdict, ended.reason) == (Verdict.FAILED, "reading it took longer than 0.05 s")
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_the_page_after_one_that_took_too_long_is_read(reading):
    reader = reading(lambda page: stand_still(page) if "slow" in page.url else outcome(page), patience=0.5)

    assert [reader.read(page(f"http://a.test/{name}")).verdict for name in ("slow", "good")] == [
        Verdict.FAILED,
        Verdict.OK,
    ]


def test_a_page_that_its_process_falls_over_fails_and_the_next_is_read(reading):
    def fall(page):
        if "bad" in page.url:
            os.kill(os.getpid(), signal.SIGSEGV)
        return outcome(page)

    reader = reading(fall)
    ended = reader.read(page("http://a.test/bad"))

    assert ended.reason == "reading it broke off: its process ended with SIGSEGV"
    assert reader.read(page()).verdict is Verdict.OK


def test_a_bug_comes_out_with_the_place_where_it_is(reading):
    def stumble(page):
        raise ZeroDivisionError("a bug in a callback")

    with pytest.raises(ZeroDivisionError) as caught:
        reading(stumble).read(page())

    assert "in stumble" in caught.value.__notes__[0]


def test_what_cannot_be_handed_on_is_an_error_that_shows_it(reading):
    with pytest.raises(RuntimeError, match="cannot hand on Outcome"):
        reading(lambda page: outcome(page, function=lambda: 0)).read(page())


def test_what_is_logged_there_is_logged_here(reading, caplog):
    def tell(page):
        logging.getLogger("scrapekit.plugins").warning("something about %s", page.url)
        return outcome(page)

    reading(tell).read(page())

    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("scrapekit.plugins", "something about http://a.test/")
    ]


def test_the_process_holds_no_lock_of_its_parents(reading, tmp_path):
    """A parent that is killed leaves its locks to nobody."""
    with (tmp_path / "lock").open("w") as lock:
        reader = reading(lambda page: os.fstat(lock.fileno()))

        with pytest.raises(OSError, match="Bad file descriptor"):
            reader.read(page())


def test_ctrl_c_does_not_reach_what_is_being_read(reading):
    def interrupted(page):
        os.kill(os.getpid(), signal.SIGINT)
        return outcome(page)

    assert reading(interrupted).read(page()).verdict is Verdict.OK
