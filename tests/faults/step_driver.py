"""Kills a real run at each of its steps on the disk in turn, and counts what was lost or doubled.

By hand, on Linux with strace: ``python tests/faults/step_driver.py --every 3``. A step is a system call
that changes a file; the kill comes in the middle of it. strace counts the steps of each thread by itself,
so the last ones, which put files under their names, are also aimed at by name.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from fault_site import FaultSite, book, links
from job_runner import Job, recipe

_PAGES = 12
_STEPS = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "rename", "unlink", "openat")
_EXPORTS = "[jsonl: out/books.jsonl, json: out/books.json, csv: out/books.csv, sqlite: out/books.sqlite]"
_NAMED = (
    *(f"out/books.{kind}.part" for kind in ("jsonl", "json", "csv", "sqlite")),
    ".scrapekit/books/report.json.part",
)


def killed(job: Job, call: str, number: int, name: str = "") -> bool:
    """Run the job until that system call is made for the *number*-th time; False when it never was.

    With a file's *name* only calls that name it count.
    """
    inject = f"inject={call}:signal=SIGKILL:when={number}"
    only = ["-P", name, "-P", str(job.folder / name)] if name else []
    run = [sys.executable, "-m", "scrapekit", "run", "job.yaml", "-q"]
    ended = subprocess.run(
        ["strace", "-f", "-qq", "-o", os.devnull, *only, "-e", f"trace={call}", "-e", inject, *run],
        cwd=job.folder,
        env=job.environ,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return ended.returncode != 0


def wrong(job: Job) -> str:
    """Go on to the end; what is wrong with the exports, empty when nothing is."""
    ended = job.run("-q")
    if ended.code != 0:
        return ended.output
    out, whole = job.folder / "out", [str(n) for n in range(_PAGES)]
    found = {
        "jsonl": [json.loads(line)["title"] for line in (out / "books.jsonl").read_text().splitlines()],
        "json": [record["title"] for record in json.loads((out / "books.json").read_text())],
        "csv": [row["title"] for row in csv.DictReader((out / "books.csv").read_text().splitlines())],
    }
    with closing(sqlite3.connect(out / "books.sqlite")) as db:
        found["sqlite"] = [row[0] for row in db.execute("SELECT title FROM book")]
    bad = {kind: titles for kind, titles in found.items() if sorted(titles, key=int) != whole}
    return f"{bad}" if bad else ""


def main() -> int:
    """A job for each step; prints the bad ones and a verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try every so manyth step")
    parser.add_argument("--calls", nargs="*", default=_STEPS)
    arguments = parser.parse_args()
    bad = tried = 0
    with FaultSite().served() as site:
        site.serve("/", links(*[f"/{n}" for n in range(_PAGES)]))
        for n in range(_PAGES):
            site.serve(f"/{n}", book(str(n)))
        text = recipe([site.url("/")]).replace("export: out/books.jsonl", f"export: {_EXPORTS}")
        for call in arguments.calls:
            number = 1
            while True:
                with tempfile.TemporaryDirectory() as folder:
                    job = Job(Path(folder), text)
                    if not killed(job, call, number):
                        break
                    tried += 1
                    if said := wrong(job):
                        bad += 1
                        print(f"killed at {call} number {number}: {said}")
                number += arguments.every
            print(f"{call}: {number - 1} steps")
        for name in _NAMED:
            with tempfile.TemporaryDirectory() as folder:
                job = Job(Path(folder), text)
                site.log.clear()
                said = "" if killed(job, "rename", 1, name) else "it was never made"
                before = len(site.log)
                said = (
                    said or wrong(job) or f"fetched {len(site.log) - before} pages" * (len(site.log) > before)
                )
            tried += 1
            bad += bool(said)
            print(f"rename of {name}: {said or 'whole'}")
    print(f"{tried - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
