"""How the requests of a host take turns, and how many of a pattern may be found by way of that pattern.

Each ``BLOCK`` requests of one pattern wait one step longer, as if they were one link deeper. So a trap
that makes endless addresses of a pattern lets all others go first, while a crawl of few pages runs in
the plain order. (Turns of one request each would fetch as many lists as products where both are many.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from scrapekit.crawl.entries import Candidate, Entry, follows, rank_of, step_of
from scrapekit.crawl.strands import MOST_NUMBERS, OTHERS, Row, Strand, Strands
from scrapekit.recipe.model import Traps
from scrapekit.web.patterns import pattern_of
from scrapekit.web.suffixes import registrable_domain
from scrapekit.web.url import host_of

BLOCK = 64
"""So many requests of one pattern go in a row, as far as patterns are concerned."""

_MOST_SITES = 8_192

Refused: TypeAlias = tuple[Candidate, str]
"""A candidate that is not taken, and why, in the words of a remark on links."""


class Placed(NamedTuple):
    """A candidate that is taken: its rank, and the patterns on the way to it."""

    candidate: Candidate
    rank: int
    lineage: int


class _Page:
    """A page that links to candidates: the patterns down to it, and whether it gave anything new."""

    __slots__ = ("fruitful", "lineage", "site")

    def __init__(self, site: str, lineage: int, fruitful: bool) -> None:
        self.site = site
        self.lineage = lineage
        self.fruitful = fruitful


class Fairness:
    """The strands of each site. One owner calls it: the store, inside its transactions.

    What `changed` gives is to be stored, and *load* gives it back; up to a block of each strand's count
    is lost with the process.
    """

    def __init__(self, order: str = "breadth", traps: Traps | None = None) -> None:
        self._order = order
        self._step = step_of(order)
        self._traps = traps
        self._sites: dict[str, Strands] = {}
        self._changed: dict[tuple[str, str], Strand] = {}
        self.load: Callable[[str], Iterable[Row]] = _nothing

    def settled(self, entry: Entry) -> None:
        """A request has ended: whatever pattern is new on its site starts beside it, not before it."""
        placed = BLOCK * ((entry.rank - rank_of(entry.request, self._order)) // self._step)
        if placed <= 0:
            return
        site = site_of(entry.lane)
        if placed > (clock := self._strands(site).clock).placed:
            clock.placed = placed
            self._changed[site, ""] = clock

    def admit(self, fresh: Iterable[Candidate]) -> tuple[list[Placed], list[Refused]]:
        """The candidates that are taken, and the others."""
        pages: dict[int, _Page] = {}
        chosen = [self._look(candidate, pages) for candidate in fresh]
        admitted: list[Placed] = []
        refused: list[Refused] = []
        for candidate, strand, page, again in chosen:
            reason = self._refusal(candidate, strand, page) if page is not None and again else ""
            if reason:
                refused.append((candidate, reason))
            else:
                rank = candidate.rank + self._step * self._block(site_of(candidate.lane), strand)
                admitted.append(Placed(candidate, rank, _lineage(candidate, page)))
        return admitted, refused

    def _look(
        self, candidate: Candidate, pages: dict[int, _Page]
    ) -> tuple[Candidate, Strand, _Page | None, bool]:
        """Its strand, the page it was found on, and whether its pattern was met on the way already."""
        site = site_of(candidate.lane)
        strand = self._strands(site).of(pattern_of(candidate.request.url))
        if (found := candidate.found_on) is None:
            return candidate, strand, None, False
        page = pages.get(found.seq)
        if page is None:
            above = site_of(found.lane)
            page = pages[found.seq] = _Page(above, self._lineage_below(found, above), candidate.fruitful)
        again = page.site == site and bool(page.lineage >> strand.number & 1)
        # A link to a pattern that was not met before leads on.
        page.fruitful = page.fruitful or not again
        return candidate, strand, page, again

    def _lineage_below(self, entry: Entry, site: str) -> int:
        """The patterns on the way to what a page links to: those before it, and its own."""
        strands = self._strands(site)
        strand = strands.of(pattern_of(entry.request.url))
        if strand.number == MOST_NUMBERS:
            strands.number(strand)
            self._changed[site, strand.name] = strand
        return entry.lineage | 1 << strand.number

    def _refusal(self, candidate: Candidate, strand: Strand, page: _Page) -> str:
        """Why a link is one too many of its pattern; empty when it is taken, and counted."""
        traps = self._traps
        # Paginators have limits of their own; and what a record asks for is not where a crawl goes on.
        if traps is None or follows(candidate.request) or candidate.request.ask:
            return ""
        if strand.alike >= traps.alike:
            return f"to {strand.name}, found by way of its like more often than crawl.traps.alike"
        if not page.fruitful and strand.fruitless >= traps.fruitless:
            return f"to {strand.name}, found in vain more often than crawl.traps.fruitless"
        strand.alike += 1
        strand.fruitless += not page.fruitful
        return ""

    def _block(self, site: str, strand: Strand) -> int:
        """How many steps the strand's next request waits behind its plain place."""
        strand.placed = max(strand.placed, self._strands(site).clock.placed)
        block = strand.placed // BLOCK
        strand.placed += 1
        if block != strand.saved:
            strand.saved = block
            self._changed[site, strand.name] = strand
        return block

    def _strands(self, site: str) -> Strands:
        strands = self._sites.get(site)
        if strands is None:
            strands = self._sites[site] = Strands(self.load(site))
        return strands

    def changed(self) -> Sequence[tuple[str, Row]]:
        """What has to be stored since the last call, each with its site."""
        changed, self._changed = self._changed, {}
        if len(self._sites) > _MOST_SITES:
            # Memory is bounded: what counts goes to the store, and comes back where it is wanted.
            changed |= {(site, each.name): each for site, all_ in self._sites.items() for each in all_.all()}
            self._sites = {}
        return [(site, strand.row()) for (site, _), strand in changed.items()]


@lru_cache(maxsize=4096)
def site_of(lane: str) -> str:
    """What a host shares its patterns with: the domain that its owner registered, else the host alone.

    So a session that wanders between hosts ends, and a name server that knows every name is no way out.
    """
    return registrable_domain(host_of(f"http://{lane}/")) or lane


def _lineage(candidate: Candidate, page: _Page | None) -> int:
    site = site_of(candidate.lane)
    if page is not None:
        return page.lineage if page.site == site else 0
    hop_of = candidate.hop_of
    return hop_of.lineage if hop_of is not None and site_of(hop_of.lane) == site else 0


def _nothing(_: str) -> Iterable[Row]:
    return ()


__all__ = ["BLOCK", "OTHERS", "Fairness", "Placed", "Refused", "Row", "site_of"]
