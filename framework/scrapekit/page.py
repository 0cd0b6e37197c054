"""Page: what came back for a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from scrapekit.request import Request
from scrapekit.web.encoding import decode, sniff

Stamp: TypeAlias = tuple[tuple[str, int], ...]
"""What of the session a request was sent with: ``login`` or a value's name, and its number."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A body that went to disk instead of into memory, whole, hashed and about to get its name."""

    key: str
    """The question it answers: `Request.ask`."""
    path: str
    """Where it appears with the record, relative to the output folder."""
    sha256: str
    """In hexadecimal."""
    size: int
    type: str
    """Its media type, without parameters."""
    etag: str = ""
    modified: str = ""
    """By which a later job asks whether it has changed; either may be empty."""
    moment: float = 0.0
    """The Unix time at which it came, or was said to be unchanged."""
    stem: str = ""
    """What the recipe lets its name begin with."""


class Page:
    """What came back for a request, whole. ``headers`` has lower-case names; ``body`` is decompressed."""

    session: Stamp = ()
    hurried = False
    """True while everything else waits for it to be read; see `scrapekit.TakesLong`."""
    proxy = 0
    """The number of the proxy by which it came, in the recipe's order."""
    stored: StoredFile | None = None
    """Where the body went to disk, which is then empty here."""
    holds_late = False
    """True where placeholders stand in its address, headers or body for values that were sent."""

    def __init__(
        self,
        request: Request,
        url: str,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        elapsed: float = 0.0,
    ) -> None:
        self.request = request
        self.url = url
        self.status = status
        self.headers = headers
        self.body = body
        self.elapsed = elapsed
        self._charset = ""

    def read_in(self, encoding: str) -> None:
        """Read the body in this encoding, by Python's name, whatever it declares itself to be in."""
        self._charset = encoding
        for found in ("decoded", "encoding"):
            self.__dict__.pop(found, None)

    def __repr__(self) -> str:
        return f"<Page {self.status} {self.url} {len(self.body)} bytes>"

    @property
    def size(self) -> int:
        """How many bytes came, unpacked, wherever they are."""
        return len(self.body) if self.stored is None or self.status == 304 else self.stored.size

    @property
    def content_type(self) -> str:
        """The Content-Type header, empty when there is none."""
        return self.headers.get("content-type", "")

    @cached_property
    def decoded(self) -> tuple[str, str]:
        """The body as text and the name of the encoding it was read in (WHATWG order), found once."""
        if self._charset:
            return self.body.decode(self._charset, "replace").removeprefix("\ufeff"), self._charset
        return decode(self.body, self.content_type)

    @property
    def text(self) -> str:
        """The body as text; undecodable bytes become U+FFFD."""
        return self.decoded[0]

    @cached_property
    def encoding(self) -> str:
        """The encoding of the body by its Python name, found without decoding the body."""
        return self._charset or sniff(self.body, self.content_type)
