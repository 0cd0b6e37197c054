"""Filters that compute with the recipe's own expressions: a template filled in, a formula worked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from scrapekit import ExpressionError, Options, compile_expression, compile_template
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._numerals import decimal_of
from scrapekit_filters._words import described, shown

# Names alone are read as its attributes, so that `{{ price }}` is a key of an object.
_ROOT = "value"
_ELSEWHERE = frozenset({"item", "parent", "page", "inputs", "vars", "each"})
_HINT = "a filter sees its value only: write value, or a key of it when it is an object"


@declare(
    "any",
    "any",
    short="text",
    options={"text": "the text, in which `{{ value }}`, or any expression with it, is put in"},
    example=[
        ("'https://shop.example/tea/{{ value }}.jpg'", "17", "https://shop.example/tea/17.jpg"),
        ("'{{ price }} {{ currency }}'", {"price": 5, "currency": "EUR"}, "5 EUR"),
        ("'{{ value + 1 }}'", 41, 42),
    ],
)
def template(options: Options) -> Function:
    """Puts the value, or the keys of an object, into a text; a placeholder alone keeps its type."""
    node = options.scalar("text") if options.require("text") else None
    if node is None:
        return _nothing
    try:
        found = compile_template(str(node.value), {_ROOT: None}, bare=_ROOT, at=node.at)
    except ExpressionError as error:
        options.problems.add(node.at(error.offset, error.width), options.at("text"), str(error), error.hint)
        return _nothing
    return _evaluated(options, "text", found.run, found.uses)


@declare(
    "any",
    "number",
    short="formula",
    options={"formula": "an expression with value, or with the keys of an object"},
    example=[
        ("value * 1.19", Decimal("10.00"), Decimal("11.9000")),
        ("(value - 32) / 1.8", 212, 100.0),
        ("price / amount", {"price": 6, "amount": 4}, 1.5),
        ("1 / value", 0, None),
    ],
)
def calc(options: Options) -> Function:
    """Works a formula out; empty where it has no result, as for a division by nothing."""
    node = options.scalar("formula") if options.require("formula") else None
    if node is None:
        return _nothing
    try:
        found = compile_expression(str(node.value), {_ROOT: None}, bare=_ROOT, at=node.at)
    except ExpressionError as error:
        place = node.at(error.offset, error.width)
        options.problems.add(place, options.at("formula"), str(error), error.hint)
        return _nothing
    run = _evaluated(options, "formula", found.run, found.uses)

    def reckon(value: Any) -> Any:
        result = run(value)
        return None if result is None else _number(result)

    return reckon


def _nothing(value: Any) -> None:
    """What stands in for a filter whose options were wrong; the recipe never runs."""


def _number(result: Any) -> int | float | Decimal:
    if isinstance(result, bool) or not isinstance(result, int | float | Decimal):
        raise ValueError(f"the formula gives no number but {described(result)}")
    decimal_of(result)
    return result


def _evaluated(
    options: Options,
    key: str,
    run: Callable[[Mapping[str, Mapping[str, Any]]], Any],
    uses: frozenset[tuple[str, str]],
) -> Function:
    """The function of a value: the value by its name, the keys of an object by theirs."""
    for _, name in sorted(uses):
        if name in _ELSEWHERE:
            options.problem(key, f"unknown name {shown(name)}", _HINT)

    def work_out(value: Any) -> Any:
        names = {**value, "value": value} if isinstance(value, dict) else {"value": value}
        try:
            return run({_ROOT: names})
        except RecursionError as error:
            raise ValueError(f"{described(value)} is nested too deeply") from error

    return work_out
