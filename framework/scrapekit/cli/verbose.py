"""``-v``: a line for every request, told by the same moments that plugins hear."""

from __future__ import annotations

from collections.abc import Callable

from scrapekit.cli.words import counted, duration, size
from scrapekit.hookspecs import hookimpl
from scrapekit.model import Outcome
from scrapekit.page import Page
from scrapekit.request import Request


class Verbose:
    """A listener that says each moment of a request through *note*."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note

    @hookimpl
    def run_started(self, job: str, resumed: bool) -> None:
        """The job folder, and whether it holds an earlier run."""
        self._note(f"{'going on with' if resumed else 'starting'} the job in {job}")

    @hookimpl
    def page_fetched(self, request: Request, page: Page) -> None:
        """What came back, how much and how fast."""
        facts = f"{page.status}  {size(len(page.body))}  {duration(page.elapsed)}"
        self._note(f"{facts}  {request.page or 'page'}  {page.url}")

    @hookimpl
    def page_failed(self, request: Request, outcome: Outcome) -> None:
        """How a request ended that gave no page, and why."""
        reason = f": {outcome.reason}" if outcome.reason else ""
        self._note(f"{outcome.verdict.replace('_', ' ')}  {request.page or 'page'}  {request.url}{reason}")

    @hookimpl
    def request_retried(self, request: Request, reason: str, wait: float) -> None:
        """That another try follows."""
        self._note(f"again in {duration(wait)}  {request.url}: {reason}")

    @hookimpl
    def host_paused(self, host: str, wait: float, reason: str) -> None:
        """That a host is left alone for a while."""
        self._note(f"{host} rests for {duration(wait)}: {reason}")

    @hookimpl
    def group_committed(self, requests: int, items: int) -> None:
        """What is safe now; where only seeds or links were stored, nothing is said."""
        if requests or items:
            self._note(f"committed {counted(requests, 'page')} and {counted(items, 'record')}")
