"""One page while it is read: the document, the names templates see, and what was remarked on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import time
from typing import Any, TypeAlias

from scrapekit.errors import PageError
from scrapekit.page import Page
from scrapekit.parts import Document, FilterContext, Scope, SimpleDocument
from scrapekit.request import NOTHING

PAGE_NAMES = ("url", "status", "rule", "number")
"""What ``{{ page.… }}`` offers; ``number`` counts the pages of a paginator from 1."""

_KEPT = 64
"""Texts of second steps that are remembered at a time; rows after one another read the same few."""

Environment: TypeAlias = dict[str, Mapping[str, Any]]
"""Root name → attributes: what templates and conditions are evaluated in."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every page of a page rule has in common: inputs, and the names that parents may carry."""

    inputs: Mapping[str, Any] = NOTHING
    parents: Mapping[str, None] = NOTHING
    """Each name a parent page may hand over → None, so that one not handed over is empty."""


class Reading:
    """One page being read by its page rule; made for each page, shared by nothing."""

    __slots__ = ("_context", "_environment", "_memo", "_opened", "document", "ground", "notes", "page")

    def __init__(self, page: Page, document: Document, ground: Ground) -> None:
        self.page = page
        self.document = document
        self.ground = ground
        notes: dict[str, int] | None = getattr(document, "notes", None)
        self.notes = {} if notes is None else notes
        self._memo: dict[object, Any] | None = None
        self._environment: Environment | None = None
        self._context: FilterContext | None = None
        self._opened: dict[tuple[int, str], Scope] | None = None

    def note(self, remark: str, count: int = 1) -> None:
        """Count a remark for the report; it must name no data of the page, so that remarks stay few."""
        self.notes[remark] = self.notes.get(remark, 0) + count

    @property
    def memo(self) -> dict[object, Any]:
        """What fields and rules keep while this page is read, each under a key of its own."""
        if self._memo is None:
            self._memo = {}
        return self._memo

    def on(self, root: Scope) -> Reading:
        """The same page with another root, such as a copy without some of it; notes are shared."""
        other = Reading(self.page, SimpleDocument(root, self.document.base), self.ground)
        other.notes = self.notes
        return other

    def opened(self, parser: object, text: str) -> Scope | None:
        """What this text was read as by that parser of a second step; None when it was not, or not lately."""
        return None if self._opened is None else self._opened.get((id(parser), text))

    def keep(self, parser: object, text: str, root: Scope) -> Scope:
        """Remember what a text was read as, since several fields look into the same; gives the root back."""
        if self._opened is None or len(self._opened) >= _KEPT:
            self._opened = {}
        self._opened[id(parser), text] = root
        return root

    @property
    def environment(self) -> Environment:
        """What templates see; made when the first one asks."""
        if self._environment is None:
            request = self.page.request
            self._environment = {
                "inputs": self.ground.inputs,
                "parent": {**self.ground.parents, **request.carry},
                "page": {
                    "url": self.page.url,
                    "status": self.page.status,
                    "rule": request.page,
                    "number": (request.paging or NOTHING).get("n", 1),
                },
                "item": NOTHING,
            }
        return self._environment

    @property
    def context(self) -> FilterContext:
        """What filters that use the page see."""
        if self._context is None:
            self._context = FilterContext(self.document.base, time())
        return self._context


ReadField: TypeAlias = Callable[[Scope, Reading], Any]
"""Gives a field's value from a scope; None when it is empty, never ``""`` or ``[]``."""


Find: TypeAlias = Callable[[Scope, Reading], Sequence[Any]]
"""Gives what a whole selector finds from a scope of the page being read, in order; never None."""


class InvalidField(Exception):
    """A field that is required but empty, or does not fit its type; ends in its record's ``on_invalid``."""

    def __init__(self, path: str, fault: str) -> None:
        super().__init__(f"{path} {fault}")
        self.path = path
        self.fault = fault


class PartFault(PageError):
    """A PageError or ValueError of a part, told together with the place in the recipe that used it."""


def blame(path: str, part: str, error: Exception) -> PartFault:
    """The fault of *part* while it read *path*; one that is already told so comes back as it is."""
    return error if isinstance(error, PartFault) else PartFault(f"{path}: {part}: {error}")


def is_empty(value: Any) -> bool:
    """True for what counts as missing: None, ``""`` and ``[]``; 0, false and {} are values."""
    return value is None or value == "" or value == []
