"""What is known of a date beside its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known beside the text: the order of numbers, when it was written, what may be concluded."""

    order: str = ""
    """``dmy``, ``mdy`` or ``ymd``; empty: the locale's."""
    now: datetime | None = None
    """When the text was written; None: nobody knows."""
    relative: bool = False
    """Whether "yesterday", which counts from then, is a date."""
    guess_year: str = ""
    """``past``, ``future`` or ``nearest``; empty: a date without a year is none."""
