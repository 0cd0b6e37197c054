"""JSON lines: one record, one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

from scrapekit import ExportContext, Item, Options, Position, RecordFile, json_writer
from scrapekit_files.record_json import Write, write_record


class JsonLinesExporter:
    """Writes one JSON object a line.

    Option ``append`` (default false): add to the end of an existing file, in place, instead of
    replacing it when the run is finished.
    """

    guarantee: ClassVar[Literal["exactly once"]] = "exactly once"

    def __init__(self, options: Options, context: ExportContext) -> None:
        self.adds = options.flag("append")
        """True when an existing file is added to."""
        self._file = RecordFile(context.path, in_place=self.adds)
        options.close()
        self._write: Write

    def open(self, position: Position | None) -> None:
        """Begin anew or at *position*; a last line that someone left without its end is ended."""
        self._write = json_writer()
        self._file.open(position)
        if position is None and self._file.size and not self._file.ends_with(b"\n"):
            self._file.write(b"\n")

    def write(self, items: Sequence[Item]) -> None:
        """Add the records, a line each."""
        lines = [write_record(self._write, item) for item in items]
        self._file.write(b"\n".join([*lines, b""]))

    def checkpoint(self) -> Position:
        """Make the lines durable."""
        return self._file.checkpoint()

    def keep_earlier(self) -> bool:
        """Let the file of an earlier run stand; False when there is none, or when it is added to."""
        return self._file.keep_earlier()

    def close(self, finished: bool) -> None:
        """Let go of the file and, when *finished*, put it under its name."""
        self._file.close(finished)
