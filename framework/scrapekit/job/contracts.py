"""Which of the recipe's contracts over the whole job were not kept, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from scrapekit.recipe.model import Recipe


def broken_coverage(recipe: Recipe, counters: Counter[str]) -> Iterator[str]:
    """Each field that is filled in too few records; a kind without records breaks another contract."""
    for kind, expect in recipe.expect.items():
        records = counters[f"records:{kind}"]
        for name, share in expect.coverage:
            filled = counters[f"filled:{kind}.{name}"]
            if filled < share * records:
                said = f"{name} is there in {filled} of {records} {kind} records"
                yield f"{said} ({100 * filled / records:.3g} %), expected {100 * share:g} %"


def broken_unique(recipe: Recipe, counters: Counter[str]) -> Iterator[str]:
    """Each field whose values are no two the same by contract, and were."""
    for kind, names in recipe.unique.items():
        for name in names:
            if doubled := counters[f"doubled:{kind}.{name}"]:
                times = "once" if doubled == 1 else f"{doubled} times"
                yield f"{name} of {kind} is unique by contract, but a value came again {times}"
