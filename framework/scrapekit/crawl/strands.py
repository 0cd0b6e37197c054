"""The strands of one site: its requests by the pattern of their addresses, and what is counted of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

MOST_STRANDS = 64
"""So many patterns of one site are told apart; those that come later count as one."""

MOST_NUMBERS = 62
"""The number of a strand that has none yet. Sets of numbers are integers that SQLite can hold."""

OTHERS = ".."
"""The name of the one strand for all patterns that came too late."""

Row: TypeAlias = tuple[str, int, int, int, int]
"""A strand as it is stored: name, number, placed, alike, fruitless."""


class Strand:
    """The requests of one pattern on one site."""

    __slots__ = ("alike", "fruitless", "name", "number", "placed", "saved")

    def __init__(
        self, name: str, number: int = MOST_NUMBERS, placed: int = 0, alike: int = 0, fruitless: int = 0
    ) -> None:
        self.name = name
        self.number = number
        """What it has in a lineage; it gets one when a page of it links to anything."""
        self.placed = placed
        """How many were placed, counted from where the site stood when the pattern appeared."""
        self.alike = alike
        """How many of them have the pattern on the way to them."""
        self.fruitless = fruitless
        """How many of those were found on pages that gave nothing else."""
        self.saved = 0
        """The block it was in when it was stored last."""

    def row(self) -> Row:
        """It as it is stored."""
        return self.name, self.number, self.placed, self.alike, self.fruitless


class Strands:
    """Those of one site, and ``clock``: how far it has come."""

    __slots__ = ("_by_name", "_numbered", "clock")

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_name = {row[0]: Strand(*row) for row in rows}
        self.clock = self._by_name.pop("", Strand(""))
        self._numbered = sum(strand.number < MOST_NUMBERS for strand in self._by_name.values())

    def of(self, pattern: str) -> Strand:
        """The strand of a pattern, made when it is new."""
        strand = self._by_name.get(pattern)
        if strand is None:
            name = pattern if len(self._by_name) < MOST_STRANDS else OTHERS
            strand = self._by_name.get(name)
            if strand is None:
                strand = self._by_name[name] = Strand(name)
        return strand

    def number(self, strand: Strand) -> None:
        """Give a strand its number; the last one is shared by those that come too late."""
        strand.number = min(self._numbered, MOST_NUMBERS - 1)
        self._numbered += 1

    def all(self) -> Iterator[Strand]:
        """Every strand of which something was counted, and the clock."""
        return (strand for strand in (self.clock, *self._by_name.values()) if strand.placed)
