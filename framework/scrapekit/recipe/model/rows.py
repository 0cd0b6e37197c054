"""How the rows of one page hang together: what stands before them, what belongs to them, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from scrapekit.mark import Mark
from scrapekit.node import ScalarNode
from scrapekit.recipe.model.values import Field, Selector


@dataclass(frozen=True, slots=True)
class Context:
    """A field's source: the nearest match before the row, in the order of the document."""

    selector: Selector
    since: Selector | None = None
    """What takes its validity away: a match before the nearest of these does not count."""


@dataclass(frozen=True, slots=True)
class Previous:
    """A field's source: a field of the nearest record before this one on the page.

    With ``smaller`` the nearest in which that field is smaller than here; with ``where`` the nearest
    for which that holds.
    """

    take: str
    path: str
    smaller: str = ""
    where: ScalarNode | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """What a field's value must be besides its type.

    ``least`` and ``most`` are dates (with or without a time) where the field's type is one, else
    decimals, so that ``0.1`` is what it says.
    """

    least: Decimal | date | None = None
    most: Decimal | date | None = None
    pattern: ScalarNode | None = None
    unique: bool = False
    """True when no two records of the kind may have the same value."""


@dataclass(frozen=True, slots=True)
class RowSpan:
    """A row made of siblings: its node and those that follow it, as far as this says."""

    mark: Mark
    count: int | None = None
    """So many nodes in all."""
    until: Selector | None = None
    """Up to the next of these; with neither of the two up to the next row."""


@dataclass(frozen=True, slots=True)
class Explode:
    """A list field whose every entry becomes a record of its own, together with the other fields."""

    field: str
    mark: Mark
    prefix: str = ""
    """Put before the names of the entries' fields."""
    keep_empty: bool = False
    """Whether a record without entries is kept, with nulls in their place."""


@dataclass(frozen=True, slots=True)
class InPageJoin:
    """Another list on the same page, whose entries are looked up by key from each record."""

    name: str
    path: str
    mark: Mark
    each: Selector | None
    on: tuple[tuple[str, str], ...]
    """Pairs of a field here and a field there, which must be equal."""
    fields: tuple[Field, ...]
    all: bool = False
    """Every partner as a list, instead of the first."""


@dataclass(frozen=True, slots=True)
class SortKey:
    """A field to sort a page's records by."""

    by: str
    order: Literal["asc", "desc"] = "asc"


@dataclass(frozen=True, slots=True)
class Unique:
    """Which records of a page count as the same one; ``fields`` empty: those equal in every field."""

    fields: tuple[str, ...] = ()
