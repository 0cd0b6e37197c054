"""Another list on the same page, looked up by key: its index is made once a page, when it is first asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeAlias

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.fields import Compiled
from scrapekit.extract.fields.objects import compile_fields
from scrapekit.extract.fields.steps import compile_rows
from scrapekit.extract.reading import InvalidField, Reading
from scrapekit.parts import Scope
from scrapekit.recipe.model import InPageJoin

Key: TypeAlias = tuple[str, ...]
Index: TypeAlias = Mapping[Key, list[dict[str, Any]]]


def compile_joins(draft: Draft, joins: Sequence[InPageJoin], kind: str) -> dict[str, Compiled]:
    """Each joined list as a value under its name: an object or null, with ``all`` a list of objects."""
    found = {}
    for join in joins:
        if (index := _compile_index(draft, join)) is not None:
            found[join.name] = Compiled(_lookup(join, index, kind), frozenset(here for here, _ in join.on))
    return found


def _lookup(
    join: InPageJoin, index: Callable[[Reading], Index], kind: str
) -> Callable[[Scope, Reading], Any]:
    here = [name for name, _ in join.on]
    remark = f"{kind} without a partner in {join.name}"
    take_all = join.all

    def look_up(scope: Scope, reading: Reading) -> Any:
        item = reading.environment["item"]
        key = key_of(item, here)
        partners = index(reading).get(key) if key else None
        if not partners:
            reading.note(remark)
            return None
        return partners if take_all else partners[0]

    return look_up


def _compile_index(draft: Draft, join: InPageJoin) -> Callable[[Reading], Index] | None:
    if join.each is None:
        return None
    rows = compile_rows(draft, join.each, f"{join.path}.each")
    # The joined list has no names of the record: it is read once for all of them.
    inside = replace(rows.draft if rows else draft, names={**draft.names, "item": ()}, keep_invalid=False)
    read = compile_fields(replace(inside, in_rows=True), join.fields).read
    if rows is None:
        return None
    find, there, memo_key = rows.find, [name for _, name in join.on], object()
    remark = f"{join.name} left out of the join: "

    def build(reading: Reading) -> Index:
        index: dict[Key, list[dict[str, Any]]] = {}
        for row in find(reading.document.root, reading):
            try:
                values = read(row, reading)
            except InvalidField as error:
                reading.note(f"{remark}{error}")
                continue
            if key := key_of(values, there):
                index.setdefault(key, []).append(values)
        return index

    def index(reading: Reading) -> Index:
        known: Index | None = reading.memo.get(memo_key)
        if known is None:
            known = reading.memo[memo_key] = build(reading)
        return known

    return index


def key_of(values: Mapping[str, Any], names: Sequence[str]) -> Key | None:
    """What these fields say as texts that compare: 5, 5.0 and "5" are one; None when one is missing."""
    key = []
    for name in names:
        value = values[name]
        if (isinstance(value, float) and value.is_integer()) or (
            isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value()
        ):
            value = int(value)
        if value is None or isinstance(value, list | dict):
            return None
        key.append(str(value))
    return tuple(key)
