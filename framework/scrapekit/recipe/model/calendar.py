"""Days as a recipe names them: of the calendar, or so far from the day on which the job began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

CalendarUnit: TypeAlias = Literal["d", "w", "mo", "y"]


@dataclass(frozen=True, slots=True)
class Span:
    """So many days, weeks, months or years; negative towards the past."""

    count: int
    unit: CalendarUnit = "d"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar, or one that is a span away from the day on which the job began."""

    fixed: date | None = None
    away: Span = Span(0)


@dataclass(frozen=True, slots=True)
class Days:
    """Days from the first to the last, both included, as texts in a format; drawn lazily.

    ``zone`` is the IANA name of the time zone that says which day is today.
    """

    first: Day
    last: Day
    step: Span | None = None
    """None: day by day, towards the last."""
    format: str = "%Y-%m-%d"
    zone: str = "UTC"
