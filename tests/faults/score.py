"""Runs the real command on every fault, and prints for each what is right and what happened.

python tests/faults/score.py [--group transport] [--only 18] [--rows]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path += [str(Path(__file__).parents[n] / folder) for n, folder in ((0, ""), (0, "names"), (1, ""))]

from catalogue.every import FAULTS, GROUPS
from catalogue.fault import Fault, Happened
from catalogue.rows import ROWS
from trial import Trials, by_command

_AT_ONCE = 3
_WIDTHS = (6, 36, 60, 100)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 0 when everything is right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--group", choices=GROUPS, help="only the faults of this group")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="only the faults of this number")
    parser.add_argument("--rows", action="store_true", help="a line for each number instead of each fault")
    chosen = parser.parse_args(arguments)
    faults = [f for f in FAULTS if chosen.group in (None, f.group) and chosen.only in (None, f.number)]
    happened = _happened(sorted(faults, key=lambda fault: fault.number))
    print("\n".join(by_number(happened) if chosen.rows else each(happened)))
    print(_sum(happened))
    return 0 if all(fault.is_right(what) for fault, what in happened) else 1


Happenings = Sequence[tuple[Fault, Happened]]


def each(happened: Happenings) -> Iterator[str]:
    """A line for each fault: what is right and what happened."""
    yield _row("#", "fault", "right", "what happened", "")
    for fault, what in happened:
        yield _row(str(fault.number), fault.name, fault.right.words, shown(what), _verdict(fault, what))


def by_number(happened: Happenings) -> Iterator[str]:
    """A line for each number, how many of its faults came to what is right: to be put beside the list."""
    yield f"{'#':>3} {'what':72} right"
    for number, what in ROWS.items():
        of_it = [fault.is_right(happening) for fault, happening in happened if fault.number == number]
        if of_it:
            right = f"{sum(of_it)}/{len(of_it)}"
            yield f"{number:>3} {what:72} {right:>7} {'ok' if all(of_it) else 'NOT'}"


def _happened(faults: list[Fault]) -> list[tuple[Fault, Happened]]:
    """Run after run, a few side by side: most of their time is spent waiting for servers."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(_AT_ONCE) as pool:
        trial = Trials(faults, Path(folder), lambda _: by_command)
        known: dict[str, Happened] = {}
        for some in pool.map(trial.tried, trial.crowds()):
            known |= some
    return [(fault, known[fault.id]) for fault in faults]


def shown(what: Happened) -> str:
    """In one line, with nothing in it that could drive a terminal."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(what))


def _row(*cells: str) -> str:
    fixed = [cell[:width].ljust(width) for cell, width in zip(cells, _WIDTHS, strict=False)]
    return " ".join([*fixed, cells[-1]])


def _verdict(fault: Fault, happened: Happened) -> str:
    return "ok" if fault.is_right(happened) else "NOT"


def _sum(happened: Happenings) -> str:
    right = sum(fault.is_right(what) for fault, what in happened)
    runs = {id(what.ended): what.ended for _, what in happened}.values()
    memory = max((ended.peak_memory for ended in runs), default=0) / 1e6
    seconds = sum(ended.seconds for ended in runs)
    return f"{right} of {len(happened)} right; {len(runs)} runs in {seconds:.0f} s, {memory:.0f} MB at most"


if __name__ == "__main__":
    sys.exit(main())
