"""From a selector and ways to read to one value: the first match, one of them, or all."""

from __future__ import annotations

from typing import Any

from scrapekit.extract.draft import Draft
from scrapekit.extract.reading import ReadField, Reading, is_empty
from scrapekit.extract.selectors import (
    REGEX,
    Search,
    compile_reads,
    compile_search,
    compile_selector,
    language_of,
)
from scrapekit.parts import Read, Scope, Select
from scrapekit.recipe.model import Selector


def read_nothing(scope: Scope, reading: Reading) -> None:
    """Reads no value: what stands in where a recipe names no source."""


def compile_value(
    draft: Draft, selector: Selector, reads: tuple[str, ...], path: str, *, all: bool, nth: int | None
) -> ReadField | None:
    """How the selector's value is read from a scope; None where there is a problem.

    The value is None when nothing matches. With *all* it is a list that holds no empty value.
    """
    first = not all and nth in (None, 0)
    if language_of(draft, selector) == REGEX and REGEX not in draft.parser.languages:
        search = compile_search(draft, selector, path, first=first)
        return search and _of_search(search, all, nth or 0)
    select = compile_selector(draft, selector, path, first=first)
    read = compile_reads(draft, selector, reads, path)
    if select is None or read is None:
        return None
    if all:
        return _all(select, read)
    return _first(select, read) if first else _nth(select, read, nth or 0)


# The three below are what a page costs: one call of ours around the parser's own two.


def _first(select: Select, read: Read) -> ReadField:
    def read_first(scope: Scope, _: Reading) -> Any:
        nodes = select(scope)
        if not nodes:
            return None
        value = read(nodes[0])
        return value if value or not is_empty(value) else None

    return read_first


def _all(select: Select, read: Read) -> ReadField:
    def read_all(scope: Scope, _: Reading) -> Any:
        values = [read(node) for node in select(scope)]
        return [value for value in values if value or not is_empty(value)] or None

    return read_all


def _nth(select: Select, read: Read, nth: int) -> ReadField:
    def read_nth(scope: Scope, _: Reading) -> Any:
        nodes = select(scope)
        if not -len(nodes) <= nth < len(nodes):
            return None
        value = read(nodes[nth])
        return value if value or not is_empty(value) else None

    return read_nth


def _of_search(search: Search, all: bool, nth: int) -> ReadField:
    def read_match(scope: Scope, reading: Reading) -> Any:
        texts = search(scope, reading)
        return (texts[nth] or None) if -len(texts) <= nth < len(texts) else None

    def read_matches(scope: Scope, reading: Reading) -> Any:
        return [text for text in search(scope, reading) if text] or None

    return read_matches if all else read_match
