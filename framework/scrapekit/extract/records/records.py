"""One item rule to one function: rows to records, the invalid handled as the rule says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from scrapekit.errors import PageError
from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.objects import compile_each, group_fields
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
from scrapekit.extract.records.ordering import compile_finish
from scrapekit.extract.records.page_records import (
    Make,
    ReadRecord,
    ReadRecords,
    RecordReads,
    compile_page_records,
)
from scrapekit.extract.records.spans import compile_spans, over_spans
from scrapekit.model import Item, Origin
from scrapekit.parts import Scope
from scrapekit.recipe.model import ItemRule, Selector


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
    return compile_page_records(rule, find, *_compile(draft, rule, columns, key, joinery))


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


def _compile_reads(draft: Draft, rule: ItemRule, columns: Sequence[str]) -> RecordReads:
    quarantine = Quarantine(draft, rule) if rule.on_invalid == "quarantine" else None
    judge = compile_judge(rule, quarantine)
    keeps = compile_keeps(draft, rule, columns, judge)
    draft = replace(draft, keep_invalid=rule.on_invalid == "keep")
    joins = compile_joins(draft, rule.joins, rule.kind)
    if rule.explode:
        many = _kept_many(compile_exploded(draft, rule, joins, judge), keeps)
        return RecordReads(read_nothing, many, compile_finish(rule), quarantine)
    compiled = compile_each(draft, rule.fields, joins) | joins
    read: ReadRecord = group_fields(draft, rule.fields, compiled).read
    if _can_be_invalid(rule):
        read = judged(read, judge)
    return RecordReads(kept(read, keeps) if keeps else read, None, compile_finish(rule), quarantine)


def _compile(
    draft: Draft, rule: ItemRule, columns: Sequence[str], key: str | None, joinery: Joinery
) -> tuple[RecordReads, Make]:
    """How the item rule's rows are read, and what is made of the fields of a record."""
    make = _maker(draft, rule, key)
    if not spans_pages(rule):
        return _compile_reads(draft, rule, columns), make
    quarantine = Quarantine(draft, rule) if rule.on_invalid == "quarantine" else None
    judges = compile_judges(draft, rule, columns, quarantine)
    read, begin = compile_many_pages(draft, rule, joinery, judges, make)
    return RecordReads(read, quarantine=quarantine), begin


def _can_be_invalid(rule: ItemRule) -> bool:
    waiting = list(rule.fields)
    while waiting:
        field = waiting.pop()
        if field.required or field.type or field.contract:
            return True
        waiting += [*field.fields, *field.otherwise]
    return False


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
