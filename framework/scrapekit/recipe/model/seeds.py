"""Where a crawl starts: addresses, and what makes many requests from one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from scrapekit.mark import Mark
from scrapekit.node import MapNode, ScalarNode
from scrapekit.recipe.model.calendar import Day, Days
from scrapekit.recipe.model.pages import Pattern, RequestShape


@dataclass(frozen=True, slots=True)
class Each:
    """One generated variable of a seed: its values, drawn lazily."""

    name: str
    mark: Mark
    values: tuple[object, ...] | range | Days
    pad: int = 0


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file on this machine, of which every row makes a request."""

    path: Path
    shown: str
    """The file as the recipe names it."""
    mark: Mark
    format: Literal["csv", "jsonl", "text"]
    encoding: str = "utf-8"
    delimiter: str = ","
    columns: tuple[str, ...] = ()
    """The columns' names in order; empty where each row has names of its own."""
    headed: bool = True
    """True when the first row of a csv file holds the columns' names."""
    column: str = ""
    """The column that holds the address; empty where a template makes it of several."""
    digest: str = ""
    """32 hexadecimal digits that change with the file's content."""
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A sitemap or feed, of which every entry makes a request."""

    kind: Literal["sitemap", "feed"]
    url: ScalarNode
    allow: tuple[Pattern, ...] = ()
    deny: tuple[Pattern, ...] = ()
    follow: tuple[Pattern, ...] = ()
    """Which sitemaps of an index are read; empty: all."""
    after: Day | None = None
    before: Day | None = None
    """Entries from the first to the second day, both included; one without a date always passes."""
    zone: str = "UTC"
    least: float | None = None
    """The lowest priority (sitemaps only)."""
    max: int | None = None
    """The most entries of one document."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One more request to try when the one before it failed."""

    path: str
    url: ScalarNode
    shape: RequestShape = field(default_factory=RequestShape)


@dataclass(frozen=True, slots=True)
class Seed:
    """Where to start: an address (a template over inputs and ``each`` variables) and its page rule.

    With a ``source`` it makes a request of each of its rows or entries, whose values stand under
    ``each`` as well. ``others`` are tried in order when the request fails.
    """

    page: str
    path: str
    mark: Mark
    url: ScalarNode
    shape: RequestShape = field(default_factory=RequestShape)
    each: tuple[Each, ...] = ()
    combine: Literal["product", "zip"] = "product"
    carry: MapNode | None = None
    source: FileSource | Listing | None = None
    others: tuple[Alternative, ...] = ()

    @property
    def listing_page(self) -> str:
        """The name of the hidden page rule that reads the sitemap or feed; no rule of a recipe has it."""
        return f"{self.source.kind}: {self.path}" if isinstance(self.source, Listing) else ""
