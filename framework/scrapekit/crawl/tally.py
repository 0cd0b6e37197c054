"""Counts what contracts over the whole job ask for: fields that are filled, values that came before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import TypeAlias

from scrapekit.crawl.entries import Group
from scrapekit.model import Item
from scrapekit.recipe.model import Recipe

Tally: TypeAlias = Callable[[Group, Sequence[Item]], None]


def compile_tally(recipe: Recipe) -> Tally | None:
    """What to count of the records of a group; None when the recipe asks for nothing of the kind."""
    covered = {kind: [name for name, _ in expect.coverage] for kind, expect in recipe.expect.items()}
    unique = recipe.unique
    if not any(covered.values()) and not any(unique.values()):
        return None
    return _tally(covered, unique)


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
