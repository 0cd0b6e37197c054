"""What the engine tells whoever keeps answers: which of them were worth it."""

from __future__ import annotations

from typing import Protocol

from scrapekit.errors import FetchError
from scrapekit.page import Page


class Keeper(Protocol):
    """Keeps answers and gives them again, as `Replayed`, in place of a fetch."""

    def accepted(self, page: Page) -> None:
        """Learn that a page was fetched and read."""
        ...

    def refused(self, page: Page, error: FetchError, *, replayed: bool) -> None:
        """Learn that an answer is no page by the rules of its page rule, be it fetched or *replayed*."""
        ...
