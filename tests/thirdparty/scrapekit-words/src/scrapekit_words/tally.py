"""A listener: how many records a run kept, in a file of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from scrapekit import Item, hookimpl


class Tally:
    """Counts records by kind and writes the counts to ``tally.txt`` at the end."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    @hookimpl
    def items_kept(self, items: Sequence[Item]) -> None:
        """Count the records of one page."""
        self._counts.update(item.kind for item in items)

    @hookimpl
    def run_finished(self, report: Mapping[str, Any]) -> None:
        """Write the counts."""
        lines = [f"{report['recipe']}: {report['outcome']}", *(f"{k}: {n}" for k, n in self._counts.items())]
        Path("tally.txt").write_text("\n".join(lines) + "\n")
