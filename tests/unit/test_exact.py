"""Values of records come back from the store as they went in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit.exact import from_text, to_text

PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
    | st.decimals(allow_nan=False) | st.dates() | st.datetimes() | st.timedeltas()
)  # fmt: skip
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("$"), inner), max_leaves=20
)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value):
    back = from_text(to_text(value))

    assert back == value
    assert repr(back) == repr(value)


@pytest.mark.parametrize(
    "value",
    [
        Decimal("1.20"),
        datetime(2024, 1, 31, 12, 30, tzinfo=UTC),
        datetime(2024, 10, 27, 2, 30, fold=1),
        date(2024, 1, 31),
        time(12, 30),
        timedelta(days=-1, microseconds=1),
        float("inf"),
        "a lone \ud800 surrogate",
        {"$": ["decimal", "1"]},
        {"$": None},
        [True, 1, 1.0],
    ],
)
def test_no_digit_and_no_type_is_lost(value):
    assert repr(from_text(to_text(value))) == repr(value)


def test_a_number_that_is_too_long_to_be_written_in_decimal_is_kept():
    large = 10**5000

    assert from_text(to_text([large, -large])) == [large, -large]


def test_what_json_has_another_word_for_becomes_that():
    class Colour(StrEnum):
        RED = "red"

    class Other:
        def __str__(self) -> str:
            return "another thing"

    assert from_text(to_text([(1, 2), Colour.RED, Other(), {1: 2}])) == [
        [1, 2], "red", "another thing", {"1": 2},
    ]  # fmt: skip
