"""One item rule to one function: rows to records, the invalid handled as the rule says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

from scrapekit.errors import PageError
from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.objects import compile_each, evidence_of, group_fields, has_any
from scrapekit.extract.fields.steps import compile_rows
from scrapekit.extract.fields.values import read_nothing
from scrapekit.extract.joins.many_pages import Joinery, compile_many_pages
from scrapekit.extract.joins.places import spans_pages
from scrapekit.extract.joins.staged_judging import compile_judges
from scrapekit.extract.reading import Find, Reading, blame
from scrapekit.extract.records.explode import ReadMany, compile_exploded
from scrapekit.extract.records.joined import compile_joins
from scrapekit.extract.records.judging import Quarantine, compile_judge, judged
from scrapekit.extract.records.keeping import Keep, compile_keeps, kept
from scrapekit.extract.records.ordering import Finish, compile_finish
from scrapekit.extract.records.spans import compile_spans, over_spans
from scrapekit.model import Item, Origin, Pending
from scrapekit.parts import Scope
from scrapekit.recipe.model import Field, ItemRule, Selector

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


def compile_records(
    draft: Draft, rule: ItemRule, columns: Sequence[str], key: str | None, joinery: Joinery | None = None
) -> ReadRecords | None:
    """The item rule as a function; None, and a problem, when its rows' selector does not compile.

    *columns* are the fields of all records of this kind; those that this rule lacks are null.
    *joinery* takes what records of several pages need beside.
    """
    joinery = joinery or Joinery(draft)
    find: Find = _root
    if rule.each is not None:
        rows = _compile_rows(draft, rule, rule.each)
        if rows is None:
            # Its fields may have mistakes of their own.
            _compile(replace(draft, in_rows=True, trails=[]), rule, columns, key, joinery)
            return None
        find, draft = rows
        draft = replace(draft, in_rows=True, trails=[])
    made, make = _compile(draft, rule, columns, key, joinery)
    if made.is_plain:
        return _rows(rule, find, made.read, make) if rule.each else _whole_page(rule, made.read, make)
    return _special(rule, find, made, make)


def _root(scope: Scope, reading: Reading) -> Sequence[Any]:
    return (scope,)


def _compile_rows(draft: Draft, rule: ItemRule, each: Selector) -> tuple[Find, Draft] | None:
    """How the rows are found, and the draft in which what stands in them is read."""
    rows = compile_rows(draft, each, f"{rule.path}.each")
    if rows is None:
        return None
    find, inside = _blaming(rows.find, rule, draft), rows.draft
    if rule.span is None:
        return find, inside
    spans = compile_spans(inside, rule, find)
    return spans and (spans, replace(inside, parser=over_spans(inside.parser)))


def _blaming(find_rows: Find, rule: ItemRule, draft: Draft) -> Find:
    path, part = f"{rule.path}.each", f"parser {draft.parser_name}"

    def find(scope: Scope, reading: Reading) -> Sequence[Any]:
        try:
            return find_rows(scope, reading)
        except (PageError, ValueError) as error:
            raise blame(path, part, error) from error

    return find


@dataclass(frozen=True, slots=True)
class _Records:
    """An item rule's compiled parts."""

    read: ReadRecord
    many: ReadMany | None
    finish: Finish | None
    quarantine: Quarantine | None

    @classmethod
    def compile(cls, draft: Draft, rule: ItemRule, columns: Sequence[str]) -> _Records:
        quarantine = Quarantine(draft, rule) if rule.on_invalid == "quarantine" else None
        judge = compile_judge(rule, quarantine)
        keeps = compile_keeps(draft, rule, columns, judge)
        draft = replace(draft, keep_invalid=rule.on_invalid == "keep")
        joins = compile_joins(draft, rule.joins, rule.kind)
        if rule.explode:
            many = _kept_many(compile_exploded(draft, rule, joins, judge), keeps)
            return cls(read_nothing, many, compile_finish(rule), quarantine)
        compiled = compile_each(draft, rule.fields, joins) | joins
        read: ReadRecord = group_fields(draft, rule.fields, compiled).read
        if _can_be_invalid(rule):
            read = judged(read, judge)
        return cls(kept(read, keeps) if keeps else read, None, compile_finish(rule), quarantine)

    @property
    def is_plain(self) -> bool:
        """True when a row gives one record, which no other record and no quarantine has to do with."""
        return self.many is None and self.finish is None and self.quarantine is None


def _compile(
    draft: Draft, rule: ItemRule, columns: Sequence[str], key: str | None, joinery: Joinery
) -> tuple[_Records, Make]:
    """The item rule's parts, and what is made of the fields of a record."""
    make = _maker(draft, rule, key)
    if not spans_pages(rule):
        return _Records.compile(draft, rule, columns), make
    quarantine = Quarantine(draft, rule) if rule.on_invalid == "quarantine" else None
    judges = compile_judges(draft, rule, columns, quarantine)
    read, begin = compile_many_pages(draft, rule, joinery, judges, make)
    return _Records(read, None, None, quarantine), begin


def _can_be_invalid(rule: ItemRule) -> bool:
    waiting = list(rule.fields)
    while waiting:
        field = waiting.pop()
        if field.required or field.type or field.contract:
            return True
        waiting += [*field.fields, *field.otherwise]
    return False


Make: TypeAlias = Callable[[dict[str, Any], Reading, int, float], "Item | Pending | None"]
"""Makes a record of a row's fields; None where it turned out that there is none, which has been noted."""


def _maker(
    draft: Draft, rule: ItemRule, key: str | None
) -> Callable[[dict[str, Any], Reading, int, float], Item]:
    kind = rule.kind

    def make(values: dict[str, Any], reading: Reading, row: int, now: float) -> Item:
        return Item(kind, values, Origin(reading.page.url, reading.page.request.page, row, now))

    def make_keyed(values: dict[str, Any], reading: Reading, row: int, now: float) -> Item:
        value = values[key or ""]
        if value is None:
            reading.note(f"{kind} without a key: {key} is empty")
        origin = Origin(reading.page.url, reading.page.request.page, row, now)
        return Item(kind, values, origin, None if value is None else str(value))

    return make_keyed if key else make


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


def _special(rule: ItemRule, find: Find, parts: _Records, make: Make) -> ReadRecords:
    """As `_rows`, where a row may give many records, or a record is not judged by itself."""
    finish, quarantine = parts.finish, parts.quarantine
    read_many = parts.many or _one(parts.read)
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


def _kept_many(read: ReadMany, keeps: Sequence[Keep]) -> ReadMany:
    def kept(scope: Scope, reading: Reading) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for values in read(scope, reading):
            record: dict[str, Any] | None = values
            for keep in keeps:
                record = record and keep(record, scope, reading)
            if record is not None:
                found.append(record)
        return found

    return kept
