"""How the records of a job are compared with those of jobs before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class SeenRule:
    """What makes a record of one kind the same one in another job, and when it is exported again."""

    by: tuple[str, ...]
    """Fields that are its identity; empty: the address of its page."""
    emit: Literal["new", "changed", "all"] = "new"
    ignore: tuple[str, ...] = ()
    """Fields that may change without the record counting as changed."""
    replace: bool = False
    """True when a file that holds one job's new records alone is meant."""

    @property
    def drops(self) -> bool:
        """True when some records are not exported again."""
        return self.emit != "all"
