"""Item, Outcome, Verdict: what becomes of a request, in the words every room speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from scrapekit.page import StoredFile
from scrapekit.request import NOTHING, Request


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
    files: Sequence[StoredFile] = ()
    """The files it names. Under their names they are there before it is exported."""


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
    """Why it ended so, where the verdict alone does not say; of a file that came, its path."""
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
