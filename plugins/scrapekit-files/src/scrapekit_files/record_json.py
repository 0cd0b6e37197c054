"""One record as JSON, and who is to blame when that cannot be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapekit import Item, StuckError

Write = Callable[[Any], bytes]


def write_record(write: Write, item: Item) -> bytes:
    """The record's fields as *write* puts them; StuckError naming the field that holds no JSON value."""
    try:
        return write(item.fields)
    except TypeError as error:
        raise StuckError(f"{_culprit(write, item)}: {error}") from error


def _culprit(write: Write, item: Item) -> str:
    for name, value in item.fields.items():
        try:
            write(value)
        except TypeError:
            return f'field "{name}" of a record "{item.kind}" cannot be written'
    return f'a record "{item.kind}" cannot be written'
