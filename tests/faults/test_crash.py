"""Jobs that are killed, stopped, starved of disk, damaged or moved: nothing is lost, nothing is doubled."""

from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing

import pytest
from fault_site import after, answer, links
from job_runner import Job, recipe

pytestmark = pytest.mark.slow

PAGES = 60
EXPORTS = "[jsonl: out/books.jsonl, json: out/books.json, csv: out/books.csv, sqlite: out/books.sqlite]"


@pytest.fixture
def shop(site):
    """A shop of sixty books behind one page of links; gives a function that makes its recipe."""
    site.serve("/", links(*[f"/{n}" for n in range(PAGES)]))

    def serve(seconds: float = 0.02, size: int = 0, crawl: str = "delay: 0, per_host: 4") -> str:
        def page(_: str, path: str):
            if not path[1:].isdigit():
                return None
            title = path.removeprefix("/")
            return after(seconds, answer(f"<h1>{title}</h1><p>{'é' * (size // 2)}</p>"))

        site.patterns.append(page)
        text = recipe([site.url("/")], crawl=crawl).replace("export: out/books.jsonl", f"export: {EXPORTS}")
        return text.replace("      url: {", "      text: { css: p, default: '' }\n      url: {")

    return serve


def numbers(job: Job) -> list[int]:
    """The books that every export of a job holds, after checking that they hold the same."""
    import csv
    import json

    csv.field_size_limit(2**24)
    out = job.folder / "out"
    found = sorted(int(record["title"]) for record in job.records())
    assert sorted(int(r["title"]) for r in json.loads((out / "books.json").read_text())) == found
    with (out / "books.csv").open(newline="") as file:
        assert sorted(int(row["title"]) for row in csv.DictReader(file)) == found
    with closing(sqlite3.connect(out / "books.sqlite")) as db:
        assert sorted(int(row[0]) for row in db.execute("SELECT title FROM book")) == found
    return found


def go_on(job: Job) -> None:
    """The same command again brings the job to its end, whole."""
    ended = job.run("-q")

    assert ended.code == 0, ended.output
    assert ended.report["verdicts"] == {"ok": PAGES + 1}
    assert numbers(job) == list(range(PAGES))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_ends_with_130_and_goes_on_without_fetching_anything_twice(
    shop, site, tmp_path, how
):
    job = Job(tmp_path, shop(seconds=0.1))

    process, began = job.start(), time.monotonic()
    site.wait_for(lambda: len(site.log) > 20)
    process.send_signal(how)
    ended = job.finish(process, began)

    assert (ended.code, ended.report["outcome"]) == (130, "interrupted")
    assert "to go on, give the same command again: scrapekit run job.yaml" in ended.output
    assert ended.report["waiting"] > 0
    go_on(job)
    pages = [e.path for e in site.log if e.path != "/robots.txt"]
    assert len(pages) == len(set(pages))


def test_stopped_twice_it_ends_at_once(shop, site, tmp_path):
    job = Job(tmp_path, shop(seconds=20))

    process, began = job.start(), time.monotonic()
    site.wait_for(lambda: len(site.log) > 3)
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    ended = job.finish(process, began)

    assert (ended.code, ended.report["reason"]) == (130, "stopped at once")
    assert ended.seconds < 5


@pytest.mark.parametrize("largest", [0, 900_000])
def test_a_full_disk_ends_with_3_and_the_job_goes_on_when_there_is_room(shop, site, tmp_path, largest):
    job = Job(tmp_path, shop(seconds=0, size=30_000))

    ended = job.run("-q", largest_file=largest)

    assert ended.code == 3
    assert "run the same command again" in ended.output
    go_on(job)


def test_out_of_open_files_it_ends_with_3_blames_no_page_and_goes_on_when_there_are_more(
    shop, site, tmp_path
):
    job = Job(tmp_path, shop(seconds=0.5, crawl="delay: 0, per_host: 60, concurrency: 60"))

    ended = job.finish(job.start("-q", most_files=48), time.monotonic())

    assert (ended.code, ended.report["failures"]) == (3, []), ended.output
    assert "too many open files" in ended.output
    assert "ulimit -n" in ended.output
    go_on(job)


def test_a_damaged_store_is_told_in_a_line_and_a_fresh_start_is_offered(shop, site, tmp_path):
    job = Job(tmp_path, shop())
    job.run_until(lambda: site.wait_for(lambda: len(site.log) > 30))
    for log in ("-wal", "-shm"):  # they could still hold the whole of it
        job.store.with_name(job.store.name + log).unlink(missing_ok=True)
    job.store.write_bytes(b"this is no database, but somebody's diary\n" * 200)

    ended = job.run("-q")

    assert ended.code == 3
    assert ended.output.splitlines() == [
        "error: .scrapekit/books/job.sqlite is damaged: file is not a database",
        "hint: run with --fresh to begin anew",
    ]
    assert job.run("-q", "--fresh").code == 0
    assert numbers(job) == list(range(PAGES))


def test_a_clock_that_was_set_back_holds_nobody(shop, site, tmp_path):
    job = Job(tmp_path, shop())
    job.run_until(lambda: site.wait_for(lambda: len(site.log) > 20))
    with closing(sqlite3.connect(job.store)) as db:
        db.execute("UPDATE lane SET not_before = ?", (time.time() + 365 * 86400,))
        db.commit()

    began = time.monotonic()
    go_on(job)

    assert time.monotonic() - began < 10


def test_a_second_run_of_a_job_refuses_and_the_first_goes_on(shop, site, tmp_path):
    job = Job(tmp_path, shop(seconds=0.3))
    process, began = job.start("-q"), time.monotonic()
    site.wait_for(lambda: len(site.log) > 2)
    second = job.run("-q")
    first = job.finish(process, began)

    assert second.code == 2
    assert "is in use by another run" in second.output
    assert first.code == 0
    assert numbers(job) == list(range(PAGES))
