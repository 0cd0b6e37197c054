"""Filters that read dates and times, and change them into Unix time and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from scrapekit import Options
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._local import LOCAL_OPTIONS, OnPage, local_reader, read_locale
from scrapekit_filters._moments import as_moment, in_zone, read_iso, read_moment
from scrapekit_filters._numerals import decimal_of
from scrapekit_filters._words import described, shown
from scrapekit_filters._zones import TIMEZONE, read_zone

_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
# What strptime knows, without %c %x %X, which differ between locales, and %Z, which it reads and drops.
_KNOWN = frozenset("aAwdbBmyYHIpMSfzjUWGuV%")
_UNITS = {"s": 1, "ms": 1000, "us": 1_000_000}
_SMALLER = {"s": "; milliseconds are unit: ms", "ms": "; microseconds are unit: us"}
_YEAR_5000 = 95_617_584_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMATS = (
    "how the date is written, as strptime writes it, or a list of such formats tried in order; without it "
    "ISO 8601, mail and HTTP dates, English dates and year/month/day are read"
)


@declare(
    "any",
    "date",
    short="formats",
    options={
        "formats": _FORMATS,
        "timezone": TIMEZONE.format("are moved to it before their day is taken"),
        **LOCAL_OPTIONS,
    },
    example=[
        (None, "2026-11-10T23:30:00Z", date(2026, 11, 10)),
        (None, "November 10th, 2026", date(2026, 11, 10)),
        (None, "Tue, 10 Nov 2026 23:30:00 GMT", date(2026, 11, 10)),
        ('["%d.%m.%Y", "%d/%m/%y"]', "10.11.2026", date(2026, 11, 10)),
        ("{timezone: Asia/Tokyo}", "2026-11-10T23:30:00Z", date(2026, 11, 11)),
        (
            None,
            "01/02/2026",
            ValueError('"01/02/2026" could be more than one date; name its format with formats'),
        ),
        ("{order: dmy}", "01/02/2026", date(2026, 2, 1)),
        ("{locale: de}", "Di., 10. Nov. 2026", date(2026, 11, 10)),
        ("{locale: en-US}", "11/10/2026", date(2026, 11, 10)),
        ("{locale: ja}", "令和8年11月10日", date(2026, 11, 10)),
        ("{locale: fr, relative: true}", "il y a 3 jours", date(2026, 11, 19)),
        ("{guess_year: past}", "Nov 30", date(2025, 11, 30)),
        (None, "today", ValueError('"today" is no date')),
    ],
)
def date_(options: Options) -> Function:
    """Reads a date, or the day of a moment."""
    read = _reader(options)
    if isinstance(read, OnPage):
        return OnPage(lambda value, context: read(value, context).date())
    return lambda value: read(value).date()


@declare(
    "any",
    "datetime",
    short="formats",
    options={"formats": _FORMATS, "timezone": TIMEZONE.format("are moved to it"), **LOCAL_OPTIONS},
    example=[
        (
            None,
            "2026-11-10T12:30:00+01:00",
            datetime(2026, 11, 10, 12, 30, tzinfo=timezone(timedelta(hours=1))),
        ),
        (None, "Nov 10, 2026 at 3:04 pm", datetime(2026, 11, 10, 15, 4)),
        (None, "2026-11-10", datetime(2026, 11, 10)),
        (
            '{formats: "%d.%m.%Y %H:%M", timezone: UTC}',
            "10.11.2026 12:30",
            datetime(2026, 11, 10, 12, 30, tzinfo=UTC),
        ),
        (None, "now", ValueError('"now" is no date')),
    ],
)
def datetime_(options: Options) -> Function:
    """Reads a moment; a date without a time is its midnight."""
    return _reader(options)


def _reader(options: Options) -> Callable[..., datetime]:
    """A value's moment; the function is `OnPage` where it must know when the page was read."""
    formats, zone = read_formats(options), read_zone(options)
    order = options.text("order")
    local, needs_time = local_reader(options, zone)
    if formats and (needs_time or order):
        options.problem("formats", "with formats there is nothing left to guess", "leave out one of the two")
    if formats:
        read_text = _in_formats(formats, options)
    elif local is not None:
        read_text = _iso_or(local)
    else:
        read_text = lambda text, time: read_moment(text, order)  # noqa: E731

    def read(value: Any, time: float = 0.0) -> datetime:
        if isinstance(value, str):
            return in_zone(read_text(value, time), zone)
        moment = as_moment(value)
        if moment is None:
            raise ValueError(f"expected a date, found {described(value)}")
        return in_zone(moment, zone)

    return OnPage(lambda value, context: read(value, context.time)) if needs_time else read


ReadText = Callable[[str, float], datetime]
"""Reads a text, given when the page was read."""


def _iso_or(local: ReadText) -> ReadText:
    """ISO 8601 is the same in every language; all else is the locale's."""

    def read(text: str, time: float) -> datetime:
        moment = read_iso(text)
        return local(text, time) if moment is None else moment

    return read


def _in_formats(formats: list[str], options: Options) -> ReadText:
    strptime, plural = datetime.strptime, "s" if len(formats) > 1 else ""
    dates = read_locale(options)

    def read(text: str, time: float) -> datetime:
        bare = text.strip()
        for form in formats:
            try:
                return strptime(bare if dates is None else dates.in_english(bare, form), form)
            except (ValueError, OverflowError):
                continue
        raise ValueError(f"{shown(text)} does not fit the format{plural} {', '.join(map(shown, formats))}")

    return read


def read_formats(options: Options) -> list[str]:
    """The option ``formats``; a format that strptime would not know, or that leaves a gap, is a problem."""
    path = options.at("formats")
    good = []
    for node in options.texts("formats"):
        form = str(node.value)
        unknown = next((found for found in _DIRECTIVE.finditer(form) if found[1] not in _KNOWN), None)
        if unknown is not None:
            place = node.at(unknown.start(), len(unknown[0]))
            options.problems.add(place, path, f"unknown directive {shown(unknown[0])} in a date format")
        elif missing := _gap(form):
            # strptime fills gaps with 1900, January and the first: dates nobody wrote.
            options.problems.add(node.mark, path, f"the format {shown(form)} has no {missing}")
        else:
            good.append(form.strip())
    return good


def _gap(form: str) -> str:
    used = set(_DIRECTIVE.findall(form))
    if {"G", "V"} <= used and used & set("uaAw"):
        return ""
    if not used & set("yY"):
        return "year (%Y or %y)"
    if "j" in used:
        return ""
    if not used & set("mbB"):
        return "month (%m, %b or %B)"
    return "" if "d" in used else "day (%d)"


_UNIT = {"unit": "what it counts: s (the default), ms or us"}


@declare(
    "any",
    "datetime",
    short="unit",
    options={**_UNIT, "timezone": "the zone of the result, UTC by default"},
    example=[
        (None, 1794312000, datetime(2026, 11, 10, 12, tzinfo=UTC)),
        ("ms", "1794312000000", datetime(2026, 11, 10, 12, tzinfo=UTC)),
        (
            None,
            "1794312000000",
            ValueError('"1794312000000" is past the year 5000 in s; milliseconds are unit: ms'),
        ),
    ],
)
def timestamp(options: Options) -> Function:
    """Reads Unix time: the time since 1970 in UTC as a number."""
    unit = options.choice("unit", _UNITS, "s")
    zone = read_zone(options)

    def read(value: Any) -> datetime:
        number = _digits(value) if isinstance(value, str) else decimal_of(value)
        seconds = number / _UNITS[unit]
        if seconds > _YEAR_5000:
            raise ValueError(f"{shown(value)} is past the year 5000 in {unit}{_SMALLER.get(unit, '')}")
        try:
            moment = _EPOCH + timedelta(microseconds=int(seconds * 1_000_000))
        except OverflowError as error:
            raise ValueError(f"{shown(value)} is before the year 1") from error
        return in_zone(moment, zone)

    return read


def _digits(text: str) -> Decimal:
    if not re.fullmatch(r"\s*-?[0-9]{1,20}(\.[0-9]{1,9})?\s*", text):
        raise ValueError(f"{shown(text)} is no Unix time")
    return Decimal(text.strip())


@declare(
    "any",
    "number",
    short="unit",
    options={**_UNIT, "timezone": "the zone of moments that have none, UTC by default"},
    example=[
        (None, "2026-11-10T12:00:00Z", 1794312000),
        ("ms", datetime(2026, 11, 10, 12, tzinfo=UTC), 1794312000000),
    ],
)
def epoch(options: Options) -> Function:
    """Turns a moment into Unix time, a whole number."""
    scale = _UNITS[options.choice("unit", _UNITS, "s")]
    zone = read_zone(options) or UTC

    def read(value: Any) -> int:
        moment = read_moment(value) if isinstance(value, str) else as_moment(value)
        if moment is None:
            raise ValueError(f"expected a date, found {described(value)}")
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return (aware - _EPOCH) // timedelta(microseconds=1) * scale // 1_000_000

    return read
