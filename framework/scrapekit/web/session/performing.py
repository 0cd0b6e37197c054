"""Performing requests within a session: what each needs is there before it is sent, and it says with what."""

from __future__ import annotations

from dataclasses import replace

from scrapekit.crawl.entries import ROBOTS_PAGE
from scrapekit.errors import FetchError
from scrapekit.page import Page, Stamp
from scrapekit.request import Request
from scrapekit.web.late import marked
from scrapekit.web.perform import Performer
from scrapekit.web.robots import Robots, RobotsNotNow
from scrapekit.web.session.session import Session
from scrapekit.web.turns import Turns
from scrapekit.web.url import origin_of


class SessionPerformer:
    """A performer whose requests wait for their session; every error comes back as a value, but one.

    One that had to wait takes another turn at its host. StuckError is raised where one cannot log in,
    for then the run ends.
    """

    def __init__(
        self,
        performer: Performer,
        session: Session,
        headers: tuple[tuple[str, str], ...] = (),
        *,
        turns: Turns,
    ) -> None:
        self._performer = performer
        self.session = session
        self._turns = turns
        self._headers = [(name, text, _vars_in(name, text)) for name, text in headers]

    async def perform(self, request: Request) -> Page | Request | FetchError | Robots | RobotsNotNow:
        """Fetch whatever the request asks for."""
        if request.page == ROBOTS_PAGE:
            return await self._performer.robots(request)
        dressed = self._dressed(request) if self._headers else request
        try:
            stamp = self.session.stamp_nowait(dressed)
            if stamp is None:
                async with self._turns.aside(request.url):
                    stamp = await self.session.ready(dressed)
        except FetchError as error:
            return error
        found = await self._performer.page(dressed)
        if not stamp and dressed is request:
            return found
        return self._stamped(request, found, stamp)

    def _dressed(self, request: Request) -> Request:
        """The request with the headers of all requests that are made of values, where they may go."""
        origin = origin_of(request.url)
        own = {name.lower() for name, _ in request.headers}
        more = tuple(
            (name, text)
            for name, text, names in self._headers
            if name.lower() not in own and all(self.session.allows(each, origin) for each in names)
        )
        return marked(replace(request, headers=(*request.headers, *more))) if more else request

    def _stamped(
        self, request: Request, found: Page | Request | FetchError, stamp: Stamp
    ) -> Page | Request | FetchError:
        # 1. A page, of which its page rule may still say that we are logged out.
        if isinstance(found, Page):
            found.request, found.session = request, stamp
            return found
        # 2. An error, whose status may say so.
        if isinstance(found, FetchError):
            found.session = stamp
            return found
        # 3. A redirect: to the login it is another word for "logged out".
        if self.session.sent_away(found.url, stamp):
            return FetchError("redirected to the login", expired=True, session=stamp)
        ours = {name.lower() for name, _, _ in self._headers}
        ours -= {name.lower() for name, _ in request.headers}
        kept = tuple(pair for pair in found.headers if pair[0].lower() not in ours)
        return marked(replace(found, headers=kept)) if len(kept) < len(found.headers) else found


def _vars_in(name: str, text: str) -> tuple[str, ...]:
    late = marked(Request("https://a.test/", headers=((name, text),))).late
    return tuple(each.partition(".")[2] for each in late if each.startswith("vars."))
