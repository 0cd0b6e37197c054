"""Filters made ready: one for its place in the recipe, and those that templates and conditions call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from scrapekit.errors import ExpressionError, PluginError
from scrapekit.extract.draft import Terms
from scrapekit.extract.reading import is_empty
from scrapekit.language.expression import FilterResolver
from scrapekit.mark import Mark
from scrapekit.node import ListNode, MapNode, Node, Scalar, ScalarNode
from scrapekit.options import Options
from scrapekit.parts import Filter, filter_traits


@dataclass(frozen=True, slots=True)
class Made:
    """A filter made ready for one place in the recipe."""

    name: str
    takes: str
    gives: str
    function: Callable[..., Any]
    takes_empty: bool
    uses_page: bool
    mark: Mark | None = None
    pipe: str = ""
    """The named pipe that it stands in."""

    @property
    def label(self) -> str:
        """What a message calls it."""
        return f'{self.name} in the pipe "{self.pipe}"' if self.pipe else self.name

    @property
    def maps(self) -> bool:
        """True when a list is filtered value by value."""
        return self.takes != "list"


def make_filter(
    terms: Terms, name: str, argument: Node | None, mark: Mark, path: str, also: Iterable[str] = ()
) -> Made | None:
    """The filter of that name with its options read; None, and a problem, when there is none.

    *also* are the names of pipes, one of which may have been meant.
    """
    part = terms.load("filters", name, mark, path, also)
    if part is None:
        return None
    made: Filter = part() if isinstance(part, type) else part
    takes_empty, uses_page, short = filter_traits(made)
    options = Options(argument, terms.problems, f"{path}.{name}", mark=mark, short=short)
    function = made.make(options)
    uses_page = uses_page or getattr(function, "uses_page", False)
    return Made(name, made.takes, made.gives, function, takes_empty, uses_page)


def filter_resolver(terms: Terms, path: str) -> FilterResolver:
    """How templates and conditions find a filter: by the same names, with values as arguments."""

    def resolve(name: str, arguments: Sequence[object], mark: Mark) -> Callable[[Any], Any]:
        if name in terms.pipes:
            return _whole_pipe(name, terms.pipes[name], arguments)
        try:
            terms.plugins.load("filters", name)
        except PluginError as error:
            raise ExpressionError(str(error), hint=error.hint) from error
        nodes = [as_node(argument, mark) for argument in arguments]
        argument = nodes[0] if len(nodes) == 1 else ListNode(tuple(nodes), mark) if nodes else None
        made = make_filter(terms, name, argument, mark, path)
        assert made is not None
        return _in_text(made)

    return resolve


def _whole_pipe(name: str, pipe: Sequence[Made], arguments: Sequence[object]) -> Callable[[Any], Any]:
    if arguments:
        raise ExpressionError(f'"{name}" is a pipe of this recipe and takes no options')
    steps = [_in_text(made) for made in pipe]

    def run(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return run


def _in_text(made: Made) -> Callable[[Any], Any]:
    if made.uses_page:
        raise ExpressionError(f"{made.name} needs the page and works in a pipe only")

    def one(value: Any) -> Any:
        if not made.takes_empty and is_empty(value):
            return None
        return made.function(value)

    if not made.maps:
        return one
    return lambda value: [one(each) for each in value] if isinstance(value, list) else one(value)


def as_node(value: object, mark: Mark) -> Node:
    """A plain value as if it had been written at *mark*."""
    if isinstance(value, dict):
        return MapNode({str(key): as_node(each, mark) for key, each in value.items()}, mark)
    if isinstance(value, list | tuple):
        return ListNode(tuple(as_node(each, mark) for each in value), mark)
    scalar: Scalar = value if isinstance(value, str | int | float | bool | None) else str(value)
    return ScalarNode(scalar, mark, str(value))
