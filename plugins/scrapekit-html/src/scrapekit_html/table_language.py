"""The languages ``table``, ``row`` and ``column``: rows of tables, and cells by what their headers say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from scrapekit import Read, Select, SelectorError
from scrapekit_html.keys import glob, some
from scrapekit_html.page_data import Current
from scrapekit_html.reading import read_text
from scrapekit_html.tables import Fits, Table

_COLON = re.compile(r"\s*[:：]\s*\Z")
_ROWS = frozenset({"thead", "tbody", "tfoot"})


def compile_table(select: Select, current: Current, *, first: bool) -> Select:
    """The rows of the tables that *select* finds: ``tr`` elements.

    Of an upright table, whose headers stand at the left, the cells of the first row: each stands
    for its column.
    """

    def find(scope: Any) -> Iterator[Any]:
        for element in select(scope):
            for table in _tables(element, current):
                if table.is_upright:
                    yield from table.label(0)[1]
                else:
                    yield from (table.trs[at] for at in table.rows)

    return some(find, first=first)


def compile_column(selector: str, current: Current, *, first: bool) -> Select:
    """The cells under a header: of one row, of one cell's place, or of every table in a scope."""
    fits = _fits(selector)

    def find(scope: Any) -> Iterator[Any]:
        place = _place(scope, current)
        found = _across(*place, fits) if place is not None else []
        yield from found
        if found:
            return
        # Also in a row or cell: pages are laid out with tables in tables.
        for table in _tables(scope, current):
            columns = table.columns(fits)
            yield from dict.fromkeys(cell for at in table.rows for cell in _at(table, at, columns))

    return some(find, first=first)


def compile_row(selector: str, current: Current, *, first: bool) -> Select:
    """The cells beside a header: of a row, under a cell, or of every table and list of terms in a scope."""
    fits = _fits(selector)

    def find(scope: Any) -> Iterator[Any]:
        place = _place(scope, current)
        found = _beside(*place, fits) if place is not None else []
        yield from found
        if found:
            return
        for element in _elements(scope, "table", "dl"):
            yield from _terms(element, fits) if element.tag == "dl" else _labelled(element, current, fits)

    return some(find, first=first)


def read_record(current: Current) -> Read:
    """A row as an object of its columns' headers and its cells' texts; or a column of an upright table."""

    def read(node: Any) -> Any:
        place = _place(node, current) if isinstance(node, etree._Element) else None
        if place is None:
            return read_text(node)
        table, at, cell = place
        if cell is None:
            return _named(table.names, [*table.grid[at], *[None] * (table.width - len(table.grid[at]))])
        column = table.grid[at].index(cell)
        labels = [table.label(row)[0] for row in range(len(table.trs))]
        return _named(labels, [row[column] if column < len(row) else None for row in table.grid])

    return read


def _named(names: Sequence[str], cells: Sequence[Any]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for at, (name, cell) in enumerate(zip(names, cells, strict=False), 1):
        key = base = _COLON.sub("", name) or f"column {at}"
        number = 1
        while key in found:
            number += 1
            key = f"{base} ({number})"
        found[key] = None if cell is None else read_text(cell) or None
    return found


def _fits(selector: str) -> Fits:
    """Whether a header has that name: in any case, its colon aside; ``*`` stands for anything.

    Of headers above one another (``Size / Width``) the last alone will do.
    """
    name = _COLON.sub("", " ".join(selector.split()))
    if not name:
        raise SelectorError("expected what the header says")
    match = glob(name).match

    def fits(text: str) -> bool:
        text = _COLON.sub("", text)
        return match(text) is not None or (" / " in text and match(text.rpartition(" / ")[2]) is not None)

    return fits


def _place(scope: Any, current: Current) -> tuple[Table, int, Any] | None:
    """The table that a row or cell is in, which row that is, and the cell; None for any other scope."""
    cell = scope if scope.tag in ("td", "th") else None
    tr = scope.getparent() if cell is not None else scope
    if tr is None or tr.tag != "tr":
        return None
    element = tr.getparent()
    if element is not None and element.tag in _ROWS:
        element = element.getparent()
    if element is None or element.tag != "table":
        return None
    table = current.data.once("table", element, Table)
    at = table.place_of(tr)
    return None if at is None else (table, at, cell)


def _tables(scope: Any, current: Current) -> Iterator[Table]:
    for element in _elements(scope, "table"):
        yield current.data.once("table", element, Table)


def _elements(scope: Any, *tags: str) -> Iterator[Any]:
    """The elements of these names in the scope; one that is such an element stands for itself alone."""
    return iter((scope,) if scope.tag in tags else scope.iter(*tags))


def _at(table: Table, at: int, columns: Sequence[int]) -> list[Any]:
    row = table.grid[at]
    cells = (row[column] for column in columns if column < len(row))
    return [cell for cell in dict.fromkeys(cells) if cell is not None]


def _across(table: Table, at: int, cell: Any, fits: Fits) -> list[Any]:
    """The cells of a row under that header; of a cell, itself where it stands there."""
    found = _at(table, at, table.columns(fits))
    return found if cell is None else [each for each in found if each is cell]


def _beside(table: Table, at: int, cell: Any, fits: Fits) -> list[Any]:
    """The cells of a row, if that is its name; of a cell, those of its column in the row of that name."""
    if cell is not None:
        return list(_under(table, at, cell, fits))
    label, cells = table.label(at)
    return cells if fits(label) else []


def _labelled(element: Any, current: Current, fits: Fits) -> Iterator[Any]:
    table = current.data.once("table", element, Table)
    for at in range(len(table.trs)):
        label, cells = table.label(at)
        if fits(label):
            yield from cells


def _under(table: Table, at: int, cell: Any, fits: Fits) -> Iterator[Any]:
    column = table.grid[at].index(cell)
    for row in range(len(table.trs)):
        if column < len(table.grid[row]) and fits(table.label(row)[0]):
            found = table.grid[row][column]
            if found is not None:
                yield found


def _terms(element: Any, fits: Fits) -> Iterator[Any]:
    """``<dt>Weight</dt><dd>5 kg</dd>``, each pair in a div of its own or not."""
    chosen = False
    for child in element.iter("dt", "dd"):
        if _list_of(child) is not element:
            continue
        if child.tag == "dt":
            before = child.getprevious()
            joined = chosen and before is not None and before.tag == "dt"
            chosen = joined or fits(read_text(child))
        elif chosen:
            yield child


def _list_of(element: Any) -> Any:
    parent = element.getparent()
    while parent is not None and parent.tag == "div":
        parent = parent.getparent()
    return parent
