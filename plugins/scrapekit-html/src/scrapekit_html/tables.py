"""An HTML table as a grid: which cell is in which row and column, and what its headers say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from scrapekit_html.reading import read_text

_MOST_COLUMNS = 1000
"""HTML, "forming a table": a column span is at most this."""

_MOST_CELLS = 500_000
"""Places of the grid; in a table with more, spans count as one."""

_PARTS = ("thead", "tbody", "tfoot")


Fits: TypeAlias = Callable[[str], bool]
"""Whether a header is the one that is asked for."""


class Table:
    """The rows of one table. A cell that spans rows or columns stands in each of its places.

    Its headers are the rows of ``thead``, or else the rows at the top that hold nothing but ``th``;
    where there are none of these, the ``th`` at the left of every row (the table is *upright*); where
    there is no ``th`` at all, the first row.
    """

    def __init__(self, element: Any) -> None:
        found = list(_rows(element))
        self.trs = [tr for tr, _ in found]
        self._parts = [part for _, part in found]
        self.grid = _grid(self.trs)
        self.is_upright = False
        self.heads = self._count_heads()
        self.width = max(map(len, self.grid), default=0)
        self.names = self._column_names()
        self.rows = [at for at in range(self.heads, len(self.trs)) if self._is_record(at)]
        self._row_of = {tr: at for at, tr in enumerate(self.trs)}
        self._labels: dict[int, tuple[str, list[Any]]] = {}
        self._columns: dict[Fits, list[int]] = {}

    def _count_heads(self) -> int:
        heads = sum(part == "thead" for part in self._parts)
        if heads:
            return heads
        for cells in self.grid:
            if not cells or any(cell is not None and cell.tag != "th" for cell in cells):
                break
            heads += 1
        if heads:
            return heads if heads < len(self.grid) else 1
        if any(cell is not None and cell.tag == "th" for cells in self.grid for cell in cells):
            self.is_upright = all(
                cells[0] is not None and cells[0].tag == "th" for cells in self.grid if cells
            )
            return 0
        return 1 if len(self.grid) > 1 else 0

    def _is_record(self, at: int) -> bool:
        """True for a row of data: not one of totals, nor one of headers in between."""
        return self._parts[at] != "tfoot" and any(
            cell is not None and cell.tag == "td" for cell in self.grid[at]
        )

    def _column_names(self) -> list[str]:
        names = []
        for column in range(self.width):
            cells = [row[column] for row in self.grid[: self.heads] if column < len(row)]
            texts = [read_text(cell) for cell in dict.fromkeys(cells) if cell is not None]
            names.append(" / ".join(filter(None, texts)))
        return names

    def place_of(self, tr: Any) -> int | None:
        """Which row of the grid the element is."""
        return self._row_of.get(tr)

    def cells(self, at: int) -> list[Any]:
        """The cells of a row, each once."""
        return [cell for cell in dict.fromkeys(self.grid[at]) if cell is not None]

    def label(self, at: int) -> tuple[str, list[Any]]:
        """What a row is called, and the cells that say this of it: those after its ``th``, or its first."""
        if at not in self._labels:
            self._labels[at] = self._label(at)
        return self._labels[at]

    def columns(self, fits: Fits) -> list[int]:
        """The columns whose header fits."""
        if fits not in self._columns:
            self._columns[fits] = [at for at, name in enumerate(self.names) if fits(name)]
        return self._columns[fits]

    def _label(self, at: int) -> tuple[str, list[Any]]:
        cells = self.cells(at)
        heads = 0
        while heads < len(cells) and cells[heads].tag == "th":
            heads += 1
        heads = max(1, heads)
        return " / ".join(filter(None, map(read_text, cells[:heads]))), cells[heads:]


def _rows(table: Any) -> Iterator[tuple[Any, str]]:
    """The rows of the table itself, not those of tables in it, those of ``tfoot`` last; and their parts."""
    last = []
    for child in table:
        if child.tag == "tr":
            yield child, "tbody"
        elif child.tag in _PARTS:
            rows = [(tr, child.tag) for tr in child if tr.tag == "tr"]
            if child.tag == "tfoot":
                last += rows
            else:
                yield from rows
    yield from last


def _grid(trs: Sequence[Any]) -> list[list[Any]]:
    """Row by row the cell in each column, None where there is none."""
    grid: list[list[Any]] = [[] for _ in trs]
    left = _MOST_CELLS
    for at, tr in enumerate(trs):
        row, column = grid[at], 0
        for cell in tr:
            if cell.tag not in ("td", "th"):
                continue
            while column < len(row) and row[column] is not None:
                column += 1
            across = _span(cell, "colspan", 1, _MOST_COLUMNS)
            down = _span(cell, "rowspan", len(trs) - at, len(trs) - at)
            if across * down > left or column + across > _MOST_COLUMNS:
                across, down = 1, 1
            left -= across * down
            for other in grid[at : at + down]:
                _put(other, column, across, cell)
            column += across
    return grid


def _put(row: list[Any], column: int, across: int, cell: Any) -> None:
    if len(row) < column + across:
        row += [None] * (column + across - len(row))
    for place in range(column, column + across):
        if row[place] is None:
            row[place] = cell


def _span(cell: Any, name: str, zero: int, most: int) -> int:
    """A span as HTML reads it: whatever is no number is 1; a row span of 0 goes to the end."""
    text = (cell.get(name) or "1").strip()
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        return 1
    return min(int(text) or zero, most) or 1
