"""One exporter under test: fresh folders, groups of records, and what the published file must hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeAlias

from scrapekit.model import Item
from scrapekit.parts import Exporter, Position
from scrapekit.testing.demand import demand
from scrapekit.testing.killing import Step, play
from scrapekit.testing.samples import sample_items

Record: TypeAlias = Mapping[str, Any]
Groups: TypeAlias = Sequence[Sequence[Item]]

SIZES = (1, 3, 0, 2, 6)
"""Records in each group that is written; one group has none."""
FINISH: Step = ("close", True)
BREAK_OFF: Step = ("close", False)


@dataclass
class Trial:
    """An exporter, how its file is read, and where attempts are made."""

    make: Callable[[Path], Exporter]
    read: Callable[[Path], Sequence[Record]]
    expected: Callable[[Item], Record]
    folder: Path
    name: str
    attempts: Iterator[int] = field(default_factory=count)

    def path(self) -> Path:
        """The final path in a folder of its own."""
        folder = self.folder / str(next(self.attempts))
        folder.mkdir()
        return folder / self.name

    def play(self, path: Path, *steps: Step) -> list[Position]:
        """Play the steps here; the positions as the job's store would give them back."""
        positions: list[Position] = []
        play(self.make(path), steps, positions.append)
        return [json.loads(json.dumps(position)) for position in positions]

    def holds(self, promise: str, path: Path, items: Sequence[Item], *, crashed: bool = False) -> None:
        """Fail, naming the promise, unless the published file has exactly these records."""
        wanted = [dict(self.expected(item)) for item in items]
        demand(path.exists(), promise, f"there is no {path.name}")
        found = [dict(record) for record in self.read(path)]
        if crashed and self.make(path).guarantee == "at least once":
            lost = [record for record in wanted if record not in found]
            demand(not lost, promise, f"lost: {lost[:1]}")
        else:
            demand(found == wanted, promise, _difference(found, wanted))


def _difference(found: Sequence[Record], wanted: Sequence[Record]) -> str:
    for number, (one, other) in enumerate(zip(found, wanted, strict=False)):
        if one != other:
            return f"record {number} is\n  {one}\ninstead of\n  {other}"
    return f"{len(found)} records instead of {len(wanted)}"


def groups_of(sizes: Sequence[int] = SIZES, edition: int = 1, first: int = 0) -> Groups:
    """Sample records in groups of these sizes."""
    items = iter(sample_items(sum(sizes), edition, first))
    return [[next(items) for _ in range(size)] for size in sizes]


def steps_of(groups: Groups, position: Position | None = None) -> list[Step]:
    """Open at the position, then write each group and make a checkpoint."""
    steps: list[Step] = [("open", position)]
    for group in groups:
        steps += [("write", group), ("checkpoint", None)]
    return steps


def all_of(*groups: Sequence[Item]) -> list[Item]:
    """The records of all groups, in order."""
    return list(chain.from_iterable(groups))
