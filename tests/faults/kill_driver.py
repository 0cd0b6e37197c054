"""Interrupts real runs at random moments, goes on with them, and counts what was lost, doubled or repeated.

The command that people type crawls a shop of its own on the loopback into every exporter that is installed,
in every mode. Each job is interrupted a few times in one of these ways, then let go to its end:

  kill   SIGKILL to the process group        term, int  the signals of a service manager and of Ctrl-C
  disk   no file may grow beyond some size, or, with --folder, a small file system is filled
  copy   all files are copied at one instant, the run is killed, and the copy goes on elsewhere
  power  the same, and what had not been made durable yet is damaged in the copy
  clock  SIGKILL, and each run's clock is wrong, and is set anew while it runs

A job passes when nothing is lost, doubled or broken (in any file, or left behind), no more is fetched again
than was in flight, each run sends its first request within five seconds, and the end was told.

  python tests/faults/kill_driver.py --pages 2000 --runs 20 --kills 3
  python tests/faults/kill_driver.py --pages 500 --runs 20 --when noted --kills 2
  python tests/faults/kill_driver.py --files --pages 200 --runs 20 --how any
  python tests/faults/kill_driver.py --size 200000 --pages 300 --when export --how power
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

# What several test folders share stands beside them.
sys.path.append(str(Path(__file__).parents[1]))

from once.job import DrivenJob
from once.moments import WHENS, Moment, some_moment
from once.shop import Shop
from once.ways import WAYS


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=2000, help="products of the shop (default %(default)s)")
    parser.add_argument("--size", type=int, default=400, help="characters of a record (default %(default)s)")
    parser.add_argument("--runs", type=int, default=20, help="jobs to drive (default %(default)s)")
    parser.add_argument("--kills", type=int, default=3, help="interruptions a job (default %(default)s)")
    parser.add_argument("--how", choices=[*WAYS, "any"], default="kill", help="the way (default %(default)s)")
    parser.add_argument(
        "--when",
        choices=[*WHENS, "any"],
        default="any",
        help="while it starts, after some requests, in a commit, while files grow, at the last page, when the"
        " end is noted but not told, or (default) any of these",
    )
    parser.add_argument("--joined", action="store_true", help="make each record of several pages")
    parser.add_argument("--files", action="store_true", help="let each record name a file")
    parser.add_argument("--folder", type=Path, help="work here; with --how disk, a small file system to fill")
    parser.add_argument("--seed", type=int, default=1, help="of the random moments (default %(default)s)")
    return parser.parse_args()


def moments(rng: random.Random, when: str, kills: int, pages: int) -> list[Moment]:
    """So many moments, the late ones last: after them there is nothing left to interrupt."""
    kinds = [rng.choice(WHENS) if when == "any" else when for _ in range(kills)]
    early = [kind for kind in kinds if kind not in ("last", "noted")]
    late = sorted(kind for kind in kinds if kind in ("last", "noted"))
    return [some_moment(rng, kind, pages // kills) for kind in [*early, *late]]


def room(rng: random.Random, size: int) -> Callable[[], int]:
    """How much each starved run may write into a file: from nearly nothing to nearly enough."""
    return lambda: round(2 ** rng.uniform(8, 17 + size.bit_length() / 2))


def main() -> int:
    """Drive many jobs; prints a line a job and a verdict."""
    asked, bad = arguments(), 0
    rng = random.Random(asked.seed)
    with Shop(asked.pages, size=asked.size).served() as shop:
        for number in range(asked.runs):
            how = rng.choice(WAYS) if asked.how == "any" else asked.how
            with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
                job = DrivenJob(
                    shop,
                    Path(folder) / "job",
                    joined=asked.joined,
                    files=asked.files,
                    seed=rng.randrange(2**32),
                    disk=asked.folder,
                )
                chosen = moments(rng, asked.when, asked.kills, asked.pages)
                score = job.interrupted(chosen, how, room=room(rng, asked.size))
            bad += not score.clean
            print(f"job {number + 1}, {how}: {score}{'' if score.clean else '  FAILED'}", flush=True)
    print(f"{asked.runs - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
