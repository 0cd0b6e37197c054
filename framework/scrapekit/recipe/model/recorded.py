"""A page that was recorded, and the records it must give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scrapekit.mark import Mark

Record = Mapping[str, object]
"""Field → the value it must have, as JSON has it; fields that are not named are not compared."""


@dataclass(frozen=True, slots=True)
class RecordedPage:
    """One of the recipe's ``tests``."""

    page: str
    path: str
    mark: Mark
    file: Path
    shown: str
    """The file as the recipe names it."""
    url: str
    """The page's address; empty: that of the first seed."""
    records: Mapping[str, tuple[Record, ...]]
    """Record kind → its records, in order; other kinds are not compared."""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    carry: Mapping[str, object] = field(default_factory=dict)
