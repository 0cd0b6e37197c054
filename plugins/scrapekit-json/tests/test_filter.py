"""The filter jsonpath."""

from __future__ import annotations

import pytest

from scrapekit import RecipeError, RegexTooSlow
from scrapekit.testing import check_filter, make_filter
from scrapekit_json.filters import JsonPath


def test_it_keeps_every_promise_of_a_filter():
    check_filter(JsonPath)


def test_a_path_finds_a_value_in_a_text_or_in_data():
    assert make_filter(JsonPath, "a.b[0]")('{"a": {"b": [7]}}') == 7
    assert make_filter(JsonPath, "{path: '$.a[?@.x > 1].x', all: true}")({"a": [{"x": 1}, {"x": 2}]}) == [2]


def test_a_path_that_is_none_is_a_mistake_at_its_place():
    with pytest.raises(RecipeError) as caught:
        make_filter(JsonPath, "'$.a['")

    assert str(caught.value).startswith("options:1:")


def test_a_path_that_fills_lines_of_its_own_is_one():
    assert make_filter(JsonPath, "|\n  $.a[?@ > 1]\n")({"a": [1, 2]}) == 2


def test_a_value_it_does_not_work_on_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scrapekit.regex.PATIENCE", 0.05)

    with pytest.raises(ValueError, match="failed: '<' not supported"):
        make_filter(JsonPath, "$.`sorted`")([1, "a"])
    with pytest.raises(RegexTooSlow):
        make_filter(JsonPath, "$[?match(@, '(a|aa)+')]")(["a" * 5_000 + "!"])
