"""The shape of a recipe, frozen: what was written, typed and checked, with marks for later errors.

Names are still names here (a filter is the word ``trim``, a selector is text); `scrapekit.plan`
turns them into functions. Short forms are gone: each has become its one long form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from scrapekit.mark import Mark
from scrapekit.node import MapNode, Node, ScalarNode


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector in a language (None: the default of the page's parser); ``text`` knows its columns."""

    text: ScalarNode
    language: str | None = None
    offset: int = 0
    """How many characters of the node's text come before the selector (a prefix such as ``xpath:``)."""
    source: str = ""
    """The selector itself, without prefix and without ``@attr``."""


@dataclass(frozen=True, slots=True)
class Step:
    """One filter of a pipe, by name, with its argument as written (None when it has none)."""

    name: str
    mark: Mark
    argument: Node | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field: exactly one source, then reading, narrowing, typing.

    The source is ``selector``, ``template`` (text with placeholders), ``const``, or ``fields``
    (an object; with ``each`` a list of objects).
    """

    name: str
    path: str
    mark: Mark
    selector: Selector | None = None
    template: ScalarNode | None = None
    const: Node | None = None
    fields: tuple[Field, ...] = ()
    each: Selector | None = None
    reads: tuple[str, ...] = ()
    """``attr:`` — ways to read a node, tried in order; empty means the parser's ``text``."""
    all: bool = False
    nth: int | None = None
    """Which match, from 0; negative counts from the end. None: the first."""
    pipe: tuple[Step, ...] = ()
    type: str | None = None
    type_options: MapNode | None = None
    required: bool = False
    default: Node | None = None
    otherwise: tuple[Field, ...] = ()
    """``else:`` — fallbacks in order, used while the value is empty."""
    when: ScalarNode | None = None


@dataclass(frozen=True, slots=True)
class ItemRule:
    """How one kind of record is read from a page; ``each`` finds its rows (None: the page is the row)."""

    kind: str
    path: str
    mark: Mark
    fields: tuple[Field, ...]
    each: Selector | None = None
    where: ScalarNode | None = None
    key: str | None = None
    on_invalid: Literal["drop", "keep", "fail"] = "drop"
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """An ``allow``/``deny`` pattern: a glob over the whole URL, or with ``re:`` a regular expression."""

    text: ScalarNode
    regex: str


@dataclass(frozen=True, slots=True)
class RequestShape:
    """What is sent: method, query, headers and at most one kind of body. Values may hold templates."""

    method: str = "GET"
    query: MapNode | None = None
    headers: MapNode | None = None
    form: MapNode | None = None
    json: Node | None = None
    body: ScalarNode | None = None


@dataclass(frozen=True, slots=True)
class LinkRule:
    """Which links of a page become requests, and which page rule reads them.

    The source is ``selector`` (with ``reads``), or ``url``, a template. ``each`` finds rows
    first; selector, url and carry are then read inside each row, with its fields in scope.
    """

    page: str
    path: str
    mark: Mark
    selector: Selector | None = None
    url: ScalarNode | None = None
    each: Selector | None = None
    reads: tuple[str, ...] = ()
    allow: tuple[Pattern, ...] = ()
    deny: tuple[Pattern, ...] = ()
    domains: tuple[str, ...] = ()
    text: Pattern | None = None
    max: int | None = None
    priority: int = 0
    when: ScalarNode | None = None
    carry: tuple[Field, ...] = ()
    shape: RequestShape = RequestShape()


@dataclass(frozen=True, slots=True)
class Paginate:
    """How the following pages of this page rule are found.

    ``kind`` says which of the rest applies. ``into`` is where the parameter goes.
    """

    kind: Literal["next", "page", "offset", "cursor"]
    path: str
    mark: Mark
    selector: Selector | None = None
    """next: the link; cursor: where the cursor's value stands."""
    reads: tuple[str, ...] = ()
    param: str = ""
    first: int = 1
    """page: the first page's number; offset: the first offset."""
    step: int = 1
    size: int | None = None
    """offset: rows a page; also sent as ``size_param`` when that is named."""
    size_param: str = ""
    last: int | Selector | None = None
    total: int | Selector | None = None
    into: Literal["query", "form", "json", "header", "path"] = "query"
    until: Literal["empty", "repeat"] = "empty"
    more: Selector | None = None
    """A truth value in the page; when it is false or missing there are no more pages."""
    max_pages: int | None = None


@dataclass(frozen=True, slots=True)
class PageRule:
    """How one kind of page is read."""

    name: str
    path: str
    mark: Mark
    parser: str = "html"
    parser_mark: Mark | None = None
    parser_options: MapNode | None = None
    items: tuple[ItemRule, ...] = ()
    links: tuple[LinkRule, ...] = ()
    paginate: Paginate | None = None
    expect_empty: bool = False


@dataclass(frozen=True, slots=True)
class Each:
    """One generated variable of a seed: its values, drawn lazily."""

    name: str
    mark: Mark
    values: tuple[object, ...] | range
    pad: int = 0


@dataclass(frozen=True, slots=True)
class Seed:
    """Where to start: an address (a template over inputs and ``each`` variables) and its page rule."""

    page: str
    path: str
    mark: Mark
    url: ScalarNode
    shape: RequestShape = RequestShape()
    each: tuple[Each, ...] = ()
    combine: Literal["product", "zip"] = "product"
    carry: MapNode | None = None


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


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is never printed, logged or stored; ``repr`` hides it."""

    value: str = field(repr=False)

    def __str__(self) -> str:
        return "•••"


@dataclass(frozen=True, slots=True)
class Http:
    """How requests are sent. Seconds and bytes."""

    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    cookies: Mapping[str, str | Secret] = field(default_factory=dict)
    keep_cookies: bool = False
    """Keep cookies between requests; true as soon as the recipe sets any."""
    user_agent: str = ""
    timeout: float = 60.0
    connect_timeout: float = 10.0
    max_body: int = 16 * 2**20
    retries: int = 3
    redirects: int = 10
    proxy: str = ""
    verify_tls: bool = True
    allow_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Crawl:
    """How fast, how far and where. ``delay`` is seconds between two starts on one host."""

    concurrency: int = 16
    per_host: int = 2
    delay: float = 0.5
    robots: Literal["obey", "ignore"] = "obey"
    depth: int | None = None
    order: Literal["breadth", "depth", "priority"] = "breadth"
    scope: Literal["site", "host", "any"] = "site"
    allow_failed: float = 0.05
    """The share of requests that may fail before the run counts as broken, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Expect:
    """What the export must hold for the run to count as complete."""

    least: int = 1
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole recipe.

    ``expect`` holds an entry for every kind: as written, or from none to any number where the
    recipe says nothing; those kinds are listed in ``expect_any``, and together they must give at
    least one record.
    """

    name: str
    file: str
    seeds: tuple[Seed, ...]
    pages: Mapping[str, PageRule]
    exports: tuple[Export, ...]
    http: Http
    crawl: Crawl
    expect: Mapping[str, Expect]
    inputs: Mapping[str, object]
    fingerprint: str
    """Changes when the recipe would yield other records; not with pace, time-outs or output paths."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Secret input values, to be masked wherever text is printed."""
    expect_any: tuple[str, ...] = ()
    """The kinds that ``expect`` does not name; where there are any, one record of any of them is due."""

    @property
    def kinds(self) -> dict[str, tuple[str, ...]]:
        """Every record kind and its field names, in the order the recipe names them."""
        found: dict[str, dict[str, None]] = {}
        for rule in self.pages.values():
            for item in rule.items:
                found.setdefault(item.kind, {}).update(dict.fromkeys(f.name for f in item.fields))
        return {kind: tuple(names) for kind, names in found.items()}
