"""How the records of a page are read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from scrapekit.mark import Mark
from scrapekit.node import ScalarNode
from scrapekit.recipe.model.rows import Explode, InPageJoin, RowSpan, SortKey, Unique
from scrapekit.recipe.model.values import Field, Selector

if TYPE_CHECKING:
    from scrapekit.recipe.model.joins import Address


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
    on_invalid: Literal["drop", "keep", "quarantine", "fail"] = "drop"
    limit: int | None = None
    remove: tuple[Selector, ...] = ()
    """What is taken out of a copy of the page before this rule reads it."""
    detail: Address | None = None
    """The page whose fields complete the record; they stand among ``fields``, after its own."""
    span: RowSpan | None = None
    explode: tuple[Explode, ...] = ()
    joins: tuple[InPageJoin, ...] = ()
    sort: tuple[SortKey, ...] = ()
    unique: Unique | None = None
    parallel_lists: bool = False
    """True when lists that look like the columns of one table are meant to be apart."""

    @property
    def columns(self) -> dict[str, Field]:
        """Each name in a record → the field that fills it, with the entries of ``explode`` put in."""
        found = {field.name: field for field in self.fields}
        for explode in self.explode:
            found = _exploded(found, explode)
        return found


def _exploded(columns: dict[str, Field], explode: Explode) -> dict[str, Field]:
    found: dict[str, Field] = {}
    for name, field in columns.items():
        if name != explode.field:
            found[name] = field
        elif field.fields:
            entries = (replace(each, name=explode.prefix + each.name) for each in field.fields)
            found |= {entry.name: entry for entry in entries}
        else:
            found[name] = replace(field, all=False, type=None if field.type == "list" else field.type)
    return found
