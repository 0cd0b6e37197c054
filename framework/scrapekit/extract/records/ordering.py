"""A page's records put in order, and those that are there twice left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from scrapekit.extract.reading import Reading
from scrapekit.model import Item
from scrapekit.recipe.model import ItemRule, SortKey

Finish: TypeAlias = Callable[[list[Item], Reading], list[Item]]


def compile_finish(rule: ItemRule) -> Finish | None:
    """What is done to all records of a page together, ``limit`` last; None when there is nothing to do."""
    if not rule.sort and rule.unique is None:
        return None
    keys, names = rule.sort[::-1], None if rule.unique is None else rule.unique.fields
    remark, limit = f"{rule.kind} left out: it is there twice", rule.limit

    def finish(items: list[Item], reading: Reading) -> list[Item]:
        if names is not None:
            items = _without_doubles(items, names, reading, remark)
        for key in keys:
            items = _sorted(items, key)
        return items[:limit]

    return finish


def _without_doubles(items: list[Item], names: Sequence[str], reading: Reading, remark: str) -> list[Item]:
    """The first of each; records that have nothing in these fields are none the other's double."""
    kept: dict[Any, Item] = {}
    for item in items:
        values = [item.fields[name] for name in names or item.fields]
        nothing = all(value is None for value in values)
        if kept.setdefault(id(item) if nothing else repr(values), item) is not item:
            reading.note(remark)
    return list(kept.values())


def _sorted(items: list[Item], key: SortKey) -> list[Item]:
    """Records without a value stay last, in their order, whichever way the others go."""
    there = [item for item in items if item.fields[key.by] is not None]
    missing = [item for item in items if item.fields[key.by] is None]
    there.sort(key=lambda item: _rank(item.fields[key.by]), reverse=key.order == "desc")
    return there + missing


def _rank(value: Any) -> tuple[int, Any]:
    """What values of mixed types sort by: numbers, then dates, then texts, then all else as it is written."""
    if isinstance(value, bool):
        return 0, int(value)
    if isinstance(value, int | float | Decimal):
        return (0, value) if value == value else (4, "")
    if isinstance(value, datetime):
        return 1, value.isoformat()
    if isinstance(value, date):
        return 1, value.isoformat()
    return (2, value) if isinstance(value, str) else (3, repr(value))
