"""One body on its way to disk: checked as it comes, unpacked, hashed and written, none of it on the loop.

Pieces are gathered into blocks of half a megabyte, each of which is dealt with on the files' thread.
So the loop is held for no longer than it takes to copy one, and no more than one is in memory.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from time import time
from typing import Any, TypeAlias

from scrapekit.errors import FetchError
from scrapekit.files.media_types import (
    TELLING,
    extension_of,
    is_final,
    is_wanted,
    media_type,
    settled_type,
)
from scrapekit.files.names import called_in, file_name, stem_of, suffix_of
from scrapekit.files.part import Note, Part, changed
from scrapekit.files.ranges import asked_for, continues, total_of, validator_of
from scrapekit.files.unpacking import Unpacking, packing_of
from scrapekit.page import StoredFile
from scrapekit.recipe.model.downloads import Download
from scrapekit.web.body import packing_of as sent_packed
from scrapekit.web.body import too_large
from scrapekit.web.validators import validators_in

_BLOCK = 2**19

OnThread: TypeAlias = Callable[..., Awaitable[Any]]
"""Runs a function with its arguments on the files' thread."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a file's name and its place in the job are made of."""

    key: str
    url: str
    """A digest of the address that is asked just now: what came from another is none of it."""
    stem: str
    """What the recipe lets its name begin with; empty where it does not say."""
    called: str
    """What its address calls it."""


class FileSink:
    """Takes the answer to one request for a file; ``stored`` is set when all of it is there.

    *part* may hold a beginning, as *known* says, which has been opened and hashed again.
    """

    def __init__(
        self, part: Part, named: Named, terms: Download, known: Note | None, on_thread: OnThread
    ) -> None:
        self.stored: StoredFile | None = None
        self._part = part
        self._named = named
        self._terms = terms
        self._known = known
        self._on_thread = on_thread
        self._note = Note(named.url)
        self._unpacking = Unpacking("")
        self._fresh = True
        self._taken = self._useless = False
        self._checked = False
        self._waiting: list[bytes] = []
        self._gathered = 0
        self._room = terms.max_size
        self._validators = ("", "")

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What the request says beside: a file is wanted as it is, and only what is missing of it.

        Unpacked: the parts of a packed body could not be put together (RFC 9110 14.1.2 counts its bytes).
        """
        plain = (("Accept", "*/*"), ("Accept-Encoding", "identity"))
        known = self._known
        return plain if known is None else (*plain, *asked_for(known.size, known.validator))

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Take the body of an answer that is a file; see `Sink`."""
        self._validators = validators_in(headers)
        if status == 206 and self._known is not None:
            known = self._known
            if sent_packed(headers) or not continues(headers, known.size, known.validator, known.total):
                self._useless = True
                raise changed()
            self._fresh, self._checked = False, True
            self._note = replace(known, total=total_of(headers))
        elif status in (200, 203):
            self._begin_anew(headers)
        else:
            return False
        self._check_length(headers, 0 if self._fresh else self._note.size)
        return True

    def _begin_anew(self, headers: Mapping[str, str]) -> None:
        declared = media_type(headers.get("content-type", ""))
        packing = packing_of(sent_packed(headers), declared)
        if is_final(declared):
            self._check_type(declared)
        length = headers.get("content-length", "")
        self._unpacking = Unpacking(packing)
        self._note = Note(
            self._named.url,
            "" if packing else validator_of(headers),
            declared,
            called_in(headers.get("content-disposition", "")),
            int(length[:15]) if length.isdecimal() and not packing else None,
        )

    def _check_length(self, headers: Mapping[str, str], there: int) -> None:
        length = headers.get("content-length", "")
        if length.isdecimal() and there + int(length[:20]) > self._terms.max_size:
            raise too_large(self._terms.max_size)

    def _check_type(self, found: str) -> None:
        if not is_wanted(found, self._terms.types):
            raise FetchError(f"the file is {found}, wanted {' or '.join(self._terms.types)}")

    async def write(self, data: bytes) -> None:
        """Take the next piece; see `Sink`."""
        self._room -= len(data)
        if self._room < 0:  # packed data may go on and on without anything in it
            raise too_large(self._terms.max_size)
        self._waiting.append(data)
        self._gathered += len(data)
        if self._gathered >= _BLOCK:
            await self._on_thread(self._take, self._gather())

    def _gather(self) -> bytes:
        data = b"".join(self._waiting)
        self._waiting, self._gathered = [], 0
        return data

    async def finish(self) -> None:
        """All has come: check it, make it durable and say what it is; see `Sink`."""
        self.stored = await self._on_thread(self._end, self._gather())

    # What follows runs on the files' thread.

    def _take(self, data: bytes) -> None:
        if self._fresh:
            self._part.begin()
            self._fresh = False
        self._taken = True
        part = self._part
        for piece in self._unpacking.feed(data):
            if part.size + len(piece) > self._terms.max_size:
                raise too_large(self._terms.max_size)
            part.write(piece)
        if not self._checked and part.size >= TELLING:
            self._check_start()
        if self._note.validator and part.is_due:
            part.note(replace(self._note, size=part.size))

    def _check_start(self) -> None:
        self._checked = True
        self._check_type(settled_type(self._note.declared, self._part.head(TELLING)))

    def _end(self, data: bytes) -> StoredFile:
        self._take(data)
        self._unpacking.finish()
        part, total = self._part, self._note.total
        if total is not None and part.size != total:
            raise FetchError("the body broke off before its end", retry=True)
        found = settled_type(self._note.declared, part.head(TELLING))
        self._check_type(found)
        stored = self._named_so(part.digest.hexdigest(), part.size, found)
        part.note(replace(self._note, size=part.size, whole=stored))
        part.close()
        return stored

    def _named_so(self, digest: str, size: int, found: str) -> StoredFile:
        called = self._note.called or self._named.called
        stem, extension = self._named.stem or stem_of(called), extension_of(found, suffix_of(called))
        name = file_name(stem, digest, extension)
        if self._part.folder.holds(name, digest, size) is False:
            name = file_name(stem, digest, extension, whole=True)
        told = (*self._validators, time(), self._named.stem)
        return StoredFile(self._named.key, f"{self._terms.to}/{name}", digest, size, found, *told)

    def let_go(self, *, keep: bool) -> None:
        """Close the part; what came so far is kept for another try where that is of use."""
        part = self._part
        try:
            # 1. It is whole. 2. It is not wanted, or no part of what is there now. 3. It can be gone on with.
            if self.stored is not None:
                return
            if not keep or self._useless or (self._taken and not self._note.validator):
                part.discard()
            elif self._taken:
                part.note(replace(self._note, size=part.size))
        finally:
            part.close()
