"""One item rule to one function: rows to records, the invalid handled as the rule says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from scrapekit.errors import PageError
from scrapekit.extract.draft import Draft
from scrapekit.extract.objects import Evidence, compile_fields, evidence_of, has_any
from scrapekit.extract.reading import Find, InvalidField, PartFault, Reading, blame
from scrapekit.extract.steps import compile_rows
from scrapekit.extract.texts import compile_condition, compile_holds
from scrapekit.model import NOTHING, Item, Origin
from scrapekit.node import ScalarNode, shown
from scrapekit.parts import Scope
from scrapekit.recipe.model import ItemRule

ReadRecord: TypeAlias = Callable[[Scope, Reading], dict[str, Any] | None]
"""Gives one record's fields; None when there is none, which has been noted."""


@dataclass(frozen=True, slots=True)
class Records:
    """What an item rule found on a page: so many rows, these records of them, why there is none."""

    items: Sequence[Item]
    rows: int
    reason: str = ""


ReadRecords: TypeAlias = Callable[[Reading, float], Records]
"""Gives the records of a page, which arrived at that Unix time."""


def compile_records(
    draft: Draft, rule: ItemRule, columns: Sequence[str], key: str | None
) -> ReadRecords | None:
    """The item rule as a function; None, and a problem, when its rows' selector does not compile.

    *columns* are the fields of all records of this kind; those that this rule lacks are null.
    """
    evidence = evidence_of(rule.fields)
    make = _maker(draft, rule, key)
    if rule.each is None:
        return _whole_page(rule, _compile_record(draft, rule, columns), make, evidence)
    rows = compile_rows(draft, rule.each, f"{rule.path}.each")
    read = _compile_record(rows.draft if rows else draft, rule, columns)
    return None if rows is None else _rows(rule, _blaming(rows.find, rule, draft), read, make)


def _blaming(find_rows: Find, rule: ItemRule, draft: Draft) -> Find:
    path, part = f"{rule.path}.each", f"parser {draft.parser_name}"

    def find(scope: Scope, reading: Reading) -> Sequence[Any]:
        try:
            return find_rows(scope, reading)
        except (PageError, ValueError) as error:
            raise blame(path, part, error) from error

    return find


def _compile_record(draft: Draft, rule: ItemRule, columns: Sequence[str]) -> ReadRecord:
    names = [field.name for field in rule.fields]
    read_fields = compile_fields(replace(draft, keep_invalid=rule.on_invalid == "keep"), rule.fields).read
    read: ReadRecord = _judged(read_fields, rule) if _can_be_invalid(rule) else read_fields
    if rule.where is not None:
        read = _where(read, draft.with_items(names), rule, rule.where)
    blank = dict.fromkeys(name for name in columns if name not in names)
    return _filled(read, blank) if blank else read


def _can_be_invalid(rule: ItemRule) -> bool:
    waiting = list(rule.fields)
    while waiting:
        field = waiting.pop()
        if field.required or field.type:
            return True
        waiting += [*field.fields, *field.otherwise]
    return False


def _judged(read: ReadRecord, rule: ItemRule) -> ReadRecord:
    def judged(scope: Scope, reading: Reading) -> dict[str, Any] | None:
        try:
            return read(scope, reading)
        except InvalidField as error:
            short = error.path.removeprefix(f"{rule.path}.fields.").replace(".fields.", ".")
            if rule.on_invalid == "fail":
                cause = f": {shown(error.__cause__, 100)}" if error.__cause__ else ""
                raise PartFault(f"{error.path}: {short} {error.fault}{cause}") from error
            reading.note(f"{rule.kind} dropped: {short} {error.fault}")
            return None

    return judged


def _where(read: ReadRecord, draft: Draft, rule: ItemRule, condition: ScalarNode) -> ReadRecord:
    path, remark = f"{rule.path}.where", f"{rule.kind} left out by where"
    holds = compile_holds(compile_condition(draft, condition, path, bare="item"), path)

    def where(scope: Scope, reading: Reading) -> dict[str, Any] | None:
        values = read(scope, reading)
        if values is None:
            return None
        reading.environment["item"] = values
        kept = holds(reading)
        reading.environment["item"] = NOTHING
        if kept:
            return values
        reading.note(remark)
        return None

    return where


def _filled(read: ReadRecord, blank: dict[str, None]) -> ReadRecord:
    def filled(scope: Scope, reading: Reading) -> dict[str, Any] | None:
        values = read(scope, reading)
        return None if values is None else {**values, **blank}

    return filled


Make: TypeAlias = Callable[[dict[str, Any], Reading, int, float], Item]


def _maker(draft: Draft, rule: ItemRule, key: str | None) -> Make:
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


def _whole_page(rule: ItemRule, read: ReadRecord, make: Make, evidence: Evidence) -> ReadRecords:
    empty = f"no {rule.kind}: every field is empty"

    def read_records(reading: Reading, now: float) -> Records:
        values = read(reading.document.root, reading)
        if values is None:
            return Records((), 0, f"its only {rule.kind} was dropped or left out")
        if not has_any(values, evidence):
            reading.note(empty)
            return Records((), 0, empty)
        return Records((make(values, reading, 0, now),), 1)

    return read_records


def _rows(rule: ItemRule, find: Find, read: ReadRecord, make: Make) -> ReadRecords:
    assert rule.each is not None
    none = f"no rows match {rule.each.source}"
    limit = rule.limit

    def read_records(reading: Reading, now: float) -> Records:
        rows = find(reading.document.root, reading)
        items: list[Item] = []
        for row, scope in enumerate(rows):
            if len(items) == limit:
                break
            values = read(scope, reading)
            if values is not None:
                items.append(make(values, reading, row, now))
        if items:
            return Records(items, len(rows))
        return Records((), len(rows), none if not rows else f"every {rule.kind} was dropped or left out")

    return read_records
