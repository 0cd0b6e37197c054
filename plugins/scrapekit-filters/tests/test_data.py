"""Lists, addresses and any other data."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit import RecipeError
from scrapekit.testing import make_filter
from scrapekit_filters.data import bool_, default, json, string
from scrapekit_filters.lists import (
    count,
    drop_empty,
    first,
    flatten,
    join,
    last,
    limit,
    list_,
    nth,
    reverse,
    unique,
)
from scrapekit_filters.ordering import max_, min_, sort, sum_
from scrapekit_filters.tables import enum, lookup
from scrapekit_filters.urls import (
    absolute_url,
    email,
    parse_qs,
    query_param,
    url,
    url_part,
    urldecode,
    urlencode,
)


def result_of(part: Any, value: Any, options: str | None = None) -> Any:
    """What the filter gives, or its reason to refuse as text after "!"."""
    try:
        return make_filter(part, options)(value)
    except ValueError as error:
        return f"! {error}"


EARLY, LATE = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("part", "options", "value", "result"),
    [
        (join, None, ["a", "", None, 5, 0], "a 5 0"),
        (join, "', '", "tea", "tea"),
        (join, None, [{"a": 1}], "! expected text, found an object"),
        (first, None, ["", None], None),
        (last, None, "tea", "tea"),
        (nth, "-2", ["a", "b"], "a"),
        (nth, "-3", ["a", "b"], None),
        (limit, "{most: 1, skip: 1}", ["a", "b", "c"], ["b"]),
        (unique, None, [1, True, 1.0, "1", [1], [1], {"a": 1}, {"a": 1}], [1, True, "1", [1], {"a": 1}]),
        (unique, "a", [{"a": 1, "b": 1}, {"a": 1, "b": 2}, {"b": 3}], [{"a": 1, "b": 1}, {"b": 3}]),
        (unique, "a", ["x"], '! expected an object with "a", found the text "x"'),
        (reverse, None, ["a", "b"], ["b", "a"]),
        (count, None, None, 0),
        (count, None, "tea", 1),
        (drop_empty, None, [False, 0, "", None, [], " "], [False, 0, " "]),
        (flatten, "2", [[["a", ["b"]]]], ["a", ["b"]]),
        (list_, None, {"a": 1}, [{"a": 1}]),
        (sort, None, ["é", "b", "A"], ["A", "b", "é"]),
        (sort, None, [None, 2, "", 1], [1, 2, None, ""]),
        (sort, "{descending: true}", [1, Decimal("1.5"), 2.5, None], [2.5, Decimal("1.5"), 1, None]),
        (sort, None, [LATE, EARLY], [EARLY, LATE]),
        (sort, None, [1, "a"], "! cannot compare numbers and text"),
        (sort, None, [EARLY, datetime(2026, 1, 1)], "! cannot compare moments and moments with a zone"),
        (sort, None, [{"a": 1}], "! an object has no order"),
        (min_, "price", [{"price": 2}, {"price": 1}, {}], {"price": 1}),
        (max_, None, [date(2026, 1, 1), date(2026, 1, 2)], date(2026, 1, 2)),
        (max_, None, ["b", "C", "a"], "C"),
        (sum_, None, [0.1, 0.2, 0.3], 0.6),
        (sum_, None, [1, Decimal("1.10")], Decimal("2.10")),
        (sum_, None, [None], None),
        (sum_, None, ["1"], '! expected a number, found the text "1"'),
        (sum_, None, [True], "! expected a number, found the truth value true"),
    ],
)
def test_lists_are_chosen_from_ordered_and_added_up(part: Any, options: str | None, value: Any, result: Any):
    found = result_of(part, value, options)

    assert (repr(found), found) == (repr(result), result)


def test_a_list_nested_deeper_than_python_can_call_is_flattened():
    nest: list[Any] = ["tea"]
    for _ in range(100_000):
        nest = [nest]

    assert make_filter(flatten)(nest) == ["tea"]


@given(st.lists(st.integers() | st.none()))
def test_sorting_keeps_every_value(values: list[int | None]):
    found = make_filter(sort)(values)

    assert sorted(map(repr, found)) == sorted(map(repr, values))


@given(st.lists(st.integers() | st.text(max_size=2) | st.lists(st.integers(), max_size=2)))
def test_unique_values_are_the_first_of_each(values: list[Any]):
    found = make_filter(unique)(values)

    assert all(value in found for value in values)
    assert all(values.index(value) <= values.index(other) for value, other in pairwise(found))


@pytest.mark.parametrize(
    ("part", "options", "value", "result"),
    [
        (absolute_url, None, "tea.html", "https://shop.example/list/tea.html"),
        (absolute_url, None, "?page=2#top", "https://shop.example/list/page.html?page=2#top"),
        (absolute_url, None, "#a b", "https://shop.example/list/page.html#a%20b"),
        (absolute_url, "{fragment: false}", "#top", "https://shop.example/list/page.html"),
        (absolute_url, None, "javascript:void(0)", None),
        (url, None, "//cdn.example/x.png", "https://cdn.example/x.png"),
        (url, None, "ftp://a.test/", '! "ftp://a.test/" is no web address'),
        (url, None, "http://", '! "http://" is no web address'),
        (email, None, " tea@shop.example ", "tea@shop.example"),
        (email, None, "mailto:t%65a@Shop.Example", "tea@shop.example"),
        (email, None, "grün@straße.de", "grün@straße.de"),
        (email, None, "a@b", '! "a@b" is no e-mail address'),
        (email, None, "a..b@shop.example", '! "a..b@shop.example" is no e-mail address'),
        (email, None, "a@a.test, b@a.test", '! "a@a.test, b@a.test" is no e-mail address'),
        (url_part, "origin", "HTTPS://User:pw@Shop.Example:8443/a", "https://shop.example:8443"),
        (url_part, "port", "https://a.test:8443/", "8443"),
        (url_part, "port", "https://a.test/", None),
        (url_part, "port", "https://a.test:x/", '! "a.test:x" has no valid port'),
        (url_part, "host", "http://[::1", '! "http://[::1" is no address'),
        (url_part, "extension", "https://a.test/.htaccess", None),
        (url_part, "filename", "https://a.test/b/", None),
        (url_part, "fragment", "/a#b", "b"),
        (url_part, "scheme", "/a", None),
        (query_param, "q", "https://a.test/?q=a&q=b", "a"),
        (query_param, "q", "https://a.test/?q=", ""),
        (parse_qs, None, "https://a.test/?a=1&b=&a=2&a=3#x", {"a": ["1", "2", "3"], "b": ""}),
        (parse_qs, None, "https://a.test/", None),
        (urlencode, "{safe: '/'}", "a/b c", "a/b%20c"),
        (urlencode, None, "\ud800", '! "?" holds half a character (a lone surrogate)'),
        (urldecode, None, "%zz%e4", "%zz\ufffd"),
    ],
)  # fmt: skip
def test_addresses_are_resolved_and_taken_apart(part: Any, options: str | None, value: str, result: Any):
    assert result_of(part, value, options) == result


@given(st.text(max_size=40), st.booleans())
def test_text_escaped_for_an_address_reads_back(text: str, plus: bool):
    options = f"{{plus: {str(plus).lower()}}}"

    assert make_filter(urldecode, options)(make_filter(urlencode, options)(text)) == text


@pytest.mark.parametrize(
    ("part", "options", "value", "result"),
    [
        (default, "[a, b]", None, ["a", "b"]),
        (default, "{value: {a: 1}}", [], {"a": 1}),
        (default, "5", 0, 0),
        (string, None, 12.0, "12.0"),
        (string, None, date(2026, 11, 10), "2026-11-10"),
        (string, None, Decimal("1E+3"), "1000"),
        (string, None, {"a": 1}, "! expected text, found an object"),
        (bool_, None, " TRUE ", True),
        (bool_, None, "0", False),
        (bool_, None, 1.0, True),
        (bool_, None, 2, '! the number "2" is neither true nor false'),
        (bool_, None, "", '! "" is neither true nor false'),
        (bool_, "{true_for: Add to basket}", "add  to basket", True),
        (bool_, "{true_for: ja}", "yes", '! "yes" is neither true nor false'),
        (bool_, "{true_for: ja}", "no", False),
        (json, None, "\ufeff[1, 1.5, null]", [1, 1.5, None]),
        (json, None, "NaN", '! the JSON "NaN" holds what is no number: NaN'),
        (json, None, "[" * 100_000, f'! the JSON "{"[" * 59}…" is nested too deeply'),
        (json, None, "tea", '! no JSON at character 0: "tea"'),
        (lookup, "{table: {1: one, true: yes}}", 1, "one"),
        (lookup, "{table: {a: {b: [1]}}}", "a", {"b": [1]}),
        (lookup, "{table: {Tea: 1}, ignore_case: true}", "TEA", 1),
        (lookup, "{table: {a: 1}}", ["x"], "! expected text, found a list"),
        (enum, "[s, m, l]", " m ", "m"),
        (enum, "[1, 2]", 1, "1"),
        (enum, "[s, m]", "xl", '! "xl" is none of s, m'),
    ],
)
def test_values_are_defaulted_converted_and_looked_up(
    part: Any, options: str | None, value: Any, result: Any
):
    found = result_of(part, value, options)

    assert (type(found), found) == (type(result), result)


@pytest.mark.parametrize(
    ("part", "options", "problem"),
    [
        (default, "", '8 value: "value" is missing'),
        (enum, "", '8 options: "options" is missing'),
        (enum, "{options: {a: b}}", "19 options: expected a list of values"),
        (lookup, "{table: [a]}", "17 table: expected a mapping, found a list"),
        (lookup, "{table: {a: 1}, keep: true, default: 2}",
         '31 keep: "keep" and "default" exclude each other'),
        (nth, "x", '9 index: expected a whole number, found the text "x"'),
        (limit, "", '8 most: needs "most", "skip" or both'),
        (url_part, "hots", "9 part: expected one of scheme, host, port, origin, path, query, "
         'fragment, filename, extension, found the text "hots"'),
    ],
)  # fmt: skip
def test_a_mistake_in_the_options_is_shown_at_its_column(part: Any, options: str, problem: str):
    with pytest.raises(RecipeError) as caught:
        make_filter(part, options)

    [found] = caught.value.problems
    assert f"{found.mark.column} {found.path.removeprefix('filter.')}: {found.message}" == problem
