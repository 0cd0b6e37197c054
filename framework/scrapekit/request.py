"""Request: what to fetch, and which page rule reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


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

FOLLOWING = 0
"""`Request.link` of the page that a paginator asks for."""


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
    link: int | None = field(default=None, compare=False)
    """The link rule that found it, counted from 1 on its page; `FOLLOWING` or None where none did.

    Told to the store when the request is queued, and not kept with it: what is fetched is the same.
    """

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
