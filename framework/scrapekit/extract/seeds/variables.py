"""The variables of a seed: their values side by side or in every combination, drawn lazily."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from scrapekit.recipe.model import Days, Each, Seed
from scrapekit.sources.days import draw_days

Drawn: TypeAlias = dict[str, object]
"""One value for each variable of a seed."""


def combined(seed: Seed, began: float) -> Iterator[Drawn]:
    """The values of the seed's variables, as it says, for a job that began at that Unix time."""
    if seed.combine == "zip" and seed.each:
        names = [each.name for each in seed.each]
        rows = zip(*(_values(each, began) for each in seed.each), strict=True)
        return (dict(zip(names, row, strict=True)) for row in rows)
    return _product(seed.each, began)


def _product(each: Sequence[Each], began: float) -> Iterator[Drawn]:
    """Every combination, the last variable changing fastest; itertools.product would keep them all."""
    if not each:
        yield {}
        return
    for value in _values(each[0], began):
        for rest in _product(each[1:], began):
            yield {each[0].name: value, **rest}


def _values(each: Each, began: float) -> Iterator[object]:
    if isinstance(each.values, Days):
        return draw_days(each.values, began)
    return (_padded(value, each.pad) if each.pad else value for value in each.values)


def _padded(value: object, pad: int) -> object:
    return value if isinstance(value, dict) else str(value).zfill(pad)
