"""The dates of cookies, read as forgivingly as browsers read them (RFC 6265 5.1.1)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_BETWEEN = re.compile(r"[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?!\d)")
_DAY = re.compile(r"(\d{1,2})(?!\d)")
_YEAR = re.compile(r"(\d{2,4})(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@lru_cache(maxsize=256)
def read_cookie_date(text: str) -> float | None:
    """Unix time; None for what is no date."""
    time: tuple[str, str, str] | None = None
    day = year = None
    month = 0
    for token in _BETWEEN.split(text[:200]):
        if time is None and (found := _TIME.match(token)):
            time = (found[1], found[2], found[3])
        elif day is None and (found := _DAY.match(token)):
            day = int(found[1])
        elif not month and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (found := _YEAR.match(token)):
            year = _full(int(found[1]))
    if time is None or day is None or year is None or not month or year < 1601:
        return None
    try:
        hour, minute, second = map(int, time)
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def _full(year: int) -> int:
    if year >= 100:
        return year
    return year + (1900 if year >= 70 else 2000)
