"""The job folder: one run at a time, and whether there is something to go on with."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from scrapekit.errors import JobError, StuckError
from scrapekit.job.ending import Ending, ending_in, note_told
from scrapekit.job.history import fold
from scrapekit.writing.part_file import sync_folder

STORE = "job.sqlite"
HISTORY = "history.sqlite"
REPORT = "report.json"
COOKIES = "cookies.txt"
CACHE = "cache.sqlite"
_LOCK = "lock"


class JobFolder:
    """A folder that one run at a time may use; a context manager that holds its lock.

    The lock is the operating system's, so a killed run leaves nothing to clean up.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    @property
    def store(self) -> Path:
        """The SQLite file that holds the job."""
        return self.path / STORE

    @property
    def history(self) -> Path:
        """The SQLite file that holds what the jobs before exported."""
        return self.path / HISTORY

    @property
    def cookies(self) -> Path:
        """The file that holds cookies between runs."""
        return self.path / COOKIES

    @property
    def cache(self) -> Path:
        """The SQLite file that holds answers for the runs to come."""
        return self.path / CACHE

    def __enter__(self) -> JobFolder:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise JobError(
                f"cannot use the job folder {self.path}: {error.strerror}", hint="name another one with --job"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.read(self._lock, 20).decode("ascii", "replace").strip()
            os.close(self._lock)
            self._lock = None
            who = f" (process {owner})" if owner.isdigit() else ""
            raise JobError(
                f"the job folder {self.path} is in use by another run{who}",
                hint="wait for it to end, or name another folder with --job",
            ) from error
        # The number only helps people; on a full disk the lock holds without it.
        with suppress(OSError):
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, f"{os.getpid()}\n".encode("ascii"), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def ended(self) -> bool:
        """True when the job in this folder has ended, so that there is nothing to go on with."""
        return self.store.exists() and ending_in(self.store)[0]

    def untold(self) -> Ending | None:
        """How the job in this folder ended, where nobody was told of it yet."""
        ending = ending_in(self.store)[1] if self.store.exists() else None
        return ending if ending is not None and not ending.told else None

    def note_told(self) -> None:
        """Remember that the user knows how the job ended: the next run begins anew."""
        note_told(self.store)

    def clear(self) -> None:
        """Forget the job: the next run begins anew. What a job exported that has ended is remembered."""
        ended, ending = ending_in(self.store) if self.store.exists() else (False, None)
        if ended:
            whole = ending is not None and ending.report.outcome != "limit reached"
            fold(self.store, self.history, whole=whole)
        try:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{self.store}{suffix}").unlink(missing_ok=True)
        except OSError as error:
            raise JobError(f"cannot begin anew in {self.path}: {error.strerror}") from error

    def forget_cookies(self) -> None:
        """Begin the next run with no cookies."""
        try:
            self.cookies.unlink(missing_ok=True)
        except OSError as error:
            raise JobError(f"cannot begin anew in {self.path}: {error.strerror}") from error

    def write_report(self, report: Mapping[str, Any]) -> None:
        """Put report.json into the folder, whole or not at all; on return it is durable.

        The job is noted as told after that, and then a power cut must not have taken its report.
        """
        target = self.path / REPORT
        draft = target.with_suffix(".json.part")
        try:
            with draft.open("w", encoding="utf-8") as file:
                file.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
            sync_folder(self.path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise StuckError(f"cannot write {target}: {error.strerror}") from error
