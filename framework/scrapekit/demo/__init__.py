"""The demonstration: a small bookshop on the loopback and the recipe that reads it."""

from __future__ import annotations

from pathlib import Path

from scrapekit.errors import UsageError

_RECIPE = "bookshop.yaml"


def recipe_path() -> Path:
    """Where ``bookshop.yaml`` is: beside this module in a wheel, else in the source tree's ``recipes``.

    Raises UsageError when neither is there, which a broken installation alone can cause.
    """
    here = Path(__file__).resolve().parent
    for place in (here / _RECIPE, here.parents[2] / "recipes" / _RECIPE):
        if place.is_file():
            return place
    raise UsageError(f'the demo\'s recipe "{_RECIPE}" is missing', hint="install scrapekit-framework again")
