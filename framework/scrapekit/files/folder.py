"""A folder of files, held by its descriptor: no symbolic link leads out of the output folder."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from scrapekit.errors import StuckError, UsageError
from scrapekit.writing.part_file import sync_folder

PARTS = ".part"
_OPEN = os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | _OPEN
_READ_AT_ONCE = 2**20
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


class Folder:
    """Where finished files stand; those that are coming stand in ``.part`` in it.

    *root* is the output folder, which may lie anywhere; below it no symbolic link is followed. Raises
    UsageError where the folder cannot be used.
    """

    def __init__(self, root: Path, below: str) -> None:
        self.path = root / below
        try:
            root.mkdir(parents=True, exist_ok=True)
            self.descriptor = _open_below(os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), below)
            self.parts = self._share_parts()
        except OSError as error:
            raise UsageError(f"cannot write into {self.path}: {_why(error)}") from error

    def _share_parts(self) -> int:
        """The folder of parts, which nobody removes while somebody holds it."""
        while True:
            parts = _open_below(os.dup(self.descriptor), PARTS)
            with suppress(OSError):  # some network file systems have no locks
                fcntl.flock(parts, fcntl.LOCK_SH)
            if os.fstat(parts).st_nlink:
                return parts
            os.close(parts)  # another run has removed it in between

    def holds(self, name: str, digest: str, size: int) -> bool | None:
        """True when the file of that name has this content, False when another, None when there is none."""
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NONBLOCK | _OPEN, dir_fd=self.descriptor)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
                return False
            raise
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_size != size:
                return False
            return bool(digest_of(file.fileno(), size).hexdigest() == digest)

    def place(self, part: str, name: str, digest: str, size: int) -> None:
        """Let a whole part appear under its name; a file that is there is left as it is.

        Raises StuckError when that is another one: nothing is ever written over.
        """
        try:
            os.link(part, name, src_dir_fd=self.parts, dst_dir_fd=self.descriptor, follow_symlinks=False)
        except (FileExistsError, FileNotFoundError):
            # 1. A file of an earlier job, or of another recipe. 2. Placed before the process was killed.
            if not self.holds(name, digest, size):
                message = f"{self.path / name} is not the file it was to be"
                raise StuckError(message, hint="move it away and run the same command again") from None
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self._rename(part, name, digest, size)
        with suppress(FileNotFoundError):
            os.unlink(part, dir_fd=self.parts)

    def _rename(self, part: str, name: str, digest: str, size: int) -> None:
        """The same where the file system has no hard links."""
        there = self.holds(name, digest, size)
        if there is False:
            raise StuckError(f"{self.path / name} is not the file it was to be")
        if there is None:
            os.rename(part, name, src_dir_fd=self.parts, dst_dir_fd=self.descriptor)

    def sync(self) -> None:
        """Make the names durable."""
        sync_folder(self.path)

    def sweep(self, prefix: str) -> None:
        """Remove every part whose name begins so, and the parts' folder where none is left."""
        for name in os.listdir(self.parts):  # noqa: PTH208 - a path would follow links
            if name.startswith(prefix):
                with suppress(OSError):
                    os.unlink(name, dir_fd=self.parts)
        with suppress(OSError):
            # Fails where another run has it open, or where something is left in it.
            fcntl.flock(self.parts, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.rmdir(PARTS, dir_fd=self.descriptor)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self.parts)
        os.close(self.descriptor)


def _open_below(descriptor: int, below: str) -> int:
    """A folder below the open one, each part of the way made where it is missing; closes the first."""
    for part in below.split("/"):
        with suppress(FileExistsError):
            os.mkdir(part, dir_fd=descriptor)
        try:
            inner = os.open(part, _FOLDER, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = inner
    return descriptor


def _why(error: OSError) -> str:
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "a symbolic link or a file is in the way, and links are not followed"
    return error.strerror or str(error)


def digest_of(descriptor: int, size: int) -> Any:
    """The SHA-256 of an open file's first *size* bytes, to be gone on with; EOFError where it has fewer."""
    digest, offset = sha256(), 0
    while offset < size:
        data = os.pread(descriptor, min(_READ_AT_ONCE, size - offset), offset)
        if not data:
            raise EOFError(f"{offset} of {size} bytes")
        digest.update(data)
        offset += len(data)
    return digest
