"""The files of one run: their folders, their parts, and the moment at which they get their names."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from scrapekit.errors import StuckError
from scrapekit.files.folder import Folder
from scrapekit.files.media_types import is_wanted
from scrapekit.files.part import Part
from scrapekit.page import StoredFile
from scrapekit.recipe.model.downloads import Download

if TYPE_CHECKING:
    from scrapekit.web.sinks import Sink

_T = TypeVar("_T")
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Files:
    """Owns the folders that a job's files go to, and the one thread that writes them.

    *rules* are what is wanted, by the page rule's name of the requests; *root* is the output folder,
    *job* the job's. Parts are told apart by their job: two recipes may write into one folder.
    """

    def __init__(self, rules: Mapping[str, Download], root: Path, job: Path) -> None:
        self.rules = rules
        self.sinks: dict[str, Sink] = {}
        """`Request.ask` → who takes the answer that is on its way."""
        self._root = root
        self._prefix = blake2b(
            str(job.resolve()).encode("utf-8", "surrogateescape"), digest_size=4
        ).hexdigest()
        self._folders: dict[str, Folder] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scrapekit-files")

    async def open(self, *, resumed: bool) -> None:
        """Open every folder; parts of a job that is not gone on with are removed.

        Raises UsageError for a folder that cannot be used.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._open, resumed)

    def _open(self, resumed: bool) -> None:
        for to in dict.fromkeys(rule.to for rule in self.rules.values()):
            if not resumed:
                self._folder(to).sweep(self._prefix)
                self._folders.pop(to).close()
            self._folder(to)

    def _folder(self, to: str) -> Folder:
        if to not in self._folders:
            self._folders[to] = Folder(self._root, to)
        return self._folders[to]

    async def on_thread(self, work: Callable[..., _T], *arguments: Any) -> _T:
        """Run *work* on the files' thread, after all that was asked of it before.

        What the disk refuses is a StuckError.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._guarded, work, *arguments)

    def later(self, let_go: Callable[..., None], keep: bool) -> None:
        """The same, with nobody waiting: what goes wrong now only costs what could have been kept."""
        self._thread.submit(let_go, keep=keep)

    def _guarded(self, work: Callable[..., _T], *arguments: Any) -> _T:
        try:
            return work(*arguments)
        except OSError as error:
            raise _stuck(error) from error

    def part(self, key: str, terms: Download) -> Part:
        """The part that answers one question."""
        return Part(self._folders[terms.to], f"{self._prefix}-{key}")

    def stands(self, terms: Download, stored: StoredFile) -> bool:
        """True when this file is where it was put, and still wanted; runs on the files' thread."""
        if stored.size > terms.max_size or not is_wanted(stored.type, terms.types):
            return False
        name = stored.path.rpartition("/")[2]
        return bool(self._folders[terms.to].holds(name, stored.sha256, stored.size))

    def place(self, stored: Sequence[tuple[str, StoredFile]]) -> None:
        """Let whole files appear under their names; on return that is durable. Called by the journal.

        Each comes with the page rule's name of its request.
        """
        try:
            touched = {}
            for rule, file in stored:
                folder = self._folders[self.rules[rule].to]
                name = file.path.rpartition("/")[2]
                folder.place(f"{self._prefix}-{file.key}", name, file.sha256, file.size)
                touched[id(folder)] = folder
            for folder in touched.values():
                folder.sync()
        except OSError as error:
            raise _stuck(error) from error

    def forget(self, stored: Sequence[tuple[str, StoredFile]]) -> None:
        """The job knows these files now: their notes are not needed any more."""
        for rule, file in stored:
            self.part(file.key, self.rules[rule]).forget()

    async def close(self, *, over: bool) -> None:
        """Let go of everything; when the job is *over*, what is left of parts is removed."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._close, over)
        finally:
            self._thread.shutdown(wait=True)

    def _close(self, over: bool) -> None:
        for folder in self._folders.values():
            if over:
                folder.sweep(self._prefix)
            folder.close()
        self._folders = {}


def _stuck(error: OSError) -> StuckError:
    mend = "free some space" if error.errno in _FULL else "mend it"
    return StuckError(f"downloads: {error.strerror or error}", hint=f"{mend} and run the same command again")
