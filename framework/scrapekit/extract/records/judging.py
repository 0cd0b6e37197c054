"""What becomes of a record with an invalid field: left out, counted; the page's end; or the quarantine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from scrapekit.errors import PageError, Problems
from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.objects import compile_each, group_fields
from scrapekit.extract.reading import InvalidField, PartFault, Reading
from scrapekit.model import Item, Origin
from scrapekit.node import shown
from scrapekit.parts import Scope
from scrapekit.recipe.model import Field, ItemRule

QUARANTINED = "(quarantined)"
"""The kind of the items that say which records were put into quarantine; no recipe can name one so."""

COLUMNS = ("url", "page", "kind", "row", "field", "reason", "values")
"""What such an item says: where the record was, which field is invalid and why, and what was read."""

Judge: TypeAlias = Callable[[InvalidField, Scope, Reading], None]
"""Deals with an invalid record; it is none from then on. Raises PartFault to fail the whole page."""

ReadRecord: TypeAlias = Callable[[Any, Reading], "dict[str, Any] | None"]
ReadRaw: TypeAlias = Callable[[Scope, Reading], Mapping[str, Any]]


def field_of(error: InvalidField) -> str:
    """The invalid field as people name it: without the way from the page rule to it."""
    # A field of a detail stands in another page rule.
    return error.path.partition(".fields.")[2].replace(".fields.", ".")


def judged(read: ReadRecord, judge: Judge) -> ReadRecord:
    """*read*, which gives None for a record with an invalid field, once that is dealt with."""

    def read_judged(scope: Scope, reading: Reading) -> dict[str, Any] | None:
        try:
            return read(scope, reading)
        except InvalidField as error:
            judge(error, scope, reading)
            return None

    return read_judged


def compile_judge(rule: ItemRule, quarantine: Quarantine | None) -> Judge:
    """What the item rule says about its invalid records."""

    def fail(error: InvalidField, scope: Scope, reading: Reading) -> None:
        cause = f": {shown(error.__cause__, 100)}" if error.__cause__ else ""
        raise PartFault(f"{error.path}: {field_of(error)} {error.fault}{cause}") from error

    def drop(error: InvalidField, scope: Scope, reading: Reading) -> None:
        reading.note(f"{rule.kind} dropped: {field_of(error)} {error.fault}")

    if quarantine is not None:
        return quarantine.take
    return fail if rule.on_invalid == "fail" else drop


class Quarantine:
    """Gathers a page's invalid records of one item rule, with their values as they were read."""

    def __init__(self, draft: Draft, rule: ItemRule) -> None:
        self._rule = rule
        self._read_raw = _compile_raw(draft, rule)
        self._key, self._row = object(), object()

    def next_row(self, reading: Reading) -> None:
        """A row begins; without rows the page is row 0."""
        reading.memo[self._row] = reading.memo.get(self._row, -1) + 1

    def take(self, error: InvalidField, scope: Scope, reading: Reading) -> None:
        """Keep what there is of an invalid record."""
        rule, page = self._rule, reading.page
        name, row = field_of(error), reading.memo.get(self._row, 0)
        reading.note(f"{rule.kind} quarantined: {name} {error.fault}")
        values = self._read_raw(scope, reading)
        told = (page.url, page.request.page, rule.kind, row, name, error.fault, values)
        origin = Origin(page.url, page.request.page, row)
        item = Item(QUARANTINED, dict(zip(COLUMNS, told, strict=True)), origin)
        reading.memo.setdefault(self._key, []).append(item)

    def gathered(self, reading: Reading, now: float) -> list[Item]:
        """All that was taken on this page, which arrived at that Unix time."""
        found: list[Item] = reading.memo.pop(self._key, [])
        return [replace(item, origin=replace(item.origin, time=now)) for item in found]


def _compile_raw(draft: Draft, rule: ItemRule) -> ReadRaw:
    """The fields as the page says them: after their pipes, before type and contract."""
    fields = [_bare(field) for field in rule.fields if _is_here(field)]
    names = [*rule.columns, *(join.name for join in rule.joins), *(field.name for field in rule.fields)]
    # Its mistakes are those of the fields themselves, which are told already.
    scratch = replace(draft, problems=Problems(), trails=None, keep_invalid=True)
    read = group_fields(scratch, fields, compile_each(scratch, fields, names)).read

    def read_raw(scope: Scope, reading: Reading) -> Mapping[str, Any]:
        noted = dict(reading.notes)
        try:
            return read(scope, reading)
        except (PageError, InvalidField):
            return {}
        finally:
            # Each remark was made when the record was read first.
            reading.notes.clear()
            reading.notes.update(noted)

    return read_raw


def _is_here(field: Field) -> bool:
    """Whether it can be read from the row alone: no record before, no other page."""
    return field.previous is None and field.at is None and all(map(_is_here, field.otherwise))


def _bare(field: Field) -> Field:
    return replace(
        field,
        type=None,
        type_options=None,
        required=False,
        contract=None,
        fields=tuple(_bare(each) for each in field.fields if _is_here(each)),
        otherwise=tuple(map(_bare, field.otherwise)),
    )
