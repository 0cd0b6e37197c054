"""What came of a request: a page to read, a robots.txt, a redirect, an error; each goes where it belongs.

The engine owns the tasks and their callbacks; this is what the callbacks do with a result. All of it is
synchronous.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from scrapekit.crawl.admission import Admission
from scrapekit.crawl.committer import Committer
from scrapekit.crawl.entries import Entry
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.page_reader import PageReader, Read
from scrapekit.crawl.replays import Keeper
from scrapekit.crawl.revisits import remembering
from scrapekit.crawl.session import SessionKeeper
from scrapekit.crawl.settlement import Moments, Settlement
from scrapekit.errors import FetchError
from scrapekit.model import Outcome
from scrapekit.page import Page
from scrapekit.request import Request
from scrapekit.web.replay import Replayed
from scrapekit.web.robots import Robots, RobotsNotNow
from scrapekit.web.url import lane_of

Answered: TypeAlias = Page | Request | FetchError | Robots | RobotsNotNow | Outcome
Performed: TypeAlias = Answered | Replayed


class Arrivals:
    """Takes what was performed, and tells frontier, committer and settlement what it comes to."""

    def __init__(
        self,
        *,
        frontier: Frontier,
        committer: Committer,
        settlement: Settlement,
        admission: Admission,
        reader: PageReader,
        apart: Callable[[Entry, Page], None],
        relay: Moments,
        session: SessionKeeper | None,
        keeper: Keeper | None,
        remembers: bool,
        rotate: Callable[[Page], None] | None,
    ) -> None:
        """*apart* reads a page in a process apart, and calls `read` when that is done.

        *remembers*: later jobs want to know which pages were read, and what of. *rotate* is told of a page
        that came by a proxy which is of no more use to its host.
        """
        self._frontier = frontier
        self._committer = committer
        self._settlement = settlement
        self._admission = admission
        self._reader = reader
        self._apart = apart
        self._relay = relay
        self._session = session
        self._keeper = keeper
        self._remembers = remembers
        self._rotate = rotate

    def take(self, entry: Entry, result: Performed) -> None:
        """Act on the result of a request's task."""
        if isinstance(result, Replayed):
            self._frontier.unasked(entry)
            result = result.answer
        self._take(entry, result)

    def _take(self, entry: Entry, result: Answered) -> None:
        # 1. A page: read it, in a process apart when that may take long.
        if isinstance(result, Page):
            self._take_page(entry, result)
        # 2. An answer about robots.txt.
        elif entry.robots_of:
            if isinstance(result, FetchError | Outcome):
                raise TypeError(f"a request for robots.txt was answered with {type(result).__name__}")
            if self._frontier.robots_read(entry, result):
                self._committer.pause(lane_of(entry.robots_of))
        # 3. A redirect: its target is a request of its own, through the same gate.
        elif isinstance(result, Request):
            self._frontier.succeeded(entry)
            self._settlement.settle(entry, self._admission.redirected(entry.request, result))
        # 4. An error: tried again, or the end of this request.
        elif isinstance(result, FetchError):
            self._settlement.failed(entry, result)
        # 5. A page that did not change since an earlier job.
        elif isinstance(result, Outcome):
            self._frontier.succeeded(entry)
            self._settlement.settle(entry, result)
        else:
            raise TypeError(f"a request was answered with {type(result).__name__}")

    def _take_page(self, entry: Entry, page: Page) -> None:
        self._settlement.received(page.size)
        if self._relay.page_fetched is not None:
            self._relay.page_fetched(request=entry.request, page=page)
        if (read := self._reader.read(page)) is None:
            self._apart(entry, page)
        else:
            self.read(entry, page, read)

    def read(self, entry: Entry, page: Page, read: Read) -> None:
        """A page was read, or its rule says that the answer is to be treated as an error."""
        if isinstance(read, FetchError):
            self._refuse(entry, page, read)
            return
        if self._session is not None:
            self._session.accepted(page, entry.renewed)
        # A file is kept where it is; what would be kept of it here has no body.
        if self._keeper is not None and not entry.replayed and page.stored is None:
            self._keeper.accepted(page)
        self._frontier.succeeded(entry)
        self._settlement.settle(entry, remembering(page, read) if self._remembers else read)

    def _refuse(self, entry: Entry, page: Page, error: FetchError) -> None:
        if self._keeper is not None:
            self._keeper.refused(page, error, replayed=entry.replayed)
        if entry.replayed:
            # Not the host said so, but a rule that is new: now the host is asked.
            self._frontier.put_back(entry)
            return
        if error.rotates and self._rotate is not None:
            self._rotate(page)
        error.session = page.session
        self._settlement.failed(entry, error)
