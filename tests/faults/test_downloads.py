"""Files are there exactly when their records are, whenever the real command is killed, and however large."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256

import pytest
from job_runner import Job

from file_site import FileSite, Served

pytestmark = pytest.mark.slow

RECIPE = """\
scrapekit: 1
name: books
seeds: {{ listing: "{site}/" }}
crawl: {{ delay: 0, concurrency: 4, per_host: 4 }}
pages:
  listing:
    item: book
    each: li
    fields: {{ title: b, file: {{ css: a, download: {{ to: books, max_size: 1GiB }}, required: true }} }}
"""
LARGE = os.urandom(20 * 2**20)


@pytest.fixture
def site() -> Iterator[FileSite]:
    with FileSite().served() as site:
        yield site


@pytest.fixture
def job(tmp_path, site) -> Job:
    return Job(tmp_path, RECIPE.format(site=site.url))


def listing(*names: str) -> str:
    return "".join(f"<li><b>{name}</b><a href='/{name}.bin'>{name}</a></li>" for name in names)


def check_files(job: Job) -> None:
    """Every file that a record names is there and whole, and nothing else is."""
    found = {}
    for record in job.records():
        file = record["file"]
        body = (job.folder / file["path"]).read_bytes()
        assert (sha256(body).hexdigest(), len(body)) == (file["sha256"], file["size"])
        found[file["path"]] = body
    there = {str(path.relative_to(job.folder)) for path in (job.folder / "books").rglob("*")}
    assert there == set(found)


def test_killed_in_the_middle_of_a_large_file_it_goes_on_there(site, job):
    def until_some_is_noted() -> None:
        while not list((job.folder / "books" / ".part").glob("*.json")):
            time.sleep(0.01)

    served = Served(LARGE, "application/octet-stream", etag='"1"', cuts=[12 * 2**20])
    served.waits = until_some_is_noted
    site.pages["/"], site.files["/one.bin"] = listing("one"), served
    process = job.start()
    while served.cuts or not (noted := list((job.folder / "books" / ".part").glob("*.json"))):
        time.sleep(0.01)
    job.kill(process)
    assert noted
    assert not list((job.folder / "books").glob("*.bin"))

    ended = job.run()

    assert ended.code == 0
    _, again = site.ranges("/one.bin")
    assert int(again.removeprefix("bytes=").removesuffix("-")) >= 8 * 2**20
    assert job.titles() == ["one"]
    check_files(job)


def test_killed_again_and_again_every_record_has_its_file_once(site, job):
    names = [f"n{number}" for number in range(40)]
    site.pages["/"] = listing(*names)
    site.files = {
        f"/{name}.bin": Served(name.encode() * 40_000, "application/octet-stream") for name in names
    }
    for moment in (5, 18, 31):
        process = job.start()
        while sum(path.endswith(".bin") for path, _ in site.asked) < moment:
            time.sleep(0.002)
        job.kill(process)

    ended = job.run()

    assert ended.code == 0
    assert job.titles() == sorted(names)
    check_files(job)
    asked = Counter(path for path, _ in site.asked if path.endswith(".bin"))
    assert sum(asked.values()) - len(names) <= 3 * 4


def test_a_file_on_a_full_disk_ends_the_run_to_be_gone_on_with(site, job):
    site.pages["/"] = listing("one")
    site.files["/one.bin"] = Served(LARGE, "application/octet-stream", etag='"1"')

    stuck = job.run(largest_file=4 * 2**20)
    ended = job.run()

    assert (stuck.code, ended.code) == (3, 0)
    assert "downloads: File too large" in stuck.output
    assert job.titles() == ["one"]
    check_files(job)


def test_the_memory_a_file_takes_does_not_depend_on_its_size(site, job):
    body = LARGE * 8
    site.pages["/"], site.files["/one.bin"] = listing("one"), Served(body, "application/octet-stream")

    ended = job.run()

    assert ended.code == 0
    assert ended.peak_memory < len(body) // 2
    check_files(job)
