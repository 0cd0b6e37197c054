"""How a recipe wants to be run: requests, pace, what is expected, where records go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from scrapekit.mark import Mark
from scrapekit.node import MapNode, ScalarNode
from scrapekit.recipe.model.auth import Auth, Secret
from scrapekit.web.scope import ScopeKind


@dataclass(frozen=True, slots=True)
class Kept:
    """How much a run that is told to keep answers keeps of them."""

    size: int = 2**30
    """Bytes of the file, packed."""
    ttl: float | None = None
    """Seconds after which an answer is asked for anew; None: never."""


@dataclass(frozen=True, slots=True)
class Http:
    """How requests are sent. Seconds and bytes."""

    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    late_headers: Mapping[str, ScalarNode] = field(default_factory=dict)
    """Headers made of values that are fetched during the run, as templates."""
    cookies: Mapping[str, str | Secret] = field(default_factory=dict)
    keep_cookies: bool = False
    """Keep cookies between requests; true as soon as the recipe sets any."""
    cookies_between_runs: bool = False
    """Keep them in the job folder too."""
    user_agent: str = ""
    contact: str = ""
    """Where the owner of a site reaches whoever runs the recipe: a web or mail address."""
    timeout: float = 60.0
    connect_timeout: float = 10.0
    min_rate: int = 2**10
    """The least that an answer may bring in a second, once it has begun; 0: any."""
    min_rate_over: float = 30.0
    """Over how many seconds that is measured."""
    max_body: int = 16 * 2**20
    retries: int = 2
    redirects: int = 10
    proxy: tuple[str, ...] = ()
    """One, or several that hosts are spread over."""
    allow_hosts: tuple[str, ...] = ()
    unverified_hosts: tuple[str, ...] = ()
    """Hosts, some with a port, whose TLS certificate is not checked."""
    auth: Auth | None = None
    conditional: bool = True
    """Ask whether a page has changed since an earlier job, where the recipe compares jobs."""
    cache: Kept = Kept()


@dataclass(frozen=True, slots=True)
class Traps:
    """What a link may look like before it counts as one that only a trap makes."""

    length: int = 2083
    """The most characters: servers of old took no more, so no site needs more."""
    segments: int = 20
    """The most parts of a path."""
    repeats: int = 3
    """How often one part may stand in a path: relative links that lead one deeper repeat for ever."""
    alike: int = 100_000
    """How many requests of one pattern of addresses pages of the same pattern may bring, on one site."""
    fruitless: int = 10_000
    """Of those, how many may come from pages that gave no record and led nowhere else that is new."""


@dataclass(frozen=True, slots=True)
class Site:
    """What holds for one host and those below it, where it differs; None: as for every host."""

    delay: float | None = None
    per_host: int | None = None
    robots: Literal["obey", "ignore"] | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What a job may use before it stops by itself; None: any amount."""

    requests: int | None = None
    items: int | None = None
    time: float | None = None
    """Seconds, over all runs of the job."""
    bytes: int | None = None
    errors: int | None = None
    """Requests that failed."""


@dataclass(frozen=True, slots=True)
class Crawl:
    """How fast, how far and where. ``delay`` is seconds between two starts on one host."""

    concurrency: int = 16
    per_host: int = 2
    delay: float = 0.5
    max_delay: float = 300.0
    """The longest Crawl-delay that is kept; 0: any."""
    park_after: int = 10
    """So many pages in a row that fail park a host; 0: never."""
    park_probes: int = 3
    robots: Literal["obey", "ignore"] = "obey"
    depth: int | None = None
    order: Literal["breadth", "depth", "priority"] = "breadth"
    scope: ScopeKind = "site"
    allow_failed: float = 0.05
    """The share of requests that may fail before the run counts as broken, 0 to 1."""
    parse_timeout: float = 30.0
    """Seconds that reading one page may take, with all selectors and filters."""
    traps: Traps | None = Traps()
    """None: links are followed whatever their addresses look like."""
    sites: Mapping[str, Site] = field(default_factory=dict)
    budget: Budget = Budget()


@dataclass(frozen=True, slots=True)
class Expect:
    """What the export must hold for the run to count as complete."""

    least: int = 1
    most: int | None = None
    coverage: tuple[tuple[str, float], ...] = ()
    """Fields, each with the share of records, 0 to 1, that must have it."""
    unique: tuple[str, ...] = ()
    """Fields in which no two records of the job may be equal."""


@dataclass(frozen=True, slots=True)
class Export:
    """One export: the exporter's name, its path, which kinds, and its own options."""

    exporter: str
    path: str
    mark: Mark
    """Where the exporter is named."""
    target: str
    """The file, relative to the output folder, as written."""
    target_mark: Mark
    kinds: tuple[str, ...] = ()
    """The record kinds it receives; empty means all."""
    fields: tuple[str, ...] = ()
    where: ScalarNode | None = None
    meta: bool = False
    options: MapNode | None = None
    """What the core did not understand, for the exporter to check."""
