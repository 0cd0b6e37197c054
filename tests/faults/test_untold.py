"""Killed between the last file and the last word: the job is over only when the user was told."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import pytest
from fault_site import book, links
from job_runner import Job, recipe

from scrapekit.job.folder import JobFolder

pytestmark = pytest.mark.slow

PAGES = 12
TARGETS = ("out/books.jsonl", "out/books.json", "out/books.csv", "out/books.sqlite")
EXPORTS = "[jsonl: out/books.jsonl, json: out/books.json, csv: out/books.csv, sqlite: out/books.sqlite]"
OUTCOMES = {"complete": (0, []), "limit reached": (0, ["--limit", "5"]), "broken contract": (1, [])}


@pytest.fixture
def shop(site) -> str:
    """A recipe for a dozen books behind one page of links."""
    site.serve("/", links(*[f"/{n}" for n in range(PAGES)]))
    for n in range(PAGES):
        site.serve(f"/{n}", book(str(n)))
    return recipe([site.url("/")]).replace("export: out/books.jsonl", f"export: {EXPORTS}")


def kill_before_it_can_tell(job: Job, *arguments: str) -> None:
    """Run the command into a pipe that takes not one byte more, and kill it when its job has ended."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    with suppress(BlockingIOError):
        while os.write(writing, b" " * 4096):
            pass
    os.set_blocking(writing, True)
    run = [sys.executable, "-m", "scrapekit", "run", "job.yaml", "-q", *arguments]
    with subprocess.Popen(run, cwd=job.folder, stdout=writing, start_new_session=True) as process:
        os.close(writing)
        report, until = job.state / "report.json", time.monotonic() + 30
        while not report.exists() and time.monotonic() < until:
            time.sleep(0.005)
        assert process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
    os.close(reading)


def contents(job: Job) -> dict[str, bytes]:
    return {name: (job.folder / name).read_bytes() for name in TARGETS}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_killed_before_it_told_how_it_ended_it_tells_that_and_fetches_nothing(shop, site, tmp_path, outcome):
    text = shop.replace("min: 0", "min: 99") if outcome == "broken contract" else shop
    code, arguments = OUTCOMES[outcome]
    job = Job(tmp_path, text)
    kill_before_it_can_tell(job, *arguments)
    fetched, written = len(site.log), contents(job)
    before = json.loads((job.state / "report.json").read_text())
    ended = job.run("-q", *arguments)

    assert (ended.code, ended.report) == (code, before | {"told_again": True})
    assert before["outcome"] == outcome
    assert (len(site.log), contents(job)) == (fetched, written)
    told = "this job had ended before, but was killed before it could say so: nothing was fetched again"
    assert told in ended.output.splitlines()


def test_a_job_that_was_told_begins_anew_and_so_does_an_untold_one_with_fresh(shop, site, tmp_path):
    job = Job(tmp_path, shop)
    kill_before_it_can_tell(job)
    fetched = len(site.log)
    fresh = job.run("-q", "--fresh")
    anew = job.run("-q")

    assert len(site.log) == 3 * fetched
    assert [run.report["told_again"] for run in (fresh, anew)] == [False, False]


PUBLISH_AND_DIE = """\
    import asyncio, os, signal, sys
    from dataclasses import replace
    from pathlib import Path
    from scrapekit.run import RunSettings, prepare, run

    class Dying:
        '''An exporter in whose process the power goes off right after its file got its name.'''
        def __init__(self, inner): self.inner, self.guarantee = inner, inner.guarantee
        def open(self, position): self.inner.open(position)
        def write(self, items): self.inner.write(items)
        def checkpoint(self): return self.inner.checkpoint()
        def close(self, finished):
            self.inner.close(finished)
            if finished: os.kill(os.getpid(), signal.SIGKILL)

    prepared = prepare(RunSettings(Path("job.yaml"), outputs=sys.argv[2:]))
    exports = list(prepared.plan.exports)
    last = exports[int(sys.argv[1])]
    exports[int(sys.argv[1])] = replace(last, exporter=Dying(last.exporter))
    asyncio.run(run(replace(prepared, plan=replace(prepared.plan, exports=tuple(exports)))))
"""


@pytest.mark.parametrize("last", range(len(TARGETS)))
def test_killed_between_two_files_it_puts_all_in_place_and_fetches_nothing(shop, site, tmp_path, last):
    job = Job(tmp_path, shop)
    program = [sys.executable, "-c", textwrap.dedent(PUBLISH_AND_DIE), str(last)]
    killed = subprocess.run(program, cwd=tmp_path, check=False)
    fetched = len(site.log)
    there = [(tmp_path / name).exists() for name in TARGETS]
    ended = job.run("-q")

    assert (killed.returncode, there) == (-9, [number <= last for number in range(len(TARGETS))])
    assert (ended.code, ended.report["verdicts"], len(site.log)) == (0, {"ok": PAGES + 1}, fetched)
    assert job.titles() == sorted(str(number) for number in range(PAGES))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        Path(name).name for name in TARGETS
    )


def test_the_ending_is_noted_as_told_by_the_command_alone(shop, tmp_path):
    job = Job(tmp_path, shop)
    kill_before_it_can_tell(job)
    with JobFolder(job.state) as folder:
        before = folder.untold()
    job.run("-q")
    with JobFolder(job.state) as folder:
        after = folder.untold()

    assert before is not None
    assert after is None
