"""An exporter: one kind of record as a table in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal

from scrapekit import ExportContext, Item, Options, Position, RecordFile, utf8


class MarkdownExporter:
    """Writes a row for each record; the columns are the fields of the recipe."""

    guarantee: ClassVar[Literal["exactly once"]] = "exactly once"

    def __init__(self, options: Options, context: ExportContext) -> None:
        options.close()
        self._file = RecordFile(context.path)
        self._columns = list(dict.fromkeys(name for fields in context.kinds.values() for name in fields))

    def open(self, position: Position | None) -> None:
        """Begin with the heading, or go on at *position*."""
        self._file.open(position)
        if position is None:
            self._file.write(_row(self._columns) + _row(["---"] * len(self._columns)))

    def write(self, items: Sequence[Item]) -> None:
        """Add a row for each record."""
        for item in items:
            self._file.write(_row(item.fields.get(column) for column in self._columns))

    def checkpoint(self) -> Position:
        """Make the rows durable."""
        return self._file.checkpoint()

    def close(self, finished: bool) -> None:
        """Let go of the file and, when *finished*, put it under its name."""
        self._file.close(finished)


def _row(values: Iterable[object]) -> bytes:
    cells = ["" if value is None else " ".join(str(value).split()).replace("|", "\\|") for value in values]
    return utf8(f"| {' | '.join(cells)} |\n")
