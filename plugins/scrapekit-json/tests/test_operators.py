"""What jsonpath-ng has beyond the RFC: its operators, on paths that are read as the RFC has it."""

from __future__ import annotations

from typing import Any

import pytest
from jsonpath_ng.ext import parse

from scrapekit import PageError

STORE = {
    "book": [
        {"title": "A", "price": 8, "isbn": "1"},
        {"title": "B", "price": 12.5},
        {"title": "C", "price": 9, "isbn": "2"},
    ],
    "bicycle": {"price": 20, "color": "red"},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.book.`len`", [3]),
        ("$.book[*].title.`len`", [1, 1, 1]),
        ("$.book[0].price.`len`", []),
        ("$.bicycle.`keys`", ["price", "color"]),
        ("$.book[\\price][*].title", ["B", "C", "A"]),
        ("$.book[/price].`len`", [3]),
        ("$.bicycle.`sorted`", [["color", "price"]]),
        ("$.bicycle.color.`parent`.price", [20]),
        ("$..color.`parent`.price", [20]),
    ],
)
def test_an_operator_gives_what_jsonpath_ng_gives(select, path: str, found: list[Any]):
    assert select(path, STORE) == found
    assert [match.value for match in parse(path).find(STORE)] == found
    assert select(path, STORE, first=True) == found[:1]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.book[?length(@.title) == 1 && @.isbn == '2'].`parent`.`len`", [3]),
        ("$..[?@ == 'red'].`parent`.price", [20]),
        ("$.book[*]['isbn', 'none'].`parent`.title", ["A", "C"]),
        ("$.`parent`", []),
        ("$.bicycle.`parent`.`parent`", []),
        ("$.bicycle.color.`sorted`", []),
        ("$.bicycle[/price]", []),
        ("book.`len`", [3]),
    ],
)
def test_paths_with_operators_are_read_as_the_rfc_has_it(select, path: str, found: list[Any]):
    assert select(path, STORE) == found


def test_one_may_sort_by_several_names_in_objects(select):
    rows = [{"a": {"b": 1}, "c": 1}, {"a": {"b": 2}, "c": 2}, {"a": {"b": 1}, "c": 3}]

    assert select("$[\\a.b, /c][*].c", rows) == [2, 1, 3]


def test_what_cannot_be_sorted_makes_a_failed_page(select):
    with pytest.raises(PageError, match=r"^the JSONPath \$\.`sorted` failed: '<' not supported"):
        select("$.`sorted`", [1, "a"])


def test_any_depth_is_gone_through(select):
    deep: Any = {"x": 1}
    for _ in range(20_000):
        deep = [deep]

    assert select("$..x.`parent`", deep) == [{"x": 1}]


UNKNOWN = "there are keys, len, parent, sorted; for anything else use the filters of pipe"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("$.a.`sub(/a/, b)`", ("unknown operator `sub(/a/, b)`", 4, 13, UNKNOWN)),
        ("$.a.`len", ("unknown operator `len", 4, 4, UNKNOWN)),
        ("$..`len`", ('expected a name, found "`"', 3, 1, "write other names in quotes: $['a name']")),
        ("$[?@.a.`len` == 1]", ("an operator cannot stand in a condition", 6, 6, "")),
        ("$[?@.a[\\b]]", ("an operator cannot stand in a condition", 6, 4, "")),
        ("$[\\a, b]", ('expected "/" or "\\", found "b"', 6, 1, "")),
        ("$[\\]", ('expected the name to sort by, found "]"', 3, 1, "")),
        ("$[/a", ('expected "," or "]", found the end', 4, 1, "")),
    ],
)
def test_another_operator_is_refused_with_its_place(refusal, path: str, said: tuple[str, int, int, str]):
    assert refusal(path) == said
