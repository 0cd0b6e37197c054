"""How a record of several pages is judged: by its own page as far as that goes, the rest when it is whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from scrapekit.extract.draft import Draft
from scrapekit.extract.joins.many_pages import Judges, Read
from scrapekit.extract.joins.stages import unheard
from scrapekit.extract.reading import InvalidField, Reading
from scrapekit.extract.records.judging import (
    COLUMNS,
    QUARANTINED,
    Judge,
    Quarantine,
    compile_judge,
    field_of,
    judged,
)
from scrapekit.extract.records.keeping import compile_keeps, kept
from scrapekit.extract.texts import compile_condition
from scrapekit.mark import Mark
from scrapekit.model import Item, Origin
from scrapekit.parts import Scope
from scrapekit.recipe.model import ItemRule


def compile_judges(
    draft: Draft, rule: ItemRule, columns: Sequence[str], quarantine: Quarantine | None
) -> Judges:
    """Both times a record is judged; what compares records of a page is a problem: they come singly."""
    for mark, path, message, hint in _refused(rule):
        draft.problems.add(mark, path, message, hint)
    judge = compile_judge(rule, quarantine)
    last_judge = judge if quarantine is None else _into_quarantine(rule)

    def first(read: Read, own: Collection[str]) -> Read:
        fields = tuple(field for field in rule.fields if field.name in own)
        where = rule.where if _is_said_by(draft, rule, own) else None
        keeps = compile_keeps(draft, replace(rule, fields=fields, where=where), (), judge)
        return kept(judged(read, judge), keeps)

    def last(read: Read, own: Collection[str]) -> Read:
        where = None if _is_said_by(draft, rule, own) else rule.where
        fields = tuple(replace(field, contract=None) for field in rule.fields)
        keeps = compile_keeps(draft, replace(rule, fields=fields, where=where), columns, last_judge)
        return kept(judged(read, last_judge), keeps)

    return Judges(first, last)


def _is_said_by(draft: Draft, rule: ItemRule, own: Collection[str]) -> bool:
    """True when ``where`` asks for nothing but these fields."""
    if rule.where is None:
        return True
    inside = draft.with_items([field.name for field in rule.fields])
    condition = compile_condition(unheard(inside), rule.where, "", bare="item")
    return all(name in own for root, name in condition.uses if root == "item")


def _into_quarantine(rule: ItemRule) -> Judge:
    """A record that is found invalid when it is whole, with the fields that were made of it."""

    def take(error: InvalidField, scope: Scope, reading: Reading) -> None:
        reading.note(f"{rule.kind} quarantined: {field_of(error)} {error.fault}")
        page, row, time = reading.page, scope.own["row"], scope.own["time"]
        url, name = page.url, page.request.page
        told = (url, name, rule.kind, row, field_of(error), error.fault, dict(scope.values))
        fields = dict(zip(COLUMNS, told, strict=True))
        scope.quarantined.append(Item(QUARANTINED, fields, Origin(url, name, row, time)))

    return take


def _refused(rule: ItemRule) -> Iterator[tuple[Mark, str, str, str]]:
    """What has to do with the other records of the page."""
    why = "a record of several pages is complete when its last page is there, one after the other"
    for key, there in (
        ("explode", rule.explode),
        ("join", rule.joins),
        ("sort", rule.sort),
        ("unique", rule.unique),
    ):
        if there:
            yield (
                rule.mark,
                f"{rule.path}.{key}",
                f'"{key}" cannot stand beside at, detail, pages and download',
                why,
            )
    for field in rule.fields:
        if field.previous is not None:
            message = '"previous" cannot stand beside at, detail, pages and download'
            yield field.mark, field.path, message, why
