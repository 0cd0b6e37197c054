"""Where a crawl starts: addresses, and what makes many requests from one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeAlias

from scrapekit.mark import Mark
from scrapekit.node import MapNode, ScalarNode
from scrapekit.recipe.model.pages import RequestShape

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


@dataclass(frozen=True, slots=True)
class Each:
    """One generated variable of a seed: its values, drawn lazily."""

    name: str
    mark: Mark
    values: tuple[object, ...] | range | Days
    pad: int = 0


@dataclass(frozen=True, slots=True)
class Seed:
    """Where to start: an address (a template over inputs and ``each`` variables) and its page rule."""

    page: str
    path: str
    mark: Mark
    url: ScalarNode
    shape: RequestShape = field(default_factory=RequestShape)
    each: tuple[Each, ...] = ()
    combine: Literal["product", "zip"] = "product"
    carry: MapNode | None = None
