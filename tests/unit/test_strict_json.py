"""Values as JSON text: always UTF-8, always strict, the same with orjson and without."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapekit.writing.strict_json import DEEPEST, _write, json_writer, utf8

TEXTS = st.text(st.characters(exclude_categories=()))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | TEXTS
    | st.dates()
    | st.datetimes()
    | st.decimals(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)


class Colour(StrEnum):
    RED = "red"


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


def read_strictly(text: bytes) -> Any:
    return json.loads(text.decode("utf-8"), parse_constant=refuse_constant)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": 1, "b": [True, None]}, '{"a":1,"b":[true,null]}'),
        ({"ä": "世\u2028界 🙂"}, '{"ä":"世\u2028界 🙂"}'),
        ('\x00\x1f"\\\n', r'"\u0000\u001f\"\\\n"'),
        ("a\ud800b", '"a\ufffdb"'),
        ("\ud83d\ude42", '"🙂"'),
        ({"\udfff": 1}, '{"\ufffd":1}'),
        (float("nan"), "null"),
        ([float("inf"), float("-inf")], "[null,null]"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1E+3"),
        (Decimal("NaN"), "null"),
        (Decimal("1E+400"), '"1E+400"'),
        (10**25, "10000000000000000000000000"),
        (date(2024, 2, 29), '"2024-02-29"'),
        (datetime(2024, 2, 29, 1, 2, 3, tzinfo=UTC), '"2024-02-29T01:02:03+00:00"'),
        (time(1, 2), '"01:02:00"'),
        ((1, (2,)), "[1,[2]]"),
        (MappingProxyType({"a": MappingProxyType({})}), '{"a":{}}'),
        (Colour.RED, '"red"'),
        ({None: 1, 2: 3, True: 4}, '{"null":1,"2":3,"true":4}'),
        ([], "[]"),
    ],
)
def test_a_value_is_written_as_strict_json(value, text):
    assert json_writer()(value) == text.encode()
    assert _write(value) == text.encode()


def test_an_integer_too_long_for_python_to_read_becomes_text():
    written = json_writer()([10**5000])

    assert written == b'["1' + b"0" * 5000 + b'"]'


def test_what_is_nested_too_deep_becomes_a_remark():
    value: Any = 1
    for _ in range(5000):
        value = [value]

    written = json_writer()({"deep": value})

    assert read_strictly(written)
    assert written.count(b"[") == DEEPEST
    assert b'"[nested too deep]"' in written


def test_with_an_indent_it_is_laid_out_as_the_standard_library_would():
    value = {"a": [1, {"b": []}], "c": {}, "d": "x"}

    assert json_writer(2)(value).decode() == json.dumps(value, indent=2)


@pytest.mark.parametrize(("value", "kind"), [({1, 2}, "set"), (b"x", "bytes"), ([object()], "object")])
def test_what_json_has_no_word_for_is_refused_by_its_type(value, kind):
    with pytest.raises(TypeError) as refused:
        json_writer()(value)

    assert str(refused.value) == f"{kind} is no JSON value"


@settings(deadline=None)
@given(VALUES)
def test_whatever_the_value_it_is_strict_json_on_one_line(value):
    written = json_writer()(value)

    read_strictly(written)
    assert b"\n" not in written


@settings(deadline=None)
@given(VALUES)
def test_orjson_and_the_standard_library_mean_the_same(value):
    pytest.importorskip("orjson")
    fast = json_writer()

    assert fast is not None
    assert isinstance(fast, partial)
    assert fast.func is not _write
    assert read_strictly(fast(value)) == read_strictly(_write(value))


@settings(deadline=None)
@given(TEXTS)
def test_utf8_changes_lone_surrogates_only(text):
    written = utf8(text).decode()

    assert "\ufffd" in written or written == text
    assert len(written) <= len(text)
