"""Starves real runs of disk at many sizes, gives the room back, and counts what was lost or doubled.

By hand: ``python tests/faults/disk_driver.py --runs 40``. With ``--folder`` naming a small file system
(a tmpfs of a megabyte, say) the disk is really full instead of each file being limited.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fault_site import FaultSite, answer, links
from job_runner import Job, recipe

_PAGES = 60
_EXPORTS = "[jsonl: out/books.jsonl, json: out/books.json, csv: out/books.csv, sqlite: out/books.sqlite]"


def job_in(folder: Path, site: FaultSite) -> Job:
    """A job of sixty records of thirty kilobytes each."""
    site.forget()
    site.serve("/", links(*[f"/{n}" for n in range(_PAGES)]))
    for n in range(_PAGES):
        site.serve(f"/{n}", answer(f"<h1>{n}</h1><p>{'x' * 30_000}</p>"))
    text = recipe([site.url("/")], crawl="delay: 0, per_host: 4")
    text = text.replace("export: out/books.jsonl", f"export: {_EXPORTS}")
    return Job(folder, text.replace("      url: {", "      text: { css: p, default: '' }\n      url: {"))


@contextmanager
def filled(folder: Path, left: int) -> Iterator[None]:
    """Inside, about *left* bytes are free on the folder's file system."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        file.write(bytes(max(0, shutil.disk_usage(folder).free - left)))
    try:
        yield
    finally:
        ballast.unlink()


def check(job: Job) -> str:
    """Go on with room enough; what is wrong with the result, empty when nothing is."""
    ended = job.run("-q")
    if ended.code != 0:
        return f"went on with exit code {ended.code}: {ended.output}"
    found = sorted(int(record["title"]) for record in job.records())
    return "" if found == list(range(_PAGES)) else f"holds {found}"


def main() -> int:
    """Many jobs, each starved once; prints a line a job and a verdict."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="a small file system to fill")
    arguments = parser.parse_args()
    rng, bad = random.Random(arguments.seed), 0
    with FaultSite().served() as site:
        for _ in range(arguments.runs):
            room = round(2 ** rng.uniform(8, 21.5))
            with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
                job = job_in(Path(folder), site)
                if arguments.folder is None:
                    ended = job.run("-q", largest_file=room)
                else:
                    with filled(arguments.folder, room):
                        ended = job.run("-q")
                wrong = check(job) if ended.code in (0, 3) else f"ended with {ended.code}: {ended.output}"
            bad += bool(wrong)
            said = ended.output.splitlines()[0]
            print(f"{room:>9,} bytes of room: exit code {ended.code}, {said}; then {wrong or 'complete'}")
    print(f"{arguments.runs - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
