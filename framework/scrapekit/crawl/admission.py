"""The gate for what a page gives: which links may become requests, and how many records are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from scrapekit.crawl.entries import CUT_SHORT, STOPPED, Candidate, Entry, Group, follows, identity
from scrapekit.crawl.tally import Tally
from scrapekit.model import FAILURES, Item, Outcome, Verdict
from scrapekit.recipe.model import Traps
from scrapekit.request import NOTHING, Request
from scrapekit.web.scope import Scope
from scrapekit.web.traps import trap

_KNOWN_MOST = 65_536
_FAILED = FAILURES | {Verdict.ROBOTS, Verdict.OUT_OF_SCOPE}

TRIED_NEXT = "an address of any failed, the next was tried"
"""What the report counts such steps under."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Which links are followed at all, and where a run stops by itself."""

    scope: Scope
    order: str = "breadth"
    depth: int | None = None
    traps: Traps | None = None
    """What a link's address may look like; None: anything."""
    records: int | None = None
    """Stop after so many records; None: when nothing is left."""
    scopes: Mapping[str, Scope] = NOTHING
    """Page rule → where its requests may be redirected to, where that is not ``scope``."""


class Admission:
    """Puts an outcome's items and links into a group, within the limits.

    The addresses seen last are remembered, so that the links which every page repeats cost a
    look-up here and nothing in the store. The store has the last word on what is new.
    """

    def __init__(self, limits: Limits, *, records: int = 0, tally: Tally | None = None) -> None:
        self._limits = limits
        self._tally = tally
        self._records = records
        self._known: dict[str, None] = {}
        self.limit_reached = limits.records is not None and records >= limits.records

    def candidate(self, request: Request) -> Candidate:
        """A request from no page, such as a seed; seeds pass any scope."""
        return Candidate(request, self._limits.order)

    def redirected(self, request: Request, target: Request) -> Outcome:
        """What a redirect comes to: a request for its target, or the end where that is out of scope."""
        scope = self._limits.scopes.get(request.page, self._limits.scope)
        if not scope.allows(target.url):
            reason = f"redirected to {target.url}, which is out of scope"
            return Outcome(request, Verdict.OUT_OF_SCOPE, reason=reason)
        return Outcome(request, Verdict.REDIRECTED, requests=(target,), reason=f"redirected to {target.url}")

    def or_other(self, outcome: Outcome) -> Outcome:
        """The outcome as it is, or where the request failed the step to the next of its alternatives.

        Alternatives are seeds, and so pass any scope.
        """
        request = outcome.request
        if outcome.verdict not in _FAILED or not request.otherwise:
            return outcome
        following, *rest = request.otherwise
        other = replace(Request.from_json(following), otherwise=tuple(rest))
        reason = f"{outcome.verdict}: {outcome.reason}; the next address of any was tried"
        return Outcome(request, Verdict.REDIRECTED, (), (other,), reason, {TRIED_NEXT: 1}, outcome.status)

    def take(self, group: Group, entry: Entry, outcome: Outcome) -> Sequence[Item]:
        """Add what the outcome gave to *group*; gives the items that were kept."""
        for note, count in outcome.notes.items():
            group.counters[f"note:{note}"] += count
        # Only what a paginator asked for is counted: sitemaps have a state too, but no number.
        if outcome.verdict in FAILURES and "n" in (entry.request.paging or ()) and not entry.request.ask:
            group.counters[f"note:{CUT_SHORT}"] += 1
        if outcome.verdict is Verdict.REDIRECTED:
            self._take_hop(group, entry, outcome.requests[0])
        elif outcome.requests:
            self._take_links(group, entry, outcome)
        if outcome.quarantined:
            group.quarantined.extend(outcome.quarantined)
        if outcome.pending:
            group.pending += [(entry, pending) for pending in outcome.pending]
        return self._take_items(group, outcome.items) if outcome.items else ()

    def forget(self, urls: Iterable[str]) -> None:
        """These were not stored after all: another link to them is no link to a known page."""
        for url in urls:
            self._known.pop(url, None)

    def completed(self, records: int) -> None:
        """So many records were completed that other pages had begun."""
        self._records += records
        if self._limits.records is not None and self._records >= self._limits.records:
            self.limit_reached = True

    def _take_items(self, group: Group, items: Sequence[Item]) -> Sequence[Item]:
        if self._limits.records is not None:
            items = items[: self._limits.records - self._records]
            self.limit_reached = self._records + len(items) >= self._limits.records
        self._records += len(items)
        group.items.extend(items)
        for item in items:
            group.counters[f"records:{item.kind}"] += 1
        if self._tally is not None:
            self._tally(group, items)
        return items

    def _take_hop(self, group: Group, entry: Entry, target: Request) -> None:
        hop = Candidate(target, self._limits.order, hop_of=entry)
        # A site that sets a cookie and sends us back to where we came from must not be a duplicate.
        before = (identity(replace(target, url=url)) for url in target.via[:-1])
        # Nor may the answer be lost that records wait for, wherever it stands in the end.
        hop.again = bool(target.ask) or hop.fp == entry.fp or hop.fp in before
        group.new.append(hop)

    def _take_links(self, group: Group, entry: Entry, outcome: Outcome) -> None:
        known, order = self._known, self._limits.order
        fruitful = bool(outcome.items or outcome.pending)
        for request in outcome.requests:
            plain = request.body is None and request.method == "GET" and request.paging is None
            if plain and request.url in known:
                group.counters["duplicates"] += 1
            elif reason := self._refusal(request):
                group.counters[f"note:links {reason}"] += 1
                if follows(request):
                    group.counters[f"note:{STOPPED.format(request.page, f'next page {reason}')}"] += 1
            else:
                group.new.append(Candidate(request, order, found_on=entry, fruitful=fruitful))
                if plain:
                    known[request.url] = None
        while len(known) > _KNOWN_MOST:
            del known[next(iter(known))]

    def _refusal(self, request: Request) -> str:
        """Why no page's link to it is followed; empty when it is."""
        limits = self._limits
        if not limits.scope.allows(request.url):
            return "out of scope"
        if limits.depth is not None and request.depth > limits.depth:
            return "deeper than crawl.depth"
        return trap(request.url, limits.traps) if limits.traps is not None else ""
