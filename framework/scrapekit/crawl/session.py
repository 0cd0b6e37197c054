"""What the engine asks of a session: whether a request that was refused is worth sending again."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from scrapekit.errors import FetchError
from scrapekit.model import Page, Request
from scrapekit.web.late import marked


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


def first_of(request: Request) -> Request | None:
    """What to send again when a request was refused: it, or the one whose redirects led to it.

    None where that was done once already: the site leads to its login whoever we are.
    """
    if not request.via:
        return request
    first = request.via[0]
    if request.via.count(first) > 1:
        return None
    return marked(replace(request, url=first, via=(*request.via, request.url)))
