"""What a record must pass once its fields are read: unlike the others, ``where``, the columns of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.contracts import compile_unique
from scrapekit.extract.reading import InvalidField, Reading
from scrapekit.extract.records.judging import Judge
from scrapekit.extract.texts import compile_condition, compile_holds
from scrapekit.node import ScalarNode
from scrapekit.parts import Scope
from scrapekit.recipe.model import ItemRule
from scrapekit.request import NOTHING

Values: TypeAlias = dict[str, Any]
Keep: TypeAlias = Callable[[Values, Scope, Reading], Values | None]
"""Gives the record as it goes on; None when it is none any more, which has been noted."""


Read: TypeAlias = Callable[[Any, Reading], "Values | None"]


def compile_keeps(draft: Draft, rule: ItemRule, columns: Iterable[str], judge: Judge) -> Sequence[Keep]:
    """Everything asked of a record, in order; empty where nothing is.

    *columns* are the fields of all records of this kind; those that this rule lacks are null.
    """
    names, joined = list(rule.columns), [join.name for join in rule.joins]
    keeps: list[Keep] = []
    if (unlike := _compile_unlike(rule, judge)) is not None:
        keeps.append(unlike)
    if rule.where is not None:
        keeps.append(_where(draft.with_items([*names, *joined]), rule, rule.where))
    blank = dict.fromkeys(name for name in columns if name not in names)
    if joined:
        keeps.append(lambda values, _, __: {name: values[name] for name in names})
    if blank:
        keeps.append(lambda values, _, __: {**values, **blank})
    return keeps


def kept(read: Read, keeps: Sequence[Keep]) -> Read:
    """*read*, whose record goes through all of *keeps*."""

    def read_kept(scope: Scope, reading: Reading) -> Values | None:
        values = read(scope, reading)
        for keep in keeps:
            if values is None:
                return None
            values = keep(values, scope, reading)
        return values

    return read_kept


def _compile_unlike(rule: ItemRule, judge: Judge) -> Keep | None:
    check = compile_unique(list(rule.columns.items()))
    if check is None:
        return None
    nulls = rule.on_invalid == "keep"
    names = {field.path: name for name, field in rule.columns.items()}

    def unlike(values: Values, scope: Scope, reading: Reading) -> Values | None:
        while True:
            try:
                check(values, reading)
            except InvalidField as error:
                if not nulls:
                    judge(error, scope, reading)
                    return None
                reading.note(f"field null: {error}")
                values = {**values, names[error.path]: None}
            else:
                return values

    return unlike


def _where(draft: Draft, rule: ItemRule, condition: ScalarNode) -> Keep:
    path, remark = f"{rule.path}.where", f"{rule.kind} left out by where"
    holds = compile_holds(compile_condition(draft, condition, path, bare="item"), path)

    def where(values: Values, _: Scope, reading: Reading) -> Values | None:
        reading.environment["item"] = values
        kept = holds(reading)
        reading.environment["item"] = NOTHING
        if kept:
            return values
        reading.note(remark)
        return None

    return where
