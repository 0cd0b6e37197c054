"""What a request comes to: tried again, or ended, with all that follows from it put into the next group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from scrapekit.crawl.admission import Admission
from scrapekit.crawl.committer import Committer
from scrapekit.crawl.entries import PARKED, Entry
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.politeness import Retry
from scrapekit.crawl.session import SessionKeeper
from scrapekit.crawl.spending import Spending
from scrapekit.errors import FetchError
from scrapekit.model import Item, Outcome, Verdict
from scrapekit.request import Request

_FINE = frozenset(
    {
        Verdict.OK,
        Verdict.EMPTY,
        Verdict.NOT_MODIFIED,
        Verdict.REDIRECTED,
        Verdict.DUPLICATE,
        Verdict.SKIPPED,
    }
)


class Moments(Protocol):
    """The relay to listeners: each moment is None when nobody listens, else it never raises."""

    request_queued: Callable[..., None] | None
    page_fetched: Callable[..., None] | None
    page_failed: Callable[..., None] | None
    request_retried: Callable[..., None] | None
    items_kept: Callable[..., None] | None
    group_committed: Callable[..., None] | None
    host_paused: Callable[..., None] | None


class Settlement:
    """Decides with the frontier, the session and the limits, and tells those who listen."""

    def __init__(
        self,
        frontier: Frontier,
        committer: Committer,
        admission: Admission,
        relay: Moments,
        session: SessionKeeper | None,
        spending: Spending | None,
        *,
        remembers: bool,
    ) -> None:
        """*remembers*: later jobs want to know which pages were read, and what of."""
        self._frontier = frontier
        self._committer = committer
        self._admission = admission
        self._relay = relay
        self._session = session
        self._spending = spending
        self._remembers = remembers

    @property
    def limit(self) -> str:
        """The limit that stopped the crawl, in words; empty when none did."""
        if self._spending is not None and self._spending.spent:
            return self._spending.spent
        return "the limit of records was reached" if self._admission.limit_reached else ""

    @property
    def seconds_left(self) -> float | None:
        """How long the run may go on; None where its time has no limit."""
        return None if self._spending is None else self._spending.seconds_left

    def requested(self) -> None:
        """A request is sent."""
        if self._spending is not None:
            self._spend(self._spending.requested())

    def received(self, size: int) -> None:
        """So many bytes of a page came."""
        self._committer.group.counters["bytes"] += size
        if self._spending is not None:
            self._spend(self._spending.received(size))

    def out_of_time(self) -> None:
        """The time that the budget allows is over."""
        if self._spending is not None:
            self._spend(self._spending.out_of_time())

    def _spend(self, spent: str) -> None:
        """Start nothing more once a part of the budget is used up."""
        if spent:
            self._frontier.close()

    def failed(self, entry: Entry, error: FetchError) -> None:
        """A fetch went wrong: it is tried again, or that was the end of the request."""
        if self._session is not None and error.session and self._sent_again(self._session, entry, error):
            return
        decision = self._frontier.failed(entry, error)
        if not isinstance(decision, Retry):
            outcome = Outcome(entry.request, decision.verdict, reason=decision.reason, status=error.status)
            self.settle(entry, outcome)
            return
        self._committer.group.counters["retries"] += 1
        if self._relay.request_retried is not None:
            self._relay.request_retried(request=entry.request, reason=decision.reason, wait=decision.wait)
        if decision.parked:
            self._committer.group.counters[f"note:{PARKED}"] += 1
        if decision.whole_host:
            self._committer.pause(entry.lane)
            if self._relay.host_paused is not None:
                self._relay.host_paused(host=entry.lane, wait=decision.wait, reason=decision.reason)

    def _sent_again(self, session: SessionKeeper, entry: Entry, error: FetchError) -> bool:
        """True where the session had gone, and the request is sent again."""
        says = session.refused(error, entry.renewed)
        if not says:
            error.args = (f"{error} (also in a new session)",) if entry.renewed else error.args
            return False
        entry.renewed = entry.renewed or says == "renewed"
        self._committer.group.counters["retries"] += 1
        if self._relay.request_retried is not None:
            self._relay.request_retried(request=entry.request, reason=str(error), wait=0.0)
        self._frontier.put_back(entry)
        return True

    def settle(self, entry: Entry, outcome: Outcome) -> None:
        """A request has ended: put all of its outcome into the group that is committed next."""
        if self._admission.limit_reached:
            # Too late to count: it stays in the frontier, as if it had not been fetched.
            self._frontier.put_back(entry)
            return
        if entry.request.otherwise:
            outcome = self._admission.or_other(outcome)
        kept = self._admission.take(self._committer.group, entry, outcome)
        if self._remembers and outcome.verdict is Verdict.OK and len(kept) == len(outcome.items):
            self._committer.group.visits.append((entry, outcome))
        if kept and self._relay.items_kept is not None:
            self._relay.items_kept(request=entry.request, items=kept)
        if self._relay.page_failed is not None and outcome.verdict not in _FINE:
            self._relay.page_failed(request=entry.request, outcome=outcome)
        if self._spending is not None:
            self._spend(self._spending.settled(outcome, len(kept)))
        if self._admission.limit_reached:
            self._frontier.close()
        self._committer.add(entry, outcome)

    def completed(self, request: Request, items: Sequence[Item]) -> None:
        """Records that waited are complete, and durable."""
        self._admission.completed(len(items))
        if self._spending is not None:
            self._spend(self._spending.completed(len(items)))
        if items and self._relay.items_kept is not None:
            self._relay.items_kept(request=request, items=items)
        if self._admission.limit_reached:
            self._frontier.close()
