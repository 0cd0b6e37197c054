"""Where one value comes from, and what is made of it: selectors, filters, fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapekit.mark import Mark
from scrapekit.node import MapNode, Node, ScalarNode

if TYPE_CHECKING:
    from scrapekit.recipe.model.downloads import Download
    from scrapekit.recipe.model.joins import Address
    from scrapekit.recipe.model.pages import Paginate
    from scrapekit.recipe.model.rows import Context, Contract, Previous


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector in a language (None: the default of the page's parser); ``text`` knows its columns."""

    text: ScalarNode
    language: str | None = None
    offset: int = 0
    """How many characters of the node's text come before the selector (a prefix such as ``xpath:``)."""
    source: str = ""
    """The selector itself, without prefix and without ``@attr``."""
    within: Selector | None = None
    """Finds where this one looks, such as the cell of a table; None: in the scope itself."""
    remove: tuple[Selector, ...] = ()
    """What is taken out of a copy of each match before it is read."""
    then: Then | None = None
    """A second step, which reads what this one found."""


@dataclass(frozen=True, slots=True)
class Then:
    """A second step: what was found is read as a page of its own, in which *selector* looks."""

    selector: Selector
    parser: str
    """The parser that reads it; empty where *selector* searches the text as it is."""
    mark: Mark
    reads: tuple[str, ...] = ()
    """How a match of the first step becomes that page's text; empty means ``text``."""
    options: MapNode | None = None
    """The parser's options."""


@dataclass(frozen=True, slots=True)
class Step:
    """One filter of a pipe, by name, with its argument as written (None when it has none)."""

    name: str
    mark: Mark
    argument: Node | None = None


@dataclass(frozen=True, slots=True)
class NamedPipe:
    """One of the recipe's ``pipes``: steps that a field's pipe may name."""

    name: str
    mark: Mark
    """Where it is named."""
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: exactly one source, then reading, narrowing, typing.

    The source is ``selector``, ``template`` (text with placeholders), ``const``, ``fields`` (an
    object; with ``each`` a list of objects), ``context`` or ``previous``.
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
    at: Address | None = None
    """The page it is read on; None: the record's own."""
    pages: Paginate | None = None
    """How the pages are found over which its value goes on."""
    context: Context | None = None
    previous: Previous | None = None
    contract: Contract | None = None
    download: Download | None = None
    """What is done with the file whose address is found; None: the address is the value."""
