"""Pages and the jobs after this one: which validators they had, and what "not modified" comes to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from scrapekit.errors import FetchError
from scrapekit.model import Outcome, Verdict
from scrapekit.page import Page
from scrapekit.request import Request
from scrapekit.web.validators import validators_of

if TYPE_CHECKING:
    from scrapekit.crawl.arrivals import Performed


class Revisits:
    """A performer for pages that earlier jobs read: one that did not change is not read again."""

    def __init__(
        self,
        perform: Callable[[Request], Awaitable[Performed]],
        recall: Callable[[Request], Awaitable[Outcome | None]],
    ) -> None:
        """*recall* says what a page gave when it was read; None where that is not known."""
        self._perform = perform
        self._recall = recall

    async def perform(self, request: Request) -> Performed:
        """Fetch whatever the request asks for; an Outcome where the page did not change."""
        result = await self._perform(request)
        if request.validators is None or not isinstance(result, Page) or result.status != 304:
            return result
        outcome = await self._recall(request)
        if outcome is not None:
            return outcome
        reason = "not modified, but the history that says what it gave is gone"
        return FetchError(reason, verdict=Verdict.FAILED, status=304)


def remembering(page: Page, outcome: Outcome) -> Outcome:
    """The outcome with what a later job asks by whether the page has changed."""
    return replace(outcome, validators=validators_of(page)) if outcome.verdict is Verdict.OK else outcome
