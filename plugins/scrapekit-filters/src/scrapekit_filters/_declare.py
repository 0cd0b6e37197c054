"""How a filter is declared: one function that reads its options, and the facts the core asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from scrapekit import FilterContext, Options
from scrapekit_filters._words import as_text, described

Function: TypeAlias = Callable[..., Any]
"""What runs for each value: ``value -> value``, or ``(value, context) -> value`` with ``uses_page``."""

Example: TypeAlias = tuple[str | None, Any, Any]
"""The options as YAML (None: none), a value, and what becomes of it: a result or the ValueError raised."""


class DeclaredFilter:
    """A filter part: what `scrapekit.Filter` asks for, with its options explained and examples.

    ``options`` maps each option to a few words about it; ``room`` is the module it lives in. The
    filter's docstring is its maker's.
    """

    def __init__(self, maker: Callable[[Options], Function], facts: Mapping[str, Any]) -> None:
        self.__doc__ = maker.__doc__
        self._maker = maker
        self.room = maker.__module__.rpartition(".")[2]
        self.takes: str = facts["takes"]
        self.gives: str = facts["gives"]
        self.short: str = facts["short"]
        self.options: Mapping[str, str] = facts["options"]
        self.example: Sequence[Example] = facts["example"]
        self.takes_empty: bool = facts["takes_empty"]
        self.uses_page: bool = facts["uses_page"]

    def make(self, options: Options) -> Function:
        """Check the options and return the function that filters one value."""
        function = self._maker(options)
        options.close()
        guard = _GUARDS.get(self.takes)
        if guard is None:
            return function
        return _with_page(function) if self.uses_page else guard(function)


def declare(
    takes: str,
    gives: str,
    *,
    example: Sequence[Example],
    options: Mapping[str, str] | None = None,
    short: str = "",
    takes_empty: bool = False,
    uses_page: bool = False,
) -> Callable[[Callable[[Options], Function]], DeclaredFilter]:
    """Turn a function that reads options and returns the filtering function into a filter part."""
    facts = {
        "takes": takes,
        "gives": gives,
        "example": example,
        "options": options or {},
        "short": short,
        "takes_empty": takes_empty,
        "uses_page": uses_page,
    }
    return lambda maker: DeclaredFilter(maker, facts)


# A source that gives "any" (a JSON document) connects to every filter, so what arrives is looked at:
# a text filter works on a number as it is written, a list filter takes one value as a list of one.


def _takes_text(function: Function) -> Function:
    return lambda value: function(value if value.__class__ is str else as_text(value))


def _takes_list(function: Function) -> Function:
    return lambda value: function(value if value.__class__ is list else _as_list(value))


def _with_page(function: Function) -> Function:
    def guarded(value: Any, context: FilterContext) -> Any:
        return function(value if value.__class__ is str else as_text(value), context)

    return guarded


def _as_list(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _takes_object(function: Function) -> Function:
    def guarded(value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValueError(f"expected an object, found {described(value)}")
        return function(value)

    return guarded


_GUARDS: Mapping[str, Callable[[Function], Function]] = {
    "text": _takes_text,
    "list": _takes_list,
    "object": _takes_object,
}
