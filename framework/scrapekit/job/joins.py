"""Records that wait for other pages, and the answers they wait for: in the store, changed with each group.

All of this runs on the journal's thread inside the group's transaction. So what is read here is what
is written here, and a record is exported in the very group that brings its last answer.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from scrapekit.crawl.entries import Candidate, Entry, Group
from scrapekit.job.placing import files_of
from scrapekit.model import Answered, Ask, Item, Outcome, Pending, Step, Verdict
from scrapekit.page import StoredFile
from scrapekit.request import NOTHING, Request
from scrapekit.web.scope import Scope

TABLES = """
-- A record that waits, and how many of its questions are open.
CREATE TABLE record(id INTEGER PRIMARY KEY, joiner TEXT NOT NULL, open INTEGER NOT NULL, state TEXT NOT NULL);
-- A question, asked once however many records have it; state 0 is open, 1 whole, 2 not whole.
CREATE TABLE ask(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, state INTEGER NOT NULL DEFAULT 0);
CREATE TABLE part(ask INTEGER, number INTEGER, value TEXT NOT NULL, PRIMARY KEY(ask, number)) WITHOUT ROWID;
-- Which question fills which place of a record; none where the question could not be asked.
CREATE TABLE want(record INTEGER, place INTEGER, ask INTEGER, PRIMARY KEY(record, place)) WITHOUT ROWID;
CREATE INDEX want_ask ON want(ask);
"""

_OPEN, _WHOLE, _BROKEN = 0, 1, 2
_CHUNK = 500


class Joiner(Protocol):
    """Who knows what a record needs; see `scrapekit.extract.joins.joiner`."""

    def advance(self, state: str, answers: Mapping[int, Answered]) -> Step:
        """What to do next with a record, given all that was answered so far."""
        ...


@dataclass(frozen=True, slots=True)
class JoinTerms:
    """Who completes records, which questions may be asked, and how many records are wanted."""

    joiners: Mapping[str, Joiner]
    scope: Scope
    order: str = "breadth"
    depth: int | None = None
    limit: int | None = None
    tally: Callable[[Group, Sequence[Item]], None] | None = None
    """Counts what contracts over the whole job ask for."""
    scopes: Mapping[str, Scope] = NOTHING
    """Page rule → where its requests may go, where that is not ``scope``."""
    files: bool = False
    """True where records name files."""


class Joins:
    """The waiting records of one job. *records* is how many the job holds already."""

    def __init__(self, db: sqlite3.Connection, terms: JoinTerms, records: int) -> None:
        self._db = db
        self._terms = terms
        self._records = records

    def settle(self, group: Group) -> None:
        """Take the group's answers and new records; add what they complete, and what has to be asked.

        A record that cannot be made although the recipe insists makes the page that completed it fail.
        """
        ready = list(self._take_answers(group))
        for entry, pending in group.pending:
            record = self._begin(pending, group)
            if self._ask(record, pending.asks, group) == 0:
                ready.append((record, entry))
        faults: dict[int, str] = {}
        for record, entry in ready:
            fault = self._complete(record, entry.request, group)
            if fault:
                faults[id(entry)] = fault
        if faults:
            group.done = [(entry, _failed(outcome, faults.get(id(entry)))) for entry, outcome in group.done]
        self._cut(group)

    def give_up(self, group: Group) -> bool:
        """Complete some of the records that still wait, without the pages they lack; False: none is left."""
        room = _CHUNK if self._terms.limit is None else min(_CHUNK, self._terms.limit - self._records)
        rows = self._db.execute("SELECT id FROM record ORDER BY id LIMIT ?", (max(room, 0),)).fetchall()
        for (record,) in rows:
            self._complete(record, Request(""), group, asking=False)
        self._cut(group)
        return bool(rows)

    def _begin(self, pending: Pending, group: Group) -> int:
        group.counters["joined:begun"] += 1
        cursor = self._db.execute(
            "INSERT INTO record(joiner, open, state) VALUES(?, 0, ?)", (pending.joiner, pending.state)
        )
        return cursor.lastrowid or 0

    def _ask(self, record: int, asks: Sequence[Ask], group: Group) -> int:
        """Note what a record wants to know; gives how many of it has to be waited for."""
        # A record may want one answer twice, and waits for it once.
        waits = set()
        for ask in asks:
            number, state = self._question(ask.request, group)
            self._db.execute("INSERT INTO want VALUES(?, ?, ?)", (record, ask.place, number))
            if state == _OPEN:
                waits.add(number)
        if waits:
            self._db.execute("UPDATE record SET open = ? WHERE id = ?", (len(waits), record))
        return len(waits)

    def _question(self, request: Request, group: Group) -> tuple[int | None, int]:
        """The question's number and state; it is asked when nobody asked it before."""
        row = self._db.execute("SELECT id, state FROM ask WHERE key = ?", (request.ask,)).fetchone()
        if row is not None:
            group.counters[f"join:shared:{request.page}"] += 1
            return int(row[0]), int(row[1])
        if refusal := self._refusal(request):
            group.counters[f"note:{request.page}: {refusal}"] += 1
            group.counters[f"join:unasked:{request.page}"] += 1
            return None, _BROKEN
        group.counters[f"join:asked:{request.page}"] += 1
        cursor = self._db.execute("INSERT INTO ask(key) VALUES(?)", (request.ask,))
        candidate = Candidate(request, self._terms.order)
        # Whether it is new was just decided, and more exactly than by a fingerprint.
        candidate.again = True
        group.new.append(candidate)
        return cursor.lastrowid, _OPEN

    def _refusal(self, request: Request) -> str:
        terms = self._terms
        if not terms.scopes.get(request.page, terms.scope).allows(request.url):
            return "out of scope"
        if terms.depth is not None and request.depth > terms.depth:
            return "deeper than crawl.depth"
        return ""

    def _take_answers(self, group: Group) -> Iterator[tuple[int, Entry]]:
        """Store the group's answers; gives each record that now has all of its own, with the last page."""
        following = {
            candidate.request.ask: candidate
            for candidate in group.new
            if candidate.request.ask and candidate.hop_of is None
        }
        for entry, outcome in group.done:
            # 1. A page of its own. 2. A redirect: its target answers. 3. A page that leads to another.
            if not entry.request.ask or outcome.verdict is Verdict.REDIRECTED:
                continue
            number = self._store_part(entry, outcome)
            if outcome.answer is not None and self._goes_on(following.get(entry.request.ask), group):
                continue
            yield from ((record, entry) for record in self._close(number, entry, outcome, group.counters))

    def _store_part(self, entry: Entry, outcome: Outcome) -> int:
        (number,) = self._db.execute("SELECT id FROM ask WHERE key = ?", (entry.request.ask,)).fetchone()
        if outcome.answer is not None:
            place = (entry.request.paging or NOTHING).get("n", 1)
            self._db.execute("INSERT OR REPLACE INTO part VALUES(?, ?, ?)", (number, place, outcome.answer))
        return int(number)

    def _goes_on(self, following: Candidate | None, group: Group) -> bool:
        """True when the answer goes on over another page; one that was there before ends it."""
        if following is None:
            return False
        if self._db.execute("SELECT 1 FROM seen WHERE fp = ?", (following.fp,)).fetchone() is None:
            return True
        group.new.remove(following)
        group.counters[f"note:paging {following.request.page} stopped: repeated page"] += 1
        return False

    def _close(self, number: int, entry: Entry, outcome: Outcome, counters: Counter[str]) -> list[int]:
        """A question is answered, or never will be; gives the records that have no other open."""
        whole = outcome.answer is not None
        counters[f"join:{'answered' if whole else 'failed'}:{entry.request.page}"] += 1
        self._db.execute("UPDATE ask SET state = ? WHERE id = ?", (_WHOLE if whole else _BROKEN, number))
        rows = self._db.execute(
            "UPDATE record SET open = open - 1 WHERE id IN (SELECT record FROM want WHERE ask = ?)"
            " RETURNING id, open",
            (number,),
        ).fetchall()
        return sorted(record for record, waits in rows if waits == 0)

    def _complete(self, record: int, request: Request, group: Group, *, asking: bool = True) -> str:
        """Make a record of what is known, or ask on; gives why it could not be made, "" when it could."""
        row = self._db.execute("SELECT joiner, state FROM record WHERE id = ?", (record,)).fetchone()
        name, state = row
        joiner = self._terms.joiners[name]
        step = joiner.advance(state, self._answers(record))
        while step.asks:
            if asking and self._ask(record, step.asks, group):
                return ""
            if not asking:
                rows = [(record, ask.place) for ask in step.asks]
                self._db.executemany("INSERT INTO want VALUES(?, ?, NULL)", rows)
            step = joiner.advance(state, self._answers(record))
        self._end(record, step, request, group)
        return step.fault

    def _answers(self, record: int) -> dict[int, Answered]:
        """Place → its answer, as far as it is there."""
        rows = self._db.execute(
            "SELECT place, ask, state FROM want LEFT JOIN ask ON ask.id = want.ask WHERE record = ?",
            (record,),
        ).fetchall()
        return {place: self._answered(ask, state) for place, ask, state in rows}

    def _answered(self, ask: int | None, state: int | None) -> Answered:
        if ask is None:
            return Answered(whole=False)
        rows = self._db.execute("SELECT value FROM part WHERE ask = ? ORDER BY number", (ask,))
        return Answered([value for (value,) in rows], state == _WHOLE)

    def _end(self, record: int, step: Step, request: Request, group: Group) -> None:
        if self._terms.files and (step.items or step.quarantined):
            step = _with_files(step, files_of(self._db, record))
        self._db.execute("DELETE FROM record WHERE id = ?", (record,))
        self._db.execute("DELETE FROM want WHERE record = ?", (record,))
        group.counters["joined:ended"] += 1
        for note, count in step.notes.items():
            group.counters[f"note:{note}"] += count
        if step.fault:
            group.counters["joined:lost"] += 1
        group.quarantined.extend(step.quarantined)
        if self._terms.tally is not None:
            self._terms.tally(group, step.items)
        if step.items:
            group.completed.append((request, step.items))
            group.items.extend(step.items)
            for item in step.items:
                group.counters[f"records:{item.kind}"] += 1

    def _cut(self, group: Group) -> None:
        """Keep no more records than are wanted; the run ends with this group when there are so many."""
        limit = self._terms.limit
        room = len(group.items) if limit is None else max(0, limit - self._records)
        for item in group.items[room:]:
            group.counters[f"records:{item.kind}"] -= 1
        if len(group.items) > room:
            kept = {id(item) for item in group.items[:room]}
            group.completed = [(request, _of(items, kept)) for request, items in group.completed]
            del group.items[room:]
        self._records += len(group.items)


def _with_files(step: Step, files: Sequence[StoredFile]) -> Step:
    """The step whose records say which files they name."""
    items = [replace(item, files=files) for item in step.items]
    return replace(step, items=items, quarantined=[replace(item, files=files) for item in step.quarantined])


def _of(items: Sequence[Item], kept: set[int]) -> list[Item]:
    return [item for item in items if id(item) in kept]


def _failed(outcome: Outcome, fault: str | None) -> Outcome:
    return outcome if fault is None else replace(outcome, verdict=Verdict.FAILED, reason=fault)
