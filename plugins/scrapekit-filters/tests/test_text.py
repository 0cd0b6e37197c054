"""Text: what holds for any text, and the cases that are easy to get wrong."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit import RecipeError
from scrapekit.testing import make_filter
from scrapekit_filters.codes import base64
from scrapekit_filters.lists import join
from scrapekit_filters.patterns import match, regex, regex_all, regex_groups, reject, sub
from scrapekit_filters.shape import escape, normalize, replace, slice_, slug, split, unaccent, unescape
from scrapekit_filters.text import (
    capitalize,
    collapse,
    lower,
    pad,
    prefix,
    strip_prefix,
    strip_suffix,
    suffix,
    title,
    trim,
    truncate,
    upper,
)

any_text = st.text(max_size=60)


def problems_of(part: Any, options: str) -> list[str]:
    """Each problem with the options: the column in ``filter: …``, the option, the message."""
    with pytest.raises(RecipeError) as caught:
        make_filter(part, options)
    return [
        f"{problem.mark.column} {problem.path.removeprefix('filter.')}: {problem.message}"
        for problem in caught.value.problems
    ]


@pytest.mark.parametrize("part", [trim, collapse, lower, upper, title, capitalize, slug, unaccent, normalize])
@given(text=any_text)
def test_cleaning_twice_is_cleaning_once(part: Any, text: str):
    clean = make_filter(part)

    assert clean(clean(text)) == clean(text)


@given(text=any_text)
def test_trimmed_text_neither_starts_nor_ends_with_white_space(text: str):
    trimmed = make_filter(trim)(text)

    assert trimmed == trimmed.strip()
    assert trimmed in text


@given(
    text=any_text,
    by=st.text(min_size=1, max_size=3).filter(lambda text: text.isprintable() and '"' not in text),
)
def test_what_was_split_joins_to_the_same_text(text: str, by: str):
    options = '"' + by.replace("\\", "\\\\") + '"'
    parts = make_filter(split, options)(text)

    if all(parts):
        assert make_filter(join, options)(parts) == text


@given(text=any_text)
def test_what_was_put_before_and_after_comes_off_again(text: str):
    wrapped = make_filter(suffix, "' <<'")(make_filter(prefix, "'>> '")(text))

    assert make_filter(strip_prefix, "'>> '")(make_filter(strip_suffix, "' <<'")(wrapped)) == text


@given(text=any_text)
def test_escaped_text_reads_back(text: str):
    # The HTML standard reads some numeric references as other characters, but escape writes none.
    assert make_filter(unescape)(make_filter(escape)(text)) == text


@given(text=any_text)
def test_encoded_text_decodes_to_itself(text: str):
    assert make_filter(base64)(make_filter(base64, "encode")(text)) == text


@given(text=any_text, length=st.integers(min_value=1, max_value=40), words=st.booleans())
def test_truncated_text_is_never_longer_than_asked(text: str, length: int, words: bool):
    cut = make_filter(truncate, f"{{length: {length}, words: {str(words).lower()}}}")(text)

    assert len(cut) <= length
    assert cut == text or cut.endswith("…")


@given(text=any_text)
def test_a_slug_holds_only_lower_case_letters_digits_and_single_dashes(text: str):
    made = make_filter(slug)(text)

    assert all(part.isalnum() and part == part.lower() for part in made.split("-")) or not made


@pytest.mark.parametrize(
    ("part", "options", "value", "result"),
    [
        (trim, None, "\ufeff\u200b\u00a0 tea \u2009", "tea"),
        (trim, "'*. '", " *tea. ", "tea"),
        (collapse, None, "\u00a0a\u2003b\n", "a b"),
        (title, None, "l'été DES mc-donald's", "L'été Des Mc-Donald's"),
        (strip_prefix, "['a', 'ab']", "abc", "bc"),
        (strip_prefix, "'Price'", "price 5", "price 5"),
        (strip_suffix, "x", "xx", "x"),
        (truncate, "5", "abcdefgh", "abcd…"),
        (truncate, "9", "two words", "two words"),
        (truncate, "8", "two words", "two…"),
        (truncate, "{length: 3, end: ''}", "abcdef", "abc"),
        (pad, "3", "1234", "1234"),
        (replace, "{from: a, to: aa}", "banana", "baanaanaa"),
        (replace, "{from: '.', to: ''}", "1.234", "1234"),
        (split, None, "  ", []),
        (split, "','", "a,,b", ["a", "", "b"]),
        (slice_, "{from: 1, to: 3}", "tea", "ea"),
        (slice_, "{from: 9}", "tea", ""),
        (unaccent, None, "Ærø Þór Ħal İzmir 日本 Ελλάδα", "AEro Thor Hal Izmir 日本 Ελλαδα"),
        (normalize, "{form: NFKC, quotes: true}", "‘１’—…", "'1'-..."),
        (unescape, None, "&amp;amp; &lt", "&amp; <"),
        (base64, None, "dGVh\n", "tea"),
        (base64, "{way: encode, url_safe: true}", "???>>>", "Pz8_Pj4-"),
        (base64, "{way: decode, url_safe: true}", "Pz8_Pj4-", "???>>>"),
        (prefix, "x", 5, "x5"),
        (prefix, "x", 5.5, "x5.5"),
        (prefix, "x", True, "xtrue"),
        (prefix, "x", Decimal("5.10"), "x5.10"),
    ],
)
def test_text_comes_out_as_a_reader_would_expect(part: Any, options: str | None, value: Any, result: Any):
    assert make_filter(part, options)(value) == result


@pytest.mark.parametrize("value", [["a"], {"a": 1}, None])
def test_text_filters_refuse_what_is_no_text(value: Any):
    with pytest.raises(ValueError, match=r"\Aexpected text, found (a list|an object|nothing)\Z"):
        make_filter(trim)(value)


def test_base64_may_lack_its_padding():
    assert make_filter(base64)("dGU") == make_filter(base64)("dGU=") == "te"


@pytest.mark.parametrize("value", ["5", "dGVh!", "é", "/w=="])
def test_what_is_no_base64_of_text_is_refused(value: str):
    with pytest.raises(ValueError) as caught:
        make_filter(base64)(value)

    assert str(caught.value) == f'"{value}" is no Base64 of UTF-8 text'


@pytest.mark.parametrize(
    ("part", "options", "value", "result"),
    [
        (regex, r"'\d+'", "12 of 34", "12"),
        (regex, r"{pattern: '(\d+) of (\d+)', group: 2}", "12 of 34", "34"),
        (regex, r"{pattern: '(\d+) of (\d+)', group: 0}", "12 of 34", "12 of 34"),
        (regex, r"'(a)|b'", "b", None),
        (regex, r"'(?i)TEA'", "green tea", "tea"),
        (regex_all, r"'(a)|b'", "ab", ["a"]),
        (regex_groups, r"'(?P<a>\d)(?P<b>x)?'", "1", {"a": "1", "b": None}),
        (sub, r"{pattern: '(?P<n>\d+)', with: '<\g<n>>'}", "a1", "a<1>"),
        (sub, r"{pattern: '\s+'}", " a b ", "ab"),
        (match, "tea", "green tea", "green tea"),
        (reject, "tea", "coffee", "coffee"),
    ],
)
def test_regular_expressions_take_replace_keep_and_drop(part: Any, options: str, value: str, result: Any):
    assert make_filter(part, options)(value) == result


@pytest.mark.parametrize(
    ("part", "options", "problem"),
    [
        (regex, "'a(b'", "11 pattern: not a regular expression: missing ), unterminated subpattern"),
        (match, "{pattern: '[z-a]'}", "21 pattern: not a regular expression: bad character range z-a"),
        (reject, "'*'", "10 pattern: not a regular expression: nothing to repeat"),
        (regex, "", '8 pattern: "pattern" is missing'),
        (regex, "{pattern: 'a', group: 1}", '31 group: the pattern has no group "1"'),
        (regex_all, "{pattern: '(?P<x>a)', group: y}", '38 group: the pattern has no group "y"'),
        (regex_groups, "'(a)'", "9 pattern: the pattern has no named group"),
        (sub, r"{pattern: 'a', with: 'x\2'}",
         r"33 with: not a replacement: invalid group reference 2"),
        (sub, r"{pattern: 'a', with: '\g<n>'}", "31 with: not a replacement: unknown group name 'n'"),
        (replace, "{to: x}", '9 from: "from" is missing'),
        (replace, "{from: ''}", '16 from: "from" must not be empty'),
        (truncate, "{length: 2, end: '...'}", "18 length: must be at least 3, the length of the end mark"),
        (pad, "2000", "9 width: must be at most 1000"),
        (pad, "{width: 3, fill: ab}", '26 fill: expected one character, found "ab"'),
        (slice_, "", '8 from: needs "from", "to" or both'),
        (trim, "{char: x}", '10 char: unknown key "char"'),
    ],
)  # fmt: skip
def test_a_mistake_in_the_options_is_shown_at_its_column(part: Any, options: str, problem: str):
    assert problems_of(part, options) == [problem]


@pytest.mark.parametrize(
    ("part", "options"),
    [
        (replace, "{from: a, to: aaaaaaaaaa}"),
        (sub, "{pattern: a, with: aaaaaaaaaa}"),
        (sub, f"{{pattern: '', with: {'a' * 1000}}}"),
    ],
)
def test_a_text_cannot_grow_until_the_memory_is_full(part: Any, options: str):
    grow = make_filter(part, options)
    with pytest.raises(ValueError) as caught:
        reduce(lambda text, _: grow(text), range(12), "a")

    assert str(caught.value) == "the text would have more than 50,000,000 characters"
