"""JSON: all records in one array, a line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from scrapekit import ExportContext, Item, Options, Position, RecordFile, json_writer
from scrapekit_files.record_json import Write, write_record


class JsonExporter:
    """Writes one JSON array; the closing bracket follows when the run is finished.

    Option ``indent`` (default 0: a record a line): spread each record over lines, indented by so
    many spaces.
    """

    guarantee: ClassVar[Literal["exactly once"]] = "exactly once"

    def __init__(self, options: Options, context: ExportContext) -> None:
        self._file = RecordFile(context.path)
        self._indent = options.integer("indent", 0, least=0) or 0
        if self._indent > 16:
            options.problem("indent", "must be at most 16")
        options.close()
        self._write: Write

    def open(self, position: Position | None) -> None:
        """Begin anew or at *position*."""
        self._write = json_writer(self._indent)
        self._file.open(position)

    def write(self, items: Sequence[Item]) -> None:
        """Add the records; what separates them comes before each, so that the end can follow at any time."""
        records = [write_record(self._write, item) for item in items]
        if records:
            self._file.write(b",\n" if self._file.size else b"[\n")
            self._file.write(b",\n".join(records))

    def checkpoint(self) -> Position:
        """Make the records durable."""
        return self._file.checkpoint()

    def keep_earlier(self) -> bool:
        """Let the file of an earlier run stand; False when there is none."""
        return self._file.keep_earlier()

    def close(self, finished: bool) -> None:
        """Let go of the file and, when *finished*, end the array and put it under its name."""
        self._file.close(finished, ending=b"\n]\n" if self._file.size else b"[]\n")
