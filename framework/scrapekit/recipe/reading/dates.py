"""``dates``: days from one to another, and every other place where a recipe names a day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, available_timezones

from scrapekit.errors import nearest
from scrapekit.node import describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import CalendarUnit, Day, Days, Span
from scrapekit.sources.days import DIRECTIVES, resolved, unknown_directive

_SPAN = re.compile(r"(?:today\s*)?([+-]?)\s*(\d{1,5})\s*(d|w|mo|y)\Z", re.ASCII)
_WORDS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_HINT = "write 2024-01-31, today, or so much from today: -7d, -2w, -3mo, +1y"


def read_dates(options: Options) -> Days | None:
    """The days under ``dates``; None, and a problem, where they make no sense."""
    own = options.section("dates")
    days = read_days(own)
    own.close()
    return days


def read_days(own: Options) -> Days | None:
    """The days that ``from``, ``to``, ``step``, ``format`` and ``timezone`` say; the reader closes *own*."""
    own.require("from", _HINT)
    own.require("to", _HINT)
    first, last = read_day(own, "from"), read_day(own, "to")
    step, zone, format = _step(own), read_zone(own), _format(own)
    if first is None or last is None:
        return None
    days = Days(first, last, step, format, zone)
    return days if _leads_on(own, days) else None


def read_day(options: Options, key: str) -> Day | None:
    """The day named under *key*; None when there is none, or one that is no day."""
    node = options.scalar(key, "a day")
    if node is None:
        return None
    text = str(node.value).strip()
    try:
        day = _day(text)
        if day is not None:
            resolved(day, datetime.now(UTC).date())
            return day
    except (ValueError, OverflowError):
        options.problem(key, f'"{shown(text)}" is not a day of the calendar', _HINT)
        return None
    options.problem(key, f"expected a day, found {describe(node)}", nearest(text, _WORDS) or _HINT)
    return None


def _day(text: str) -> Day | None:
    if text in _WORDS:
        return Day(away=Span(_WORDS[text]))
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return Day(date.fromisoformat(text))
    span = _span(text)
    # "7d" may be meant forwards or backwards, so a sign is asked for.
    return None if span is None or not re.search("[+-]", text) else Day(away=span)


def _span(text: str) -> Span | None:
    found = _SPAN.match(text)
    if found is None:
        return None
    unit: CalendarUnit = found[3]  # type: ignore[assignment]
    return Span(int(found[1] + found[2]), unit)


def _step(own: Options) -> Span | None:
    node = own.scalar("step", "a number of days")
    if node is None:
        return None
    span = _span(str(node.value))
    if span is None or not span.count:
        message = f"expected a number of days, weeks, months or years, found {describe(node)}"
        bare = str(node.value).lstrip("+-").isdigit() and span is None
        own.problem("step", message, f"write {node.value}d" if bare else "write 1d, 2w, 1mo or -1d")
        return None
    return span


def read_zone(options: Options, key: str = "timezone") -> str:
    """The IANA name of a time zone, ``UTC`` when none is named."""
    name = options.text(key, "UTC")
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        known = [zone for zone in available_timezones() if zone[:2] == name[:2]]
        hint = nearest(name, known) or "write a name such as Europe/Berlin"
        options.problem(key, f'there is no time zone "{shown(name)}"', hint)
        return "UTC"
    return name


def _format(own: Options) -> str:
    node = own.scalar("format", "a date's format")
    if node is None:
        return "%Y-%m-%d"
    text = str(node.value)
    if (unknown := unknown_directive(text)) is not None:
        offset, directive = unknown
        hint = f"known here: {' '.join(f'%{name}' for name in DIRECTIVES)}"
        mark = node.at(offset, len(directive))
        own.problems.add(mark, own.at("format"), f'"{shown(directive)}" means nothing here', hint)
    elif "%" not in text:
        own.problem("format", "every date would be the same", "write %Y-%m-%d")
    return text


def _leads_on(own: Options, days: Days) -> bool:
    """False, and a problem, when the step leads away from the last day whatever day it is."""
    if days.step is None or (days.first.fixed is None) != (days.last.fixed is None):
        return True
    today = datetime.now(UTC).date()
    first, last = resolved(days.first, today), resolved(days.last, today)
    if first != last and (days.step.count > 0) != (first < last):
        way = f"{days.step.count}{days.step.unit}"
        own.problem("step", f"steps of {way} never lead from {first} to {last}")
        return False
    return True
