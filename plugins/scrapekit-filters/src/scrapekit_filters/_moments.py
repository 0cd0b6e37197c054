"""Dates and times as pages write them, read without a guess: what could be two dates is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from scrapekit_filters._words import shown

_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
    "january": 1,
    "february": 2,
    "march": 3,
    "april": 4,
    "june": 6,
    "july": 7,
    "august": 8,
    "september": 9,
    "october": 10,
    "november": 11,
    "december": 12,
}
# RFC 5322 4.3: the zones mail and HTTP dates are allowed to name.
_ZONES: Mapping[str, int] = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_TIME = (
    r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))?(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?"
    r"\s?(?P<half>[ap]\.?m\.?)?"
)
_ZONE = r"(?:\s?(?P<zone>[a-z]{1,3}|[+-][0-9]{2}:?[0-9]{2})(?:\s?\([a-z ]{1,40}\))?)?"
_NAME = r"(?P<name>[a-z]{3,9})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[0-9]{4})"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_CLOCK = rf"(?:(?:,?\s+at\s+|,\s*|\s+|t){_TIME}{_ZONE})?"
_PARTS = {"d": r"(?P<day>[0-9]{1,2})", "m": r"(?P<month>[0-9]{1,2})", "y": r"(?P<year>[0-9]{4}|[0-9]{2})"}
_PIVOT = 69
"""Two-digit years from here on are of the last century, as POSIX has it."""


def _in_order(order: str) -> str:
    """The pattern of three numbers in that order, with one mark between them."""
    first, second, third = (_PARTS[letter] for letter in order)
    return rf"{first}(?P<mark>[/.-])\s?{second}(?P=mark)\s?{third}"


# 1. 10 November 2026, Tue, 10 Nov 2026 12:00:00 GMT (RFC 5322 3.3, RFC 9110 5.6.7)
# 2. November 10th, 2026 at 3:04 pm
# 3. 2026/11/10 3:04, and what is almost ISO 8601: 2026-11-10 12:30 UTC
_WRITTEN = [
    re.compile(rf"{_WEEKDAY}{head}{_CLOCK}\Z", re.IGNORECASE | re.ASCII)
    for head in (
        rf"{_DAY}(?:\s+of)?[\s-]+{_NAME},?[\s-]+{_YEAR}",
        rf"{_NAME}\s+{_DAY},?\s+{_YEAR}",
        rf"{_YEAR}(?P<mark>[/.-])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<day>[0-9]{{1,2}})",
    )
]
_ORDERED: Mapping[str, list[re.Pattern[str]]] = {
    order: [re.compile(rf"{_WEEKDAY}{_in_order(order)}{_CLOCK}\Z", re.IGNORECASE | re.ASCII)]
    for order in ("dmy", "mdy", "ymd")
}
_AMBIGUOUS = re.compile(r"\s*[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})(?![0-9])")
_ISO_MARK = re.compile(
    r"[0-9]{4}-?(?:[0-9]{2}-?[0-9]{2}|W[0-9]{2}(?:-?[0-9])?)(?:[Tt ][0-9].*)?\Z", re.DOTALL
)
_LONGEST = 80


def read_iso(text: str) -> datetime | None:
    """The moment of a text in ISO 8601; None for every other text."""
    bare = text.strip()
    return _iso(bare) if len(bare) <= _LONGEST and _ISO_MARK.match(bare) else None


def read_moment(text: str, order: str = "") -> datetime:
    """The moment *text* names: ISO 8601, a mail or HTTP date, an English date, or year/month/day.

    A date without a time is its midnight. Without a zone the result has none. Raises ValueError
    for everything else; for ``01/02/2026``, which could be two dates, it says what to write, unless
    *order* (``dmy``, ``mdy`` or ``ymd``) does.
    """
    bare = text.strip()
    if (moment := read_iso(text)) is not None:
        return moment
    if len(bare) <= _LONGEST:
        for pattern in (*_WRITTEN, *_ORDERED.get(order, ())):
            if (found := pattern.match(bare)) is not None:
                return _built(found, text)
    if _AMBIGUOUS.match(bare):
        raise ValueError(f"{shown(text)} could be more than one date; name its format with formats")
    raise _no_date(text)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


def _built(found: re.Match[str], text: str) -> datetime:
    parts = found.groupdict()
    month = int(parts["month"]) if parts.get("month") else _MONTHS.get(parts["name"].lower())
    if month is None:
        raise _no_date(text)
    try:
        return datetime(
            _year(parts["year"]),
            month,
            int(parts["day"]),
            _hour(parts),
            int(parts["minute"] or 0),
            59 if parts["second"] == "60" else int(parts["second"] or 0),  # RFC 5322 3.3: a leap second
            int((parts["fraction"] or "0").ljust(6, "0")[:6]),
            tzinfo=_zone(parts["zone"]),
        )
    except ValueError as error:
        raise _no_date(text) from error


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (1900 if year >= _PIVOT else 2000)


def _hour(parts: Mapping[str, str | None]) -> int:
    """The hour of the day, 0 to 23. An hour alone needs its half of the day: "at 3" is no time."""
    hour, half = int(parts["hour"] or 0), parts["half"]
    if half is None:
        if parts["hour"] and not parts["minute"]:
            raise ValueError("a time needs minutes")
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("twelve hours in half a day")
    return hour % 12 + (12 if half[0] in "pP" else 0)


def _zone(name: str | None) -> tzinfo | None:
    if not name:
        return None
    if name[0] in "+-":
        hours, minutes = int(name[1:3]), int(name[-2:])
        if minutes > 59 or hours > 23:
            raise ValueError("no offset from UTC")
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if name[0] == "-" else offset)
    if name.lower() not in _ZONES:
        raise ValueError("unknown zone")
    hours = _ZONES[name.lower()]
    return timezone(timedelta(hours=hours)) if hours else UTC


def _no_date(text: str) -> ValueError:
    return ValueError(f"{shown(text)} is no date")


def month_of(name: str) -> int | None:
    """The number of the month with that English name or abbreviation; None when there is none."""
    return _MONTHS.get(name.lower())


def in_zone(moment: datetime, zone: tzinfo | None) -> datetime:
    """The moment in *zone*: converted when it has one of its own, taken as local when it has none."""
    if zone is None:
        return moment
    if moment.tzinfo is None:
        return moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(zone)
    except OverflowError as error:
        raise _no_date(moment.isoformat()) from error


def as_moment(value: object) -> datetime | None:
    """A value that is a date or a moment already as a moment, else None."""
    if isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day) if isinstance(value, date) else None
