"""Paths with operators: what the RFC does not have is jsonpath-ng's, and so is the way back to the parent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from scrapekit import PageError, Select
from scrapekit_json.select import move_of
from scrapekit_json.tree import Operator, Segment, Step

Move: TypeAlias = Callable[[Sequence[Any], Any], list[Any]]
"""From some values with their places, and the whole (``$``), to others; a place is a DatumInContext."""


def follow_located(steps: Sequence[Step], text: str, *, first: bool) -> Select:
    """As `follow`, for steps among which are operators; raises PageError where one does not work."""
    # 29 ms to import, and only recipes with operators need it.
    from jsonpath_ng import DatumInContext

    moves = [_operator(step) if isinstance(step, Operator) else _segment(step) for step in steps]

    def select(scope: Any) -> list[Any]:
        found = [DatumInContext(scope)]
        try:
            for move in moves:
                found = move(found, scope)
        except PageError:
            raise
        except Exception as error:
            # The library raises whatever its operators ran into: a TypeError of numbers among texts.
            said = "it went too deep" if isinstance(error, RecursionError) else str(error)
            raise PageError(f"the JSONPath {text} failed: {said}") from error
        values = [each.value for each in found]
        return values[:1] if first else values

    return select


def _segment(segment: Segment) -> Move:
    from jsonpath_ng import DatumInContext

    children = move_of(Segment(segment.selectors))

    def move(places: Sequence[Any], root: Any) -> list[Any]:
        found = []
        for place in _with_all_below(places) if segment.deep else places:
            found += [DatumInContext(value, context=place) for value in children((place.value,), root)]
        return found

    return move


def _with_all_below(places: Sequence[Any]) -> Iterator[Any]:
    """Each place and those of all objects and arrays in it; RFC 9535 2.5.2.2."""
    from jsonpath_ng import DatumInContext

    stack = list(reversed(places))
    while stack:
        place = stack.pop()
        value = place.value
        if isinstance(value, dict | list):
            yield place
            inner = list(value.values() if isinstance(value, dict) else value)
            stack += [DatumInContext(each, context=place) for each in reversed(inner)]


def _operator(operator: Operator) -> Move:
    find = _finder(operator)
    return lambda places, root: [found for place in places for found in find(place)]


def _finder(operator: Operator) -> Callable[[Any], Sequence[Any]]:
    """The library's own node for an operator; what is above the top, and sorting a text, find nothing."""
    from jsonpath_ng import Child, Fields, Parent
    from jsonpath_ng.ext.iterable import Keys, Len, SortedThis

    if operator.name == "parent":
        parent: Any = Parent()
        return lambda place: parent.find(place) if place.context is not None else ()
    if operator.name == "sorted":
        keys = []
        for (name, *inner), down in operator.keys:
            path: Any = Fields(name)
            for each in inner:
                path = Child(path, Fields(each))
            keys.append((path, down))
        kinds = list if keys else dict | list
        ordered: Any = SortedThis(keys)
        return lambda place: ordered.find(place) if isinstance(place.value, kinds) else ()
    node: Any = Len() if operator.name == "len" else Keys()
    return lambda place: node.find(place)
