"""The shapes of dates and times, in any language: which numbers are day, month, year and hour.

Tokens are one letter each. n: a number of one or two digits, y: of four, x: any other. M: a month's
name, W: a weekday's, H: a half of the day, R: a day near today, T: a word before a time, U: one
after it, h m s: words between its parts, Z: UTC, Y O D: the signs of Chinese, Japanese and Korean
after year, month and day, E: an era. Everything else is itself. Fillers are left out. A word with
two meanings is tried as each; a text that then is two dates, or fits no shape, is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

COUNTERS = {"year": "Y", "month": "O", "day": "D", "hour": "h", "minute": "m", "second": "s"}


class Meaning(NamedTuple):
    """What a token can be: its letter, and its value."""

    kind: str
    value: int


class Token(NamedTuple):
    """A piece of the text, with everything it can mean; nothing for a word nobody knows."""

    text: str
    meanings: frozenset[Meaning]


Part: TypeAlias = tuple[Meaning, Token]
"""A token with the meaning that it has in this reading of the text."""


def number(digits: str) -> Token:
    """The token of a number."""
    kind = {1: "n", 2: "n", 4: "y"}.get(len(digits), "x")
    return Token(digits, frozenset({Meaning(kind, int(digits[:9]))}))


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs between languages: 14.30 as a time, years of the Buddha, years of other calendars."""

    points: bool
    buddhist: bool
    other_calendar: bool


_SEP = r"[,;|•·]?(?:-[,]?)?"
_WEEKDAY = r"(?:\(?W\)?[.,]*)?"
_AFTER = r"(?:[.,]*\(?W\)?[.,]*)?"
_DATES = {
    # 1. 10 November 2026, 10. Nov., 10-Nov-2026
    "words": r"(?P<day>n)[./\-,]*(?P<month>M)(?:[./\-,]*(?P<year>y|'?n))?",
    # 2. November 10, 2026
    "month first": r"(?P<month>M)[./\-,]*(?P<day>n)(?:[.,]*(?P<year>y))?",
    # 3. 2026. november 10., 2026年十一月10日
    "year first": r"(?P<year>y)[./\-,Y]*(?P<month>M)[./\-,]*(?P<day>n)[.D]?",
    # 4. 2026. gada 10. novembris
    "year, day, month": r"(?P<year>y)[.,]*(?P<day>n)[.,]*(?P<month>M)",
    # 5. 2026-11-10, 2026/11/10, 2026. 11. 10.
    "numbers, year first": r"(?P<year>y)(?P<mark>[./-])(?P<month>n)(?P=mark)(?P<day>n)\.?",
    # 6. 10.11.2026, 11/10/26
    "numbers": r"(?P<one>n)(?P<mark>[./-])(?P<two>n)(?P=mark)(?P<year>y|n)\.?",
    # 7. 2026年11月10日
    "signs": r"(?:(?P<era>E)?(?P<year>y|n)Y)?(?P<month>n)O(?P<day>n)D",
    # 8. yesterday
    "near": r"(?P<near>R)",
}
_ZONE = r"(?P<zone>Z|\(Z\)|[+\-](?:n:n|y))?"
_TIMES = {
    "none": "",
    "colon": r"T?(?P<hour>n):(?P<minute>n)(?::(?P<second>n)(?:[.,](?P<fraction>[nyx]))?)?"
    rf"(?P<half>H)?U?{_ZONE}",
    "point": r"(?P<before>T)?(?P<hour>n)\.(?P<minute>n)(?:\.(?P<second>n))?U?",
    "half": r"T?(?P<hour>n)(?P<half>H)",
    "half first": r"(?P<half>H)(?P<hour>n)"
    r"(?::(?P<minute>n)(?::(?P<second>n))?|h(?:(?P<minute_>n)m(?:(?P<second_>n)s)?)?)",
    "hours": r"T?(?P<hour>n)h(?:(?P<minute>n)[mU]?(?:(?P<second>n)s)?)?",
    "full hour": r"T?(?P<hour>n)U",
}


def _shapes() -> Iterator[tuple[re.Pattern[str], str]]:
    """Every shape of a whole text, with the kind of its time."""
    for when in _DATES.values():
        for kind, time in _TIMES.items():
            yield re.compile(rf"{_WEEKDAY}{when}{_AFTER}{_SEP}{time}{_AFTER}\.?\Z"), kind
            if time:
                yield re.compile(rf"{_WEEKDAY}{time}{_SEP}{_AFTER}{when}{_AFTER}\.?\Z"), kind


SHAPES = list(_shapes())
"""Every shape that a whole text can have, with the kind of its time."""
