"""Filters that look for regular expressions: take out, replace, keep, drop."""

from __future__ import annotations

import re
from typing import Any

from scrapekit import Options, Regex, RegexError, compile_regex
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._words import MOST_TEXT, bounded

_PATTERN = "a regular expression as Python writes them; (?i) in front ignores case"


def compiled(options: Options, key: str = "pattern") -> Regex | None:
    """The regular expression under *key*; None, with a problem at the column, when there is none."""
    if not options.require(key):
        return None
    node = options.scalar(key, "a regular expression")
    if node is None:
        return None
    try:
        return compile_regex(str(node.value))
    except RegexError as error:
        options.problems.add(node.at(error.offset), options.at(key), str(error))
    return None


def _nothing(value: Any) -> None:
    """What stands in for a filter whose options were wrong; the recipe never runs."""


@declare(
    "text",
    "text",
    short="pattern",
    options={
        "pattern": _PATTERN,
        "group": "which group to take, by number or name; the first if there is one, else the whole match",
    },
    example=[
        (r"'(\d+) pcs'", "Box of 12 pcs", "12"),
        (r"'\d+'", "Box of 12", "12"),
        (r"{pattern: '(?P<low>\d+)-(?P<high>\d+)', group: high}", "5-9", "9"),
        (r"'(\d+) pcs'", "one", None),
    ],
)
def regex(options: Options) -> Function:
    """Takes what a regular expression finds; empty when it finds nothing."""
    pattern = compiled(options)
    group = _group(options, pattern)
    if pattern is None:
        return _nothing
    search = pattern.search

    def take(value: str) -> str | None:
        found = search(value)
        return None if found is None else found[group]

    return take


def _group(options: Options, pattern: Regex | None) -> int | str:
    """The group to take, checked against the pattern."""
    written = options.text("group")
    if pattern is None or not written:
        return min(pattern.groups, 1) if pattern else 0
    if written.isascii() and written.isdigit() and len(written) < 4:
        if int(written) <= pattern.groups:
            return int(written)
    elif written in pattern.groupindex:
        return written
    names = ", ".join(pattern.groupindex)
    hint = f"it has {pattern.groups} groups" + (f", named {names}" if names else "")
    options.problem("group", f'the pattern has no group "{written}"', hint)
    return 0


@declare(
    "text",
    "list",
    short="pattern",
    options={"pattern": _PATTERN, "group": "which group to take, by number or name; as for regex"},
    example=[(r"'\d+'", "3 x 12 pcs", ["3", "12"]), (r"'#(\w+)'", "#tea #milk", ["tea", "milk"])],
)
def regex_all(options: Options) -> Function:
    """Takes everything a regular expression finds, as a list."""
    pattern = compiled(options)
    group = _group(options, pattern)
    if pattern is None:
        return _nothing
    finditer = pattern.finditer
    return lambda value: [found[group] for found in finditer(value) if found[group] is not None]


@declare(
    "text",
    "object",
    short="pattern",
    options={"pattern": _PATTERN + "; its named groups become the object's keys"},
    example=[(r"'(?P<count>\d+) x (?P<size>\d+ ?g)'", "3 x 50 g", {"count": "3", "size": "50 g"})],
)
def regex_groups(options: Options) -> Function:
    """Takes the named groups of a regular expression as an object; empty when it finds nothing."""
    pattern = compiled(options)
    if pattern is None:
        return _nothing
    if not pattern.groupindex:
        options.problem("pattern", "the pattern has no named group", "name one: (?P<name>…)")
    search = pattern.search

    def take(value: str) -> dict[str, str | None] | None:
        found = search(value)
        return None if found is None else found.groupdict()

    return take


@declare(
    "text",
    "text",
    options={
        "pattern": _PATTERN,
        "with": r"what to put in its place, with \1 or \g<name> for groups; empty removes",
    },
    example=[
        (r"{pattern: '\s*\(.*?\)', with: ''}", "Tea (green)", "Tea"),
        (r"{pattern: '(\d+)/(\d+)', with: '\2-\1'}", "10/2026", "2026-10"),
    ],
)
def sub(options: Options) -> Function:
    """Replaces whatever a regular expression finds."""
    pattern = compiled(options)
    new = options.text("with")
    if pattern is None:
        return _nothing
    try:
        pattern.sub(new, "")
    except (re.error, IndexError) as error:
        node = options.scalar("with")
        offset = error.pos if isinstance(error, re.error) else 0
        place = node.at(offset or 0) if node else options.mark
        reason = error.msg if isinstance(error, re.error) else error.args[0]
        options.problems.add(place, options.at("with"), f"not a replacement: {reason}")
        return _nothing
    substitute, finditer = pattern.sub, pattern.finditer

    def put(value: str) -> str:
        if (len(value) + 1) * len(new) > MOST_TEXT:
            # Every match costs at least what stands in the replacement; what its groups add is in the text.
            bounded(len(new) * sum(1 for _ in finditer(value)))
        return substitute(new, value)

    return put


@declare(
    "text",
    "text",
    short="pattern",
    options={"pattern": _PATTERN},
    example=[(r"'^\d+$'", "12", "12"), (r"'^\d+$'", "twelve", None)],
)
def match(options: Options) -> Function:
    """Keeps a value in which a regular expression finds something; empty otherwise."""
    pattern = compiled(options)
    if pattern is None:
        return _nothing
    search = pattern.search
    return lambda value: value if search(value) else None


@declare(
    "text",
    "text",
    short="pattern",
    options={"pattern": _PATTERN},
    example=[("'(?i)^n/?a$'", "N/A", None), ("'(?i)^n/?a$'", "tea", "tea")],
)
def reject(options: Options) -> Function:
    """Drops a value in which a regular expression finds something; empty then."""
    pattern = compiled(options)
    if pattern is None:
        return _nothing
    search = pattern.search
    return lambda value: None if search(value) else value
