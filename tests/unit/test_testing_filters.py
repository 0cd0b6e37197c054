"""The kit for filters catches each broken promise, and says which one it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from scrapekit import Options, RecipeError
from scrapekit.testing import check_filter, make_filter

TYPES = "text, html, number, bool, date, datetime, list, object, any"


class Shout:
    """Makes text loud."""

    takes = "text"
    gives = "text"
    short = "mark"
    example: ClassVar[Any] = [(None, "tea", "TEA!"), ("'?'", "tea", "TEA?")]

    def make(self, options: Options) -> Callable[..., Any]:
        mark = options.text("mark", "!")
        options.close()
        return self.function(mark)

    def function(self, mark: str) -> Callable[..., Any]:
        return lambda value: value.upper() + mark


def test_a_filter_is_made_from_what_stands_at_the_entry_point_a_class_or_an_object():
    assert make_filter(Shout, "'?'")("tea") == "TEA?"
    assert make_filter(Shout(), "'?'")("tea") == "TEA?"


def broken(**changes: Any) -> Any:
    """A filter like Shout that breaks one promise."""
    return type("Broken", (Shout,), {"__doc__": "Breaks a promise.", **changes})()


def runs(function: Callable[..., Any]) -> Any:
    """A broken filter whose function is *function*; its only example is one it gets right."""
    return broken(function=lambda self, mark: function, example=[(None, "tea", function("tea"))])


def complaint(part: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        check_filter(part)
    return str(caught.value).split("\n")[0]


def test_a_sound_filter_passes_as_a_class_and_as_an_object():
    check_filter(Shout)
    check_filter(Shout())


def test_a_filter_is_made_from_options_written_as_in_a_recipe():
    assert make_filter(Shout(), "'?'")("tea") == "TEA?"
    assert make_filter(Shout(), "{mark: '...'}")("tea") == "TEA..."
    assert make_filter(Shout())("tea") == "TEA!"


def test_options_that_the_filter_refuses_raise_with_their_place():
    with pytest.raises(RecipeError) as caught:
        make_filter(Shout(), "{mark: [1, [2]]}")

    assert str(caught.value) == (
        "options:1:16: filter.mark: expected text, found a list\n"
        "    1 | filter: {mark: [1, [2]]}\n"
        "      |                ^^^^^^^^\n"
        '  hint: quote it if it is text: "[1, [2]]"'
    )


def test_a_filter_that_uses_the_page_is_given_one():
    part = broken(uses_page=True, example=[(None, "a", "a https://shop.example/list/page.html")])
    part.function = lambda mark: lambda value, context: f"{value} {context.url}"

    check_filter(part)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"takes": "string"}, f'"string" is no type; types are {TYPES}'),
        ({"gives": "int"}, f'"int" is no type; types are {TYPES}'),
        ({"make": None}, "a filter has takes, gives and make(options)"),
        ({"__doc__": " "}, "a filter says in its docstring what it does"),
        ({"example": None}, "a filter has an example: cases of (options, value, result)"),
        ({"example": []}, "a filter has at least one example"),
        ({"takes_empty": 1}, "takes_empty is True or False"),
        ({"short": None}, "short is the name of an option"),
        ({"example": [(None, "tea", "tea")]}, "options None, value 'tea': gave 'TEA!', not 'tea'"),
        ({"example": [(None, "", "!")]},
         "options None, value '': the core never hands over an empty value without takes_empty"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_named(changes: dict[str, Any], told: str):
    assert complaint(broken(**changes)) == told


def test_a_result_of_another_type_is_no_match():
    part = broken(gives="number", example=[(None, "5", 5)], function=lambda self, mark: float)

    assert complaint(part) == "options None, value '5': gave 5.0, not 5"


def test_a_filter_that_changes_its_input_is_caught():
    part = broken(takes="list", gives="list", example=[(None, ["b", "a"], ["a", "b"])])
    part.function = lambda mark: lambda values: values.sort() or values

    assert complaint(part) == "options None, value ['b', 'a']: the filter changed the value it was given"


def test_a_filter_that_remembers_its_last_value_is_caught():
    seen: list[str] = []
    part = broken(example=[(None, "tea", "tea")])
    part.function = lambda mark: lambda value: seen.append(value) or "".join(seen)

    assert complaint(part) == "options None, value 'tea': gave 'teatea', not 'tea'"


def test_a_mistyped_option_must_be_noticed():
    part = broken()
    part.make = lambda options: part.function(options.text("mark", "!"))

    assert complaint(part) == "a mistyped option goes unnoticed; end make() with options.close()"


def test_a_filter_must_not_raise_while_it_reads_its_options():
    part = broken()

    def make(options: Options) -> Callable[..., Any]:
        mark = options.text("mark", "!")
        options.close()
        return part.function(("!x?".index(mark) and mark) or mark)

    part.make = make

    assert (
        complaint(part)
        == "options true: make() raised ValueError('substring not found'); note a problem instead"
    )


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda value: value.encode() and value,
         r"options None, value '\ud800': an encoding error escaped: "
         r'''"'utf-8' codec can't encode character '\\ud800' in position 0: surrogates not allowed"'''),
        (lambda value: value if value[0] != "\n" else {}[value],
         r"options None, value '\n': raised KeyError('\n'); a value it cannot work on is a ValueError"),
        (lambda value: value if value != "1e999" else 5,
         "options None, value '1e999': gave 5, which is no text"),
        (lambda value: value if value != "%" else _refuse(""),
         "options None, value '%': a ValueError needs a reason"),
        (lambda value: value if value != "%" else _refuse("It failed"),
         "options None, value '%': the reason starts with a capital letter: 'It failed'"),
        (lambda value: value if value != "%" else _refuse("it failed."),
         "options None, value '%': the reason ends with a full stop: 'it failed.'"),
        (lambda value: value if value.isprintable() else _refuse(f"not {value[:9]}"),
         r"options None, value '\n': the reason holds characters that do not print: 'not \n'"),
        (lambda value: value if len(value) < 999 else _refuse(value),
         f"options None, value '{'x' * 99}… (5002 characters): "
         f"the reason has 5000 characters: '{'x' * 99}… (5002 characters)"),
    ],
)  # fmt: skip
def test_what_odd_values_do_to_a_careless_function_is_told(function: Callable[[str], Any], told: str):
    assert complaint(runs(function)) == told


def _refuse(reason: str) -> str:
    raise ValueError(reason)


def test_a_filter_that_takes_empty_values_is_given_them():
    part = broken(takes_empty=True)

    assert complaint(part) == (
        "options None, value None: raised AttributeError(\"'NoneType' object has no attribute 'upper'\"); "
        "a value it cannot work on is a ValueError"
    )
