"""Where the other pages lie that one record is read from."""

from __future__ import annotations

from dataclasses import dataclass, field

from scrapekit.mark import Mark
from scrapekit.node import MapNode, ScalarNode
from scrapekit.recipe.model.pages import RequestShape
from scrapekit.recipe.model.values import Selector


@dataclass(frozen=True, slots=True)
class Address:
    """A page that a record is read from beside its own: where it lies, and what reads it.

    The address is ``url``, a template over the record's fields, or the link that ``selector`` finds on
    the page before. ``after`` is that page, None where it is the record's own.
    """

    path: str
    mark: Mark
    url: ScalarNode | None = None
    selector: Selector | None = None
    reads: tuple[str, ...] = ()
    shape: RequestShape = field(default_factory=RequestShape)
    parser: str = ""
    """Empty: that of the page rule the field stands in."""
    parser_mark: Mark | None = None
    parser_options: MapNode | None = None
    after: Address | None = None
    page: str = ""
    """The page rule whose fields it gives, where it is a ``detail``."""
    page_mark: Mark | None = None
    rule: str = ""
    """The page rule that has a say in how it is taken: of a ``detail`` the one it names, else the field's."""
