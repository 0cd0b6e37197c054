"""How the records of a page are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scrapekit.mark import Mark
from scrapekit.node import ScalarNode
from scrapekit.recipe.model.values import Field, Selector


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
