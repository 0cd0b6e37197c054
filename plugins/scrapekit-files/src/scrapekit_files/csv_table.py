"""CSV: one record a row, its columns known from the recipe before the first."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, ClassVar, Literal

from scrapekit import ExportContext, Item, Options, Position, RecordFile, StuckError, utf8
from scrapekit_files.cells import Cell, cell_writer
from scrapekit_files.csv_options import CsvOptions, read_columns

_BOM = b"\xef\xbb\xbf"


class CsvExporter:
    """Writes one header and one row a record, quoted as RFC 4180 says.

    The options are described at `CsvOptions`.
    """

    guarantee: ClassVar[Literal["exactly once"]] = "exactly once"
    delimiter: ClassVar[str] = ","

    def __init__(self, options: Options, context: ExportContext) -> None:
        self._options = CsvOptions.read(options, self.delimiter)
        self._columns = read_columns(options, context)
        self._known = frozenset(self._columns)
        options.close()
        self._file = RecordFile(context.path)
        self._cell: Cell
        self._write_row: Callable[[Sequence[str]], Any]
        self._rows: list[str] = []

    def open(self, position: Position | None) -> None:
        """Begin anew, with the header, or at *position*."""
        if position is not None and position["columns"] != self._signature():
            raise StuckError(
                "a CSV file was begun with other columns or options; run with --fresh to begin anew"
            )
        self._cell, self._write_row = cell_writer(self._options), self._row_writer()
        self._file.open(position)
        if position is None:
            self._file.write(self._head())

    def _signature(self) -> int:
        return zlib.crc32(utf8("\0".join([repr(self._options), *self._columns])))

    def _row_writer(self) -> Callable[[Sequence[str]], Any]:
        # "\r\n", whatever is wanted: the csv module quotes only those line ends that it writes itself.
        sink = SimpleNamespace(write=self._rows.append)
        return csv.writer(sink, delimiter=self._options.delimiter, lineterminator="\r\n").writerow

    def _head(self) -> bytes:
        header = self._options.header and self._columns
        return (_BOM if self._options.bom else b"") + (self._as_rows([self._columns]) if header else b"")

    def _as_rows(self, rows: Sequence[Sequence[Any]]) -> bytes:
        for row in rows:
            self._write_row([self._cell(value) for value in row])
        text = "".join([row[:-2] + self._options.line_ending for row in self._rows])
        self._rows.clear()
        return utf8(text)

    def write(self, items: Sequence[Item]) -> None:
        """Add the records, a row each; StuckError for a field that has no column."""
        self._file.write(self._as_rows([self._values(item) for item in items]))

    def _values(self, item: Item) -> list[Any]:
        fields = item.fields
        if not self._known.issuperset(fields):
            strange = next(name for name in fields if name not in self._known)
            raise StuckError(f'a record "{item.kind}" has a field "{strange}", for which there is no column')
        return [fields.get(name) for name in self._columns]

    def checkpoint(self) -> Position:
        """Make the rows durable."""
        return {**self._file.checkpoint(), "columns": self._signature()}

    def keep_earlier(self) -> bool:
        """Let the file of an earlier run stand; False when there is none."""
        return self._file.keep_earlier()

    def close(self, finished: bool) -> None:
        """Let go of the file and, when *finished*, put it under its name."""
        self._file.close(finished)


class TsvExporter(CsvExporter):
    """CSV whose cells are separated by tabs."""

    delimiter = "\t"
