"""The dates of sitemaps and feeds: as text in one form, and as the span of time they may mean."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

# W3C note "Date and Time Formats", which the sitemaps protocol refers to; RFC 3339 is a part of it.
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?\Z", re.ASCII)


def as_iso(text: str) -> str | None:
    """A date of RFC 3339, RFC 5322 or the like in ISO 8601; None for what is no date."""
    moment = _moment(text)
    if isinstance(moment, datetime):
        return moment.isoformat()
    if isinstance(moment, date):
        return moment.isoformat()
    return text if _PARTIAL.match(text) else None


def span_of(text: str, zone: tzinfo = UTC) -> tuple[float, float] | None:
    """The first and last Unix time that a date may mean; None for what is no date.

    A date without a time is a whole day in *zone*, one without a day a whole month or year.
    """
    try:
        moment = _moment(text)
        if isinstance(moment, datetime):
            aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
            return aware.timestamp(), aware.timestamp()
        if moment is not None:
            return _days(moment, moment, zone)
        if found := _PARTIAL.match(text):
            year, first, last = int(found[1]), int(found[2] or 1), int(found[2] or 12)
            return _days(date(year, first, 1), date(year, last, monthrange(year, last)[1]), zone)
    except (ValueError, OverflowError):
        pass
    return None


def _days(first: date, last: date, zone: tzinfo) -> tuple[float, float]:
    return midnight(first, zone), midnight(last + timedelta(days=1), zone) - 1


def midnight(day: date, zone: tzinfo) -> float:
    """The Unix time at which a day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


def _moment(text: str) -> datetime | date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
