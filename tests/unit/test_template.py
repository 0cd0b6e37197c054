from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit.errors import ExpressionError
from scrapekit.language.template import compile_template, has_placeholder
from scrapekit.mark import Mark

NAMES = {"item": None, "inputs": ("q",), "each": ("n",)}


def render(text: str, **item: Any) -> Any:
    return compile_template(text, NAMES)({"item": item, "inputs": {"q": "tea"}})


def upper(name: str, arguments: Sequence[object], mark: Mark) -> Callable[[Any], Any]:
    return lambda value: value and str(value).upper()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("a", "a"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-3, "-3"),
        (3.0, "3.0"),
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 3, 1), "2026-03-01"),
        (datetime(2026, 3, 1, 12, 30), "2026-03-01T12:30:00"),
        ([1, "é", None], '[1, "é", null]'),
        ({"a": Decimal("1.5"), "b": date(2026, 3, 1)}, '{"a": "1.5", "b": "2026-03-01"}'),
        ([], "[]"),
    ],
)
def test_a_value_inside_text_is_written_so(value: object, text: str):
    assert render("<{{ item.x }}>", x=value) == f"<{text}>"


@pytest.mark.parametrize("value", [None, 3, 2.5, True, [1], {"a": 1}, "a", date(2026, 3, 1)])
def test_a_lone_placeholder_keeps_its_values_type(value: object):
    assert render("{{ item.x }}", x=value) is value


def test_space_round_a_placeholder_makes_it_text():
    assert render(" {{ item.x }}", x=3) == " 3"


def test_several_placeholders_are_joined_with_the_text_between():
    assert (
        render("https://a.test/{{item.id}}?q={{ inputs.q }}&p={{ item.p }}.", id=7)
        == "https://a.test/7?q=tea&p=."
    )


def test_what_a_page_says_is_never_read_as_a_template():
    assert render("{{ item.x }}", x="{{ inputs.q }}") == "{{ inputs.q }}"
    assert render("-{{ item.x }}-", x="{{ inputs.q }}") == "-{{ inputs.q }}-"


def test_braces_are_written_as_text_in_a_placeholder():
    assert render("{{ '{{' }} {{ item.x }} {{ '}}' }} }}", x=1) == "{{ 1 }} }}"


def test_single_braces_are_text():
    assert render('{"a": {"b": {{ item.x }}}}', x=1) == '{"a": {"b": 1}}'


def test_a_template_may_span_lines():
    assert render("{{ item.x +\n  1 }}\n", x=1) == "2\n"


def test_a_text_without_placeholders_is_itself():
    assert (render("a }} b"), render("")) == ("a }} b", "")


def test_filters_come_from_the_resolver():
    template = compile_template("{{ inputs.q | upper }}!", NAMES, upper)

    assert template({"inputs": {"q": "tea"}}) == "TEA!"


def test_a_template_says_what_it_uses_and_whether_it_is_constant():
    template = compile_template("{{ item.a }}{{ inputs.q }}", NAMES)

    assert (template.uses, template.constant) == ({("item", "a"), ("inputs", "q")}, False)
    assert compile_template("a {{ 1 + 1 }}", NAMES).constant is True


def test_only_two_opening_braces_make_a_placeholder():
    assert [has_placeholder(text) for text in ("{{ a }}", "{{", "{a}", "}}")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("text", "message", "offset", "width", "hint"),
    [
        (
            "a {{ item.x",
            "the {{ that opens here is not closed",
            2,
            2,
            "to write two braces, write {{ '{{' }}",
        ),
        ("{{ 'a }}", "the {{ that opens here is not closed", 0, 2, "to write two braces, write {{ '{{' }}"),
        ("ab {{ }}", "there is no expression here", 6, 1, ""),
        ("ab {{ item.x + }}", "expected a value, found the end", 15, 1, ""),
        ("{{ item.x }} {{ each.m }}", 'each has no "m"', 16, 6, "known here: n"),
        ("{{ title }}", 'unknown name "title"', 3, 5, "write item.title"),
        ("{{ q }}", 'unknown name "q"', 3, 1, "write inputs.q"),
        ("{{ {{ item.x }} }}", 'unexpected "{"', 3, 1, "an expression holds no braces"),
        ("{{ item.x | trim }}", "filters cannot be used here", 12, 4, ""),
        ("{{ item.x }}" * 1001, "a template holds at most 1,000 placeholders", 0, 1, ""),
    ],
)
def test_a_template_is_refused_at_its_mistake(text: str, message: str, offset: int, width: int, hint: str):
    with pytest.raises(ExpressionError) as caught:
        compile_template(text, NAMES)

    error = caught.value
    assert (str(error), error.offset, error.width, error.hint) == (message, offset, width, hint)


def test_a_template_cannot_grow_past_a_million_characters():
    with pytest.raises(ValueError) as caught:
        render("{{ item.x }}{{ item.x }}", x="a" * 600_000)

    assert str(caught.value) == "the text is longer than 1,000,000 characters"


@given(st.text(alphabet="{}'\" itemx.|+\\a1"))
def test_any_text_compiles_or_is_refused_inside_it(text: str):
    try:
        template = compile_template(text, NAMES, upper)
    except ExpressionError as error:
        refused_at = error.offset
    else:
        template({"item": {"x": 1}})
        refused_at = 0
    assert 0 <= refused_at <= len(text)
