"""What the soak crawls: trees of pages on many hosts, one page in a hundred of which is at fault. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

BRANCHES = 8
"""Links of a page to pages that nobody else links to."""
_LISTED = 100
_FAULTY = 100
"""Every so manyth page without links of its own is at fault."""
KINDS = ("missing", "always cut", "once cut", "once unavailable", "once reset", "slow")
LOST_FOR_GOOD = frozenset({"missing", "always cut"})
"""Faults that no patience mends."""


@dataclass(frozen=True, slots=True)
class Site:
    """*hosts* hosts with *each* pages; a page's id is unique over all hosts."""

    hosts: int
    each: int

    @property
    def pages(self) -> int:
        return self.hosts * self.each

    @property
    def indexes(self) -> int:
        """Pages that list the hosts."""
        return -(-self.hosts // _LISTED)

    def host(self, number: int) -> str:
        """Its address: every one in 127.0.0.0/8 leads here, and each is a lane of its own."""
        return f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"

    def id(self, path: str) -> int | None:
        """The page's id; None for the index, robots.txt and what does not exist."""
        parts = path.removesuffix(".html").split("/")
        if len(parts) != 3 or not (parts[1][:1] == "h" and parts[1][1:].isdigit() and parts[2].isdigit()):
            return None
        host, number = int(parts[1][1:]), int(parts[2])
        return host * self.each + number if host < self.hosts and number < self.each else None

    def path(self, page: int) -> str:
        return f"/h{page // self.each}/{page % self.each}.html"

    def fault(self, page: int) -> str:
        """Which fault it has; empty for a page that is fine. Only leaves: nothing else hides behind them."""
        number = page % self.each
        scattered = page * 2_654_435_761 >> 8
        if number * BRANCHES + 1 < self.each or scattered % _FAULTY:
            return ""
        return KINDS[scattered // _FAULTY % len(KINDS)]

    def expected(self) -> Iterator[int]:
        """The pages that a crawl brings home."""
        return (page for page in range(self.pages) if self.fault(page) not in LOST_FOR_GOOD)

    def text(self, page: int) -> str:
        """The page itself: its id, some words, links down, and links to what is known already."""
        number = page % self.each
        first = number * BRANCHES + 1
        down = range(first, min(first + BRANCHES, self.each))
        known = {0, (number - 1) // BRANCHES if number else 0, max(0, number - 1)}
        links = "".join(f"<a href={n}.html>page {n}</a> " for n in (*down, *sorted(known)))
        return f"<title>Page {page}</title><h1>{page}</h1><p>{'some words of no weight ' * 8}</p>{links}"

    def index(self, number: int, port: int) -> str:
        """A page that lists hosts, and leads to the next."""
        first = number * _LISTED
        listed = range(first, min(first + _LISTED, self.hosts))
        links = "".join(
            f"<a class=host href=http://{self.host(h)}:{port}/h{h}/0.html>host</a> " for h in listed
        )
        more = f"<a class=next href=/hosts/{number + 1}>next</a>" if number + 1 < self.indexes else ""
        return links + more
