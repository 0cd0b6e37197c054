"""The files of one run: their folders, their parts, and the moment at which they get their names."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from scrapekit.errors import StuckError
from scrapekit.files.folder import Folder
from scrapekit.files.media_types import is_wanted
from scrapekit.files.part import Part
from scrapekit.page import StoredFile
from scrapekit.recipe.model.downloads import Download

if TYPE_CHECKING:
    from scrapekit.web.sinks import Sink

_T = TypeVar("_T")
Placed: TypeAlias = Callable[[Collection[str]], Awaitable[Collection[str]]]
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
        self.prefix = blake2b(
            str(job.resolve()).encode("utf-8", "surrogateescape"), digest_size=4
        ).hexdigest()
        """What the names of the job's parts begin with; a job that was begun elsewhere keeps its own."""
        self._folders: dict[str, Folder] = {}
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scrapekit-files")

    async def open(self, *, resumed: bool, placed: Placed | None = None) -> None:
        """Open every folder; parts of a job that is not gone on with are removed.

        *placed* says which files, by `Request.ask`, have their names for good. What another got in a
        transaction that never ended is taken from it. Raises UsageError for a folder that cannot be used.
        """
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._open, resumed)
        if placed is not None and (named := await self.on_thread(self._named)):
            await self.on_thread(self._settle, named, await placed(named))

    def _open(self, resumed: bool) -> None:
        for to in dict.fromkeys(rule.to for rule in self.rules.values()):
            if not resumed:
                self._folder(to).sweep(self.prefix)
                self._folders.pop(to).close()
            self._folder(to)

    def _folder(self, to: str) -> Folder:
        if to not in self._folders:
            self._folders[to] = Folder(self._root, to)
        return self._folders[to]

    def _named(self) -> set[str]:
        """The files that have a name, and are parts nevertheless."""
        found = (folder.named(self.prefix) for folder in self._folders.values())
        return {name.removeprefix(f"{self.prefix}-") for names in found for name in names}

    def _settle(self, named: set[str], placed: Collection[str]) -> None:
        """1. The process was killed before it could forget these parts. 2. It was killed before that."""
        for folder in self._folders.values():
            for key in named & set(placed):
                Part(folder, f"{self.prefix}-{key}").discard()
            folder.unplace([f"{self.prefix}-{key}" for key in named - set(placed)])

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
        return Part(self._folders[terms.to], f"{self.prefix}-{key}")

    def stands(self, terms: Download, stored: StoredFile) -> bool:
        """True when this file is where it was put, and still wanted; runs on the files' thread."""
        if stored.size > terms.max_size or not is_wanted(stored.type, terms.types):
            return False
        return bool(self._folders[terms.to].holds(_name_of(stored), stored.sha256, stored.size))

    # What follows is called by the journal, on its thread. Each file comes with the page rule's name of
    # its request.

    def place(self, stored: Sequence[tuple[str, StoredFile]]) -> Collection[str]:
        """Let whole files appear under their names; on return that is durable.

        Gives the keys of those that stood there before. They stay parts as well until `forget`: so it
        can be told which name was given in vain.
        """
        before, touched = set(), {}
        try:
            for rule, file in stored:
                folder = touched[rule] = self._folders[self.rules[rule].to]
                if not folder.place(f"{self.prefix}-{file.key}", _name_of(file), file.sha256, file.size):
                    before.add(file.key)
            for each in set(touched.values()):
                each.sync()
        except OSError as error:
            raise _stuck(error) from error
        return before

    def hold(self, stored: Sequence[tuple[str, StoredFile]]) -> None:
        """Keep whole files without names; on return that is durable."""
        try:
            for folder in {self._folders[self.rules[rule].to] for rule, _ in stored}:
                folder.sync_parts()
        except OSError as error:
            raise _stuck(error) from error

    def forget(self, stored: Sequence[tuple[str, StoredFile]]) -> None:
        """The job knows that these have their names: they are no parts any more."""
        with suppress(OSError):  # left behind, they are looked at again by a run that goes on
            for rule, file in stored:
                self.part(file.key, self.rules[rule]).discard()

    async def sweep(self) -> None:
        """The job is over: remove what is left of parts."""
        await self.on_thread(self._sweep)

    def _sweep(self) -> None:
        for folder in self._folders.values():
            folder.sweep(self.prefix)

    async def close(self) -> None:
        """Let go of everything; parts stay, to be gone on with."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        finally:
            self._thread.shutdown(wait=True)

    def _close(self) -> None:
        for folder in self._folders.values():
            folder.close()
        self._folders = {}


def _name_of(stored: StoredFile) -> str:
    return stored.path.rpartition("/")[2]


def _stuck(error: OSError) -> StuckError:
    mend = "free some space" if error.errno in _FULL else "mend it"
    return StuckError(f"downloads: {error.strerror or error}", hint=f"{mend} and run the same command again")
