"""How one kind of page is read: its links, its following pages, its records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from scrapekit.mark import Mark
from scrapekit.node import MapNode, Node, ScalarNode
from scrapekit.recipe.model.calendar import Days
from scrapekit.recipe.model.items import ItemRule
from scrapekit.recipe.model.responses import NamedResponses, ResponseRule
from scrapekit.recipe.model.values import Field, Selector, Step

if TYPE_CHECKING:
    from scrapekit.recipe.model.joins import Address


@dataclass(frozen=True, slots=True)
class Pattern:
    """An ``allow``/``deny`` pattern: a glob over the whole URL, or with ``re:`` a regular expression."""

    text: ScalarNode
    regex: str


@dataclass(frozen=True, slots=True)
class GraphQL:
    """A GraphQL operation. Values in ``variables`` and ``extensions`` may hold templates."""

    query: ScalarNode | None = None
    variables: MapNode | None = None
    operation: ScalarNode | None = None
    extensions: MapNode | None = None


@dataclass(frozen=True, slots=True)
class RequestShape:
    """What is sent: method, query, headers and at most one kind of body. Values may hold templates."""

    method: str = "GET"
    query: MapNode | None = None
    headers: MapNode | None = None
    cookies: MapNode | None = None
    form: MapNode | None = None
    json: Node | None = None
    body: ScalarNode | None = None
    graphql: GraphQL | None = None
    """The body as JSON; with ``method`` GET it goes into the query instead."""
    encoding: str = ""
    """What query, form and body are encoded in, by Python's name; empty: UTF-8."""


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
    rel: tuple[str, ...] = ()
    """Link relations, one of which the link must have; empty: any link."""
    nofollow: Literal["ignore", "respect"] = "ignore"
    """Whether links marked ``nofollow``, and those of a page that says so of itself, are left alone."""
    extensions: tuple[str, ...] = ()
    """Endings of files that are followed although they are no pages."""
    unique: Literal["url", "carry"] = "url"
    """What makes two links the same: their address, or that and what they carry."""
    max: int | None = None
    priority: int = 0
    when: ScalarNode | None = None
    seen: Literal["fetch", "skip"] = "fetch"
    """Whether what an earlier job fetched is fetched again."""
    carry: tuple[Field, ...] = ()
    shape: RequestShape = RequestShape()


@dataclass(frozen=True, slots=True)
class Window:
    """Stretches of days, or of whole numbers, one a page; ``params`` says which end goes where."""

    over: Days | range
    params: tuple[tuple[str, Literal["from", "to", "next"]], ...]
    """Parameter → its first, its last, or the first of the window after it."""


PagingKind: TypeAlias = Literal["next", "next_url", "link_header", "page", "offset", "cursor", "window"]
"""The ways to follow pages. Each has a reader in `scrapekit.recipe.reading.paging` and a step in
`scrapekit.extract.paging.pagination`, and no other place knows them by name."""


@dataclass(frozen=True, slots=True)
class Paginate:
    """How the following pages of this page rule are found.

    ``kind`` says which of the rest applies. ``into`` is where the parameter goes.
    """

    kind: PagingKind
    path: str
    mark: Mark
    selector: Selector | None = None
    """next and next_url: the link; cursor: where the cursor's value stands."""
    reads: tuple[str, ...] = ()
    param: str = ""
    """The parameter's name; link_header: the relation."""
    first: int = 1
    """page: the first page's number; offset: the first offset."""
    step: int = 1
    size: int | None = None
    """offset: rows a page; also sent as ``size_param`` when that is named."""
    size_param: str = ""
    last: int | Selector | None = None
    total: int | Selector | None = None
    """How many rows the site says there are; offset: also where to stop."""
    window: Window | None = None
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
    fields: tuple[Field, ...] = ()
    """Fields that belong to no record of its own: it is the detail of others."""
    detail: Address | None = None
    """The page that goes on with these fields, as in a record."""
    links: tuple[LinkRule, ...] = ()
    paginate: Paginate | None = None
    responses: tuple[ResponseRule | NamedResponses, ...] = ()
    """Which answers mean what, in order; in a whole recipe the named sets have been put in."""
    remove: tuple[Selector, ...] = ()
    """What is taken out of a copy of the page before anything is read from it."""
    encoding: str = ""
    """What the page is in, by Python's name, whatever it says itself; empty: as it says."""
    before_parse: tuple[Step, ...] = ()
    """Filters for the page's text before it is parsed."""
