"""A file of records that can forget what was written after a position: bytes in, positions out."""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from pathlib import Path
from typing import Any

from scrapekit.errors import StuckError
from scrapekit.parts import Position
from scrapekit.writing.part_file import PartFile, sync_folder

_BUFFERED = 1 << 20
_TAIL = 4096
"""So many bytes before a position are summed up, to tell our file from any other."""
_FRESH = "run with --fresh to begin anew"
# macOS has no fdatasync.
_sync = getattr(os, "fdatasync", os.fsync)


class RecordFile:
    """Keeps an exporter's promise of *exactly once* for any format that is bytes after bytes.

    Written to ``<path>.part`` and published whole; with *in_place* added to the end of the file
    itself. ``size`` counts the bytes from the start of the file, those not yet on disk included.
    """

    def __init__(self, path: Path, *, in_place: bool = False) -> None:
        self._file = PartFile(path, in_place=in_place)
        self._start = _StartNote(path) if in_place else None
        self.size = 0
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._checkpoint: Position | None = None
        self._failed = False

    def open(self, position: Position | None) -> None:
        """Begin anew, or go on at *position* and forget what comes after it.

        Raises StuckError when the file is not the one the position was taken of.
        """
        self._waiting, self._waiting_bytes = [], 0
        self._checkpoint, self._failed = position, False
        if position is None:
            self._file.create()
        else:
            self._file.reopen()
        try:
            self.size = self._begin() if position is None else self._return_to(position)
            os.lseek(self._file.descriptor, self.size, os.SEEK_SET)
        except BaseException:
            self._file.close()
            raise

    def _begin(self) -> int:
        if self._start is not None:
            self._start.return_to(self._file.descriptor)
        return os.fstat(self._file.descriptor).st_size

    def _return_to(self, position: Position) -> int:
        size, there = int(position["bytes"]), os.fstat(self._file.descriptor).st_size
        if there < size:
            raise StuckError(
                f"{self._file.shown} is shorter than the job remembers ({there:,} of {size:,} bytes); "
                f"it was changed from outside; {_FRESH}"
            )
        if _tail(self._file.descriptor, size) != position["tail"]:
            raise StuckError(f"{self._file.shown} is not as the job left it; {_FRESH}")
        os.ftruncate(self._file.descriptor, size)
        if self._start is not None:
            self._start.remove()
        return size

    def ends_with(self, ending: bytes) -> bool:
        """True when the file, as it was opened, ends so."""
        there = os.fstat(self._file.descriptor).st_size
        return os.pread(self._file.descriptor, len(ending), max(0, there - len(ending))) == ending

    def write(self, data: bytes) -> None:
        """Add bytes; they are on disk after the next checkpoint."""
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        self.size += len(data)
        if self._waiting_bytes >= _BUFFERED:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting_bytes:
            return
        if self._start is not None and self._checkpoint is None:
            self._start.leave(self._file.descriptor)
        data = memoryview(b"".join(self._waiting))
        try:
            while data:
                data = data[os.write(self._file.descriptor, data) :]
        finally:
            # A full disk leaves the rest here: the next try goes on where this one stopped.
            self._waiting, self._waiting_bytes = [bytes(data)], len(data)

    def checkpoint(self) -> Position:
        """Make everything durable and return where that is; costs nothing when nothing was added."""
        if self._checkpoint is not None and self._checkpoint["bytes"] == self.size:
            return self._checkpoint
        self._make_durable()
        if self._start is not None and self._checkpoint is not None:
            # A second checkpoint is only asked for when the first is stored.
            self._start.remove()
        self._checkpoint = {"bytes": self.size, "tail": _tail(self._file.descriptor, self.size)}
        return self._checkpoint

    def _make_durable(self) -> None:
        if self._failed:
            raise StuckError(f"{self._file.shown} could not be made durable; run the same command again")
        self._flush()
        # After a failed sync the kernel counts the lost pages as clean: a second try would lie.
        self._failed = True
        _sync(self._file.descriptor)
        self._failed = False

    def keep_earlier(self) -> bool:
        """Leave the published file as it is and forget what was written; see `KeepsEarlier`."""
        return self._file.keep_earlier()

    def close(self, finished: bool, ending: bytes = b"") -> None:
        """Let go of the file; when *finished*, add the *ending* and put it under its final name."""
        try:
            if finished:
                self.write(ending)
                self._make_durable()
                self._file.publish()
                if self._start is not None:
                    self._start.remove()
        finally:
            self._file.close()


class _StartNote:
    """Where a file stood before this job first wrote to it, until the job knows a position itself.

    Killed before its first position is stored, a job begins anew; what it added must go.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".start")

    def leave(self, descriptor: int) -> None:
        if self._path.exists():
            return
        size = os.fstat(descriptor).st_size
        note = json.dumps({"bytes": size, "tail": _tail(descriptor, size)}).encode()
        draft = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
        try:
            os.write(draft, note)
            os.fsync(draft)
        finally:
            os.close(draft)
        sync_folder(self._path.parent)

    def return_to(self, descriptor: int) -> None:
        note = self._read()
        if note and _tail(descriptor, note["bytes"]) == note.get("tail"):
            os.ftruncate(descriptor, min(note["bytes"], os.fstat(descriptor).st_size))
        self.remove()

    def _read(self) -> dict[str, Any] | None:
        # A note cut short was never made durable, so nothing was added after it.
        with contextlib.suppress(FileNotFoundError, ValueError):
            note = json.loads(self._path.read_bytes())
            return note if isinstance(note, dict) and isinstance(note.get("bytes"), int) else None
        return None

    def remove(self) -> None:
        if self._path.exists():
            self._path.unlink()
            sync_folder(self._path.parent)


def _tail(descriptor: int, size: int) -> int:
    """A checksum of what stands right before *size*."""
    length = min(size, _TAIL)
    return zlib.crc32(os.pread(descriptor, length, size - length))
