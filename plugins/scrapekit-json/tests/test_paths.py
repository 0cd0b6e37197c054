"""Paths without conditions (RFC 9535 2.1 to 2.5): what they select, and what is refused where."""

from __future__ import annotations

from typing import Any

import pytest

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
    "in-stock": 6,
    "@type": 7,
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        # 2.2: the root, and what this dialect adds: it may be left out.
        ("$", [STORE]),
        ("@", [STORE]),
        ("$.bicycle.color", ["red"]),
        ("bicycle.color", ["red"]),
        ("@.bicycle.color", ["red"]),
        (".bicycle.color", ["red"]),
        ("['bicycle']['color']", ["red"]),
        ("[ 'bicycle' ].color", ["red"]),
        ("..isbn", ["1", "2"]),
        # 2.3.1: names.
        ("$['a b']", [1]),
        ("$['it\\'s']", [2]),
        ('$["it\'s"]', [2]),
        ("$.☺", [3]),
        ("$['\\u263a']", [3]),
        ("$['\\n']", [4]),
        ("$['']", [5]),
        ("$.in-stock", [6]),
        ("$.@type", [7]),
        ("$.bicycle.color.length", []),
        # 2.3.2: wildcards.
        ("$.book[*].price", [8, 12.5, 9]),
        ("$.book.*.price", [8, 12.5, 9]),
        ("$.bicycle.*", [20, "red"]),
        ("$.bicycle.color.*", []),
        # 2.3.3: indices.
        ("$.book[0].title", ["A"]),
        ("$.book[-1].title", ["C"]),
        ("$.book[3].title", []),
        ("$.book[-4].title", []),
        ("$.bicycle[0]", []),
        # 2.3.4: slices.
        ("$.book[::2].title", ["A", "C"]),
        ("$.book[::-1].title", ["C", "B", "A"]),
        ("$.book[1:].title", ["B", "C"]),
        ("$.book[ 0 : 2 : 1 ].title", ["A", "B"]),
        ("$.book[::0].title", []),
        # 2.5.1: several selectors, in the order written.
        ("$.book[2, 0].title", ["C", "A"]),
        ("$.book[0, 0].title", ["A", "A"]),
        ("$.book[0]['title', 'price']", ["A", 8]),
        ("$.book[0]['price', 'none', 'title']", [8, "A"]),
        ("$.book[0, 1:].title", ["A", "B", "C"]),
        # 2.5.2: descendants.
        ("$..isbn", ["1", "2"]),
        ("$..['title', 'isbn']", ["A", "1", "B", "C", "2"]),
        ("$..book[1].title", ["B"]),
        ("$..[0].title", ["A"]),
        ("$.bicycle..*", [20, "red"]),
        # 2.1: white space before a segment and inside of brackets.
        ("$ .book\n[ 0 ] .title", ["A"]),
    ],
)
def test_a_path_selects_what_rfc_9535_says(select, path: str, found: list[Any]):
    assert select(path, STORE) == found
    assert select(path, STORE, first=True) == found[:1]


def test_what_is_found_at_any_depth_comes_in_the_order_of_the_page(select):
    page = {"n": 1, "a": [{"n": 2, "b": {"n": 3}}, [{"n": 4}]], "c": {"n": 5}}

    assert select("$..n", page) == [1, 2, 3, 4, 5]
    assert select("$..a..n", page) == [2, 3, 4]


def test_any_depth_is_gone_through(select):
    deep: Any = "bottom"
    for _ in range(100_000):
        deep = [deep]

    assert len(select("$..*", deep)) == 100_000
    assert select("$..none", deep) == []


REFUSED = [
    ("", ("expected a path, found the end", 0, 1, "")),
    ("  ", ("expected a path, found the end", 2, 1, "")),
    (" $.a", ("a path does not begin with white space", 0, 1, "")),
    ("$.a \n", ("a path does not end in white space", 3, 2, "")),
    ("$.", ("expected a name, found the end", 2, 1, "write other names in quotes: $['a name']")),
    (
        "$.a.0",
        (
            'expected a name, found "0"',
            4,
            1,
            "an index is written [0], a name that begins with a digit ['0']",
        ),
    ),
    ("$. a", ('expected a name, found " "', 2, 1, "write other names in quotes: $['a name']")),
    ("$...a", ('expected a name, found "."', 3, 1, "write other names in quotes: $['a name']")),
    ("$.a b", ('expected ".", ".." or "[", found "b"', 4, 1, "")),
    ("$.a[*]^", ('expected ".", ".." or "[", found "^"', 6, 1, "the value above is .`parent`")),
    (
        "$.a | $.b",
        (
            'expected ".", ".." or "[", found "|"',
            4,
            1,
            "a path gives one thing; several names are written ['a', 'b']",
        ),
    ),
    (
        "$.a[b]",
        ('expected a quoted name, a number, a slice, ? or *, found "b"', 4, 1, "quote a name: ['b']"),
    ),
    (
        "$.a[(@.length-1)]",
        (
            'expected a quoted name, a number, a slice, ? or *, found "("',
            4,
            1,
            "a script is not supported: the last element is [-1], a condition is [?@.name == 'x']",
        ),
    ),
    ("$.a[]", ('expected a quoted name, a number, a slice, ? or *, found "]"', 4, 1, "")),
    ("$.a[1", ('expected "," or "]", found the end', 5, 1, "")),
    ("$.a[1,]", ('expected a quoted name, a number, a slice, ? or *, found "]"', 6, 1, "")),
    ("$.a['b", ("the string is not closed", 4, 2, "")),
    ("$['a\\qb']", ("unknown escape \\q", 4, 2, "a backslash is written twice: \\\\q")),
    ("$['a\tb']", ("a string holds no control characters; escape it", 4, 1, "")),
    ("$['\\ud800']", ("half of a surrogate pair is no character", 3, 6, "")),
    ("$['\\u12']", ("expected four hexadecimal digits after \\u", 5, 1, "")),
    ("$[007]", ("007 is no index", 2, 3, "")),
    ("$[-0]", ("-0 is no index", 2, 2, "")),
    ("$[-]", ('expected a number, found "-"', 2, 1, "")),
    ("$[9007199254740992]", ("9007199254740992 is no index", 2, 16, "")),
    ("$[1:2:3:4]", ('expected "," or "]", found ":"', 7, 1, "")),
]


@pytest.mark.parametrize(("path", "said"), REFUSED)
def test_what_cannot_be_read_is_refused_with_its_place(refusal, path: str, said: tuple[str, int, int, str]):
    assert refusal(path) == said
