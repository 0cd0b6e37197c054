"""The dialect of JSONPath: what is read here, what jsonpath-ng reads, what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonpath_ng.ext import parse

from scrapekit import SelectorError
from scrapekit.testing import make_parser
from scrapekit_json.parser import JsonParser

STORE = {
    "book": [
        {"title": "A", "price": 8, "isbn": "1"},
        {"title": "B", "price": 12.5},
        {"title": "C", "price": 9, "isbn": "2"},
    ],
    "bicycle": {"price": 20, "color": "red"},
    "a b": 1,
    "it's": 2,
    "☺": 3,
    "\n": 4,
    "": 5,
}


def select(path: str, value: Any = STORE, *, first: bool = False) -> list[Any]:
    return list(make_parser(JsonParser).compile(path, "jsonpath", first)(value))


def refusal(path: str) -> tuple[str, int, int, str]:
    with pytest.raises(SelectorError) as caught:
        select(path)
    return str(caught.value), caught.value.offset, caught.value.width, caught.value.hint


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", [STORE]),
        ("@", [STORE]),
        ("$.bicycle.color", ["red"]),
        ("bicycle.color", ["red"]),
        ("@.bicycle.color", ["red"]),
        (".bicycle.color", ["red"]),
        ("['bicycle']['color']", ["red"]),
        ("$.book[0].title", ["A"]),
        ("$.book[-1].title", ["C"]),
        ("$.book[3].title", []),
        ("$.book[*].price", [8, 12.5, 9]),
        ("$.book.*.price", [8, 12.5, 9]),
        ("$.book[::2].title", ["A", "C"]),
        ("$.book[::-1].title", ["C", "B", "A"]),
        ("$.book[::0].title", []),
        ("$.book[0, 2].title", ["A", "C"]),
        ("$.book[0]['title', 'price']", ["A", 8]),
        ("$..isbn", ["1", "2"]),
        ("$..book[1].title", ["B"]),
        ("$..[0].title", ["A"]),
        ("$ . book [ 0 ] . title", None),
        ("$ .book [ 0 ] .title", ["A"]),
        ("$['a b']", [1]),
        ("$['it\\'s']", [2]),
        ('$["it\'s"]', [2]),
        ("$.☺", [3]),
        ("$['\\u263a']", [3]),
        ("$['\\n']", [4]),
        ("$['']", [5]),
        ("$.bicycle.color.length", []),
        ("$.bicycle[0]", []),
    ],
)
def test_a_path_selects_what_rfc_9535_says(path: str, found: list[Any] | None):
    if found is None:
        with pytest.raises(SelectorError):
            select(path)
    else:
        assert select(path) == found
        assert select(path, first=True) == found[:1]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.book[?@.isbn].title", ["A", "C"]),
        ("$.book[?!@.isbn].title", ["B"]),
        ("$.book[?(@.price < 10)].title", ["A", "C"]),
        ("$.book[?@.price < 10 && @.isbn == '2'].title", ["C"]),
        ("$.book[?@.title == 'A' || @.title == 'B'].price", [8, 12.5]),
        ("book[?@.price > $.bicycle.price].title", []),
        ("$..[?@.color]", [STORE["bicycle"]]),
        ("$.book[?@.title =~ '^[AB]$'].title", ["A", "B"]),
        ("$.book[?@.price\r\n<\t10].title", ["A", "C"]),
        ("$.book.`len`", [3]),
        ("$.book[\\price][*].title", ["B", "C", "A"]),
    ],
)
def test_a_filter_is_left_to_jsonpath_ng(path: str, found: list[Any]):
    assert select(path) == found
    assert select(path, first=True) == found[:1]


def test_a_filter_may_begin_a_path():
    assert select("[?@.price > 10].title", STORE["book"]) == ["B"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", ("expected a path, found the end", 0, 1, "")),
        ("$.", ("expected a name, found the end", 2, 1, "write other names in quotes: $['a name']")),
        ("$.a b", ('expected ".", ".." or "[", found "b"', 4, 1, "")),
        (
            "$.a[b]",
            ('expected a quoted name, a number, a slice or *, found "b"', 4, 1, "quote a name: ['a name']"),
        ),
        ("$.a[1", ('expected "," or "]", found the end', 5, 1, "")),
        ("$.a['b", ("the string is not closed", 4, 2, "")),
        ("$['a\\qb']", ("unknown escape \\q", 4, 2, "")),
        ("$['\\ud800']", ("half of a surrogate pair is no character", 9, 1, "")),
        ("$[007]", ("007 is no index", 2, 3, "")),
        ("$[-0]", ("-0 is no index", 2, 2, "")),
        (
            "$[?length(@.a) > 1]",
            (
                "the function length() is not supported",
                3,
                6,
                "select the rows without it and narrow them with a where: condition or a filter",
            ),
        ),
        (
            "$[?@.a == '\\n']",
            ("the escape \\n cannot be read in a path with a filter", 11, 2, "write the character itself"),
        ),
        ("$[?@.a == b]", ("quote the word that is compared with: 'word'", 0, 12, "")),
        ("$[?@.a == 1e3]", ('not a JSONPath near "e3"', 11, 2, "")),
        ("$[?@.a == ", ("not a JSONPath: it ends too early", 10, 1, "")),
        ("$[?'a']", ("a condition compares something", 3, 3, "[?@.name == 'x']")),
        ("$[?@.a =~ '(']", ("not a regular expression: missing ), unterminated subpattern", 10, 3, "")),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(path: str, said: tuple[str, int, int, str]):
    assert refusal(path) == said


values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["x", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=20,
)
segments = st.sampled_from([".a", ".b", "['c']", "[0]", "[-1]", "[1:]", "[:2]", "[*]", "..a", "..b"])


@settings(max_examples=300, deadline=None)
@given(value=values, path=st.lists(segments, max_size=4))
def test_paths_select_the_same_as_jsonpath_ng(value: Any, path: list[str]):
    text = "$" + "".join(path)
    theirs = [match.value for match in parse(text).find(value)]

    assert _in_any_order(select(text, value)) == _in_any_order(theirs)


def _in_any_order(found: list[Any]) -> list[str]:
    """jsonpath-ng walks ``..`` from the inside out; the RFC leaves that open only in part."""
    return sorted(json.dumps(value, sort_keys=True) for value in found)


@settings(max_examples=200, deadline=None)
@given(path=st.text("$@.[]*:,'\"\\? \n\tab0-1(&|=<`~", max_size=20), first=st.booleans())
def test_any_text_is_compiled_or_refused(path: str, first: bool):
    parser = make_parser(JsonParser)
    try:
        select_it, offset = parser.compile(path, "jsonpath", first), 0
    except SelectorError as error:
        select_it, offset = list, error.offset

    assert 0 <= offset <= len(path)
    assert isinstance(select_it(STORE), list)
