"""One record for every entry of a list: the entry's fields beside those of the record it stood in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.fields import Compiled
from scrapekit.extract.fields.graph import cycle_in, order_of
from scrapekit.extract.fields.objects import ReadFields, compile_each, group_fields
from scrapekit.extract.reading import InvalidField, Reading
from scrapekit.extract.records.judging import Judge
from scrapekit.parts import Scope
from scrapekit.recipe.model import Explode, Field, ItemRule

Values: TypeAlias = dict[str, Any]
ReadMany: TypeAlias = Callable[[Scope, Reading], list[Values]]
"""Gives the records of one row, those that were invalid left out and dealt with."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """One ``explode``: the names its entries give, and the fields that are computed once they are there."""

    explode: Explode
    names: Sequence[str]
    is_object: bool
    then: ReadFields | None


def compile_exploded(draft: Draft, rule: ItemRule, joins: Mapping[str, Compiled], judge: Judge) -> ReadMany:
    """The rows' function. A field that uses what entries give is computed for each of them."""
    lifted = _lifted(rule)
    names = [*(name for each in lifted for name in each), *joins]
    compiled = _compile(draft, rule, names) | dict(joins)
    levels = _levels(draft, rule, compiled, lifted)
    first = _group(draft, rule, compiled, levels, 0)
    assert first is not None
    stages = [
        _Stage(explode, lifted[at], _gives_objects(rule, at), _group(draft, rule, compiled, levels, at + 1))
        for at, explode in enumerate(rule.explode)
    ]
    kept = [*rule.columns, *joins]

    def read_many(scope: Scope, reading: Reading) -> list[Values]:
        try:
            found = [first(scope, reading)]
        except InvalidField as error:
            judge(error, scope, reading)
            return []
        for stage in stages:
            found = [
                each for values in found for each in _expand(stage, values, scope, reading, rule.kind, judge)
            ]
        return [{name: values[name] for name in kept} for values in found]

    return read_many


def _gives_objects(rule: ItemRule, at: int) -> bool:
    return bool(_field_at(rule, at).fields)


def _field_at(rule: ItemRule, at: int) -> Field:
    """The field that the explode at that place takes apart."""
    return replace(rule, explode=rule.explode[:at]).columns[rule.explode[at].field]


def _lifted(rule: ItemRule) -> list[list[str]]:
    """The names that each explode gives its records."""
    found = []
    for at, explode in enumerate(rule.explode):
        field = _field_at(rule, at)
        found.append([explode.prefix + each.name for each in field.fields] or [explode.field])
    return found


def _compile(draft: Draft, rule: ItemRule, names: Sequence[str]) -> dict[str, Compiled]:
    """Each field; an entry that is invalid is no fault of the record it stands in, nor of another list."""
    taken = [_field_at(rule, at) for at in range(len(rule.explode))]
    held = frozenset(field.path for field in taken if not field.pipe and not field.type)
    known = [*names, *(field.name for field in rule.fields)]
    return compile_each(replace(draft, hold_invalid=held), rule.fields, known)


def _levels(
    draft: Draft, rule: ItemRule, compiled: Mapping[str, Compiled], lifted: Sequence[Sequence[str]]
) -> dict[str, int]:
    """How many explodes must have happened before each field can be read; circles become problems."""
    needs: dict[str, frozenset[str]] = {name: each.needs for name, each in compiled.items()}
    for explode, names in zip(rule.explode, lifted, strict=True):
        # A list of values and its entries share a name: whoever uses it means an entry.
        whole = f"{explode.field}[]" if list(names) == [explode.field] else explode.field
        if whole != explode.field:
            needs[whole] = needs.pop(explode.field, frozenset())
        needs |= dict.fromkeys(names, frozenset({whole}))
    needs = {name: frozenset(need & needs.keys()) for name, need in needs.items()}
    if cycle := cycle_in(needs):
        message = f"these fields need each other: {' → '.join(cycle)}"
        draft.problems.add(rule.mark, f"{rule.path}.fields", message)
        return dict.fromkeys(compiled, 0)
    levels: dict[str, int] = {}
    steps = {name: at + 1 for at, names in enumerate(lifted) for name in names}
    for name in order_of(needs):
        levels[name] = max([steps.get(name, 0), *(levels[need] for need in needs[name])])
    _check_order(draft, rule, levels)
    return {name: levels.get(f"{name}[]", levels[name]) for name in compiled}


def _check_order(draft: Draft, rule: ItemRule, levels: Mapping[str, int]) -> None:
    for at, explode in enumerate(rule.explode):
        if levels.get(f"{explode.field}[]", levels.get(explode.field, 0)) > at:
            message = f'"{explode.field}" is made of what a later explode gives'
            draft.problems.add(explode.mark, f"{rule.path}.explode", message, "change their order")
    for field in rule.fields:
        if field.previous and max(levels.get(field.name, 0), levels.get(field.previous.take, 0)):
            message = '"previous" is about rows, whose lists are not exploded yet'
            draft.problems.add(field.mark, field.previous.path, message)


def _group(
    draft: Draft, rule: ItemRule, compiled: Mapping[str, Compiled], levels: Mapping[str, int], level: int
) -> ReadFields | None:
    """The fields of that level as one function; None where there is none after the first."""
    names = [name for name in compiled if levels[name] == level]
    if level and not names:
        return None
    fields = [field for field in rule.fields if field.name in names]
    chosen = {name: compiled[name] for name in names}
    return group_fields(
        draft if level == 0 else replace(draft, trails=None), fields or rule.fields, chosen
    ).read


def _expand(
    stage: _Stage, values: Values, scope: Scope, reading: Reading, kind: str, judge: Judge
) -> Iterator[Values]:
    for entry in _entries(stage, values, reading, kind):
        if isinstance(entry, InvalidField):
            judge(entry, scope, reading)
            continue
        whole = values | _named(stage, entry)
        if stage.then is None:
            yield whole
            continue
        environment = reading.environment
        outer = environment["item"]
        environment["item"] = whole
        try:
            whole |= stage.then(scope, reading)
        except InvalidField as error:
            judge(error, scope, reading)
            continue
        finally:
            environment["item"] = outer
        yield whole


def _entries(stage: _Stage, values: Values, reading: Reading, kind: str) -> Sequence[Any]:
    explode = stage.explode
    found = values[explode.field]
    if found is None:
        if explode.keep_empty:
            return (None,)
        reading.note(f"{kind} left out: {explode.field} is empty")
        return ()
    return found if isinstance(found, list) else (found,)


def _named(stage: _Stage, entry: Any) -> Values:
    """What an entry gives, under the names of the record."""
    if not stage.is_object:
        return {stage.explode.field: entry}
    there = entry if isinstance(entry, dict) else {}
    cut = len(stage.explode.prefix)
    return {name: there.get(name[cut:]) for name in stage.names}
