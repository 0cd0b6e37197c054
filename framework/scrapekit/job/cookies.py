"""The cookies of a job as a file: taken up when a run begins, kept while it goes on."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import time

from scrapekit.errors import UsageError
from scrapekit.recipe.model import Http
from scrapekit.web.cookie_files import read_cookies, write_cookies
from scrapekit.web.cookies import Jar
from scrapekit.web.url import host_of

_SECONDS = 5.0
_LARGEST = 16 * 2**20
_log = logging.getLogger(__name__)


def take_up(jar: Jar, path: Path) -> None:
    """Put what the file at *path* holds into the jar. Raises UsageError when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read the cookies in {path}: {(error.strerror or '').lower()}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read the cookies in {path}: it is not UTF-8 text") from error
    if len(data) > _LARGEST:
        raise UsageError(f"cannot read the cookies in {path}: it is larger than 16 MiB")
    now = time()
    for cookie in read_cookies(text, str(path)):
        jar.put(cookie, now)


def jar_of(http: Http, kept: Path, borrowed: Path | None, seed_urls: Iterable[str]) -> Jar | None:
    """The jar that a run begins with: empty, or with what it kept before or is lent; None for none.

    Raises UsageError when a file of cookies cannot be read.
    """
    jar = Jar() if http.keep_cookies else None
    if borrowed is not None and len(http.proxy) > 1:
        raise UsageError("cookies belong to one proxy, and the recipe lists several")
    if borrowed is not None:
        jar = borrow(borrowed, seed_urls)
    if jar is not None and http.cookies_between_runs and kept.exists():
        take_up(jar, kept)
    return jar


def borrow(path: Path, seed_urls: Iterable[str]) -> Jar:
    """A jar with the cookies of a file that go to the seeds' hosts; other sites' stay where they are.

    Raises UsageError when the file cannot be read or holds none of them.
    """
    jar, hosts = Jar(), [host_of(url) for url in seed_urls]
    take_up(jar, path)
    jar.only_for(hosts)
    if not list(jar):
        hint = f"the seeds' hosts are {', '.join(sorted(set(hosts))[:5])}"
        raise UsageError(f"no cookie in {path} is for a host of the seeds, or all have expired", hint=hint)
    return jar


class CookieFile:
    """Keeps a jar in a file that only its owner may read; each state of it whole or not at all."""

    def __init__(self, jar: Jar, path: Path) -> None:
        self._jar = jar
        self._path = path
        self._written = jar.changes

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        """Inside, write what has changed every few seconds; leaving, once more."""
        task = asyncio.create_task(self._run(), name="keep cookies")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            self._save()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS)
            self._save()

    def _save(self) -> None:
        if self._jar.changes == self._written:
            return
        self._written = self._jar.changes
        try:
            _write_private(self._path, write_cookies(self._jar, time()))
        except OSError as error:
            _log.warning("cannot keep the cookies in %s: %s", self._path, error.strerror)


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".txt.part")
    with suppress(FileNotFoundError):
        draft.unlink()
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
