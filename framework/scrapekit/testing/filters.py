"""The conformance kit for filters: what every recipe that names one may rely on."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from scrapekit.errors import Problems
from scrapekit.mark import Mark, SourceText
from scrapekit.node import MapNode
from scrapekit.options import Options
from scrapekit.parts import Filter, FilterContext, filter_traits
from scrapekit.recipe.yaml.tree import parse_tree
from scrapekit.testing.odd_values import BY_TYPE

PAGE = "https://shop.example/list/page.html"
"""The address of the page on which the examples of filters that use one stand."""

TIME = 1_795_348_800.0
"""When that page was read: Sunday, 22 November 2026, 12:00 in UTC."""

_LONGEST_REASON = 200
_ODD_SETTINGS = (
    "null",
    "true",
    "3",
    "-1",
    "1.5",
    "''",
    "x",
    "'['",
    "[]",
    "[1, null]",
    "{a: 1}",
    "'%Q'",
    "99999999999",
)
_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "html": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float | Decimal) and not isinstance(value, bool),
    "bool": lambda value: isinstance(value, bool),
    "date": lambda value: isinstance(value, date) and not isinstance(value, datetime),
    "datetime": lambda value: isinstance(value, datetime),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "any": lambda value: True,
}


def make_filter(part: Any, options: str | None = None) -> Callable[[Any], Any]:
    """The function a filter makes for *options*, written as in a recipe after the filter's name.

    *part* is the object at the entry point: ``make_filter(split, '","')`` is the recipe's
    ``split: ","``. A filter that uses the page gets one at `PAGE`, read at `TIME`. Raises RecipeError
    when the filter refuses its options.
    """
    made, problems = _make(part() if isinstance(part, type) else part, options)
    problems.raise_if_any()
    return made


def check_filter(part: Any) -> None:
    """Raise AssertionError, saying which promise is broken, unless *part* is a sound filter.

    *part* is the object at the entry point. It needs an attribute ``example``: cases of
    ``(options, value, result)``, with the options as in `make_filter` and a ValueError as the
    result where the value is refused. Checked are its declarations, its examples, that mistakes in
    its options are reported and not raised, and that odd values end in a result or a ValueError.
    """
    filter_part = part() if isinstance(part, type) else part
    _check_declaration(filter_part)
    for options, value, result in filter_part.example:
        _check_example(filter_part, options, value, result)
    _check_options(filter_part)
    for options in dict.fromkeys(case[0] for case in filter_part.example):
        _check_odd_values(filter_part, options)


def _make(part: Any, options: str | None) -> tuple[Callable[[Any], Any], Problems]:
    problems = Problems()
    text = f"filter: {'' if options is None else options}"
    tree = parse_tree(text, "options", problems)
    problems.raise_if_any()
    node = tree.get("filter") if isinstance(tree, MapNode) else None
    mark = Mark(SourceText.of("options", text), 1, 1)
    _, uses_page, short = filter_traits(part)
    function = part.make(Options(node, problems, "filter", mark=mark, short=short))
    if not (uses_page or getattr(function, "uses_page", False)):
        return function, problems
    context = FilterContext(PAGE, TIME)
    return lambda value: function(value, context), problems


def _check_declaration(part: Any) -> None:
    assert isinstance(part, Filter), "a filter has takes, gives and make(options)"
    for word in (part.takes, part.gives):
        assert word in _KINDS, f'"{word}" is no type; types are {", ".join(_KINDS)}'
    takes_empty, uses_page, short = filter_traits(part)
    assert isinstance(takes_empty, bool), "takes_empty is True or False"
    assert isinstance(uses_page, bool), "uses_page is True or False"
    assert isinstance(short, str), "short is the name of an option"
    assert (part.__doc__ or "").strip(), "a filter says in its docstring what it does"
    example = getattr(part, "example", None)
    assert isinstance(example, Sequence), "a filter has an example: cases of (options, value, result)"
    assert example, "a filter has at least one example"


def _check_example(part: Any, options: str | None, value: Any, result: Any) -> None:
    function = make_filter(part, options)
    case = f"options {options}, value {value!r}"
    if not filter_traits(part)[0] and (value is None or value == "" or value == []):
        assert result is None, f"{case}: the core never hands over an empty value without takes_empty"
        return
    before = copy.deepcopy(value)
    for _ in range(2):
        given = _outcome(function, value)
        assert _same(given, result), f"{case}: gave {given!r}, not {result!r}"
    assert _same(value, before), f"{case}: the filter changed the value it was given"


def _outcome(function: Callable[[Any], Any], value: Any) -> Any:
    try:
        return function(value)
    except ValueError as error:
        return error


def _same(one: Any, other: Any) -> bool:
    """Equal, of the same types all through; a Decimal with the same decimals."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(_same, one.values(), other.values()))
    if isinstance(one, Decimal | ValueError | datetime):
        return str(one) == str(other)
    return bool(one == other)


def _check_options(part: Any) -> None:
    _, problems = _make(part, "{no_such_option: 1}")
    told = 'unknown key "no_such_option"'
    assert told in _text(problems), "a mistyped option goes unnoticed; end make() with options.close()"
    known = set(getattr(part, "options", ()))
    for options, _, _ in part.example:
        tree = parse_tree(f"filter: {options or ''}", "options", Problems())
        node = tree.get("filter") if tree else None
        known.update(node.entries if isinstance(node, MapNode) else ())
    for setting in _ODD_SETTINGS:
        for written in (setting, *(f"{{{key}: {setting}}}" for key in sorted(known))):
            _check_setting(part, written)


def _text(problems: Problems) -> str:
    return "\n".join(problem.message for problem in problems)


def _check_setting(part: Any, written: str) -> None:
    """An odd setting is either reported, or makes a function that works."""
    try:
        function, problems = _make(part, written)
    except Exception as error:
        raise AssertionError(f"options {written}: make() raised {error!r}; note a problem instead") from error
    if problems:
        return
    for _, value, _ in part.example:
        _run(part, function, value, f"options {written}")


def _check_odd_values(part: Any, options: str | None) -> None:
    function = make_filter(part, options)
    empty: Sequence[Any] = (None, "", []) if filter_traits(part)[0] else ()
    for value in (*empty, *BY_TYPE[part.takes]):
        _run(part, function, value, f"options {options}")


def _run(part: Any, function: Callable[[Any], Any], value: Any, setting: str) -> None:
    try:
        result = function(value)
    except ValueError as error:
        _check_reason(error, f"{setting}, value {_short(value)}")
        return
    except Exception as error:
        what = f"{setting}, value {_short(value)}: raised {error!r}"
        raise AssertionError(f"{what}; a value it cannot work on is a ValueError") from error
    fits = result is None or _KINDS[part.gives](result)
    assert fits, f"{setting}, value {_short(value)}: gave {_short(result)}, which is no {part.gives}"


def _check_reason(error: ValueError, case: str) -> None:
    reason = str(error)
    assert not isinstance(error, UnicodeError), f"{case}: an encoding error escaped: {reason!r}"
    assert reason, f"{case}: a ValueError needs a reason"
    assert len(reason) <= _LONGEST_REASON, (
        f"{case}: the reason has {len(reason)} characters: {_short(reason)}"
    )
    assert reason.isprintable(), f"{case}: the reason holds characters that do not print: {reason!r}"
    assert not reason[0].isupper(), f"{case}: the reason starts with a capital letter: {reason!r}"
    assert not reason.endswith("."), f"{case}: the reason ends with a full stop: {reason!r}"


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to show"
    return text if len(text) <= 100 else f"{text[:100]}… ({len(text)} characters)"
