"""What list filters share: what is empty, and which part of a value they look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapekit import Options
from scrapekit_filters._words import described

BY = {"by": "for a list of objects: the key to compare"}
"""The option that `read_key` reads, explained."""


def is_empty(value: Any) -> bool:
    """True for what the recipe language calls empty: nothing, "" and []; 0 and false are values."""
    return value is None or value == "" or value == []


def read_key(options: Options) -> Callable[[Any], Any]:
    """What to compare of a value: itself, or one key of an object."""
    by = options.text("by")
    if not by:
        return lambda value: value

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError(f'expected an object with "{by}", found {described(value)}')
        return value.get(by)

    return read
