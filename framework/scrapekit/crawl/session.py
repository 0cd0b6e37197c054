"""What the engine asks of a session: whether a request that was refused is worth sending again."""

from __future__ import annotations

from typing import Protocol

from scrapekit.errors import FetchError
from scrapekit.page import Page


class SessionKeeper(Protocol):
    """Knows what each answer was asked with, and renews what no longer holds before the next request."""

    def refused(self, error: FetchError, before: bool) -> str:
        """``renewed`` or ``older`` where the request is worth sending again, else empty.

        *before*: the session was renewed for it already.
        """
        ...

    def accepted(self, page: Page, before: bool) -> None:
        """Learn that a page came which nothing is wrong with."""
        ...
