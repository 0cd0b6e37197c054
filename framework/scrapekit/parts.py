"""What a parser, an exporter, a filter and a fetcher must be: the promises between core and plugins.

A part is published under an entry point of its own (``scrapekit.parsers``, ``scrapekit.exporters``,
``scrapekit.filters``, …) and is imported only when a recipe names it. A part owns its options and
checks them when it is made, through `Options`, which knows the recipe's line and column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

from scrapekit.model import Item
from scrapekit.options import Options
from scrapekit.page import Page
from scrapekit.request import Request

GROUPS: Mapping[str, str] = {
    "parsers": "scrapekit.parsers",
    "exporters": "scrapekit.exporters",
    "filters": "scrapekit.filters",
    "fetchers": "scrapekit.fetchers",
    "seeds": "scrapekit.seeds",
    "commands": "scrapekit.commands",
    "listeners": "scrapekit.listeners",
}
"""Kind of part → its entry-point group."""

Scope: TypeAlias = Any
"""A node of a parsed page that selectors start from: an element, a JSON value."""

Select: TypeAlias = Callable[[Scope], Sequence[Any]]
"""A compiled selector: the nodes it finds from a scope, in document order; never None."""

Read: TypeAlias = Callable[[Any], Any]
"""Takes one node a Select found and gives its value; passes a plain string or number through."""


class Document(Protocol):
    """A parsed page. ``base`` is the URL its links resolve against (the page's own, or ``<base>``).

    It may have ``notes``, a dict of remarks and how often each was made while the page was read. They
    are counted in the report, so a remark must name no data of the page.
    """

    @property
    def root(self) -> Scope:
        """What selectors start from."""
        ...

    @property
    def base(self) -> str:
        """An absolute address."""
        ...


@runtime_checkable
class Parser(Protocol):
    """Turns pages into documents and selectors into functions.

    The class (or function) at the entry point is called once for every page rule that names it,
    with the rule's parser options: ``factory(options) -> Parser``. So an instance sees every
    selector of its page rule before the first page and may prepare them together.

    Example::

        class WordsParser:
            languages = ("word",)

            def __init__(self, options: Options) -> None: ...
            def compile(self, selector, language, first):
                return lambda scope: [w for w in scope if w.startswith(selector)]
            def read(self, name): return lambda word: word
            def parse(self, page): return SimpleDocument(root=page.text.split(), base=page.url)

    A parser may also have a method ``without(scope, nodes)``: a copy of the scope in which these nodes
    are gone, the scope itself staying as it is. Without it a recipe cannot say ``remove:``.

    With a method ``places(root)`` a recipe can say ``context:``. It goes through a document once and gives
    a function from a node to its place in the order in which nodes begin, a number; None for what has no
    place there. With a method ``following(node)``, which gives the siblings after a node, nearest first,
    it can say ``span:``.
    """

    languages: ClassVar[Sequence[str]]
    """The selector languages it compiles; the first is the default of an unprefixed selector."""

    # A parser of markup may have ``markup``, the name of the read that gives a node's markup: what a
    # field reads by default when the first filter of its pipe takes html.

    def compile(self, selector: str, language: str, first: bool) -> Select:
        """Compile once a run. With *first* only the first match is wanted, and one is enough.

        A relative selector sees the scope node itself first, then its descendants, and may name
        ancestors above it. Raises SelectorError with the offset of the mistake.
        """
        ...

    def read(self, name: str) -> Read:
        """How to read a node: ``text`` (the default read), a part's own names, or an attribute's name.

        Raises SelectorError when there is no such way.
        """
        ...

    def parse(self, page: Page) -> Document:
        """Parse once a page; raises PageError when the page cannot be read whole."""
        ...


@dataclass(frozen=True, slots=True)
class SimpleDocument:
    """A document with nothing but a root, a base and remarks."""

    root: Scope
    base: str
    notes: dict[str, int] = field(default_factory=dict)


Position: TypeAlias = Mapping[str, Any]
"""Where an export stands: a small JSON mapping that only its exporter understands."""


@dataclass(frozen=True, slots=True)
class ExportContext:
    """What the core tells an exporter about the run it writes for.

    ``path`` is the file to write, already resolved below the output folder; ``kinds`` maps each
    record kind this export receives to its field names in the recipe's order; ``keys`` maps a kind
    to the name of its ``key`` field, where it has one; ``types`` maps a kind to its fields' declared
    types (only those that were declared).
    """

    path: Path
    kinds: Mapping[str, Sequence[str]]
    keys: Mapping[str, str]
    types: Mapping[str, Mapping[str, str]]


@runtime_checkable
class Exporter(Protocol):
    """Writes records so that each appears exactly once, whatever instant the process is killed at.

    Made by ``factory(options, context)``. All methods are called from one thread, in the order
    ``open (write* checkpoint)* close``. The core stores what ``checkpoint`` returned in the same
    transaction that marks the pages done; after a crash it opens the exporter at the last position
    stored, and the records of unfinished pages are written again. So an exporter must be able to
    forget everything it wrote after a position. An OSError that escapes stops the run with exit
    code 3, to be resumed.
    """

    guarantee: ClassVar[Literal["exactly once", "at least once"]]
    """What it promises; printed at the end of a run and kept in the report."""

    def open(self, position: Position | None) -> None:
        """Begin anew (None) or at *position*, forgetting whatever was written after it."""
        ...

    def write(self, items: Sequence[Item]) -> None:
        """Add records, in order."""
        ...

    def checkpoint(self) -> Position:
        """Make everything written so far durable and say where that is."""
        ...

    def close(self, finished: bool) -> None:
        """Let go of the file; with *finished* the export is whole and is put under its final name.

        After ``close(finished=True)`` the same export may still be opened at its last position
        (a crash can fall between publishing and the store noting it; a limited run can go on).
        """
        ...


@runtime_checkable
class KeepsEarlier(Protocol):
    """An exporter that can leave the file of an earlier run where it is, as those should that replace it."""

    def keep_earlier(self) -> bool:
        """Let go, remove what was written and leave the earlier file as it is; asked instead of ``close``.

        The core asks when a run brought no record for this export, because it broke its contract or
        found nothing new: an empty file would destroy a good one. False, with nothing done, when there
        is no earlier file or when it is the one that is written; then ``close(finished=True)`` follows.
        """
        ...


@runtime_checkable
class Adds(Protocol):
    """An exporter that can add to the file of an earlier run, and says whether it does."""

    @property
    def adds(self) -> bool:
        """True when what is there stays; False when each run replaces it."""
        ...


@dataclass(frozen=True, slots=True)
class FilterContext:
    """What a filter may know besides its value: the page's URL for relative addresses, and when it was read.

    ``time`` is Unix time in seconds, the same for the whole page: what "yesterday" counts from.
    """

    url: str
    time: float = 0.0


@runtime_checkable
class Filter(Protocol):
    """A named step of a pipe, with declared input and output types.

    The object at the entry point describes the filter and makes the function that runs::

        class Shout:
            takes, gives = "text", "text"

            def make(self, options: Options) -> Callable[[Any], Any]:
                mark = options.text("mark", "!")
                return lambda value: value.upper() + mark

    Types are the words ``text html number bool date datetime list object any``; ``html`` is text that
    is markup: a field whose pipe begins with a filter that takes it reads markup. A filter maps over a
    list unless it takes one. It never receives an empty value (None, "", []) unless
    ``takes_empty``. With ``uses_page`` the function receives ``(value, context)``; where only some
    options need the page, the function that ``make`` returns has itself the attribute. Returning None
    means "empty". A value it cannot work on (text that is no number) raises ValueError, whose
    message becomes the reason in the report, and the field is empty.
    """

    takes: ClassVar[str]
    gives: ClassVar[str]

    def make(self, options: Options) -> Callable[..., Any]:
        """Check the options and return the function; called once for each place that names it."""
        ...


def filter_traits(part: Any) -> tuple[bool, bool, str]:
    """``(takes_empty, uses_page, short)`` of a filter; each is optional on the part.

    ``short`` names the option that a scalar or list argument sets: with ``short = "by"``,
    ``split: ","`` means ``split: {by: ","}``.
    """
    return getattr(part, "takes_empty", False), getattr(part, "uses_page", False), getattr(part, "short", "")


class Fetcher(Protocol):
    """Turns a request into a page. Raises FetchError, and nothing else, for whatever goes wrong."""

    async def open(self) -> None:
        """Get ready; called once, inside the running loop."""
        ...

    async def fetch(self, request: Request, raw: bool = False) -> Page:
        """Fetch one hop; a redirect is returned as the page it is (status 3xx).

        With *raw* every status comes back as a page: robots.txt is judged by its own rules.
        """
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...
