"""Counts what is said of the whole job: fields that are filled or never are, values that came before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import TypeAlias

from scrapekit.crawl.entries import Group
from scrapekit.model import Item
from scrapekit.recipe.model import Recipe

Tally: TypeAlias = Callable[[Group, Sequence[Item]], None]


def compile_tally(recipe: Recipe) -> Tally:
    """What to count of the records of a group, beside their number."""
    covered = {kind: [name for name, _ in expect.coverage] for kind, expect in recipe.expect.items()}
    unique, ever = recipe.unique, _ever_filled(recipe)
    if not any(covered.values()) and not any(unique.values()):
        return ever
    asked = _tally(covered, unique)

    def tally(group: Group, items: Sequence[Item]) -> None:
        ever(group, items)
        asked(group, items)

    return tally


def _ever_filled(recipe: Recipe) -> Tally:
    """Count each field when it is filled for the first time; those left then cost a look a record."""
    empty = {kind: set(columns) for kind, columns in recipe.kinds.items()}

    def tally(group: Group, items: Sequence[Item]) -> None:
        for item in items:
            if (names := empty.get(item.kind)) and (
                found := [name for name in names if item.fields.get(name) is not None]
            ):
                names.difference_update(found)
                group.counters.update(f"ever:{item.kind}.{name}" for name in found)

    return tally


def _tally(covered: Mapping[str, Sequence[str]], unique: Mapping[str, Sequence[str]]) -> Tally:
    def tally(group: Group, items: Sequence[Item]) -> None:
        for item in items:
            for name in covered.get(item.kind, ()):
                if item.fields[name] is not None:
                    group.counters[f"filled:{item.kind}.{name}"] += 1
            for name in unique.get(item.kind, ()):
                if (value := item.fields[name]) is not None:
                    group.values.append((f"{item.kind}.{name}", _digest(value)))

    return tally


def _digest(value: object) -> int:
    """64 bits, as SQLite's integers have them: two of a billion values meet once in forty jobs."""
    return int.from_bytes(
        blake2b(repr(value).encode("utf-8", "replace"), digest_size=8).digest(), signed=True
    )
