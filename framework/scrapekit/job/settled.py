"""How requests ended, as the store keeps it: their verdicts, what is told of them, and the failures."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from time import time

from scrapekit.crawl.entries import Entry
from scrapekit.model import FAILURES, Outcome, Verdict
from scrapekit.report import Failure
from scrapekit.web.late import mask

_CODES: Mapping[Verdict, int] = {verdict: code for code, verdict in enumerate(Verdict, start=1)}
_NO_PAGE = FAILURES | {Verdict.ROBOTS, Verdict.OUT_OF_SCOPE, Verdict.DROPPED}


def settle(
    db: sqlite3.Connection,
    done: Sequence[tuple[Entry, Outcome]],
    duplicates: Collection[int],
    counters: Counter[str],
    number_of: Callable[[str], int],
) -> Counter[str]:
    """Note how requests ended; gives how many in each verdict, *counters* get them by page rule.

    *duplicates* are the ids of those that led to what is known; *number_of* gives a lane's number.
    """
    verdicts: Counter[str] = Counter()
    rows, marks, failures = [], [], []
    told: list[tuple[object, ...]] = []
    moment = int(time())
    for entry, outcome in done:
        verdict = Verdict.DUPLICATE if id(entry) in duplicates else outcome.verdict
        verdicts[verdict.value] += 1
        counters[f"page:{verdict.value}:{entry.request.page}"] += 1
        if verdict is Verdict.EMPTY:
            counters[f"empty:{entry.request.page}: {outcome.reason}"] += 1
        rows.append((number_of(entry.lane), entry.rank, entry.seq))
        marks.append((_CODES[verdict], entry.fp))
        if verdict not in _NO_PAGE:
            told.append(_told(entry, outcome, verdict, moment))
            continue
        # An answer of 429 costs no try, but somebody was asked, unless robots.txt forbade it.
        tries = entry.tries if verdict is Verdict.ROBOTS else max(1, entry.tries)
        request = entry.request
        failures.append((entry.seq, request.url, request.page, verdict, outcome.reason, tries))
        told.append((entry.seq, moment, None, None, verdict, tries, outcome.status, 0, 0, None))
    db.executemany("DELETE FROM queue WHERE lane = ? AND rank = ? AND seq = ?", rows)
    db.executemany("UPDATE seen SET verdict = ? WHERE fp = ?", marks)
    db.executemany("INSERT OR REPLACE INTO failure VALUES(?, ?, ?, ?, ?, ?)", failures)
    db.executemany("INSERT OR REPLACE INTO done VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", told)
    return verdicts


def _told(entry: Entry, outcome: Outcome, verdict: Verdict, moment: int) -> tuple[object, ...]:
    """What is kept of a request that ended well."""
    request, records = entry.request, len(outcome.items) + len(outcome.pending)
    facts = (entry.tries, outcome.status, records, len(outcome.requests), outcome.reason or None)
    return entry.seq, moment, request.url, request.page, verdict, *facts


def doubled(db: sqlite3.Connection, values: Sequence[tuple[str, int]]) -> Counter[str]:
    """How many values of each ``kind.field`` the job has seen before; all are seen from now on."""
    # Made when it is first wanted: few recipes say that a field is unique.
    db.execute(
        "CREATE TABLE IF NOT EXISTS value(name TEXT, digest INTEGER, PRIMARY KEY(name, digest)) WITHOUT ROWID"
    )
    found: Counter[str] = Counter()
    for name, digest in values:
        cursor = db.execute("INSERT OR IGNORE INTO value VALUES(?, ?)", (name, digest))
        if not cursor.rowcount:
            found[f"doubled:{name}"] += 1
    return found


def failures_in(db: sqlite3.Connection, limit: int) -> list[Failure]:
    """The first *limit* requests that gave no page; those that robots.txt forbids come last."""
    rows = db.execute(
        "SELECT url, page, verdict, reason, tries FROM failure ORDER BY verdict = 'robots', seq LIMIT ?",
        (limit,),
    )
    return [
        Failure(mask(url), page, verdict, mask(reason), tries) for url, page, verdict, reason, tries in rows
    ]
