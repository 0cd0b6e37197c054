"""Finds lists that are the columns of one table: read apart, a missing cell shifts all that follow it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scrapekit.errors import Problems
from scrapekit.node import shown
from scrapekit.quoting import quoted
from scrapekit.recipe.model import Field, ItemRule

_DEFAULTS = {"html": "css", "xml": "xpath", "feed": "xpath", "json": "jsonpath"}
"""The language of an unprefixed selector, by parser."""

_TO_ONE = frozenset({"join", "first", "last", "nth", "count", "sum", "min", "max"})
"""Filters that make one value of a list."""

_ROW = re.compile(r"(?:li|tr|dt|option)\b")
_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)")
_COMBINATOR = re.compile(r"\s*[>+~]\s*|\s+")


def check_parallel(rule: ItemRule, parser: str, problems: Problems) -> None:
    """A problem for every list that is read apart from another list of the same rows."""
    if not rule.parallel_lists:
        for fields in _together(rule.fields):
            _check(fields, parser, problems)


def _together(fields: Sequence[Field]) -> Iterator[Sequence[Field]]:
    """The fields of a record, and those of each object in it."""
    yield fields
    for field in fields:
        if field.fields:
            yield from _together(field.fields)


def _check(fields: Sequence[Field], parser: str, problems: Problems) -> None:
    lists = [field for field in fields if _is_list(field)]
    only_lists = len(lists) == sum(1 for field in fields if field.selector or field.fields)
    first: dict[tuple[str, str], Field] = {}
    alike: set[tuple[object, ...]] = set()
    for field in lists:
        rows = list(_rows_of(field, parser))
        # One list that is read alike twice is no other list, such as once more with other filters.
        same = (*(text for text, _ in rows[:1]), field.reads)
        if same in alike:
            continue
        alike.add(same)
        for text, is_row in rows:
            known = first.setdefault(text, field)
            if known is not field and (is_row or only_lists):
                _tell(known, field, text[1], problems)
                break


def _is_list(field: Field) -> bool:
    return bool(field.all and field.selector and not any(step.name in _TO_ONE for step in field.pipe))


def _rows_of(field: Field, parser: str) -> Iterator[tuple[tuple[str, str], bool]]:
    """What the list's entries may be parts of, and whether that is a row beyond doubt."""
    selector = field.selector
    assert selector is not None
    language = selector.language or _DEFAULTS.get(parser, "")
    text = " ".join(selector.source.split())
    if language not in _PARENTS:
        return
    # The same nodes, read in two ways.
    yield (language, text), True
    bare = _BRACKETS.sub(lambda found: "_" * len(found[0]), text)
    rows, is_row = _PARENTS[language](text, bare)
    if rows:
        yield (language, rows), is_row


def _css_parent(text: str, bare: str) -> tuple[str, bool]:
    *before, leaf = _COMBINATOR.split(bare)
    if not before or "," in bare:
        return "", False
    return text[: -len(leaf)].rstrip(" >+~"), _ROW.match(before[-1]) is not None


def _xpath_parent(text: str, bare: str) -> tuple[str, bool]:
    rows, _, leaf = bare.rpartition("/")
    rows = rows.rstrip("/")
    if not rows.strip("./") or "|" in bare:
        return "", False
    is_row = leaf.startswith(("@", "text_")) or _ROW.match(rows.rpartition("/")[2]) is not None
    return text[: len(rows)], is_row


def _json_parent(text: str, _: str) -> tuple[str, bool]:
    rows, found, leaf = text.rpartition("[*]")
    # One that stands in a condition is no row: $.rows[?@.tags[*]].name
    inside = rows.count("[") != rows.count("]")
    return (rows + found, True) if found and ".." not in leaf and not inside else ("", False)


_PARENTS = {"css": _css_parent, "xpath": _xpath_parent, "jsonpath": _json_parent}
"""What stands before the last step of a selector, by language."""


def _tell(known: Field, field: Field, rows: str, problems: Problems) -> None:
    names = f'"{shown(known.name)}" and "{shown(field.name)}"'
    message = f"{names} list parts of the same rows: where one part is missing, the others do not fit"
    hint = f"each: {quoted(rows)} reads row by row; parallel_lists: true says that they are apart"
    problems.add(field.mark, field.path, message, hint)
