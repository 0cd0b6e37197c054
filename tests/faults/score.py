"""Runs the real command on every fault, and prints for each what is right and what happened.

python tests/faults/score.py [--group transport] [--only 18]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

from catalogue.every import FAULTS, GROUPS
from catalogue.fault import Fault, Happened
from trial import by_command, shown, tried

_WIDTHS = (6, 38, 52, 88)


def main() -> int:
    """Print the table; 0 when everything is right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--group", choices=GROUPS, help="only the faults of this group")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="only the faults of this number")
    chosen = parser.parse_args()
    faults = [f for f in FAULTS if chosen.group in (None, f.group) and chosen.only in (None, f.number)]
    with tempfile.TemporaryDirectory() as folder:
        happened = list(tried(faults, Path(folder), by_command))
    happened.sort(key=lambda pair: pair[0].number)
    print(_row("#", "fault", "right", "what happened", ""))
    for fault, what in happened:
        print(_row(str(fault.number), fault.name, fault.right.words, shown(what), _verdict(fault, what)))
    print(_sum(happened))
    return 0 if all(fault.is_right(what) for fault, what in happened) else 1


def _row(*cells: str) -> str:
    fixed = [cell[:width].ljust(width) for cell, width in zip(cells, _WIDTHS, strict=False)]
    return " ".join([*fixed, cells[-1]])


def _verdict(fault: Fault, happened: Happened) -> str:
    return "ok" if fault.is_right(happened) else "NOT"


def _sum(happened: Sequence[tuple[Fault, Happened]]) -> str:
    right = sum(fault.is_right(what) for fault, what in happened)
    runs = {id(what.ended): what.ended for _, what in happened}.values()
    memory = max((ended.peak_memory for ended in runs), default=0) / 1e6
    seconds = sum(ended.seconds for ended in runs)
    return f"{right} of {len(happened)} right; {len(runs)} runs in {seconds:.0f} s, {memory:.0f} MB at most"


if __name__ == "__main__":
    sys.exit(main())
