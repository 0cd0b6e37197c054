"""What a job's store tells of one address. It is only read, so a run may go on meanwhile."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from scrapekit.crawl.fairness import site_of
from scrapekit.errors import JobError
from scrapekit.job.contracts import named
from scrapekit.job.tables import FORMAT, noted, stuck
from scrapekit.model import Verdict
from scrapekit.report import DOWNLOAD
from scrapekit.web.url import fingerprint, lane_of

_MOST_STEPS = 20
"""So many pages of the way from a seed are told; a chain of lists may be long."""
_CAME = (Verdict.OK, Verdict.NOT_MODIFIED)

_DONE = (
    "SELECT done.seq, moment, coalesce(done.url, failure.url), coalesce(done.page, failure.page),"
    " done.verdict, done.tries, status, records, links, coalesce(done.reason, failure.reason)"
    " FROM done LEFT JOIN failure ON failure.seq = done.seq"
)


@dataclass(frozen=True, slots=True)
class Trace:
    """One request for an address, and what became of it."""

    number: int
    url: str
    page: str
    verdict: str = ""
    """Empty while it waits, or is being fetched."""
    moment: int = 0
    """When it ended, as Unix time; 0 while it has not."""
    tries: int = 0
    status: int | None = None
    """The answer's status; None where none came, or it was a redirect."""
    records: int = 0
    links: int = 0
    reason: str = ""
    link: int | None = None
    """On the way to another request: which of its link rules led on, as `Request.link` says."""
    depth: int | None = None
    """How many links from a seed, where that is known."""
    before: int = 0
    """How many requests of its host go before it, while it waits."""
    not_before: float = 0.0
    """Unix time before which its host may not be asked."""
    file: str = ""
    """Where the file stands that came, or would stand if a record that was kept had named it."""
    placed: bool = False
    """True when it stands there."""
    parks: int = 0
    """How often in a row its host was left alone because every request to it failed."""


class JobReader:
    """A store opened for reading."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    @property
    def waiting(self) -> int:
        """How many requests have not ended."""
        return int(self._db.execute("SELECT COUNT(*) FROM queue").fetchone()[0])

    @property
    def ended(self) -> bool:
        """True when the job has told how it ended."""
        return bool(noted(self._db, "finished"))

    def knows(self, url: str) -> bool:
        """True when a page of a canonical address was queued."""
        return self._db.execute("SELECT 1 FROM seen WHERE fp = ?", (fingerprint(url),)).fetchone() is not None

    def requests_for(self, url: str) -> list[Trace]:
        """Every request for a canonical address, in the order they were made."""
        numbers = {number for (number,) in self._db.execute(f"{_NUMBERS_DONE} WHERE url = ?", (url,))}
        numbers |= {number for (number,) in self._db.execute(f"{_NUMBERS_FAILED} WHERE url = ?", (url,))}
        row = self._db.execute("SELECT seq FROM seen WHERE fp = ?", (fingerprint(url),)).fetchone()
        numbers |= {row[0]} if row else set()
        numbers |= self._waiting_for(url)
        return [trace for number in sorted(numbers) if (trace := self.request(number)) is not None]

    def _waiting_for(self, url: str) -> set[int]:
        start = f'{{"url":{json.dumps(url)},'
        rows = self._db.execute(
            "SELECT seq FROM queue JOIN lane ON lane.id = lane WHERE name = ? AND substr(request, 1, ?) = ?",
            (lane_of(url), len(start), start),
        )
        return {number for (number,) in rows}

    def request(self, number: int) -> Trace | None:
        """The request of that number; None where the store does not hold it."""
        row = self._db.execute(f"{_DONE} WHERE done.seq = ?", (number,)).fetchone()
        if row is not None:
            number, moment, url, page, verdict, tries, status, records, links, reason = row
            ended = (verdict, moment, tries, status, records, links, reason or "")
            trace = Trace(number, url or "", page or "", *ended)
            return self._with_file(trace) if trace.page.startswith(DOWNLOAD) else trace
        row = self._db.execute(
            "SELECT lane, rank, request, not_before, parks FROM queue JOIN lane ON lane.id = lane"
            " WHERE seq = ?",
            (number,),
        ).fetchone()
        return None if row is None else self._waits(number, *row)

    def _with_file(self, trace: Trace) -> Trace:
        """A request for a file that came says which, in place of a reason."""
        if trace.verdict not in _CAME or not trace.reason:
            return trace
        row = self._db.execute("SELECT max(placed) FROM file WHERE path = ?", (trace.reason,)).fetchone()
        return replace(trace, reason="", file=trace.reason, placed=bool(row[0]))

    def _waits(self, number: int, lane: int, rank: int, text: str, not_before: float, parks: int) -> Trace:
        request = json.loads(text)
        sql = "SELECT COUNT(*) FROM queue WHERE lane = ? AND (rank, seq) < (?, ?)"
        (before,) = self._db.execute(sql, (lane, rank, number)).fetchone()
        return Trace(
            number,
            request["url"],
            request["page"],
            depth=request.get("depth", 0),
            before=before,
            not_before=not_before,
            parks=parks,
        )

    def way_to(self, number: int) -> list[Trace]:
        """The requests that led to one, nearest first: pages that link to it, and redirects."""
        way: list[Trace] = []
        while len(way) < _MOST_STEPS:
            origin, link = self._found(number)
            trace = None if origin is None else self.request(origin)
            if origin is None or trace is None or origin == number:
                break
            way.append(replace(trace, link=link))
            number = origin
        return way

    def _found(self, number: int) -> tuple[int | None, int | None]:
        """The number of the request that led to one, and by which of its link rules."""
        row = self._db.execute("SELECT found, link FROM seen WHERE seq = ?", (number,)).fetchone()
        return row or (None, None)

    def notes(self) -> dict[str, int]:
        """The remarks of the run so far, as the report has them, and how often each was made."""
        return named(dict(self._db.execute("SELECT name, value FROM counter")), "note:")

    def strand(self, url: str, pattern: str) -> tuple[int, int]:
        """How many requests of a pattern were found by way of their like, and how many of them in vain."""
        row = self._db.execute(
            "SELECT alike, fruitless FROM strand WHERE site = ? AND pattern = ?",
            (site_of(lane_of(url)), pattern),
        ).fetchone()
        return row or (0, 0)


_NUMBERS_DONE = "SELECT seq FROM done"
_NUMBERS_FAILED = "SELECT seq FROM failure"


@contextmanager
def reading(path: Path) -> Iterator[JobReader]:
    """A job's store, opened without its lock.

    Raises JobError when there is none or another version of scrapekit wrote it, StuckError when it
    cannot be read.
    """
    if not path.exists():
        raise JobError(
            f"there is no job in {path.parent}", hint="name its folder with --job, or run it first"
        )
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)
        try:
            if noted(db, "format") != str(FORMAT):
                raise JobError(f"{path.parent} was written by another version of scrapekit")
            yield JobReader(db)
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        raise stuck(error, path) from error
