"""The text of a path → the function that follows it, and how steep it is."""

from __future__ import annotations

from typing import Any

from scrapekit import PageError, RegexTooSlow, Select
from scrapekit_json.located import follow_located
from scrapekit_json.path import read_path
from scrapekit_json.select import follow
from scrapekit_json.steep import steepness
from scrapekit_json.tree import Segment


def compile_path(text: str, *, first: bool) -> tuple[Select, int]:
    """What the path selects from a value, and by which power of its size the time may grow.

    Raises SelectorError for what is no path. The function raises PageError where a regular
    expression took too long, or where an operator does not work on the values.
    """
    steps = read_path(text)
    segments = [step for step in steps if isinstance(step, Segment)]
    plain = len(segments) == len(steps)
    select = follow(segments, first=first) if plain else follow_located(steps, text, first=first)
    return (_told(select, text) if "?" in text else select), steepness(steps)


def _told(select: Select, text: str) -> Select:
    """A path with conditions, whose regular expressions may be stopped."""

    def select_in_time(scope: Any) -> Any:
        try:
            return select(scope)
        except RegexTooSlow as error:
            raise PageError(f"the JSONPath {text}: {error}") from error

    return select_in_time
