"""What holds for each filter of the plugin: its promises, its examples, its options."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scrapekit_filters
from scrapekit import Filter, FilterContext, RecipeError
from scrapekit.testing import check_filter, make_filter
from scrapekit.testing.odd_values import BY_TYPE
from scrapekit_filters._declare import DeclaredFilter
from scrapekit_filters.reference import filters, main, render

FILTERS = filters()
ALL = {point.name: point for point in entry_points(group="scrapekit.filters")}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.decimals()
    | st.datetimes()
    | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
KINDS: Mapping[str, type | tuple[type, ...]] = {
    "text": str, "html": str, "number": (int, float, Decimal), "bool": bool, "list": list, "object": dict,
    "date": date, "datetime": datetime, "any": object,
}  # fmt: skip
DOCS = Path(__file__).parents[3] / "docs" / "filters.md"
TYPES = "string int float decimal number bool date datetime url email price enum".split()  # noqa: SIM905

every_filter = pytest.mark.parametrize("name", FILTERS)


def test_there_are_the_filters_that_types_are_made_of():
    assert set(TYPES) <= set(FILTERS)


def test_no_other_distribution_takes_a_name_of_ours():
    names = [point.name for point in entry_points(group="scrapekit.filters")]

    assert len(names) == len(set(names))


@every_filter
def test_an_entry_point_is_a_filter_with_an_example_and_a_docstring(name: str):
    part = FILTERS[name]

    assert isinstance(part, Filter)
    assert part.example
    assert re.fullmatch(r"[A-Z].*\.", inspect.cleandoc(part.__doc__ or "").split("\n")[0])


@every_filter
def test_it_keeps_every_promise_of_a_filter(name: str):
    check_filter(FILTERS[name])


@every_filter
def test_it_survives_values_of_kinds_it_does_not_take(name: str):
    # A JSON page gives "any", which connects to every filter.
    part = FILTERS[name]
    function = make_filter(part, part.example[0][0])

    for value in (*BY_TYPE["any"], *BY_TYPE["list"]):
        with suppress(ValueError):
            function(value)


@pytest.mark.parametrize("name", sorted(ALL))
@given(value=JSON)
def test_any_value_gives_what_was_promised_or_a_value_error(name: str, value: Any):
    part = ALL[name].load()
    made = part() if isinstance(part, type) else part
    for options in dict.fromkeys(case[0] for case in made.example):
        function = cached(name, options)
        if value is None or value in ("", []):
            continue
        result = outcome(function, value)
        if isinstance(result, ValueError):
            assert (str(result) != "", isinstance(result, UnicodeError)) == (True, False)
            continue
        assert result is None or isinstance(result, KINDS[made.gives])
        assert made.gives in ("bool", "any") or not isinstance(result, bool)


def outcome(function: Any, value: Any) -> Any:
    try:
        return function(value)
    except ValueError as error:
        return error


@cache
def cached(name: str, options: str | None) -> Any:
    return make_filter(ALL[name].load(), options)


@every_filter
def test_the_options_it_explains_are_the_options_it_reads(name: str):
    part = FILTERS[name]
    with pytest.raises(RecipeError) as caught:
        make_filter(part, "{zzzzzzzz: 1}")

    [problem] = [one for one in caught.value.problems if one.message == 'unknown key "zzzzzzzz"']
    assert problem.hint == (f"known here: {', '.join(sorted(part.options))}" if part.options else "")


def test_every_declared_filter_has_an_entry_point():
    rooms = Path(scrapekit_filters.__file__).parent.glob("*.py")
    modules = [inspect.importlib.import_module(f"scrapekit_filters.{room.stem}") for room in rooms]
    declared = {
        id(part) for room in modules for part in vars(room).values() if isinstance(part, DeclaredFilter)
    }

    assert declared == {id(part) for part in FILTERS.values()}


def test_the_reference_in_docs_is_what_the_filters_say():
    assert DOCS.read_text(encoding="utf-8") == render(), (
        "write it anew: python -m scrapekit_filters.reference docs/filters.md"
    )


def test_the_reference_is_written_where_it_is_asked_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(tmp_path / "filters.md")]) == 0
    assert main([]) == 0

    assert (tmp_path / "filters.md").read_text(encoding="utf-8") == capsys.readouterr().out == render()


def test_a_filter_that_uses_the_page_gets_its_address():
    function = make_filter(FILTERS["url"])

    assert function("a.html") == "https://shop.example/list/a.html"
    assert FilterContext("https://a.test/").url == "https://a.test/"
