"""Kills a real run at each of its steps on the disk in turn, and counts what was lost or doubled.

By hand, on Linux with strace: ``python tests/faults/step_driver.py --every 3``. A step is a system call
that changes a file; the kill comes in the middle of it. strace counts the steps of each thread by itself,
so the last ones, which put files under their names, are also aimed at by name. Every exporter that is
installed takes part, as in kill_driver.py.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What several test folders share stands beside them.
sys.path.append(str(Path(__file__).parents[1]))

from once.exports import QUARANTINE
from once.job import DrivenJob
from once.shop import Shop

_PAGES = 12
_STEPS = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "rename", "unlink", "openat")


def killed(job: DrivenJob, call: str, number: int, name: str = "") -> bool:
    """Run the job until that system call is made for the *number*-th time; False when it never was.

    With a file's *name* only calls that name it count.
    """
    inject = f"inject={call}:signal=SIGKILL:when={number}"
    only = ["-P", name, "-P", str(job.folder / name)] if name else []
    run = [sys.executable, "-m", "scrapekit", "run", str(job.folder / "shop.yaml"), "-q"]
    ended = subprocess.run(
        ["strace", "-f", "-qq", "-o", os.devnull, *only, "-e", f"trace={call}", "-e", inject, *run],
        cwd=job.folder,
        capture_output=True,
        check=False,
        timeout=180,
    )
    job.score.interruptions += ended.returncode != 0
    return ended.returncode != 0


def wrong(job: DrivenJob) -> str:
    """Go on to the end; what is wrong then, empty when nothing is."""
    try:
        score = job.interrupted([], "kill")
    except RuntimeError as error:
        return str(error)
    return "" if score.whole else str(score)


def named(job: DrivenJob) -> list[str]:
    """The files that are put under their names at the end."""
    built = [f"out/{export.name}.part" for export in job.exports if export.earlier is None]
    return [*built, f"out/{QUARANTINE}.part", ".scrapekit/shop/report.json.part"]


@contextmanager
def job_of(shop: Shop) -> Iterator[DrivenJob]:
    """A new job in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield DrivenJob(shop, Path(folder) / "job")


def each_step(shop: Shop, call: str, every: int) -> Iterator[str]:
    """For every so manyth call: what is wrong after a kill there, empty when nothing is."""
    number = 1
    while True:
        with job_of(shop) as job:
            if not killed(job, call, number):
                return
            said = wrong(job)
        yield f"killed at {call} number {number}: {said}" if said else ""
        number += every


def each_name(shop: Shop) -> Iterator[str]:
    """The same for each file that gets its name; then nothing may be fetched any more."""
    with job_of(shop) as first:
        names = named(first)
    for name in names:
        with job_of(shop) as job:
            said = "" if killed(job, "rename", 1, name) else "it was never made"
            before = len(shop.log)
            said = said or wrong(job)
            fetched = len(shop.log) - before
            said = said or (f"fetched {fetched} pages" if fetched else "")
        yield f"rename of {name}: {said}" if said else ""


def main() -> int:
    """A job for each step; prints the bad ones and a verdict."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1, help="try every so manyth step (default %(default)s)")
    parser.add_argument(
        "--calls", nargs="*", default=_STEPS, help="the system calls that are steps (default: %(default)s)"
    )
    arguments = parser.parse_args()
    bad = tried = 0
    with Shop(_PAGES).served() as shop:
        steps = {call: each_step(shop, call, arguments.every) for call in arguments.calls}
        for what, verdicts in {**steps, "names": each_name(shop)}.items():
            said = list(verdicts)
            wrongs = [one for one in said if one]
            tried, bad = tried + len(said), bad + len(wrongs)
            print("\n".join([*wrongs, f"{what}: {len(said)} tried, {len(wrongs)} failed"]), flush=True)
    print(f"{tried - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
