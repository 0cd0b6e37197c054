"""Which moment the tokens of a text are: the only one, or a reason why there is none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import product
from typing import Any

from scrapekit_dates.given import Reading
from scrapekit_dates.shapes import SHAPES, Part, Rules, Token

_MOST_TOKENS = 24
_MOST_WAYS = 64
_PIVOT = 69
"""Two-digit years from here on are of the last century, as POSIX has it."""


def read(tokens: list[Token], text: str, reading: Reading, order: str, rules: Rules) -> datetime:
    """The one moment that the tokens can be; raises ValueError when there is none, or more than one."""
    ways = 1
    for token in tokens:
        ways *= len(token.meanings)
    if not tokens or len(tokens) > _MOST_TOKENS or not 0 < ways <= _MOST_WAYS:
        raise _no_date(text)
    found: set[datetime] = set()
    reasons: list[str] = []
    for way in product(*(sorted(token.meanings) for token in tokens)):
        parts = [(meaning, token) for meaning, token in zip(way, tokens, strict=True) if meaning.kind != " "]
        shape = "".join(meaning.kind for meaning, _ in parts)
        for pattern, kind in SHAPES:
            if (match := pattern.match(shape)) is not None:
                try:
                    found.add(_Built(match, parts, kind, rules).moment(reading, order))
                except _Refused as refused:
                    reasons.append(str(refused))
                except (ValueError, OverflowError):
                    continue
    if len(found) == 1 and _AMBIGUOUS not in reasons:
        return found.pop()
    if len(found) > 1:
        raise ValueError(f"{_shown(text)} could be more than one date")
    raise ValueError(f"{_shown(text)} {reasons[0]}") if reasons else _no_date(text)


class _Refused(Exception):
    """A date by its shape that is none for the reason given."""


_AMBIGUOUS = "could be more than one date; say which number is the day with order: dmy or mdy"
_NO_YEAR = "has no year; guess it with guess_year: past"
_NO_NOW = "counts from now; allow that with relative: true"
_NOT_FIT = "names a weekday on which that date does not fall"


class _Built:
    """A moment from the parts that a shape gave names to."""

    def __init__(self, match: re.Match[str], parts: list[Part], kind: str, rules: Rules) -> None:
        self._match = match
        self._parts = parts
        self._kind = kind
        self._rules = rules

    def _value(self, name: str, default: Any = None) -> Any:
        part = self._part(name)
        return default if part is None else part[0].value

    def _part(self, name: str) -> Part | None:
        place = self._match.start(name) if name in self._match.re.groupindex else -1
        if place < 0:
            return None
        # An apostrophe before a year is no number.
        return self._parts[place + (self._parts[place][1].text == "'")]

    def moment(self, reading: Reading, order: str) -> datetime:
        hour, minute, second, fraction = self._time()
        day = self._day(reading, order)
        wanted = {meaning.value for meaning, _ in self._parts if meaning.kind == "W"}
        if wanted and wanted != {day.weekday()}:
            raise _Refused(_NOT_FIT)
        zone = self._zone()
        return datetime(day.year, day.month, day.day, hour, minute, second, fraction, zone)

    def _day(self, reading: Reading, order: str) -> date:
        if (near := self._value("near")) is not None:
            if reading.now is None or not reading.relative:
                raise _Refused(_NO_NOW)
            return reading.now.date() + timedelta(days=near)
        if (one := self._value("one")) is not None:
            day, month = self._ordered(one, self._value("two"), order)
        else:
            day, month = self._value("day"), self._value("month")
        year = self._year(order)
        return date(year, month, day) if year is not None else self._guessed(day, month, reading)

    def _ordered(self, one: int, two: int, order: str) -> tuple[int, int]:
        if order == "dmy":
            return one, two
        if order == "mdy":
            return two, one
        part = self._part("year")
        if part is None or len(part[1].text) < 4:
            raise _Refused(_AMBIGUOUS)
        if one > 12:
            return one, two
        if two > 12:
            return two, one
        if one == two:
            return one, two
        raise _Refused(_AMBIGUOUS)

    def _year(self, order: str) -> int | None:
        part = self._part("year")
        if part is None:
            return None
        year, digits = part[0].value, len(part[1].text)
        if (era := self._value("era")) is not None:
            return int(era + year)
        if digits == 1 or (digits == 2 and "Y" in self._match[0]):
            raise ValueError("no year")
        if digits == 2:
            return int(year + (1900 if year >= _PIVOT else 2000))
        if self._rules.buddhist and year >= 2400:
            year -= 543
        least = 1700 if self._rules.other_calendar else 1000
        if not least <= year < 2400:
            raise ValueError("a year of another calendar")
        return int(year)

    def _guessed(self, day: int, month: int, reading: Reading) -> date:
        if not reading.guess_year or reading.now is None:
            raise _Refused(_NO_YEAR)
        today = reading.now.date()
        wanted = {meaning.value for meaning, _ in self._parts if meaning.kind == "W"}
        near = [found for year in range(today.year - 9, today.year + 10) if (found := _on(year, month, day))]
        near = [found for found in near if not wanted or wanted == {found.weekday()}]
        if reading.guess_year == "past":
            near = [found for found in near if found <= today]
        elif reading.guess_year == "future":
            near = [found for found in near if found >= today]
        if not near:
            raise _Refused(_NOT_FIT if wanted else "is no date")
        return min(near, key=lambda found: abs(found - today))

    def _time(self) -> tuple[int, int, int, int]:
        if self._kind == "none":
            return 0, 0, 0, 0
        if self._kind == "point" and not (self._rules.points or self._part("before")):
            raise ValueError("a point makes no time here")
        hour, half = self._value("hour"), self._value("half")
        if half is not None:
            if not 1 <= hour <= 12 and not (hour == 0 and self._kind == "half first"):
                raise ValueError("twelve hours in half a day")
            hour = hour % 12 + half
        minute = self._value("minute", self._value("minute_", 0))
        second = self._value("second", self._value("second_", 0))
        for name in ("minute", "minute_", "second", "second_"):
            part = self._part(name)
            if part is not None and len(part[1].text) != 2 and self._kind in ("colon", "point"):
                raise ValueError("two digits")
        fraction = self._part("fraction")
        return hour, minute, second, int(fraction[1].text.ljust(6, "0")[:6]) if fraction else 0

    def _zone(self) -> tzinfo | None:
        place = self._match.start("zone") if "zone" in self._match.re.groupindex else -1
        if place < 0:
            return None
        start, end = self._match.span("zone")
        text = "".join(token.text for _, token in self._parts[start:end])
        if text[0] not in "+-":
            return UTC
        digits = text[1:].replace(":", "").rjust(4, "0")
        span = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return timezone(-span if text[0] == "-" else span)


def _on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _no_date(text: str) -> ValueError:
    return ValueError(f"{_shown(text)} is no date")


def _shown(text: str) -> str:
    cut = text if len(text) <= 60 else text[:59] + "…"
    return '"' + "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in cut) + '"'
