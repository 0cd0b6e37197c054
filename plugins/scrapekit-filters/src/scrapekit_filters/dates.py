"""Filters that read dates and times, and change them into Unix time and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scrapekit import Options
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._moments import as_moment, in_zone, read_moment
from scrapekit_filters._numerals import decimal_of
from scrapekit_filters._words import described, shown

_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
# What strptime knows, without %c %x %X, which differ between locales, and %Z, which it reads and drops.
_KNOWN = frozenset("aAwdbBmyYHIpMSfzjUWGuV%")
_OFFSET = re.compile(r"([+-])([01][0-9]|2[0-3]):?([0-5][0-9])\Z")
_UNITS = {"s": 1, "ms": 1000, "us": 1_000_000}
_SMALLER = {"s": "; milliseconds are unit: ms", "ms": "; microseconds are unit: us"}
_YEAR_5000 = 95_617_584_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORMATS = (
    "how the date is written, as strptime writes it, or a list of such formats tried in order; without it "
    "ISO 8601, mail and HTTP dates, English dates and year/month/day are read"
)
_TIMEZONE = (
    "a name such as Europe/Berlin, UTC, or an offset such as +02:00: "
    "moments without a zone are in it, others {}"
)


@declare(
    "any",
    "date",
    short="formats",
    options={"formats": _FORMATS, "timezone": _TIMEZONE.format("are moved to it before their day is taken")},
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
        (None, "today", ValueError('"today" is no date')),
    ],
)
def date_(options: Options) -> Function:
    """Reads a date, or the day of a moment."""
    read = _reader(options)
    return lambda value: read(value).date()


@declare(
    "any",
    "datetime",
    short="formats",
    options={"formats": _FORMATS, "timezone": _TIMEZONE.format("are moved to it")},
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


def _reader(options: Options) -> Callable[[Any], datetime]:
    formats, zone = read_formats(options), _read_zone(options)
    read_text = _in_formats(formats) if formats else read_moment

    def read(value: Any) -> datetime:
        if isinstance(value, str):
            return in_zone(read_text(value), zone)
        moment = as_moment(value)
        if moment is None:
            raise ValueError(f"expected a date, found {described(value)}")
        return in_zone(moment, zone)

    return read


def _in_formats(formats: list[str]) -> Callable[[str], datetime]:
    strptime, plural = datetime.strptime, "s" if len(formats) > 1 else ""

    def read(text: str) -> datetime:
        bare = text.strip()
        for form in formats:
            try:
                return strptime(bare, form)
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


def _read_zone(options: Options) -> tzinfo | None:
    name = options.text("timezone")
    if not name:
        return None
    if offset := _OFFSET.match(name):
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-span if offset[1] == "-" else span)
    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = 'names are those of the IANA database, such as "Europe/Berlin"; the package tzdata brings it'
        options.problem("timezone", f"unknown time zone {shown(name)}", hint)
        return None


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
    zone = _read_zone(options)

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
    zone = _read_zone(options) or UTC

    def read(value: Any) -> int:
        moment = read_moment(value) if isinstance(value, str) else as_moment(value)
        if moment is None:
            raise ValueError(f"expected a date, found {described(value)}")
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return (aware - _EPOCH) // timedelta(microseconds=1) * scale // 1_000_000

    return read
