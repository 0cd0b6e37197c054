"""Request, Page, Item, Outcome, Verdict: the words every room speaks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, TypeAlias

from scrapekit.web.encoding import decode, sniff


class _Nothing(Mapping[str, Any]):
    """The empty mapping, hashable so that it can be a dataclass default (a mappingproxy is not in 3.11)."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "{}"


NOTHING: Mapping[str, Any] = _Nothing()


class Verdict(StrEnum):
    """How a request ended. Every request ends in exactly one; the set is closed."""

    OK = "ok"
    """Fetched and read; it gave records, links or both."""
    EMPTY = "empty"
    """Fetched and read; it gave neither a record nor a link."""
    NOT_MODIFIED = "not_modified"
    """The server said that nothing changed since the last run."""
    REDIRECTED = "redirected"
    """Answered with a redirect, or failed with an alternative left, which was queued as a request."""
    DUPLICATE = "duplicate"
    """A redirect or alternative led to a page that is already queued or done."""
    BLOCKED = "blocked"
    """The server refused us (401, 403, 407, 451, or 429 until we gave up)."""
    ROBOTS = "robots"
    """robots.txt does not allow it, or could not be read."""
    OUT_OF_SCOPE = "out_of_scope"
    """A redirect led to a place the recipe does not allow."""
    REFUSED = "refused"
    """We refused to connect: a private address, or a scheme that is not http(s)."""
    FAILED = "failed"
    """No usable page after every try, or a page that could not be read."""
    SKIPPED = "skipped"
    """Fetched and left alone, as a response rule of the recipe says."""
    DROPPED = "dropped"
    """Given up by a limit of the recipe; the reason names it."""


FAILURES = frozenset({Verdict.BLOCKED, Verdict.FAILED, Verdict.REFUSED})
"""The verdicts that count towards ``crawl.allow_failed``."""

DECLARED_EMPTY = "declared empty: "
"""Begins the remark on a page that a response rule calls empty, so that no record of it is missed."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to fetch and which page rule reads it. Data only: it never carries a function.

    ``carry`` is what parent pages hand to this one (JSON values only); ``paging`` is the state of
    the paginator this request belongs to; ``via`` lists the URLs that redirected here, oldest first.
    """

    url: str
    page: str = ""
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    depth: int = 0
    priority: int = 0
    carry: Mapping[str, Any] = NOTHING
    paging: Mapping[str, Any] | None = None
    via: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    """Values put in only when it is sent, such as ``inputs.token``; see `scrapekit.web.late`."""
    seal: str = ""
    """What tells their placeholders from any other text."""
    ask: str = ""
    """What makes it one question of records that wait for its answer; empty for a page of its own."""
    otherwise: tuple[str, ...] = ()
    """Requests to make in its place when it fails, in order, each as ``to_json`` writes it."""
    once: bool = False
    """Not to be made where an earlier job fetched it."""
    validators: tuple[str, str] | None = None
    """ETag and Last-Modified that it had in an earlier job, for "has it changed?"; either may be empty."""

    def to_json(self) -> str:
        """The request as one line of JSON holding only what differs from the defaults."""
        data: dict[str, Any] = {"url": self.url, "page": self.page}
        if self.method != "GET":
            data["method"] = self.method
        if self.headers:
            data["headers"] = self.headers
        if self.body is not None:
            data["body"] = self.body.decode("latin-1")
        if self.depth:
            data["depth"] = self.depth
        if self.priority:
            data["priority"] = self.priority
        if self.carry:
            data["carry"] = dict(self.carry)
        if self.paging is not None:
            data["paging"] = dict(self.paging)
        if self.via:
            data["via"] = self.via
        if self.late:
            data["late"] = self.late
            data["seal"] = self.seal
        if self.ask:
            data["ask"] = self.ask
        if self.otherwise:
            data["otherwise"] = self.otherwise
        if self.once:
            data["once"] = True
        if self.validators is not None:
            data["validators"] = self.validators
        return json.dumps(data, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Request:
        """The request that ``to_json`` wrote."""
        data = json.loads(text)
        if "headers" in data:
            data["headers"] = tuple((name, value) for name, value in data["headers"])
        if "body" in data:
            data["body"] = data["body"].encode("latin-1")
        if "via" in data:
            data["via"] = tuple(data["via"])
        if "late" in data:
            data["late"] = tuple(data["late"])
        if "otherwise" in data:
            data["otherwise"] = tuple(data["otherwise"])
        if "validators" in data:
            data["validators"] = tuple(data["validators"])
        return cls(**data)


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
        return len(self.body) if self.stored is None else self.stored.size

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


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record came from: the page, its rule, its row on that page (from 0), Unix time."""

    url: str
    page: str = ""
    row: int = 0
    time: float = 0.0


@dataclass(frozen=True, slots=True)
class Item:
    """One record. ``fields`` keeps the recipe's order and holds JSON values, dates and decimals."""

    kind: str
    fields: Mapping[str, Any]
    origin: Origin
    key: str | None = None
    """The record's identity where the recipe names one, else None."""
    seen: Literal["", "new", "changed", "same"] = ""
    """How it compares with earlier jobs, where the recipe asks; else empty."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a record asks of another page: which of its places the answer fills, and the request."""

    place: int
    request: Request


@dataclass(frozen=True, slots=True)
class Pending:
    """A record that waits for other pages. Only its joiner, found by name, reads its ``state``."""

    kind: str
    joiner: str
    state: str
    asks: Sequence[Ask]
    fields: Mapping[str, Any]
    """What its own page gave, by which equal pages are told."""


@dataclass(frozen=True, slots=True)
class Answered:
    """How a question ended: what its pages gave, in order; not whole when one of them did not come."""

    parts: Sequence[str] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """What to do with a record next: ask these, or keep these items; neither when it was dropped."""

    asks: Sequence[Ask] = ()
    items: Sequence[Item] = ()
    notes: Mapping[str, int] = NOTHING
    quarantined: Sequence[Item] = ()
    fault: str = ""
    """Why no record could be made of it; empty when nothing went wrong."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one request: all of a page or none of it."""

    request: Request
    verdict: Verdict
    items: Sequence[Item] = ()
    requests: Sequence[Request] = ()
    reason: str = ""
    """Why it ended so, where the verdict alone does not say."""
    notes: Mapping[str, int] = NOTHING
    """Counted remarks for the report, such as ``records dropped: price is required`` → 2."""
    status: int | None = None
    quarantined: Sequence[Item] = ()
    """Records that are none, for the quarantine file; they count as no records."""
    pending: Sequence[Pending] = ()
    """Records that this page began and that other pages complete."""
    validators: tuple[str, str] | None = None
    """The page's ETag and Last-Modified, where a later job shall know them; either may be empty."""
    answer: str | None = None
    """What the page gave to the records that asked for it, as text for their joiner."""
    stored: StoredFile | None = None
    """The file that came, which gets its name when the outcome becomes durable."""
