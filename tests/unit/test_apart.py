"""Pages that are read in a process apart: what they give, and what ends when they do not end."""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import resource
import signal
import subprocess
import sys
import threading
import time
from dataclasses import fields
from pathlib import Path

import pytest

from scrapekit.crawl import apart_child
from scrapekit.crawl.apart import ApartReader
from scrapekit.crawl.packing import packed
from scrapekit.crawl.page_reader import PageReader
from scrapekit.errors import FetchError
from scrapekit.model import Ask, Item, Origin, Outcome, Pending, Verdict
from scrapekit.page import Page, StoredFile
from scrapekit.request import Request

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be copied here")


def page(url="http://a.test/", body=b""):
    return Page(Request(url, "p"), url, 200, {}, body)


def outcome(page, **fields):
    return Outcome(page.request, Verdict.OK, [Item("p", fields, Origin(page.url))], notes={"n": 1})


def open_files():
    return sorted(int(entry.name) for entry in Path("/dev/fd").iterdir())


def stand_still(page):
    while True:
        time.sleep(3600)


class _Reader(ApartReader):
    """Begins a process whenever a page needs one, as `PageReader` does."""

    def read(self, page):
        self.begin()
        return super().read(page)


@pytest.fixture
def reading():
    """``reading(callback, patience)``: the reader, closed at the end."""
    made = []

    def make(callback, patience=30.0):
        made.append(_Reader(lambda rule: callback, patience))
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory is taken")
@pytest.mark.parametrize("share", [0.9, 1.1], ids=["while it is handed back", "while it is read"])
def test_a_page_that_takes_too_much_memory_fails_and_the_next_is_read(reading, share, monkeypatch):
    def take(page):
        return outcome(page, text="x" * int(share * 100 * 2**20) if "bad" in page.url else "")

    monkeypatch.setattr(apart_child, "memory_for", lambda size: 100 * 2**20)
    reader = reading(take)
    ended = reader.read(page("http://a.test/bad"))

    assert (ended.verdict, ended.reason) == (Verdict.FAILED, "reading it took more than 100 MiB of memory")
    assert reader.read(page()).verdict is Verdict.OK


def test_a_process_begins_quickly_however_many_files_may_be_open(reading):
    """Some systems allow a thousand million, which nobody could close one after the other."""
    reader = reading(lambda page: outcome(page, files=open_files()))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Path(os.devnull).open() as high:
        try:
            number = os.dup2(high.fileno(), soft - 1)
            found = reader.read(page()).items[0].fields["files"]
        finally:
            os.close(number)

    assert number not in found
    assert len(found) == 5  # three of the terminal's, the pipe, and the folder that is listed


def reads_in_turn(reader, pages):
    async def read():
        try:
            return await asyncio.gather(*map(reader.read_apart, pages), return_exceptions=True)
        finally:
            reader.close()

    return asyncio.run(read())


def test_processes_are_forked_in_the_thread_that_runs_page_rules():
    """Elsewhere the loop may be inside an XPath just then, and stay there for ever in the copy."""

    def tell(page):
        if "bad" in page.url:
            os.kill(os.getpid(), signal.SIGSEGV)
        return outcome(page, thread=threading.current_thread().name)

    pages = [page(f"http://a.test/{name}") for name in ("bad/1", "bad/2", "bad/3", "a", "b", "c")]
    ended = reads_in_turn(PageReader(lambda rule: tell), pages)

    assert [each.verdict for each in ended] == [Verdict.FAILED] * 3 + [Verdict.OK] * 3
    assert {item.fields["thread"] for each in ended for item in each.items} == {"MainThread"}


def test_a_process_that_cannot_be_begun_costs_its_page_alone():
    reader = PageReader(lambda rule: outcome)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    async def read():
        await reader.read_apart(page())
        with_one = reader.read_apart(page())
        lowest = os.dup(0)
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
        try:
            without = await reader.read_apart(page())
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        ended = await with_one, without, await reader.read_apart(page())
        reader.close()
        return ended

    first, second, third = asyncio.run(read())

    assert [each.verdict for each in (first, second, third)] == [Verdict.OK, Verdict.FAILED, Verdict.OK]
    assert second.reason == ("no process to read it in could be begun: [Errno 24] Too many open files")


def test_no_file_and_no_process_is_left():
    def stumble(page):
        if "bad" in page.url:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome(page)

    before = set(open_files())
    pages = [page(f"http://a.test/{name}{n}") for n in range(6) for name in ("bad", "good")]
    reads_in_turn(PageReader(lambda rule: stumble), pages)

    assert set(open_files()) <= before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


_KILLED = """
import os, sys, time
from scrapekit.crawl import apart_child
from scrapekit.crawl.apart import ApartReader
from scrapekit.crawl import apart_child
from scrapekit.page import Page
from scrapekit.request import Request

apart_child._GRACE = 0.2
def read(page):
    print(os.getpid(), flush=True)
    while True:
        time.sleep(3600)

reader = ApartReader(lambda rule: read, 0.5)
reader.begin()
reader._patience = 3600
reader.read(Page(Request("http://a.test/", "p"), "http://a.test/", 200, {}, b""))
"""


@pytest.mark.slow
def test_a_page_that_is_being_read_ends_soon_after_its_parent_was_killed():
    with subprocess.Popen([sys.executable, "-c", _KILLED], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline()
        os.kill(parent.pid, signal.SIGKILL)
        # The child holds the other end of it: there is nothing more to read when it is gone.
        assert parent.stdout.read() == ""


def test_what_is_handed_back_is_whole_whatever_it_holds():
    request = Request("http://a.test/", "p", "POST", (("a", "b"),), b"x", carry={"n": 1}, via=("u",))
    item = Item("p", {"n": 1}, Origin("http://a.test/", "p", 3, 1.5), "key", "new")
    stored = StoredFile("k", "a/b", "0" * 64, 5, "text/plain")
    pending = Pending("p", "j", "s", [Ask(1, request)], {"n": 1})
    everything = Outcome(
        request, Verdict.OK, [item], [request], "r", {"n": 1}, 200, [item], [pending], ("e", "m"), "a", stored
    )
    assert all(getattr(everything, each.name) != each.default for each in fields(everything))

    assert pickle.loads(packed(everything, [])) == (everything, [])
