"""Templates, formulas, units, tables: values made from values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from scrapekit import RecipeError
from scrapekit.testing import make_filter
from scrapekit_filters.computed import calc, template
from scrapekit_filters.tables import coalesce, map_
from scrapekit_filters.units import unit


@pytest.mark.parametrize(
    ("text", "value", "result"),
    [
        ("'#{{ value }}'", Decimal("5.00"), "#5.00"),
        ("'{{ value.a.b }}'", {"a": {"b": [1]}}, [1]),
        ("'{{ missing }}!'", {"a": 1}, "!"),
        ("no placeholder", "x", "no placeholder"),
        ("'{{ value }}'", "{{ value }}", "{{ value }}"),
    ],
)
def test_a_template_is_filled_in_once(text: str, value: Any, result: Any):
    assert make_filter(template, text)(value) == result


@pytest.mark.parametrize(
    ("part", "options", "problem"),
    [
        (template, "'{{ item.x }}'", 'options:1:9: filter.text: unknown name "item"'),
        (calc, "page * 2", 'options:1:9: filter.formula: unknown name "page"'),
        (calc, "'value +'", "options:1:17: filter.formula: expected a value, found the end"),
        (template, "'a {{ value'", "options:1:12: filter.text: the {{ that opens here is not closed"),
        (template, "'{{ value | upper }}'", "options:1:21: filter.text: filters cannot be used here"),
        (unit, "apples", 'options:1:9: filter.to: "apples" is no unit'),
        (unit, "{to: kg, from: m}", 'options:1:24: filter.from: "m" is a length, "kg" a mass'),
        (map_, "{table: {'re:(': 1}}", 'options:1:17: filter.table: "re:(": not a regular expression: '
         "missing ), unterminated subpattern"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_when_the_recipe_is_loaded(part: Any, options: str, problem: str):
    with pytest.raises(RecipeError) as caught:
        make_filter(part, options)

    assert str(caught.value).split("\n")[0] == problem


@pytest.mark.parametrize(
    ("formula", "value", "result"),
    [
        ("value * 2", "1.5", 3.0),
        ("value * 0.1", Decimal("0.30"), Decimal("0.030")),
        ("value - 1", "tea", None),
        ("a / b", {"a": 1}, None),
        ("a['two words'] + 1", {"a": {"two words": 1}}, 2),
    ],
)
def test_a_formula_has_a_number_or_nothing(formula: str, value: Any, result: Any):
    found = make_filter(calc, f'"{formula}"')(value)

    assert (found, type(found)) == (result, type(result))


def test_a_formula_that_gives_no_number_is_refused():
    with pytest.raises(ValueError) as caught:
        make_filter(calc, "value == 1")(1)

    assert str(caught.value) == "the formula gives no number but the truth value true"


@pytest.mark.parametrize(
    ("options", "value", "result"),
    [
        ("kg", "1.234,5 g", 1.2345),
        ("g", "1 oz", 28.349523125),
        ("lb", "453.59237 g", 1),
        ("cm", "12 inches", 30.48),
        ("m", "-3 km", -3000),
        ("m2", "50 m²", 50),
        ("m²", "100 sq.ft", 9.290304),
        ("l", "33 cl", 0.33),
        ("ml", "1 fl. oz.", 29.5735295625),
        ("km/h", "10 m/s", 36),
        ("kW", "100 PS", 73.549875),
        ("kJ", "100 kcal", 418.4),
        ("°C", "-40 °F", -40),
        ("°F", "36.6 °C", 97.88),
        ("K", "0 celsius", 273.15),
        ("кг", "500 г", 0.5),
        ("{to: kg, from: g}", "250", 0.25),
    ],
)
def test_a_quantity_is_given_in_another_unit(options: str, value: Any, result: float):
    assert make_filter(unit, options)(value) == result


@pytest.mark.parametrize(
    ("options", "value", "result"),
    [
        ("{table: {'a*c': 1}}", "abbbc", 1),
        ("{table: {'a*c': 1}}", "xabc", None),
        ("{table: {a: 1, '*': 2}}", "b", 2),
        ("{table: {'a.c': 1}}", "abc", None),
        ("{table: {'*x*': 1}, keep: true}", "abc", "abc"),
        ("{table: {'1': one}}", 1, "one"),
        ("{table: {'a*b': 1}}", "a\nb", 1),
    ],
)
def test_a_value_becomes_what_the_first_pattern_that_fits_it_says(options: str, value: Any, result: Any):
    assert make_filter(map_, options)(value) == result


def test_the_first_value_there_is_is_taken():
    assert make_filter(coalesce, "[b, a]")({"a": 1, "b": []}) == 1
    assert make_filter(coalesce)({"a": "", "b": False, "c": 2}) is False
