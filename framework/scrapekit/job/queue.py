"""The requests that wait, as the store keeps them: which candidates are new, and where each one stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from scrapekit.crawl.entries import Candidate, Entry, identity
from scrapekit.crawl.fairness import Fairness, Placed, Row
from scrapekit.request import Request

_CHUNK = 500


class Queue:
    """The tables of what was seen and of what waits. All calls are made inside the store's transactions."""

    def __init__(
        self, db: sqlite3.Connection, fairness: Fairness, lanes: Mapping[str, int], next_seq: int
    ) -> None:
        """*lanes* holds each stored lane's number, *next_seq* the number that the next new request gets."""
        self._db = db
        self._fairness = fairness
        self._fairness.load = self._strands
        self._lanes = dict(lanes)
        self._next_seq = next_seq

    def waiting(self, lane: str, after: tuple[int, int], limit: int) -> list[Entry]:
        """The next *limit* requests of a lane behind the place *after*, in order."""
        rows = self._db.execute(
            "SELECT rank, seq, lineage, request FROM queue WHERE lane = ? AND (rank, seq) > (?, ?)"
            " ORDER BY rank, seq LIMIT ?",
            (self._lanes.get(lane, -1), *after, limit),
        )
        return [_entry(lane, *row) for row in rows]

    def sift(self, new: Sequence[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
        """Which candidates are new, and which are known (in the store, or earlier in the group)."""
        seen = self._seen([candidate.fp for candidate in new])
        fresh: list[Candidate] = []
        known: list[Candidate] = []
        for candidate in new:
            if candidate.fp in seen and not candidate.again:
                known.append(candidate)
            else:
                seen.add(candidate.fp)
                fresh.append(candidate)
        return fresh, known

    def _seen(self, fps: Sequence[int]) -> set[int]:
        found: set[int] = set()
        for chunk in _chunks(fps, _CHUNK):
            marks = ",".join("?" * len(chunk))
            rows = self._db.execute(f"SELECT fp FROM seen WHERE fp IN ({marks})", chunk)  # noqa: S608 - only "?"
            found.update(row[0] for row in rows)
        return found

    def add(self, admitted: Sequence[Placed]) -> list[Entry]:
        """Let candidates wait, each at its place; gives them as the frontier knows them."""
        entries = [
            Entry(candidate.request, candidate.lane, rank, seq, candidate.fp, lineage)
            for seq, (candidate, rank, lineage) in enumerate(admitted, start=self._next_seq)
        ]
        self._next_seq += len(entries)
        # Rows sorted by key touch each page of the table once.
        # A request that is made again is told of as it was made last.
        found = [_found(placed.candidate) for placed in admitted]
        self._db.executemany(
            "INSERT INTO seen VALUES(?, 0, ?, ?, ?) ON CONFLICT(fp) DO UPDATE SET seq = excluded.seq",
            sorted((e.fp, e.seq, *how) for e, how in zip(entries, found, strict=True)),
        )
        self._db.executemany(
            "INSERT INTO queue VALUES(?, ?, ?, ?, ?)",
            sorted((self.number_of(e.lane), e.rank, e.seq, e.lineage, e.request.to_json()) for e in entries),
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO strand VALUES(?, ?, ?, ?, ?, ?)",
            [(site, *row) for site, row in self._fairness.changed()],
        )
        return entries

    def _strands(self, site: str) -> list[Row]:
        """What is stored of how a site's requests take turns."""
        sql = "SELECT pattern, number, placed, alike, fruitless FROM strand WHERE site = ?"
        return self._db.execute(sql, (site,)).fetchall()

    def number_of(self, lane: str) -> int:
        """The number that the store gives a lane."""
        if lane not in self._lanes:
            cursor = self._db.execute("INSERT INTO lane(name) VALUES(?) RETURNING id", (lane,))
            self._lanes[lane] = cursor.fetchone()[0]
        return self._lanes[lane]


def _entry(lane: str, rank: int, seq: int, lineage: int, text: str) -> Entry:
    request = Request.from_json(text)
    return Entry(request, lane, rank, seq, identity(request), lineage)


def _found(candidate: Candidate) -> tuple[int | None, int | None]:
    """The number of the request whose page or redirect led to this one, and by which link rule, if any."""
    if candidate.found_on is not None:
        return candidate.found_on.seq, candidate.request.link
    return (None if candidate.hop_of is None else candidate.hop_of.seq), None


def _chunks(values: Iterable[int], size: int) -> Iterator[list[int]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk
