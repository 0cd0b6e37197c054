"""The filter that makes a date of parts that stand in different places of a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from scrapekit import Options
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._local import read_locale
from scrapekit_filters._moments import in_zone, month_of, read_moment
from scrapekit_filters._words import as_text, shown
from scrapekit_filters._zones import TIMEZONE, read_zone

_PARTS = ("year", "month", "day", "time")
_NUMBER = re.compile(r"\s*([0-9]{1,4})(?:\.|st|nd|rd|th)?\s*\Z")


@declare(
    "object",
    "datetime",
    options={
        "year": "the year where the value has none",
        "month": "the month where the value has none",
        "day": "the day where the value has none",
        "time": "the time of day where the value has none; midnight by default",
        "locale": "the language of month names, such as de (needs scrapekit-dates)",
        "timezone": TIMEZONE.format("stay as they are"),
    },
    example=[
        (None, {"day": "10", "month": "November", "year": "2026"}, datetime(2026, 11, 10)),
        ('{year: 2026, time: "9:30"}', {"day": "10.", "month": 11}, datetime(2026, 11, 10, 9, 30)),
        (None, {"day": 10, "month": "Nov", "year": 2026, "time": "3:04 pm"}, datetime(2026, 11, 10, 15, 4)),
        ("{locale: de}", {"day": 10, "month": "März", "year": 2026}, datetime(2026, 3, 10)),
        (None, {"day": 10, "month": "Nov"}, ValueError("the date has no year")),
        (
            None,
            {"day": 31, "month": 2, "year": 2026},
            ValueError("there is no day 31 in month 2 of 2026"),
        ),
    ],
)
def compose(options: Options) -> Function:
    """Makes a moment of the keys year, month, day and time of an object."""
    given = {key: options.text(key) for key in _PARTS}
    zone, dates = read_zone(options), read_locale(options)
    if given["time"]:
        _check_time(options, given["time"])

    def make(value: Mapping[str, Any]) -> datetime:
        parts = {key: _text(value.get(key)) or given[key] for key in _PARTS}
        for key in _PARTS[:3]:
            if not parts[key]:
                raise ValueError(f"the date has no {key}")
        month = parts["month"]
        if dates is not None and not _NUMBER.match(month):
            month = dates.in_english(month, "%B")
        day = _day(_number(parts["year"], "year"), _month(month), _number(parts["day"], "day"))
        return in_zone(datetime.combine(day, _time(parts["time"])), zone)

    return make


def _check_time(options: Options, text: str) -> None:
    try:
        _time(text)
    except ValueError as error:
        options.problem("time", str(error))


def _text(value: Any) -> str:
    return "" if value is None or value == [] else as_text(value).strip()


def _number(text: str, what: str) -> int:
    found = _NUMBER.match(text)
    if found is None or (what == "year" and len(found[1]) < 4):
        raise ValueError(f"{shown(text)} is no {what}")
    return int(found[1])


def _month(text: str) -> int:
    if _NUMBER.match(text):
        return _number(text, "month")
    month = month_of(text.strip().rstrip("."))
    if month is None:
        raise ValueError(f"{shown(text)} is no month")
    return month


def _day(year: int, month: int, day: int) -> datetime:
    try:
        return datetime(year, month, day)
    except ValueError as error:
        raise ValueError(f"there is no day {day} in month {month} of {year}") from error


def _time(text: str) -> time:
    if not text:
        return time()
    try:
        # The time of any day, read as the times of whole dates are.
        return read_moment(f"2000/01/01 {text}").timetz()
    except ValueError as error:
        raise ValueError(f"{shown(text)} is no time of day") from error
