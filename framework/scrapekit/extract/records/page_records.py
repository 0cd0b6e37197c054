"""The records of a page, once each row can be read: one of the whole page, one a row, or many a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

from scrapekit.extract.fields.objects import evidence_of, has_any
from scrapekit.extract.reading import Find, Reading
from scrapekit.extract.records.explode import ReadMany
from scrapekit.extract.records.judging import Quarantine
from scrapekit.extract.records.ordering import Finish
from scrapekit.model import Item, Pending
from scrapekit.parts import Scope
from scrapekit.recipe.model import Field, ItemRule

ReadRecord: TypeAlias = Callable[[Scope, Reading], dict[str, Any] | None]
"""Gives one record's fields; None when there is none, which has been noted."""


@dataclass(frozen=True, slots=True)
class Records:
    """What an item rule found on a page: so many rows, these records of them, why there is none."""

    items: Sequence[Item | Pending]
    rows: int
    reason: str = ""
    quarantined: Sequence[Item] = ()
    """What was put into quarantine, each telling where a record was and why it is none."""


ReadRecords: TypeAlias = Callable[[Reading, float], Records]
"""Gives the records of a page, which arrived at that Unix time."""


Make: TypeAlias = Callable[[dict[str, Any], Reading, int, float], "Item | Pending | None"]
"""Makes a record of a row's fields; None where it turned out that there is none, which has been noted."""


@dataclass(frozen=True, slots=True)
class RecordReads:
    """How an item rule reads its rows, and what it does once the page has no more of them."""

    read: ReadRecord
    many: ReadMany | None = None
    """Reads a row that gives many records."""
    finish: Finish | None = None
    quarantine: Quarantine | None = None

    @property
    def is_plain(self) -> bool:
        """True when a row gives one record, which no other record and no quarantine has to do with."""
        return self.many is None and self.finish is None and self.quarantine is None


def compile_page_records(rule: ItemRule, find: Find, reads: RecordReads, make: Make) -> ReadRecords:
    """All records of a page: *find* finds its rows, *make* makes a record of what was read in one."""
    if not reads.is_plain:
        return _special(rule, find, reads, make)
    return _rows(rule, find, reads.read, make) if rule.each else _whole_page(rule, reads.read, make)


def _whole_page(rule: ItemRule, read: ReadRecord, make: Make) -> ReadRecords:
    empty, evidence = f"no {rule.kind}: every field is empty", evidence_of(_here(rule.fields))

    def read_records(reading: Reading, now: float) -> Records:
        values = read(reading.document.root, reading)
        if values is None:
            return Records((), 0, f"its only {rule.kind} was dropped or left out")
        if not has_any(values, evidence):
            reading.note(empty)
            return Records((), 0, empty)
        made = make(values, reading, 0, now)
        if made is None:
            return Records((), 0, f"its only {rule.kind} was dropped or left out")
        return Records((made,), 1)

    return read_records


def _rows(rule: ItemRule, find: Find, read: ReadRecord, make: Make) -> ReadRecords:
    limit = rule.limit

    def read_records(reading: Reading, now: float) -> Records:
        rows = find(reading.document.root, reading)
        items: list[Item | Pending] = []
        for row, scope in enumerate(rows):
            if len(items) == limit:
                break
            values = read(scope, reading)
            if values is not None and (made := make(values, reading, row, now)) is not None:
                items.append(made)
        return Records(items, len(rows)) if items else _no_records(rule, len(rows))

    return read_records


def _here(fields: Iterable[Field]) -> list[Field]:
    """The fields that are read on the record's own page: they show whether a record is there."""
    return [field for field in fields if field.at is None]


def _no_records(rule: ItemRule, rows: int) -> Records:
    if not rows and rule.each is not None:
        return Records((), 0, f"no rows match {rule.each.source}")
    return Records((), rows, f"every {rule.kind} was dropped or left out")


def _special(rule: ItemRule, find: Find, reads: RecordReads, make: Make) -> ReadRecords:
    """As `_rows`, where a row may give many records, or a record is not judged by itself."""
    finish, quarantine = reads.finish, reads.quarantine
    read_many = reads.many or _one(reads.read)
    # A page is a record only if it says something; a row is there anyway.
    evidence = () if rule.each else evidence_of(_here(rule.columns.values()))
    limit = rule.limit if finish is None else None

    def read_records(reading: Reading, now: float) -> Records:
        rows = find(reading.document.root, reading)
        items: list[Item | Pending] = []
        for row, scope in enumerate(rows):
            if quarantine is not None:
                quarantine.next_row(reading)
            found = [values for values in read_many(scope, reading) if has_any(values, evidence)]
            made = [make(values, reading, row, now) for values in found]
            items += [each for each in made if each is not None]
            if limit is not None and len(items) >= limit:
                break
        items = items[:limit] if finish is None else [*finish(cast(list[Item], items), reading)]
        records = Records(items, len(rows)) if items else _no_records(rule, len(rows))
        if quarantine is not None and (taken := quarantine.gathered(reading, now)):
            return replace(records, quarantined=taken)
        return records

    return read_records


def _one(read: ReadRecord) -> ReadMany:
    def read_many(scope: Scope, reading: Reading) -> list[dict[str, Any]]:
        values = read(scope, reading)
        return [] if values is None else [values]

    return read_many
