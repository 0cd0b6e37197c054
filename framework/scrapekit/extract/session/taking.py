"""One value taken from an answer of the login's or a variable's; refused where it cannot be read."""

from __future__ import annotations

from typing import Any

from scrapekit.errors import PageError
from scrapekit.extract.reading import InvalidField, ReadField
from scrapekit.extract.responses.conditions import Answer
from scrapekit.web.session.steps import Refused


def take(read: ReadField, answer: Answer, name: str) -> Any:
    """What *read* finds on the answer. Raises Refused, which says *name*."""
    reading = answer.parsed or answer.whole
    try:
        return read(reading.document.root, reading)
    except (PageError, ValueError, InvalidField) as error:
        raise Refused(f"{name} cannot be read") from error


def is_one(value: Any) -> bool:
    """True for a value that can stand in a request: neither nothing, nor a list or an object."""
    return value is not None and not isinstance(value, list | dict)
