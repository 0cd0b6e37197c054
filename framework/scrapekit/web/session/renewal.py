"""When something that is fetched once holds, and when it has to be fetched anew: pure decisions."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

MOST_USELESS = 3
"""After so many renewals in a row that helped nobody, there is none: accounts get locked."""

FORGIVEN = 50
"""So many good answers make useless renewals forgotten."""

Again: TypeAlias = Literal["", "older", "renewed"]
"""Whether a refused request is sent again: not; for it was sent too early to count; with a new value."""


class Renewal:
    """One thing that is fetched when it is first needed, and anew when it no longer holds.

    Each time it has a new ``number``. An answer is judged by the number its request was sent with:
    what sixteen requests learn at once about number 3 makes one number 4.
    """

    __slots__ = ("_good", "_until", "_useless", "_valid", "number")

    def __init__(self) -> None:
        self.number = 0
        """How often it was fetched."""
        self._valid = False
        self._until = math.inf
        self._useless = 0
        self._good = 0

    def holds(self, now: float) -> bool:
        """True when there is nothing to fetch."""
        return self._valid and now < self._until

    def fetched(self, now: float, lasts: float | None = None) -> None:
        """It is there anew, for *lasts* seconds, or until an answer says otherwise."""
        self.number += 1
        self._valid = True
        self._until = math.inf if lasts is None else now + lasts

    def drop(self) -> None:
        """It no longer holds, whatever answers say."""
        self._valid = False

    def refused(self, number: int, *, before: bool) -> Again:
        """An answer says that *number* does not hold. *before*: the request was renewed for already."""
        # 1. It was sent with an older one.
        if number < self.number:
            return "older"
        # 2. A new one did not help: the page is at fault, not the session.
        if before:
            self._useless += 1
            self._good = 0
            return ""
        # 3. New ones have not helped anybody of late.
        if self._useless >= MOST_USELESS:
            return ""
        self._valid = False
        return "renewed"

    def accepted(self, number: int, *, before: bool) -> None:
        """A request that was sent with *number* brought a good answer."""
        if number != self.number:
            return
        self._good += 1
        if before or self._good >= FORGIVEN:
            self._useless = 0
