"""Moments that count from now: "3 days ago", "in 2 Stunden", as CLDR writes them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import datetime, timedelta

from babel import Locale

from scrapekit_dates.plain import plain
from scrapekit_dates.words import ONE, words_of

Patterns = Sequence[tuple[re.Pattern[str], str, int]]
"""What to look for, the unit it counts, and −1 for the past, 1 for the future."""

_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_MOST = 10_000


def patterns_of(locale: Locale) -> Patterns:
    """Every way in which CLDR says that something was or will be so many units from now.

    A way that could be two units (``3 m``: minutes or months) is left out.
    """
    fields, one = locale._data["date_fields"], words_of(ONE, locale.language)
    number = "(?P<number>[0-9]{1,6}" + "".join(f"|{re.escape(word)}" for word in one) + ")"
    found: dict[str, set[tuple[str, int]]] = {}
    for unit in _UNITS:
        for style in ("", "-short", "-narrow"):
            for way, sign in (("past", -1), ("future", 1)):
                for text in fields.get(unit + style, {}).get(way, {}).values():
                    found.setdefault(plain(text), set()).add((unit, sign))
    return [
        (_pattern(text, number), *next(iter(meanings)))
        for text, meanings in found.items()
        if len(meanings) == 1 and "{0}" in text
    ]


def _pattern(text: str, number: str) -> re.Pattern[str]:
    blank = re.escape(text).replace(r"\{0\}", number).replace(r"\ ", r"\s*")
    return re.compile(blank.rstrip(".").removesuffix("\\") + r"\.?\Z")


def read(text: str, patterns: Patterns, now: datetime) -> datetime | None:
    """The moment that the plain *text* is away from *now*, in its zone; None when it is none.

    What counts days or more is the midnight of a day, without a zone. Raises ValueError beyond the calendar.
    """
    for pattern, unit, sign in patterns:
        if (found := pattern.match(text)) is not None:
            count = sign * (int(found["number"]) if found["number"].isdigit() else 1)
            if abs(count) > _MOST:
                return None
            return _away(now, unit, count)
    return None


def _away(now: datetime, unit: str, count: int) -> datetime:
    try:
        if unit in ("second", "minute", "hour"):
            return (now + timedelta(seconds=_SECONDS[unit] * count)).replace(microsecond=0)
        midnight = datetime(now.year, now.month, now.day)
        if unit in _SECONDS:
            return midnight + timedelta(seconds=_SECONDS[unit] * count)
        months = midnight.year * 12 + midnight.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        # The 31st of a month that has 30 days is its last day.
        day = min(midnight.day, monthrange(year, month + 1)[1])
        return midnight.replace(year=year, month=month + 1, day=day)
    except (OverflowError, ValueError) as error:
        raise ValueError("a date outside the calendar") from error
