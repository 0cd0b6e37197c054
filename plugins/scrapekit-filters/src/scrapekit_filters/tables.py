"""Filters that choose: from a table, from a set of values, from the keys of an object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scrapekit import Options, RegexError, compile_regex
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._keys import is_empty
from scrapekit_filters._words import as_text, shown


@declare(
    "any",
    "any",
    options={
        "table": "what each value becomes",
        "default": "what every other value becomes; empty by default",
        "keep": "true: every other value passes as it is",
        "ignore_case": "true: letter case does not matter",
    },
    example=[
        ("{table: {one: 1, two: 2}}", "two", 2),
        ("{table: {one: 1}, default: 0}", "many", 0),
        ("{table: {Livres: books}, keep: true}", "Toys", "Toys"),
        ("{table: {one: 1}}", "many", None),
    ],
)
def lookup(options: Options) -> Function:
    """Looks a value up in a table; empty when it is not there."""
    table = options.mapping("table") if options.require("table") else {}
    other, keep = options.value("default"), options.flag("keep")
    fold = options.flag("ignore_case")
    if keep and "default" in options:
        options.problem("keep", '"keep" and "default" exclude each other')
    rows: Mapping[str, Any] = {key.casefold(): row for key, row in table.items()} if fold else table

    def find(value: Any) -> Any:
        text = as_text(value)
        return rows.get(text.casefold() if fold else text, value if keep else other)

    return find


@declare(
    "any",
    "text",
    short="options",
    options={"options": "the values allowed", "ignore_case": "true: letter case does not matter"},
    example=[
        ("[new, used]", "used", "used"),
        ("{options: [new, used], ignore_case: true}", "USED", "used"),
        ("[new, used]", "old", ValueError('"old" is none of new, used')),
    ],
)
def enum(options: Options) -> Function:
    """Accepts only values of a fixed set, and gives them as the recipe writes them."""
    options.require("options")
    fold = options.flag("ignore_case")
    if isinstance(options.value("options"), dict):
        options.problem("options", "expected a list of values", 'the filter "lookup" translates values')
        return as_text
    values = [str(node.value) for node in options.texts("options")]
    known = {(value.casefold() if fold else value): value for value in values}
    listed = ", ".join(values)
    listed = listed if len(listed) <= 60 else listed[:59] + "…"

    def check(value: Any) -> str:
        text = as_text(value).strip()
        found = known.get(text.casefold() if fold else text)
        if found is None:
            raise ValueError(f"{shown(text)} is none of {listed}")
        return found

    return check


@declare(
    "any",
    "any",
    options={
        "table": "patterns, and what a value that fits becomes; the first that fits counts",
        "default": "what every other value becomes; empty by default",
        "keep": "true: every other value passes as it is",
        "ignore_case": "true: letter case does not matter",
    },
    example=[
        ("{table: {'in stock*': true, '*sold out*': false}}", "In stock (22)", None),
        ("{table: {'in stock*': true, '*sold out*': false}, ignore_case: true}", "In stock (22)", True),
        (r"{table: {'star-rating Three': 3, 're:\bOne$': 1}}", "star-rating One", 1),
        ("{table: {'tea*': drink}, default: other}", "cup", "other"),
    ],
)
def map_(options: Options) -> Function:
    """Gives what the first pattern that fits stands for: `*` is any text, `re:` a regular expression."""
    rows = _patterns(options, "(?i)" if options.flag("ignore_case") else "")
    options.require("table", "the patterns stand under table: map: { table: { PATTERN: VALUE } }")
    other, keep = options.value("default"), options.flag("keep")
    if keep and "default" in options:
        options.problem("keep", '"keep" and "default" exclude each other')

    def find(value: Any) -> Any:
        text = as_text(value)
        return next((row for search, row in rows if search(text)), value if keep else other)

    return find


def _patterns(options: Options, flags: str) -> list[tuple[Any, Any]]:
    """Each pattern of the table as a search, with its row."""
    found = []
    for key, row in options.mapping("table").items():
        try:
            found.append((compile_regex(flags + _regex_of(key)).search, row))
        except RegexError as error:
            options.problem("table", f"{shown(key)}: {error}")
    return found


def _regex_of(pattern: str) -> str:
    if pattern.startswith("re:"):
        return pattern[3:]
    # The leftmost place for each part is always good enough, so none is ever tried again.
    first, *others = (re.escape(part) for part in re.split(r"\*+", pattern))
    if not others:
        return rf"\A{first}\Z"
    middle = "".join(f"(?>.*?{part})" for part in others[:-1])
    return rf"(?s:\A{first}{middle}.*{others[-1]}\Z)"


@declare(
    "object",
    "any",
    short="keys",
    options={"keys": "the keys to try, in order; all of them by default"},
    example=[
        ("[sale, price]", {"price": "5", "sale": ""}, "5"),
        (None, {"a": None, "b": 0}, 0),
        ("[a]", {"b": 1}, None),
    ],
)
def coalesce(options: Options) -> Function:
    """Takes the first value of an object that is not empty."""
    keys = [str(node.value) for node in options.texts("keys")]

    def take(value: dict[str, Any]) -> Any:
        found = (value.get(key) for key in keys) if keys else iter(value.values())
        return next((one for one in found if not is_empty(one)), None)

    return take
