"""A file that appears under its name only when it is whole: written beside it, then put in its place."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from pathlib import Path

from scrapekit.errors import StuckError

_FRESH = "run with --fresh to begin anew"


class PartFile:
    """The file ``books.jsonl.part`` beside ``books.jsonl``, claimed by one run at a time.

    ``working`` is the path to write to, ``descriptor`` an open descriptor of it that holds the
    claim. With *in_place* the file itself is written, and publishing only makes it durable.
    An OSError escapes as it is.
    """

    def __init__(self, path: Path, *, in_place: bool = False) -> None:
        self.path = path
        self.working = path if in_place else path.with_name(path.name + ".part")
        self.descriptor = -1

    @property
    def shown(self) -> str:
        """The working path as messages name it: relative where it lies below the current folder."""
        return shown(self.working)

    def create(self) -> None:
        """Begin anew: an empty part, whatever an earlier run left; in place, the file as it is."""
        _make_folder(self.path.parent)
        if self.path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(self.path))
        if self.working == self.path:
            self.descriptor = claim(self.working, os.O_CREAT)
        else:
            self._remove_stale()
            self.descriptor = claim(self.working, os.O_CREAT | os.O_EXCL)
        sync_folder(self.path.parent)

    def _remove_stale(self) -> None:
        if self.working.is_file() and not self.working.is_symlink():
            # Fails when another run is writing it right now.
            os.close(claim(self.working))
        self.working.unlink(missing_ok=True)

    def reopen(self) -> None:
        """Go on with the part of an earlier run, or with a copy of the published file.

        Raises StuckError when neither is there.
        """
        if not os.path.lexists(self.working) and self.working != self.path:
            self._copy_published()
        try:
            self.descriptor = claim(self.working)
        except FileNotFoundError:
            raise StuckError(f"{self.shown} is gone; {_FRESH}") from None

    def _copy_published(self) -> None:
        # Under a third name first: killed half-way, no half part is left.
        copy = self.working.with_name(self.working.name + ".copy")
        copy.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError), os.fdopen(claim(self.path), "rb") as source:
            with os.fdopen(claim(copy, os.O_CREAT | os.O_EXCL), "wb") as target:
                while chunk := source.read(1 << 20):
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            copy.rename(self.working)
            sync_folder(self.working.parent)

    def publish(self) -> None:
        """Make the file durable and put it under its final name, in one step, then let go of it."""
        os.fsync(self.descriptor)
        if self.working != self.path:
            self.working.replace(self.path)
            sync_folder(self.path.parent)
        self.close()

    def keep_earlier(self) -> bool:
        """Remove the part and let go of it where a published file is there; else False, with nothing done."""
        if self.working == self.path or not self.path.exists():
            return False
        self.working.unlink(missing_ok=True)
        self.close()
        return True

    def close(self) -> None:
        """Let go of the file, which stays as it is."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def claim(path: Path, flags: int = 0) -> int:
    """Open *path* for reading and writing, for this run alone; the descriptor holds the claim.

    Raises StuckError for a symbolic link, for anything that is no regular file, and while another
    run holds it.
    """
    try:
        # O_NONBLOCK: a FIFO put in its place must not hold the run.
        always = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(path, always | flags, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise StuckError(f"{shown(path)} is a symbolic link, which is not followed; remove it") from error
        raise
    try:
        _check_ours(descriptor, path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _check_ours(descriptor: int, path: Path) -> None:
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise StuckError(f"{shown(path)} is not a regular file; remove it")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StuckError(f"{shown(path)} is being written by another run") from None
    except OSError:
        # Some network file systems have no locks; the job folder's own lock still holds.
        return


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        # A file stands where a folder should, and "File exists" would puzzle.
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from error


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* durable, where its file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync_open(descriptor)
    finally:
        os.close(descriptor)


def sync_open(folder: int) -> None:
    """The same for the folder behind an open descriptor."""
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES):
            raise


def shown(path: Path) -> str:
    """The path as messages name it: relative where it lies below the current folder."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
