"""JavaScript literals are read without being run, and what is none is told apart."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapekit_html.js_tokens import NotLiteral, Patience
from scrapekit_html.literal import read_literal


def read(text: str) -> Any:
    value, end = read_literal(text, 0, Patience())
    assert not text[end:].strip()
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "{a: 1, 'b': \"x\", `c`: [1, 2,], 5: 6, $d_: {},}",
            {"a": 1, "b": "x", "c": [1, 2], "5": 6, "$d_": {}},
        ),
        ("[1,,2]", [1, None, 2]),
        ("[]", []),
        ("[undefined, null, NaN, Infinity, -Infinity, void 0, 1e999]", [None] * 7),
        ("[true, false, !0, !1]", [True, False, True, False]),
        ("[-1, +2, .5, 5., 1e3, 0x1F, 0b101, 0o17, 1_000, 12n]", [-1, 2, 0.5, 5, 1000, 31, 5, 15, 1000, 12]),
        (r"'it\'s \"\n\x41\u00e9\u{1F600}\q\0'", "it's \"\nA\u00e9\U0001f600q\0"),
        ('"a\\\nb"', "ab"),
        ('"line\nbreak"', "line\nbreak"),
        ("`no ${'expression'}`.x", None),
        ("`$5 {}`", "$5 {}"),
        (r'"<\/script>"', "</script>"),
        (
            r'{"a": "\ud83d\ude00", "b": "\ud83d", "c": "\\ud83d"}',
            {"a": "\U0001f600", "b": "\ufffd", "c": "\\ud83d"},
        ),
        (r"{a: '\ud83d\ude00', b: '\ud83d'}", {"a": "\U0001f600", "b": "\ufffd"}),
        ("{ // one\n a /* two */: 1, <!-- three\n b: 2 }", {"a": 1, "b": 2}),
        ('{"a": 1 /* not JSON */}', {"a": 1}),
        ("'a' + \"b\" + `c`", "abc"),
        (
            '{date: new Date("2020-01-31"), now: new Date(), set: new Set([1])}',
            {"date": "2020-01-31", "now": None, "set": [1]},
        ),
        (r'JSON.parse("{\"a\": [1]}")', {"a": [1]}),
        (r"JSON.parse('{\"a\":\"\\u00e9\\/\"}')", {"a": "é/"}),
        ('JSON.parse(decodeURIComponent("%7B%22a%22%3A1%7D"))', {"a": 1}),
        ('JSON.parse(atob("eyJhIjoxfQ=="))', {"a": 1}),
        ("Object.freeze({a: 1})", {"a": 1}),
    ],
)
def test_a_literal_is_read(text: str, value: object):
    if value is None:
        with pytest.raises(NotLiteral):
            read(text)
    else:
        assert read(text) == value


@pytest.mark.parametrize(
    "unknown",
    [
        "name",
        "f(1, {a: 2}, ']')",
        "function(a, b) { return a / b > 1 ? '}' : /[}]'/.test(b) }",
        "(x) => { return {y: [1]} }",
        "class { m() { return '}' } }",
        "a ? {x: 1} : [2]",
        "1 + 2",
        "'a' + b",
        "[1, 2].map(f)",
        "{a: 1}.a",
        "`a ${ {b: `}${1}`} } c`",
        "/[\"'}]+,/gi",
        "new Thing({a: 1})",
        "new Date(2020, 1)",
        "JSON.parse(text)",
        "JSON.parse('{oops')",
        "!done",
        "typeof /}/",
        "await (x)",
    ],
)
def test_what_would_have_to_be_run_is_null(unknown: str):
    assert read(f"{{ before: 1, it: {unknown}, after: [ {unknown}, 2 ] }}") == {
        "before": 1,
        "it": None,
        "after": [None, 2],
    }


@pytest.mark.parametrize(
    "member",
    ["m(a) { return '}' }", "get x() { return 1 }", "async *n() {}", "...rest(1, 2)", "[key]: 1", "name"],
)
def test_a_member_without_a_written_value_is_left_out(member: str):
    assert read(f"{{ a: 1, {member}, b: 2 }}") == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "name",
        "{",
        "[1",
        "{a: 1",
        '"open',
        "'open",
        "`open",
        "[1 2]",
        "{a: }",
        "{]}",
        ")",
        "}",
        "@",
        "/* open",
        "[" * 1000,
    ],
)
def test_what_is_no_literal_is_refused(text: str):
    with pytest.raises(NotLiteral) as caught:
        read(text)

    assert 0 <= caught.value.at <= len(text)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(value=values, ascii_only=st.booleans(), indent=st.sampled_from([None, 2]))
def test_whatever_json_writes_is_read_back(value: Any, ascii_only: bool, indent: int | None):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)

    assert read(text) == value


@settings(max_examples=300, deadline=None)
@given(value=values)
def test_it_is_read_alike_where_python_s_own_reader_cannot_help(value: Any):
    text = json.dumps([value])

    assert read(text[:-1] + ",/**/]") == [value]


@settings(max_examples=500, deadline=None)
@given(text=st.text("{}[]()'\"`,:;.$/\\*+-!<>=\n ax01"))
def test_any_text_is_read_or_refused(text: str):
    try:
        value, end = read_literal(text, 0, Patience())
    except NotLiteral:
        return

    assert 0 < end <= len(text)
    json.dumps(value)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "[" + "[1, x]," * 200_000,
        "{a:" * 99 + "x" * 1_000_000,
        "[" * 99 + "1" + "]" * 99 + ".x",
        '["' + "\\" * 1_000_001,
        "[" + "/*" * 500_000,
        "[" + "`${" * 400_000,
        "{a: (" + "/x" * 500_000,
        "[" + "1+" * 500_000,
        "{" + "a(" * 400_000,
        "[" + "'a'+" * 300_000,
        "JSON.parse(" * 100_000,
    ],
)
def test_a_hostile_script_is_given_up_in_time(text: str):
    start = time.process_time()
    with pytest.raises(NotLiteral):
        read_literal(text, 0, Patience())

    assert time.process_time() - start < 5
