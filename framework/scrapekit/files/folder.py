"""A folder of files, held by its descriptor: no symbolic link leads out of the output folder."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Collection
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from scrapekit.errors import StuckError, UsageError
from scrapekit.writing.part_file import sync_open

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
        with os.fdopen(descriptor, "rb") as file, suppress(EOFError):
            found = os.fstat(file.fileno())
            if stat.S_ISREG(found.st_mode) and found.st_size == size:
                return bool(digest_of(file.fileno(), size).hexdigest() == digest)
        return False

    def place(self, part: str, name: str, digest: str, size: int) -> bool:
        """Let a whole part appear under its name, too; False where the file stood there before.

        Such a file is left as it is. Raises StuckError when it is another one: nothing is ever written over.
        """
        try:
            self._link(part, name)
        except FileNotFoundError:
            # The file stood there, and was looked at, when it was asked for, or hard links there are none.
            self._check(self._stands(name, size), name)
            return False
        except FileExistsError:
            return self._is_placed(part, name, digest, size)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            return self._rename(part, name, digest, size)
        return True

    def _stands(self, name: str, size: int) -> bool | None:
        with suppress(FileNotFoundError):
            found = os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
            return stat.S_ISREG(found.st_mode) and found.st_size == size
        return None

    def _link(self, part: str, name: str) -> None:
        os.link(part, name, src_dir_fd=self.parts, dst_dir_fd=self.descriptor, follow_symlinks=False)

    def _is_placed(self, part: str, name: str, digest: str, size: int) -> bool:
        """What to do with a name that is taken: True where it was given to this very part."""
        there = os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
        if there.st_ino == self._inode(part):
            return True
        self._check(self.holds(name, digest, size), name)
        if there.st_nlink > 1:
            # The part of another job, which may yet take the name away: now it has to be ours.
            draft = f"{part}.draft"
            with suppress(FileNotFoundError):
                os.unlink(draft, dir_fd=self.parts)
            os.link(part, draft, src_dir_fd=self.parts, dst_dir_fd=self.parts, follow_symlinks=False)
            os.rename(draft, name, src_dir_fd=self.parts, dst_dir_fd=self.descriptor)
        return False

    def _inode(self, part: str) -> int | None:
        with suppress(FileNotFoundError):
            return os.stat(part, dir_fd=self.parts, follow_symlinks=False).st_ino
        return None

    def _rename(self, part: str, name: str, digest: str, size: int) -> bool:
        """The same where the file system has no hard links; such a name is not taken away any more."""
        if (there := self.holds(name, digest, size)) is not None:
            self._check(there, name)
            return False
        os.rename(part, name, src_dir_fd=self.parts, dst_dir_fd=self.descriptor)
        return True

    def _check(self, there: bool | None, name: str) -> None:
        if there is None:
            message = f"{self.path / name} is gone, and so is what it was to be made of"
            raise StuckError(message, hint="run with --fresh to begin anew")
        if not there:
            message = f"{self.path / name} is not the file it was to be"
            raise StuckError(message, hint="move it away and run the same command again")

    def unplace(self, parts: Collection[str]) -> None:
        """Take their names from parts, whatever they are; on return that is durable."""
        inodes = {inode for part in parts if (inode := self._inode(part)) is not None}
        if not inodes:
            return
        # Not by the parts' notes: a power cut may have taken those.
        with os.scandir(self.descriptor) as entries:
            names = [entry.name for entry in entries if entry.inode() in inodes]
        for name in names:
            os.unlink(name, dir_fd=self.descriptor)
        self.sync()

    def named(self, prefix: str) -> list[str]:
        """The parts whose name begins so that have another name as well."""
        found = []
        for part in os.listdir(self.parts):  # noqa: PTH208 - a path would follow links
            if part.startswith(prefix) and "." not in part and self._links(part) > 1:
                found.append(part)
        return found

    def _links(self, part: str) -> int:
        return os.stat(part, dir_fd=self.parts, follow_symlinks=False).st_nlink

    def sync(self) -> None:
        """Make the names durable."""
        sync_open(self.descriptor)

    def sync_parts(self) -> None:
        """Make it durable which parts there are."""
        sync_open(self.parts)

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
        try:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=descriptor)
                sync_open(descriptor)
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
