"""The parser csv: rows of named columns (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any, ClassVar

from scrapekit import Options, Page, PageError, Read, Select, SelectorError, SimpleDocument
from scrapekit_feed.names import read_member

_SNIFFED = ",;\t|"


class CsvParser:
    """Reads a page as rows of cells with a delimiter between them.

    Options: ``delimiter``, one character or the word ``tab``; without it the one of ``, ; tab |``
    that the first line holds most of. ``header``: true, the first row names the columns (default);
    false, they are numbered from 1; or the list of their names.

    The one language is ``column``: ``*`` is every row, anything else the cell in the column of that
    name. Cells are texts; an empty one is empty.
    """

    languages: ClassVar = ("column",)

    def __init__(self, options: Options) -> None:
        delimiter = options.text("delimiter")
        self._delimiter = "\t" if delimiter in ("tab", "\\t") else delimiter
        if len(self._delimiter) > 1 or self._delimiter in ('"', "\n", "\r"):
            options.problem("delimiter", "expected one character, or the word tab")
            self._delimiter = ""
        self._names = _names(options)
        options.close()

    def compile(self, selector: str, language: str, first: bool) -> Select:
        """``*`` or the name of a column as a function; see `Parser.compile`."""
        if not selector.strip():
            raise SelectorError("expected the name of a column, or * for the rows")
        if selector == "*":
            return _rows
        return _cells(selector)

    def read(self, name: str) -> Read:
        """``text``: the cell; else the cell of a row in the column of that name."""
        return read_member(name)

    def parse(self, page: Page) -> SimpleDocument:
        """The rows, each column name → text; raises PageError for quotes that do not close."""
        text = page.text.removeprefix("\ufeff")
        delimiter = self._delimiter or _most_frequent(text)
        try:
            rows = [
                row
                for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
                if row
            ]
        except csv.Error as error:
            raise PageError(f"not CSV: {error}") from None
        if self._names is not None:
            return SimpleDocument([_row(self._names, row) for row in rows], page.url)
        names = _distinct(rows[0]) if rows else []
        return SimpleDocument([_row(names, row) for row in rows[1:]], page.url)


def _names(options: Options) -> Sequence[str] | None:
    """The columns' names; None when the first row has them."""
    if options.node("header") is None:
        return None
    # A list or a text names the columns; only a truth value says whether the page does.
    named = [str(node.value) for node in options.texts("header")]
    if len(named) == 1 and named[0].lower() in ("true", "false"):
        return None if options.flag("header") else ()
    return _distinct(named)


def _most_frequent(text: str) -> str:
    line = text.partition("\n")[0]
    return max(_SNIFFED, key=line.count)


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, a repeated one followed by its number: ``price``, ``price 2``."""
    found: dict[str, None] = {}
    for name in (name.strip() for name in names):
        number, word = 1, name
        while word in found:
            number += 1
            word = f"{name} {number}"
        found[word] = None
    return list(found)


def _row(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Column → cell. A cell past the last named column goes under its number, from 1."""
    row = dict(zip(names, cells, strict=False))
    for number in range(len(names), len(cells)):
        row[str(number + 1)] = cells[number]
    return row


def _rows(scope: Any) -> Sequence[Any]:
    return scope if isinstance(scope, list) else (scope,)


def _cells(name: str) -> Select:
    def select(scope: Any) -> Sequence[Any]:
        if isinstance(scope, dict):
            return (scope[name],) if name in scope else ()
        rows = scope if isinstance(scope, list) else ()
        return [row[name] for row in rows if name in row]

    return select
