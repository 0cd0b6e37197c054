"""How a job ended, remembered in its store until the user was told.

A job is over when its report was told, not when its last file was published: killed in between,
nobody would know how it ended, and a new job would fetch everything again.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from scrapekit.job.tables import stuck
from scrapekit.report import Report

FINISHED = "finished"
"""The fact under which a store keeps the ending of its job."""
_TOLD = "told"


@dataclass(frozen=True, slots=True)
class Ending:
    """The report a job ended with, and what was asked for: it answers only the same question."""

    report: Report
    asked: str
    files: tuple[str, ...] = ()
    """The exports' files that were there."""
    told: bool = False

    @classmethod
    def now(cls, report: Report, asked: str) -> Ending:
        """The ending of a job that ends at this instant; not every export is a file here."""
        paths = [export.path for export in report.exports]
        return cls(report, asked, tuple(path for path in paths if Path(path).exists()))

    def to_text(self) -> str:
        """As the store keeps it; whether it was told is a fact of its own."""
        return json.dumps({"report": self.report.to_json(), "asked": self.asked, "files": self.files})

    @classmethod
    def from_text(cls, text: str, *, told: bool) -> Ending:
        """Raises ValueError when the text is no ending, or one of another version of scrapekit."""
        data = json.loads(text)
        if not isinstance(data, dict) or not isinstance(data.get("asked"), str):
            raise ValueError("no ending of a job")
        return cls(Report.from_json(data.get("report")), data["asked"], tuple(data.get("files", ())), told)

    @property
    def stands(self) -> bool:
        """True while the files that the report speaks of are still there."""
        return all(Path(path).exists() for path in self.files)


def ending_in(store: Path) -> tuple[bool, Ending | None]:
    """Whether the job in *store* has ended; and how, where that can be read."""
    try:
        with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True)) as db:
            facts = dict(db.execute("SELECT key, value FROM meta WHERE key IN (?, ?)", (FINISHED, _TOLD)))
    except sqlite3.DatabaseError:
        # Not for us to judge: opening the store says what is wrong with it.
        return False, None
    if FINISHED not in facts:
        return False, None
    try:
        return True, Ending.from_text(facts[FINISHED], told=_TOLD in facts)
    except ValueError:
        return True, None


def note_told(store: Path) -> None:
    """Remember that the user knows how the job ended; nothing where it has not ended, or is gone.

    Raises StuckError when that cannot be written.
    """
    if not store.exists():
        return
    try:
        with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=rw", uri=True)) as db, db:
            db.execute(
                "INSERT OR REPLACE INTO meta SELECT ?, 'yes' FROM meta WHERE key = ?", (_TOLD, FINISHED)
            )
    except sqlite3.DatabaseError as error:
        raise stuck(error, store) from error
