"""Conditions → functions that say whether they hold for a value (RFC 9535 2.3.5)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from scrapekit import Regex
from scrapekit_json.functions import NOTHING, NUMBERS, equal, length, less, only, pattern_of
from scrapekit_json.tree import (
    Call,
    Comparison,
    Condition,
    Either,
    Every,
    Exists,
    Finds,
    Literal,
    Not,
    Operand,
    Query,
    Segment,
    Sign,
)

Holds: TypeAlias = Callable[[Any, Any], bool]
"""Whether a condition holds for a value (``@``), in the whole (``$``)."""

Get: TypeAlias = Callable[[Any, Any], Any]
"""The value of an operand for a value and the whole; NOTHING where it has none."""

Follow: TypeAlias = Callable[[Sequence[Segment]], Callable[[Any, Any], list[Any]]]
"""Makes of segments a function from a value, and the whole, to what they select."""

_SIDES: dict[Sign, Sign] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ORDERS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_condition(condition: Condition, follow: Follow) -> Holds:
    """The condition as a function; *follow* compiles the paths in it."""
    match condition:
        case Comparison(left, sign, right):
            return _comparison(left, sign, right, follow)
        case Exists(query):
            return _exists(query, follow)
        case Finds(value, pattern):
            return _with_pattern(_get(value, follow), pattern, "search")
        case Call(name, (value, written), pattern):
            get = _get(value, follow)
            if pattern is not None:
                return _with_pattern(get, pattern, name)
            return _with_any_pattern(get, _get(written, follow), name)
        case Not(inner):
            return _opposite(compile_condition(inner, follow))
        case Every(conditions):
            return _every([compile_condition(each, follow) for each in conditions])
        case Either(conditions):
            return _either([compile_condition(each, follow) for each in conditions])
    raise TypeError(condition)


def _opposite(holds: Holds) -> Holds:
    return lambda node, root: not holds(node, root)


def _every(conditions: Sequence[Holds]) -> Holds:
    if len(conditions) == 2:
        one, other = conditions
        return lambda node, root: one(node, root) and other(node, root)
    return lambda node, root: all(holds(node, root) for holds in conditions)


def _either(conditions: Sequence[Holds]) -> Holds:
    if len(conditions) == 2:
        one, other = conditions
        return lambda node, root: one(node, root) or other(node, root)
    return lambda node, root: any(holds(node, root) for holds in conditions)


def _exists(query: Query, follow: Follow) -> Holds:
    if query.keys is None:
        nodes = _nodes(query, follow)
        return lambda node, root: bool(nodes(node, root))
    get = _at(query.keys, absolute=query.absolute)
    return lambda node, root: get(node, root) is not NOTHING


def _with_pattern(get: Get, pattern: Regex, name: str) -> Holds:
    test = pattern.fullmatch if name == "match" else pattern.search

    def holds(node: Any, root: Any) -> bool:
        text = get(node, root)
        return type(text) is str and test(text) is not None

    return holds


def _with_any_pattern(get: Get, get_pattern: Get, name: str) -> Holds:
    def holds(node: Any, root: Any) -> bool:
        text, pattern = get(node, root), get_pattern(node, root)
        if type(text) is not str or type(pattern) is not str:
            return False
        known = pattern_of(pattern)
        return known is not None and (known.fullmatch if name == "match" else known.search)(text) is not None

    return holds


def _comparison(left: Operand, sign: Sign, right: Operand, follow: Follow) -> Holds:
    if isinstance(left, Literal):
        left, sign, right = right, _SIDES[sign], left
    get = _get(left, follow)
    if isinstance(right, Literal):
        return _with_literal(get, sign, right.value)
    get_other = _get(right, follow)
    match sign:
        case "==":
            return lambda node, root: equal(get(node, root), get_other(node, root))
        case "!=":
            return lambda node, root: not equal(get(node, root), get_other(node, root))
        case ">" | ">=":
            return _ordered(get_other, get, or_equal=sign == ">=")
    return _ordered(get, get_other, or_equal=sign == "<=")


def _ordered(get_small: Get, get_large: Get, *, or_equal: bool) -> Holds:
    def holds(node: Any, root: Any) -> bool:
        small, large = get_small(node, root), get_large(node, root)
        return less(small, large) or (or_equal and equal(small, large))

    return holds


def _with_literal(get: Get, sign: Sign, known: Any) -> Holds:
    """The comparisons most conditions are made of, each in as few steps as it takes."""
    if sign == "!=":
        return _opposite(_with_literal(get, "==", known))
    if known is None or known is True or known is False:
        # Neither comes before or after anything.
        return (lambda node, root: False) if sign in "<>" else (lambda node, root: get(node, root) is known)
    if sign == "==":
        return _is_text(get, known) if isinstance(known, str) else _is_number(get, known)
    order = _ORDERS[sign]
    kinds = {str} if isinstance(known, str) else NUMBERS

    def holds(node: Any, root: Any) -> bool:
        value = get(node, root)
        return type(value) in kinds and order(value, known)

    return holds


def _is_text(get: Get, known: str) -> Holds:
    return lambda node, root: get(node, root) == known


def _is_number(get: Get, known: float) -> Holds:
    def holds(node: Any, root: Any) -> bool:
        value = get(node, root)
        return value == known and value is not True and value is not False

    return holds


def _get(operand: Operand, follow: Follow) -> Get:
    match operand:
        case Literal(value):
            return lambda node, root: value
        case Query(_, absolute):
            # The reader has refused every other path where one value is needed.
            return _at(operand.keys or (), absolute=absolute)
        case Call("length", (argument,)):
            get = _get(argument, follow)
            return lambda node, root: length(get(node, root))
        case Call("count", (Query() as query,)):
            nodes = _nodes(query, follow)
            return lambda node, root: len(nodes(node, root))
        case Call("value", (Query() as query,)):
            nodes = _nodes(query, follow)
            return lambda node, root: only(nodes(node, root))
    raise TypeError(operand)


def _nodes(query: Query, follow: Follow) -> Callable[[Any, Any], list[Any]]:
    found = follow(query.segments)
    return (lambda node, root: found(root, root)) if query.absolute else found


def _at(keys: Sequence[str | int], *, absolute: bool) -> Get:
    """The value that names and indices lead to."""
    if len(keys) == 1 and isinstance(keys[0], str) and not absolute:
        return _member(keys[0])

    def get(node: Any, root: Any) -> Any:
        value = root if absolute else node
        for key in keys:
            if isinstance(key, str):
                if type(value) is not dict or key not in value:
                    return NOTHING
            elif type(value) is not list or not -len(value) <= key < len(value):
                return NOTHING
            value = value[key]
        return value

    return get


def _member(name: str) -> Get:
    return lambda node, root: node.get(name, NOTHING) if type(node) is dict else NOTHING
