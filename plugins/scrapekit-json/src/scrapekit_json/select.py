"""Steps → one function that follows them: our own, some ten times quicker than jsonpath-ng."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from scrapekit import Select
from scrapekit_json.holds import Holds, compile_condition
from scrapekit_json.tree import Filter, Segment, Selector, Wildcard

Move: TypeAlias = Callable[[Iterable[Any], Any], list[Any]]
"""From some values, and the whole (``$``), to what one step selects from them."""

_HOLDERS = (dict, list)


def follow(segments: Sequence[Segment], *, first: bool) -> Select:
    """What the segments select from a value, in the order of RFC 9535; ``null`` is None."""
    names = [_only_name(segment) for segment in segments]
    if None not in names:
        return _members([str(name) for name in names])
    move = moves(segments)
    if first:
        return lambda scope: move(scope, scope)[:1]
    return lambda scope: move(scope, scope)


def moves(segments: Sequence[Segment]) -> Callable[[Any, Any], list[Any]]:
    """What the segments select from a value, in the whole."""
    steps = [move_of(segment) for segment in segments]

    def move(value: Any, root: Any) -> list[Any]:
        nodes = [value]
        for step in steps:
            nodes = step(nodes, root)
        return nodes

    return move


def move_of(segment: Segment) -> Move:
    """One segment as a function."""
    name = segment.selectors[0] if len(segment.selectors) == 1 else None
    if segment.deep and isinstance(name, str):
        return _deep_member(name)
    step = _union(segment.selectors) if len(segment.selectors) > 1 else _pick(segment.selectors[0])
    return _deep(step) if segment.deep else step


def _only_name(segment: Segment) -> str | None:
    only = segment.selectors[0]
    return only if len(segment.selectors) == 1 and not segment.deep and isinstance(only, str) else None


def _members(names: Sequence[str]) -> Select:
    """A path of names alone, which selects one value at most."""

    def select(scope: Any) -> list[Any]:
        for name in names:
            if type(scope) is not dict or name not in scope:
                return []
            scope = scope[name]
        return [scope]

    return select


def _union(selectors: Sequence[Selector]) -> Move:
    """What each selector selects, of one value after the other."""
    names = [selector for selector in selectors if isinstance(selector, str)]
    if len(names) == len(selectors):
        return lambda nodes, root: [
            node[name] for node in nodes if type(node) is dict for name in names if name in node
        ]
    picks = [_pick(selector) for selector in selectors]

    def step(nodes: Iterable[Any], root: Any) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            alone = (node,)
            for pick in picks:
                found += pick(alone, root)
        return found

    return step


def _deep(step: Move) -> Move:
    return lambda nodes, root: step((inner for node in nodes for inner in with_all_below(node)), root)


def with_all_below(top: Any) -> Iterator[Any]:
    """The value and all objects and arrays in it, each before what it holds (RFC 9535 2.5.2.2)."""
    stack = [top]
    while stack:
        value = stack.pop()
        if type(value) is dict:
            yield value
            stack += [inner for inner in reversed(value.values()) if type(inner) in _HOLDERS]
        elif type(value) is list:
            yield value
            stack += [inner for inner in reversed(value) if type(inner) in _HOLDERS]


def _deep_member(name: str) -> Move:
    """``..name``, the step most often taken: `with_all_below` and the member in one."""

    def step(nodes: Iterable[Any], root: Any) -> list[Any]:
        found: list[Any] = []
        stack = [node for node in nodes if type(node) in _HOLDERS][::-1]
        while stack:
            value = stack.pop()
            if type(value) is dict:
                if name in value:
                    found.append(value[name])
                value = value.values()
            stack += [inner for inner in reversed(value) if type(inner) in _HOLDERS]
        return found

    return step


def _pick(selector: Selector) -> Move:
    if isinstance(selector, str):
        return _member(selector)
    if isinstance(selector, int):
        return _element(selector)
    if isinstance(selector, slice):
        return _elements(selector)
    if isinstance(selector, Filter):
        return _where(compile_condition(selector.condition, moves))
    assert isinstance(selector, Wildcard)
    return _every


def _member(name: str) -> Move:
    return lambda nodes, root: [node[name] for node in nodes if type(node) is dict and name in node]


def _element(index: int) -> Move:
    return lambda nodes, root: [
        node[index] for node in nodes if type(node) is list and -len(node) <= index < len(node)
    ]


def _elements(part: slice) -> Move:
    def step(nodes: Iterable[Any], root: Any) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            # RFC 9535 2.3.4.2: a step of 0 selects nothing; otherwise slices are Python's.
            if type(node) is list and part.step != 0:
                found += node[part]
        return found

    return step


def _every(nodes: Iterable[Any], root: Any) -> list[Any]:
    found: list[Any] = []
    for node in nodes:
        if type(node) is dict:
            found += node.values()
        elif type(node) is list:
            found += node
    return found


def _where(holds: Holds) -> Move:
    def step(nodes: Iterable[Any], root: Any) -> list[Any]:
        found: list[Any] = []
        for node in nodes:
            if type(node) is list:
                found += [value for value in node if holds(value, root)]
            elif type(node) is dict:
                found += [value for value in node.values() if holds(value, root)]
        return found

    return step
