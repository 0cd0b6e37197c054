"""A file that is coming: its bytes so far, and a note beside them of what they are a part of.

The note is written after the bytes it speaks of are durable. So what it says is there after any kill,
and what is there beyond it is forgotten.
"""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from scrapekit.errors import FetchError
from scrapekit.files.folder import Folder, digest_of
from scrapekit.page import StoredFile

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OPEN = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NOTE_AFTER = 8 * 2**20
_LONGEST_NOTE = 64 * 1024
# macOS has no fdatasync.
_sync = getattr(os, "fdatasync", os.fsync)


@dataclass(frozen=True, slots=True)
class Note:
    """What is known of a part: the address it came from (a digest of it), its version, its length."""

    url: str
    validator: str = ""
    declared: str = ""
    called: str = ""
    """What the server calls it."""
    total: int | None = None
    size: int = 0
    """How many of its bytes are durable."""
    whole: StoredFile | None = None
    """Set when nothing more is to come."""


class Part:
    """One part, by its name in the folder ``.part``. Everything here blocks; an OSError escapes as it is."""

    def __init__(self, folder: Folder, name: str) -> None:
        self.folder = folder
        self.name = name
        self.digest: Any = None
        self.size = 0
        self._descriptor = -1
        self._noted = 0

    def known(self) -> Note | None:
        """What an earlier try or run has noted; None where there is nothing to go on with."""
        try:
            descriptor = os.open(self._note, _READ, dir_fd=self.folder.parts)
            with os.fdopen(descriptor, "rb") as file:
                return _note(json.loads(file.read(_LONGEST_NOTE)))
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            # A note cut short by a power cut.
            return None

    @property
    def _note(self) -> str:
        return f"{self.name}.json"

    def is_whole(self, stored: StoredFile) -> bool:
        """True when all of the file is here, or has its name already."""
        name = stored.path.rpartition("/")[2]
        try:
            descriptor = os.open(self.name, _OPEN, dir_fd=self.folder.parts)
        except OSError:
            return bool(self.folder.holds(name, stored.sha256, stored.size))
        try:
            return bool(digest_of(descriptor, stored.size).hexdigest() == stored.sha256)
        except EOFError:
            return False
        finally:
            os.close(descriptor)

    def begin(self) -> None:
        """Open an empty part, whatever was there."""
        self.discard()
        self._descriptor = os.open(self.name, _OPEN | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=self.folder.parts)
        self.digest, self.size, self._noted = digest_of(self._descriptor, 0), 0, 0

    def reopen(self, size: int) -> bool:
        """Go on after *size* bytes, which are hashed again; False where they are not there."""
        try:
            self._descriptor = os.open(self.name, _OPEN, dir_fd=self.folder.parts)
            if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
                raise EOFError
            self.digest = digest_of(self._descriptor, size)
        except (FileNotFoundError, EOFError):
            self.discard()
            return False
        os.ftruncate(self._descriptor, size)
        os.lseek(self._descriptor, size, os.SEEK_SET)
        self.size = self._noted = size
        return True

    def write(self, data: bytes) -> None:
        """Add to the end."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]
        self.digest.update(data)
        self.size += len(data)

    @property
    def is_due(self) -> bool:
        """True when so much came since the last note that it would be a pity to fetch it again."""
        return self.size - self._noted >= _NOTE_AFTER

    def note(self, note: Note) -> None:
        """Make what is there durable, and say what it is."""
        _sync(self._descriptor)
        self._noted = self.size
        draft = f"{self.name}.draft"
        with suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=self.folder.parts)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, 0o600, dir_fd=self.folder.parts), "wb") as file:
            file.write(json.dumps(asdict(note)).encode())
        os.rename(draft, self._note, src_dir_fd=self.folder.parts, dst_dir_fd=self.folder.parts)

    def head(self, size: int) -> bytes:
        """Its first bytes."""
        return os.pread(self._descriptor, size, 0)

    def close(self) -> None:
        """Let go of it; it stays as it is."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def forget(self) -> None:
        """Remove the note."""
        with suppress(FileNotFoundError):
            os.unlink(self._note, dir_fd=self.folder.parts)

    def discard(self) -> None:
        """Remove it with its note: what comes next has nothing to do with it."""
        self.close()
        self.forget()
        with suppress(FileNotFoundError):
            os.unlink(self.name, dir_fd=self.folder.parts)


def _note(data: dict[str, Any]) -> Note:
    whole = data["whole"]
    note = Note(**{**data, "whole": StoredFile(**whole) if whole else None})
    if not isinstance(note.size, int) or note.size < 0 or not isinstance(note.validator, str):
        raise ValueError("no note of ours")
    return note


def changed() -> FetchError:
    """The error for an answer that does not go on where the part ends."""
    return FetchError("the file changed while it was fetched", retry=True)
