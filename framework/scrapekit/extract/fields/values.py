"""From a selector and ways to read to one value: the first match, one of them, or all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.selectors import compile_reads, compile_selector
from scrapekit.extract.fields.steps import compile_find, is_plain, last_step, read_where_found
from scrapekit.extract.reading import ReadField, Reading, is_empty
from scrapekit.parts import Read, Scope, Select
from scrapekit.recipe.model import Selector
from scrapekit.recipe.model.languages import TEXTS


def read_nothing(scope: Scope, reading: Reading) -> None:
    """Reads no value: what stands in where a recipe names no source."""


def compile_value(
    draft: Draft, selector: Selector, reads: tuple[str, ...], path: str, *, all: bool, nth: int | None
) -> ReadField | None:
    """How the selector's value is read from a scope; None where there is a problem.

    The value is None when nothing matches. With *all* it is a list that holds no empty value.
    """
    first = not all and nth in (None, 0)
    if is_plain(draft, selector):
        select = compile_selector(draft, selector, path, first=first)
        read = compile_reads(draft, selector, reads, path)
        return None if select is None or read is None else _take(select, read, all=all, nth=nth)
    found = compile_find(draft, selector, path, first=first)
    way = None if found is None else read_where_found(found, reads, path)
    if found is None or way is None:
        return None
    find, take = found.find, _take(_these, way, all=all, nth=nth)
    return lambda scope, reading: take(find(scope, reading), reading)


def _take(select: Select, read: Read, *, all: bool, nth: int | None) -> ReadField:
    if all:
        return _all(select, read)
    return _first(select, read) if nth in (None, 0) else _nth(select, read, nth or 0)


def _these(nodes: Sequence[Any]) -> Sequence[Any]:
    return nodes


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


def type_of(draft: Draft, selector: Selector) -> str:
    """What is known beforehand of a value that the selector finds: ``text``, ``number`` or ``any``."""
    language = last_step(draft, selector)
    if language == "status":
        return "number"
    return "text" if language == "css" or language in TEXTS else "any"
