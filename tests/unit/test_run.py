"""One run from the outside: a real recipe, a real server on the loopback, and the report it ends in."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from loopback import Answer, Asked, serving
from scrapekit import hookimpl
from scrapekit.errors import ExitCode, JobError, UsageError
from scrapekit.job.folder import JobFolder
from scrapekit.report import ExportReport, Failure, Report
from scrapekit.run import Prepared, RunSettings, StopSignal, acknowledge, prepare, run

RECIPE = """\
scrapekit: 1
name: books
inputs:
  site: { type: string }
seeds:
  listing: "{{ inputs.site }}/"
pages:
  listing:
    links: { book: a }
  book:
    item: book
    fields: { title: h1 }
crawl: { delay: 0 }
http: { retries: 0 }
export: out/books.jsonl
"""


class Site:
    """Pages by path, and what was asked for."""

    def __init__(self, books: int) -> None:
        links = "".join(f"<a href='/{n}'>{n}</a>" for n in range(books))
        self.pages = {"/": links} | {f"/{n}": f"<h1>Book {n}</h1>" for n in range(books)}
        self.asked: list[str] = []
        self.on_ask: Callable[[str], None] = lambda path: None
        self.url = ""

    def _answer(self, asked: Asked) -> Answer:
        self.asked.append(asked.path)
        self.on_ask(asked.path)
        text = self.pages.get(asked.path)
        return Answer(f"<html><body>{text}") if text else Answer(status=404)

    @contextmanager
    def served(self) -> Iterator[Site]:
        with serving(self._answer) as self.url:
            yield self


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(3).served() as site:
        yield site


class Command:
    """What a user types, in a folder of its own."""

    def __init__(self, folder: Path, site: Site, recipe: str = RECIPE) -> None:
        self.folder = folder
        self.site = site
        (folder / "books.yaml").write_text(recipe)

    async def __call__(self, **settings) -> Report:
        stop = settings.pop("stop", None)
        watch = settings.pop("watch", None)
        told = settings.pop("told", True)
        return await run(self.prepared(**settings), stop=stop, watch=watch, told=told)

    def prepared(self, **settings) -> Prepared:
        inputs = {"site": self.site.url}
        return prepare(RunSettings(self.folder / "books.yaml", inputs, out_dir=self.folder, **settings))

    @property
    def job(self) -> Path:
        return self.folder / ".scrapekit" / "books"

    @property
    def out(self) -> Path:
        return self.folder / "out" / "books.jsonl"

    def titles(self, name: str = "out/books.jsonl") -> list[str]:
        return sorted(json.loads(line)["title"] for line in (self.folder / name).read_text().splitlines())


@pytest.fixture
def command(tmp_path: Path, site: Site) -> Command:
    return Command(tmp_path, site)


ALL = ["Book 0", "Book 1", "Book 2"]


async def test_a_complete_run_reports_all_it_did(command, site):
    site.pages["/"] += "<a href='/gone'>gone</a><a href='http://other.test/'>away</a>"
    report = await command(overrides=[("crawl.allow_failed", "0.5")])

    assert replace(report, elapsed=0.0, bytes=0) == Report(
        recipe="books",
        job=str(command.job),
        exit_code=ExitCode.COMPLETE,
        outcome="complete",
        reason="nothing was left to fetch",
        elapsed=0.0,
        resumed=False,
        seen=5,
        waiting=0,
        verdicts={"ok": 4, "failed": 1},
        pages={"listing": {"seen": 1, "ok": 1}, "book": {"seen": 4, "ok": 3, "failed": 1}},
        records={"book": 3},
        retries=0,
        bytes=0,
        exports=[ExportReport("jsonl", str(command.out), 3, "exactly once", published=True)],
        failures=[Failure(f"{site.url}/gone", "book", "failed", "HTTP 404 Not Found", 1)],
        notes={"links out of scope": 1},
        broken=[],
        listeners_off=[],
    )
    assert command.titles() == ALL
    assert json.loads((command.job / "report.json").read_text()) == report.to_json()


async def test_a_run_that_is_drained_is_resumed_and_nothing_is_fetched_twice(command, site):
    stop = StopSignal()
    site.on_ask = lambda path: stop.drain() if path == "/" else None
    first = await command(stop=stop)

    assert (first.outcome, first.exit_code, first.reason) == (
        "interrupted",
        ExitCode.INTERRUPTED,
        "stopped; run the same command again to go on",
    )
    assert (first.seen, first.waiting, first.verdicts) == (4, 3, {"ok": 1})
    assert not first.exports[0].published
    assert not command.out.exists()

    site.on_ask = lambda path: None
    second = await command()
    assert (second.outcome, second.resumed, second.verdicts) == ("complete", True, {"ok": 4})
    assert command.titles() == ALL
    assert sorted(path for path in site.asked if path != "/robots.txt") == ["/", "/0", "/1", "/2"]


async def test_a_run_that_is_stopped_before_it_began_is_interrupted_and_not_complete(command, site):
    stop = StopSignal()
    stop.drain()
    first = await command(stop=stop)

    assert (first.outcome, site.asked) == ("interrupted", [])
    assert (await command()).outcome == "complete"
    assert command.titles() == ALL


async def test_a_run_that_is_stopped_twice_ends_at_once_and_can_go_on(command, site):
    stop, asked = StopSignal(), threading.Event()

    def hang(path):
        if path == "/1":
            stop.drain()
            stop.now()
            asked.wait(5)

    site.on_ask = hang
    first = await command(stop=stop)
    asked.set()

    assert (first.outcome, first.reason) == ("interrupted", "stopped at once")
    site.on_ask = lambda path: None
    assert (await command()).outcome == "complete"
    assert command.titles() == ALL


async def test_a_job_that_was_complete_begins_anew(command, site):
    await command()
    site.pages["/0"] = "<h1>Book 0, second edition</h1>"
    second = await command()

    assert (second.resumed, second.seen) == (False, 4)
    assert command.titles() == ["Book 0, second edition", "Book 1", "Book 2"]


@pytest.mark.parametrize("name", ["a#b", "50%25", "why?", "übung"])
async def test_a_complete_job_is_known_as_such_whatever_its_folder_is_called(command, name):
    await command(job=command.folder / name)
    second = await command(job=command.folder / name)

    assert not second.resumed


async def test_fresh_forgets_what_an_interrupted_run_did(command, site):
    stop = StopSignal()
    site.on_ask = lambda path: stop.drain() if path == "/" else None
    first = await command(stop=stop)
    assert first.outcome == "interrupted"

    second = await command(fresh=True)
    assert (second.outcome, second.resumed, second.records) == ("complete", False, {"book": 3})
    assert command.titles() == ALL


async def test_a_limit_publishes_what_there_is_and_the_next_run_begins_anew(command):
    first = await command(limit=2)
    assert (first.outcome, first.exit_code, first.records) == (
        "limit reached",
        ExitCode.COMPLETE,
        {"book": 2},
    )
    assert len(command.titles()) == 2

    second = await command()
    assert (second.outcome, second.resumed) == ("complete", False)
    assert command.titles() == ALL


KINDS = {"json": {}, "jsonl": {}, "csv": {}, "tsv": {}, "sqlite": {}}
ADDED_TO = {"jsonl": "append: true", "sqlite": "mode: update"}


def exports_of(kinds: Mapping[str, object]) -> str:
    """A recipe with an export of each kind, each with the option given for it."""
    listed = "".join(
        f"  - {kind}: {{ path: out/books.{kind}{f', {option}' if option else ''} }}\n"
        for kind, option in kinds.items()
    )
    return RECIPE.replace("export: out/books.jsonl\n", f"export:\n{listed}")


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def test_a_run_that_finds_nothing_leaves_the_files_of_an_earlier_one(tmp_path, site):
    command = Command(tmp_path, site, exports_of(KINDS))
    first = await command()
    yesterday = files_in(tmp_path / "out")
    for number in range(3):
        site.pages[f"/{number}"] = "<p>sold out</p>"
    second = await command()

    assert [(e.published, e.kept) for e in first.exports] == [(True, False)] * len(KINDS)
    assert second.exit_code is ExitCode.BROKEN_CONTRACT
    assert [(e.records, e.published, e.kept) for e in second.exports] == [(0, False, True)] * len(KINDS)
    assert files_in(tmp_path / "out") == yesterday
    assert sorted(yesterday) == sorted(f"books.{kind}" for kind in KINDS)


async def test_a_run_that_finds_nothing_adds_nothing_to_a_file_that_is_added_to(tmp_path, site):
    command = Command(tmp_path, site, exports_of(ADDED_TO))
    await command()
    yesterday = command.titles()
    for number in range(3):
        site.pages[f"/{number}"] = "<p>sold out</p>"
    second = await command()

    assert [(e.records, e.published, e.kept) for e in second.exports] == [(0, True, False)] * 2
    assert command.titles() == yesterday == ALL
    with closing(sqlite3.connect(tmp_path / "out" / "books.sqlite")) as db:
        assert [row[0] for row in db.execute("SELECT title FROM book ORDER BY title")] == ALL


async def test_an_empty_file_appears_where_there_was_none(command, site):
    for number in range(3):
        site.pages[f"/{number}"] = "<p>sold out</p>"
    report = await command()

    assert (report.exports[0].published, report.exports[0].kept) == (True, False)
    assert command.out.read_bytes() == b""


async def test_only_a_broken_contract_keeps_an_earlier_file(command, site):
    await command()
    for number in range(3):
        site.pages[f"/{number}"] = "<p>sold out</p>"
    report = await command(overrides=[("expect.book.min", "0")])

    assert (report.outcome, report.exports[0].published, report.exports[0].kept) == ("complete", True, False)
    assert command.out.read_bytes() == b""


async def test_of_two_files_only_the_one_without_records_is_kept(tmp_path, site):
    where = (
        "export:\n  - out/books.jsonl\n  - jsonl: { path: out/last.jsonl, where: \"title == 'Book 2'\" }\n"
    )
    command = Command(tmp_path, site, RECIPE.replace("export: out/books.jsonl\n", where))
    await command()
    site.pages["/2"] = "<p>sold out</p>"
    report = await command(overrides=[("expect.book.min", "3")])

    assert [(e.records, e.published, e.kept) for e in report.exports] == [(2, True, False), (0, False, True)]
    assert command.titles() == ["Book 0", "Book 1"]
    assert command.titles("out/last.jsonl") == ["Book 2"]


async def test_that_an_earlier_file_was_kept_is_told_again(command, site):
    await command()
    for number in range(3):
        site.pages[f"/{number}"] = "<p>sold out</p>"
    first = await command(told=False)

    assert await command() == replace(first, told_again=True)
    assert (first.exports[0].kept, command.titles()) == (True, ALL)


@pytest.mark.parametrize(
    ("recipe", "settings", "outcome"),
    [
        (RECIPE, {}, "complete"),
        (RECIPE, {"limit": 2}, "limit reached"),
        (RECIPE.replace("title: h1", "title: h6"), {}, "broken contract"),
    ],
)
async def test_a_job_whose_end_was_not_told_is_told_again_and_nothing_is_fetched(
    tmp_path, site, recipe, settings, outcome
):
    command = Command(tmp_path, site, recipe)
    first = await command(told=False, **settings)
    asked, written = list(site.asked), command.out.read_bytes()
    second = await command(told=False, **settings)
    third = await command(**settings)

    assert (first.outcome, first.told_again) == (outcome, False)
    assert second == third == replace(first, told_again=True)
    assert (site.asked, command.out.read_bytes()) == (asked, written)
    assert json.loads((command.job / "report.json").read_text()) == third.to_json()
    assert not (await command(**settings)).told_again


async def test_once_its_end_is_acknowledged_a_job_begins_anew(command, site):
    prepared = command.prepared()
    report = await run(prepared, told=False)
    acknowledge(prepared, report)
    site.asked.clear()

    assert not (await command()).told_again
    assert len(site.asked) == 5


async def test_a_job_that_can_go_on_is_not_over_when_its_report_was_told(command, site):
    prepared, stop = command.prepared(), StopSignal()
    site.on_ask = lambda path: stop.drain() if path == "/" else None
    acknowledge(prepared, await run(prepared, stop=stop, told=False))
    site.on_ask = lambda path: None

    assert (await command()).resumed


async def test_an_acknowledgement_does_not_disturb_another_run_of_the_job(command, site):
    prepared = command.prepared()
    report = await run(prepared, told=False)
    with JobFolder(prepared.job) as folder:
        acknowledge(prepared, report)

        assert folder.untold() is not None


@pytest.mark.parametrize(
    "settings",
    [
        {"fresh": True},
        {"limit": 3},
        {"overrides": [("expect.book.min", "2")]},
        {"overrides": [("expect.book.unique", "[title]")]},
        {"overrides": [("crawl.allow_failed", "0.5")]},
        {"overrides": [("crawl.depth", "9")]},
        {"outputs": ["elsewhere.jsonl"]},
    ],
)
async def test_to_another_question_an_untold_report_is_no_answer(command, settings):
    await command(told=False)
    second = await command(**settings)

    assert (second.told_again, second.resumed, second.records) == (False, False, {"book": 3})


async def test_a_report_is_not_told_again_when_its_file_is_gone(command):
    await command(told=False)
    command.out.unlink()
    second = await command()

    assert (second.told_again, command.titles()) == (False, ALL)


async def test_an_export_that_is_no_file_here_is_told_again_all_the_same(command):
    class Nowhere:
        guarantee = "at least once"

        def open(self, position): ...

        def write(self, items): ...

        def checkpoint(self):
            return {}

        def close(self, finished): ...

    async def again() -> Report:
        prepared = command.prepared()
        exports = tuple(replace(export, exporter=Nowhere()) for export in prepared.plan.exports)
        return await run(replace(prepared, plan=replace(prepared.plan, exports=exports)), told=False)

    await again()

    assert (await again()).told_again


async def test_listeners_are_told_again_too(command):
    class Bell:
        heard: ClassVar[list[object]] = []

        @hookimpl
        def run_started(self, resumed):
            self.heard.append(resumed)

        @hookimpl
        def run_finished(self, report):
            self.heard.append(report["told_again"])

    await command(told=False)
    prepared = command.prepared()
    prepared.plugins.listen("bell", Bell())
    await run(prepared)

    assert Bell.heard == [True, True]


async def interrupted_after(command: Command, site: Site, path: str) -> Report:
    stop = StopSignal()
    site.on_ask = lambda asked: stop.drain() if asked == path else None
    report = await command(stop=stop, overrides=[("crawl.per_host", "1")])
    site.on_ask = lambda asked: None
    return report


async def test_a_limit_below_what_an_unfinished_job_holds_is_refused(command, site):
    assert (await interrupted_after(command, site, "/1")).records == {"book": 2}
    with pytest.raises(JobError) as caught:
        await command(limit=1)

    assert str(caught.value) == f"{command.job} holds an unfinished job with 2 records already, more than 1"
    assert (await command(limit=2)).outcome == "limit reached"
    assert len(command.titles()) == 2


async def test_a_job_does_not_go_on_in_another_file(command, site):
    await interrupted_after(command, site, "/1")
    with pytest.raises(JobError, match=r"writes to out/books.jsonl, not to other.jsonl"):
        await command(outputs=["other.jsonl"])

    await command()
    assert command.titles() == ALL
    assert not (command.folder / "other.jsonl").exists()


async def test_a_file_that_cannot_be_written_costs_no_job(command, site):
    command.out.mkdir(parents=True)
    with pytest.raises(UsageError):
        await command()

    report = await command(outputs=["elsewhere.jsonl"])
    assert report.outcome == "complete"
    assert command.titles("elsewhere.jsonl") == ALL


async def test_a_report_that_cannot_be_written_is_told_in_the_report(command):
    (command.job / "report.json.part").mkdir(parents=True)
    report = await command()

    assert (report.outcome, report.exit_code) == ("stuck", ExitCode.STUCK)
    assert report.reason == (
        f"nothing was left to fetch; cannot write {command.job / 'report.json'}: Is a directory"
    )
    assert command.titles() == ALL

    (command.job / "report.json.part").rmdir()
    again = await command()
    assert (again.outcome, again.told_again) == ("complete", True)


async def test_a_bug_in_a_callback_leaves_a_job_that_can_go_on(command, site):
    prepared = command.prepared()

    def buggy(page):
        raise ZeroDivisionError

    broken = replace(prepared.plan, _callbacks={**prepared.plan._callbacks, "book": buggy})
    with pytest.raises(ZeroDivisionError):
        await run(replace(prepared, plan=broken))
    report = await command()

    assert (report.outcome, report.resumed) == ("complete", True)
    assert command.titles() == ALL


async def test_a_run_without_records_is_no_success(command, site):
    for number in range(3):
        site.pages[f"/{number}"] = "<p>sold out</p>"
    report = await command()

    assert (report.outcome, report.exit_code) == ("broken contract", ExitCode.BROKEN_CONTRACT)
    assert report.broken == ["no book record was found"]


async def test_whoever_watches_sees_numbers_that_add_up(command):
    seen = []
    await command(watch=seen.append)

    assert all(s.seen == sum(s.verdicts.values()) + s.waiting + s.in_flight for s in seen)
    assert (seen[-1].verdicts, seen[-1].records) == ({"ok": 4}, {"book": 3})


async def test_a_page_that_came_but_could_not_be_read_was_tried_once(command, site):
    site.pages["/1"] = "<div>" * 5000
    report = await command(overrides=[("crawl.allow_failed", "0.5")])

    reason = "pages.book: parser html: the page cannot be read whole: Excessive depth in document: 2048"
    assert report.failures == [Failure(f"{site.url}/1", "book", "failed", reason, 1)]


async def test_a_second_seed_with_a_known_address_is_noted_as_a_seed(tmp_path, site):
    seeds = '  listing: "{{ inputs.site }}/"\n'
    command = Command(tmp_path, site, RECIPE.replace(seeds, seeds + seeds.replace("listing", "book")))
    report = await command()

    assert report.notes == {"seeds whose address is known already": 1}


@pytest.mark.parametrize("good", [0, 1])
async def test_a_display_that_breaks_is_named_and_the_run_goes_on_without_it(command, site, caplog, good):
    seen = []

    def show(snapshot):
        seen.append(snapshot)
        if len(seen) > good:
            raise ZeroDivisionError("no room\nleft")

    report = await command(watch=show)

    assert (report.outcome, report.listeners_off) == (
        "complete",
        ["progress display: ZeroDivisionError: no room"],
    )
    assert [record.getMessage() for record in caplog.records] == [f"switched off {report.listeners_off[0]}"]
    assert len(seen) == good + 1


async def test_two_runs_of_one_job_exclude_each_other(command, site):
    started = asyncio.Event()
    loop = asyncio.get_running_loop()
    site.on_ask = lambda path: loop.call_soon_threadsafe(started.set)
    running = asyncio.ensure_future(command())
    async with asyncio.timeout(10):
        await started.wait()
    with pytest.raises(JobError, match="is in use by another run"):
        await command()

    assert (await running).outcome == "complete"


@pytest.mark.parametrize(
    ("budget", "reason", "most"),
    [
        ("{ requests: 4 }", "crawl.budget.requests is used up: 4", 4),
        ("{ items: 2 }", "crawl.budget.items is used up: 2", 99),
        ("{ bytes: 100B }", "crawl.budget.bytes is used up: 100", 99),
    ],
)
async def test_a_budget_that_is_used_up_ends_the_run_with_what_there_is(site, tmp_path, budget, reason, most):
    recipe = RECIPE.replace("crawl: { delay: 0 }", f"crawl: {{ delay: 0, per_host: 1, budget: {budget} }}")

    report = await Command(tmp_path, site, recipe)()

    assert (report.outcome, report.reason, report.exit_code) == ("limit reached", reason, ExitCode.COMPLETE)
    assert len([path for path in site.asked if path != "/robots.txt"]) <= most
    assert len((tmp_path / "out/books.jsonl").read_text().splitlines()) == report.records.get("book", 0)


async def test_a_host_may_have_a_pace_of_its_own(tmp_path, site):
    slow = RECIPE.replace("crawl: { delay: 0 }", "crawl: { delay: 1h, sites: { 127.0.0.1: { delay: 0 } } }")

    assert (await Command(tmp_path, site, slow)()).outcome == "complete"


async def test_robots_txt_may_be_left_aside_for_one_host(tmp_path, site):
    recipe = RECIPE.replace("{ delay: 0 }", "{ delay: 0, sites: { 127.0.0.1: { robots: ignore } } }")

    await Command(tmp_path, site, recipe)()

    assert "/robots.txt" not in site.asked
