"""Fields that say what stands before their row: the nearest match in the order of the document."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.steps import compile_find, read_where_found
from scrapekit.extract.reading import Find, ReadField, Reading, is_empty
from scrapekit.parts import Scope
from scrapekit.recipe.model import Context, Field

Places: TypeAlias = Callable[[Any], int | None]
"""The place of a node in the document; None for what has none, such as a text."""


@dataclass(frozen=True, slots=True)
class _Matches:
    """What a selector finds on a page, in order, each with its place."""

    places: Sequence[int]
    nodes: Sequence[Any]

    def before(self, place: int) -> int:
        """Which of them is the last before that place; -1 when none is."""
        return bisect_left(self.places, place) - 1


def compile_context(draft: Draft, field: Field) -> ReadField | None:
    """How the field is read; None where there is a problem.

    A page is gone through once, however many rows look back in it.
    """
    context, path = field.context, f"{field.path}.context"
    assert context is not None
    if not _can_look_back(draft, field, path):
        return None
    found = compile_find(draft, context.selector, path, first=False)
    read = None if found is None else read_where_found(found, field.reads, path)
    since = _compile_since(draft, context, path)
    if found is None or read is None or (since is None and context.since is not None):
        return None
    matches = _remembered(
        draft, found.find, f"field {field.path}: what its context finds has no place on the page"
    )

    def read_context(scope: Scope, reading: Reading) -> Any:
        known = matches(reading)
        place = _places(draft, reading)(scope)
        at = -1 if place is None else known.before(place)
        if at < 0 or (since is not None and _is_over(since(reading), known.places[at], place)):
            return None
        value = read(known.nodes[at])
        return value if value or not is_empty(value) else None

    return read_context


def _is_over(ends: _Matches, begun: int, place: int | None) -> bool:
    """True when something that ends the validity stands between what was found and the row."""
    assert place is not None
    at = ends.before(place)
    return at >= 0 and ends.places[at] > begun


def _can_look_back(draft: Draft, field: Field, path: str) -> bool:
    if not hasattr(draft.parser, "places"):
        message = f'"context" looks back on a page, and those of the {draft.parser_name} parser have no order'
        hint = "`previous` takes a value from the record before; `parent.` one from the page before"
        draft.problems.add(field.mark, path, message, hint)
        return False
    if not draft.in_rows:
        message = '"context" is what stands before a row, and there are no rows here'
        draft.problems.add(field.mark, path, message, "add each, which finds the rows")
        return False
    return True


def _compile_since(draft: Draft, context: Context, path: str) -> Callable[[Reading], _Matches] | None:
    if context.since is None:
        return None
    found = compile_find(draft, context.since, f"{path}.since", first=False)
    return None if found is None else _remembered(draft, found.find, "")


def _places(draft: Draft, reading: Reading) -> Places:
    """The page's order, worked out when the first row asks."""
    places: Places | None = reading.memo.get(draft.parser)
    if places is None:
        places = draft.parser.places(reading.document.root)  # type: ignore[attr-defined]
        reading.memo[draft.parser] = places
    return places


def _remembered(draft: Draft, find: Find, remark: str) -> Callable[[Reading], _Matches]:
    key = object()

    def matches(reading: Reading) -> _Matches:
        known: _Matches | None = reading.memo.get(key)
        if known is None:
            place_of = _places(draft, reading)
            found = [(place_of(node), node) for node in find(reading.document.root, reading)]
            placed = sorted((place, at) for at, (place, _) in enumerate(found) if place is not None)
            if len(placed) < len(found) and remark:
                reading.note(remark)
            nodes = [found[at][1] for _, at in placed]
            known = reading.memo[key] = _Matches([place for place, _ in placed], nodes)
        return known

    return matches
