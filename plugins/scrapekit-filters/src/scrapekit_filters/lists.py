"""Filters that work on a whole list: choose from it, tidy it, join it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from scrapekit import Options
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._keys import BY, is_empty, read_key
from scrapekit_filters._words import as_text, bounded, described


@declare(
    "list",
    "text",
    short="by",
    options={"by": "what to put between the values; a space by default"},
    example=[('", "', ["tea", "milk"], "tea, milk"), ('"-"', [1, None, 2], "1-2")],
)
def join(options: Options) -> Function:
    """Joins a list into one text; empty values are left out."""
    by = options.text("by", " ")

    def put(values: list[Any]) -> str:
        bounded(len(values) * len(by))
        return by.join([as_text(value) for value in values if not is_empty(value)])

    return put


@declare("list", "any", example=[(None, [None, "tea", "milk"], "tea"), (None, [0, 1], 0)])
def first(options: Options) -> Function:
    """Takes the first value that is not empty."""
    return lambda values: next((value for value in values if not is_empty(value)), None)


@declare("list", "any", example=[(None, ["tea", "milk", ""], "milk")])
def last(options: Options) -> Function:
    """Takes the last value that is not empty."""
    return lambda values: next((value for value in reversed(values) if not is_empty(value)), None)


@declare(
    "list",
    "any",
    short="index",
    options={"index": "the place, counted from 0; negative counts from the end"},
    example=[("1", ["a", "b", "c"], "b"), ("-1", ["a", "b", "c"], "c"), ("7", ["a"], None)],
)
def nth(options: Options) -> Function:
    """Takes the value at one place; empty when the list is shorter."""
    index = options.integer("index") if options.require("index") else 0
    place = index or 0
    return lambda values: values[place] if -len(values) <= place < len(values) else None


@declare(
    "list",
    "list",
    short="most",
    options={"most": "how many values to keep", "skip": "how many to leave out before them"},
    example=[("2", ["a", "b", "c"], ["a", "b"]), ("{skip: 1}", ["a", "b", "c"], ["b", "c"])],
)
def limit(options: Options) -> Function:
    """Keeps a list's first values."""
    most, skip = options.integer("most", least=1), options.integer("skip", 0, least=0) or 0
    if "most" not in options and "skip" not in options:
        options.problem("most", 'needs "most", "skip" or both')
    end = None if most is None else skip + most
    return lambda values: values[skip:end]


@declare(
    "list",
    "list",
    short="by",
    options=BY,
    example=[(None, ["b", "a", "b"], ["b", "a"]), ("id", [{"id": 1}, {"id": 1}], [{"id": 1}])],
)
def unique(options: Options) -> Function:
    """Drops values that came before; the first of each stays in its place."""
    key = read_key(options)

    def keep(values: list[Any]) -> list[Any]:
        kept: dict[Any, Any] = {}
        for value in values:
            kept.setdefault(_identity(key(value)), value)
        return list(kept.values())

    return keep


def _identity(value: Any) -> Any:
    """Something hashable that is equal for equal values; 1 and true are not equal here."""
    if isinstance(value, list | dict):
        try:
            return "json", json.dumps(value, sort_keys=True, default=repr)
        except RecursionError as error:
            raise ValueError(f"{described(value)} is nested too deeply to compare") from error
    if isinstance(value, Decimal) and value.is_nan():
        # A signalling one cannot even be hashed.
        return "number", "nan"
    return isinstance(value, bool), value


@declare("list", "list", example=[(None, ["a", "b", "c"], ["c", "b", "a"])])
def reverse(options: Options) -> Function:
    """Turns a list round."""
    return lambda values: values[::-1]


@declare("list", "number", takes_empty=True, example=[(None, ["a", None, "b"], 2), (None, [], 0)])
def count(options: Options) -> Function:
    """Counts the values that are not empty; an empty list has 0."""
    return lambda values: sum(not is_empty(value) for value in values)


@declare("list", "list", example=[(None, ["a", "", None, 0, []], ["a", 0])])
def drop_empty(options: Options) -> Function:
    """Drops empty values from a list; 0 and false stay."""
    return lambda values: [value for value in values if not is_empty(value)]


@declare(
    "list",
    "list",
    short="depth",
    options={"depth": "how many levels of lists to open; all by default"},
    example=[(None, ["a", ["b", ["c"]]], ["a", "b", "c"]), ("1", [["b", ["c"]]], ["b", ["c"]])],
)
def flatten(options: Options) -> Function:
    """Puts the values of lists inside a list into the list itself."""
    depth = options.integer("depth", least=1)

    return lambda values: list(_opened(values, depth))


def _opened(values: list[Any], depth: int | None) -> Iterator[Any]:
    # A stack of its own: a page may hold lists nested deeper than Python can call.
    stack = [iter(values)]
    while stack:
        for value in stack[-1]:
            if isinstance(value, list) and (depth is None or len(stack) <= depth):
                stack.append(iter(value))
                break
            yield value
        else:
            stack.pop()


@declare("list", "list", example=[(None, "tea", ["tea"]), (None, ["tea"], ["tea"])])
def list_(options: Options) -> Function:
    """Makes sure of a list: one value becomes a list of one."""
    return lambda values: values
