"""The one thread that writes: exports first, then the store."""

from __future__ import annotations

import errno
import threading
from types import SimpleNamespace

import pytest

from scrapekit import Item, Origin, Outcome, Request, StuckError, UsageError, Verdict
from scrapekit.crawl.entries import Candidate, Group
from scrapekit.errors import ExitCode
from scrapekit.job.ending import Ending
from scrapekit.job.folder import JobFolder
from scrapekit.job.journal import Journal
from scrapekit.job.state import Store
from scrapekit.report import Report

REPORT = Report.from_json(
    Report("books", "job", ExitCode.COMPLETE, "complete", "", 1.0, False, 0, 0, {}, {}, 0, 0).to_json()
    | {"exports": [], "failures": [], "broken": [], "listeners_off": []}
)


class Memory:
    """An exporter that keeps its records in a list and remembers what was asked of it."""

    guarantee = "exactly once"

    def __init__(self) -> None:
        self.records: list[object] = []
        self.calls: list[str] = []
        self.threads: set[str] = set()
        self.error: OSError | None = None

    def _called(self, name: str) -> None:
        self.calls.append(name)
        self.threads.add(threading.current_thread().name)
        if self.error:
            raise self.error

    def open(self, position):
        self._called(f"open {position}")
        del self.records[position["n"] if position else 0 :]

    def write(self, items):
        self._called(f"write {len(items)}")
        self.records += [item.fields["n"] for item in items]

    def checkpoint(self):
        self._called("checkpoint")
        return {"n": len(self.records)}

    def close(self, finished):
        self._called(f"close {finished}")


class Keeping(Memory):
    """An exporter that can leave an earlier file where it is."""

    def __init__(self, earlier: bool) -> None:
        super().__init__()
        self.earlier = earlier

    def keep_earlier(self):
        self._called("keep_earlier")
        return self.earlier


@pytest.fixture
def exporter():
    return Memory()


def journal(tmp_path, exporter, select=lambda items: items):
    export = SimpleNamespace(name="memory:out.txt", exporter=exporter, select=select)
    return Journal(Store(tmp_path / "job.sqlite"), [export], "recipe")


def group(*numbers, url="http://a.test/"):
    items = [Item("n", {"n": n}, Origin(url)) for n in numbers]
    return Group(new=[Candidate(Request(f"{url}{n}"), "breadth") for n in numbers], items=items)


async def test_a_group_is_written_and_its_position_stored(tmp_path, exporter):
    first = journal(tmp_path, exporter)
    await first.open()
    await first.commit(group(1, 2))
    await first.close()
    second = journal(tmp_path, exporter)
    restored = await second.open()
    await second.close()

    assert restored.positions == {"memory:out.txt": {"n": 2}}
    assert exporter.calls == [
        "open None",
        "write 2",
        "checkpoint",
        "close False",
        "open {'n': 2}",
        "close False",
    ]


async def test_everything_blocking_happens_on_one_thread(tmp_path, exporter):
    one = journal(tmp_path, exporter)
    await one.open()
    await one.commit(group(1))
    await one.publish()
    await one.close()

    assert len(exporter.threads) == 1
    assert "MainThread" not in exporter.threads


async def test_a_crash_between_export_and_store_is_healed_on_resume(tmp_path, exporter):
    one = journal(tmp_path, exporter)
    await one.open()
    await one.commit(group(1))
    entry = (await one.waiting("a.test", (-1, -1), 9))[0]
    broken = Group(done=[(entry, Outcome(entry.request, Verdict.OK))], items=group(7).items)
    broken.counters["bad"] = object()  # type: ignore[assignment]
    with pytest.raises(Exception, match=r"not supported|unsupported"):
        await one.commit(broken)
    await one.close()
    assert exporter.records == [1, 7]

    again = journal(tmp_path, exporter)
    await again.open()
    assert exporter.records == [1]
    assert [e.request.url for e in await again.waiting("a.test", (-1, -1), 9)] == ["http://a.test/1"]
    await again.close()


async def test_a_group_without_records_for_an_export_leaves_it_alone(tmp_path, exporter):
    one = journal(tmp_path, exporter, select=lambda items: [])
    await one.open()
    await one.commit(group(1, 2))
    await one.close()

    assert exporter.calls == ["open None", "close False"]


@pytest.mark.parametrize(
    ("exporter", "fruitless", "kept", "calls"),
    [
        (Keeping(earlier=True), ["memory:out.txt"], ["memory:out.txt"], ["keep_earlier"]),
        (Keeping(earlier=False), ["memory:out.txt"], [], ["keep_earlier", "close True"]),
        (Keeping(earlier=True), [], [], ["close True"]),
        (Memory(), ["memory:out.txt"], [], ["close True"]),
    ],
)
async def test_an_earlier_file_stays_where_nothing_was_found_and_the_exporter_can_keep_it(
    tmp_path, exporter, fruitless, kept, calls
):
    one = journal(tmp_path, exporter)
    await one.open()
    told = await one.publish(fruitless)
    await one.close()

    assert (told, exporter.calls) == (kept, ["open None", *calls])


async def test_publishing_is_not_yet_the_end_of_a_job(tmp_path, exporter):
    one = journal(tmp_path, exporter)
    await one.open()
    await one.publish()
    before = JobFolder(tmp_path).ended()
    await one.finish(Ending(REPORT, "all"))
    await one.close()

    assert (before, JobFolder(tmp_path).untold()) == (False, Ending(REPORT, "all"))


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        (errno.ENOSPC, "free some space and run the same command again"),
        (errno.EIO, "mend it and run the same command again"),
    ],
)
async def test_what_the_disk_refuses_is_a_clear_stop(tmp_path, exporter, code, hint):
    one = journal(tmp_path, exporter)
    await one.open()
    exporter.error = OSError(code, "it said no")
    with pytest.raises(StuckError) as caught:
        await one.commit(group(1))
    exporter.error = None
    await one.close()

    assert (str(caught.value), caught.value.hint) == ("export memory:out.txt: it said no", hint)


async def test_a_file_that_cannot_be_written_is_a_mistake_of_the_command(tmp_path, exporter):
    exporter.error = OSError(errno.EACCES, "Permission denied")
    one = journal(tmp_path, exporter)
    with pytest.raises(UsageError) as caught:
        await one.open()
    await one.close()

    assert str(caught.value) == "cannot write out.txt: Permission denied"


async def test_an_exporter_that_cannot_be_closed_keeps_no_other_open(tmp_path, exporter):
    """Its records are safe: on resume it is opened at the position that the store knows."""
    broken = Memory()
    exports = [
        SimpleNamespace(name=f"memory:{n}", exporter=one, select=lambda items: items)
        for n, one in enumerate((broken, exporter))
    ]
    one = Journal(Store(tmp_path / "job.sqlite"), exports, "recipe")
    await one.open()
    await one.commit(group(1))
    broken.error = OSError(errno.EIO, "Input/output error")
    await one.close()

    assert (broken.calls[-1], exporter.calls[-1]) == ("close False", "close False")


async def test_a_bug_in_closing_comes_out_after_everything_else_was_closed(tmp_path, exporter):
    class Buggy(Memory):
        def close(self, finished):
            raise ZeroDivisionError

    exports = [
        SimpleNamespace(name=f"memory:{n}", exporter=one, select=lambda items: items)
        for n, one in enumerate((exporter, Buggy(), Memory()))
    ]
    one = Journal(Store(tmp_path / "job.sqlite"), exports, "recipe")
    await one.open()
    with pytest.raises(ZeroDivisionError):
        await one.close()

    assert [export.exporter.calls[-1:] for export in exports] == [
        ["close False"],
        ["open None"],
        ["close False"],
    ]


async def test_one_of_two_exports_that_cannot_be_published_leaves_a_job_that_can_go_on(tmp_path, exporter):
    other = Memory()
    exports = [
        SimpleNamespace(name=f"memory:{n}", exporter=one, select=lambda items: items)
        for n, one in enumerate((exporter, other))
    ]
    one = Journal(Store(tmp_path / "job.sqlite"), exports, "recipe")
    await one.open()
    await one.commit(group(1, 2))
    other.error = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(StuckError):
        await one.publish()
    await one.close()
    other.error = None

    again = Journal(Store(tmp_path / "job.sqlite"), exports, "recipe")
    await again.open()
    await again.publish()
    await again.close()
    assert [export.exporter.calls[-2:] for export in exports] == [["open {'n': 2}", "close True"]] * 2


async def test_a_store_that_cannot_be_opened_leaves_nothing_open(tmp_path, exporter):
    (tmp_path / "job.sqlite").mkdir()
    one = journal(tmp_path, exporter)
    with pytest.raises(StuckError, match="unable to open database file"):
        await one.open()
    await one.close()

    assert exporter.calls == []
