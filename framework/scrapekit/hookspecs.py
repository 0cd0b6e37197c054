"""The moments of a run that plugins are told of. Told, never asked: what they return is ignored.

A listener is an object or module under the entry point ``scrapekit.listeners`` whose functions
are marked with `hookimpl` and named like a moment; it may take fewer arguments than are offered::

    from scrapekit import hookimpl

    class Bell:
        @hookimpl
        def run_finished(self, report): print(report["records"])

Listeners run on the event loop and must not block. One that raises is reported by name, switched
off, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pluggy

from scrapekit.model import Item, Outcome
from scrapekit.page import Page
from scrapekit.request import Request

PROJECT = "scrapekit"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def run_started(recipe: str, job: str, resumed: bool) -> None:
    """A run begins: the recipe's name, the job folder, whether it goes on from an earlier run."""


@hookspec
def request_queued(request: Request) -> None:
    """A request that was not known before is now stored in the frontier."""


@hookspec
def page_fetched(request: Request, page: Page) -> None:
    """A page arrived; its callback is about to read it."""


@hookspec
def page_failed(request: Request, outcome: Outcome) -> None:
    """A request ended in a verdict other than ok, empty or not_modified."""


@hookspec
def request_retried(request: Request, reason: str, wait: float) -> None:
    """A request will be tried again after *wait* seconds."""


@hookspec
def items_kept(request: Request, items: Sequence[Item]) -> None:
    """A page gave these records; they are written with the next group."""


@hookspec
def group_committed(requests: int, items: int) -> None:
    """A group of outcomes is durable: so many requests done, so many records in every export."""


@hookspec
def host_paused(host: str, wait: float, reason: str) -> None:
    """No request goes to *host* for *wait* seconds."""


@hookspec
def run_finished(report: Mapping[str, Any]) -> None:
    """The run is over; *report* is what report.json holds.

    Told once more, with ``told_again``, when the run was killed before it could tell the user.
    """


MOMENTS = (
    "run_started",
    "request_queued",
    "page_fetched",
    "page_failed",
    "request_retried",
    "items_kept",
    "group_committed",
    "host_paused",
    "run_finished",
)
"""Every moment's name, in the order of a run."""
