"""Days of the calendar, drawn one by one and written as a recipe asks."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scrapekit.recipe.model import Day, Days, Span

_MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June", "July")
_MONTHS += ("August", "September", "October", "November", "December")
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DIRECTIVE = re.compile(r"%(-?[a-zA-Z%]|)")

# Written out, for strftime's words change with the locale and its years with the platform.
_PARTS: Mapping[str, Callable[[date], str]] = {
    "Y": lambda day: f"{day.year:04}",
    "y": lambda day: f"{day.year % 100:02}",
    "m": lambda day: f"{day.month:02}",
    "-m": lambda day: str(day.month),
    "d": lambda day: f"{day.day:02}",
    "-d": lambda day: str(day.day),
    "j": lambda day: f"{day.timetuple().tm_yday:03}",
    "b": lambda day: _MONTHS[day.month - 1][:3],
    "B": lambda day: _MONTHS[day.month - 1],
    "a": lambda day: _WEEKDAYS[day.weekday()][:3],
    "A": lambda day: _WEEKDAYS[day.weekday()],
    "u": lambda day: str(day.isoweekday()),
    "V": lambda day: f"{day.isocalendar().week:02}",
    "G": lambda day: f"{day.isocalendar().year:04}",
    "%": lambda day: "%",
}
_SECONDS = "s"
DIRECTIVES = (*_PARTS, _SECONDS)
"""What may follow a ``%`` in a format; ``s`` is the Unix time at which the day begins."""


def unknown_directive(format: str) -> tuple[int, str] | None:
    """Offset and text of the first directive that has no meaning here; None when all have."""
    for found in _DIRECTIVE.finditer(format):
        if found[1] not in DIRECTIVES:
            return found.start(), found[0]
    return None


def draw_days(days: Days, began: float) -> Iterator[str]:
    """The days as texts, for a job that began at *began*, a Unix time.

    Drawn again for the same job they are the same. Nothing where the step leads away from the last.
    """
    zone = ZoneInfo(days.zone)
    today = datetime.fromtimestamp(began, zone).date()
    first, last = resolved(days.first, today), resolved(days.last, today)
    step = days.step or Span(1 if first <= last else -1)
    taken = 0
    while True:
        try:
            day = shifted(first, Span(step.count * taken, step.unit))
        except (ValueError, OverflowError):
            return
        if day > last if step.count > 0 else day < last:
            return
        yield _written(day, days.format, zone)
        taken += 1


def count_days(days: Days) -> int | None:
    """How many there are; None when that depends on the day on which the job begins."""
    fixed = days.first.fixed is not None, days.last.fixed is not None
    units = {days.first.away.unit, days.last.away.unit, days.step.unit if days.step else "d"}
    if fixed in ((True, True), (False, False)) and (all(fixed) or units <= {"d", "w"}):
        return sum(1 for _ in draw_days(days, 86_400.0 * 20_000))
    return None


def resolved(day: Day, today: date) -> date:
    """The day of the calendar; raises ValueError or OverflowError for one that is in none."""
    return day.fixed or shifted(today, day.away)


def shifted(day: date, span: Span) -> date:
    """The day that is a span away; where its month is too short, the month's last."""
    if span.unit in ("d", "w"):
        return day + timedelta(days=span.count * (7 if span.unit == "w" else 1))
    months = day.year * 12 + day.month - 1 + span.count * (12 if span.unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def write_day(day: date, days: Days) -> str:
    """The day as a text in the format of *days*."""
    return _written(day, days.format, ZoneInfo(days.zone))


def _written(day: date, format: str, zone: ZoneInfo) -> str:
    def part(found: re.Match[str]) -> str:
        if found[1] == _SECONDS:
            return str(int(datetime.combine(day, time(), zone).timestamp()))
        return _PARTS[found[1]](day)

    return _DIRECTIVE.sub(part, format)
