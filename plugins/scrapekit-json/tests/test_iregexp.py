"""I-Regexp (RFC 9485): what is one, what it finds, and what else is refused where."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapekit import RegexError
from scrapekit_json.iregexp import compile_iregexp


@pytest.mark.parametrize(
    ("expression", "whole", "not_whole"),
    [
        ("", [""], ["a"]),
        ("a|bc|", ["a", "bc", ""], ["b"]),
        ("(ab)+", ["ab", "abab"], ["aba"]),
        ("a{2}b{1,}c{0,2}", ["aab", "aabbcc"], ["ab", "aabccc"]),
        ("a?b*", ["", "abb"], ["aab"]),
        (".", ["x", "\u2028", "𐄁"], ["\n", "\r", ""]),
        ("[.]", ["."], ["x"]),
        ("[a-c-]", ["b", "-"], ["d"]),
        ("[-a]", ["-", "a"], ["b"]),
        ("[^a\\]]", ["b"], ["a", "]"]),
        ("[&&a~~||]", ["&", "~", "|"], ["b"]),
        ("[\\p{Nd}x]+", ["1x٣"], ["a"]),
        ("\\p{L}", ["ж", "Ж", "a"], ["1", "_"]),
        ("\\P{L}", ["1"], ["a"]),
        ("[^\\P{Lu}]", ["Ж"], ["ж"]),
        ("\\p{Sc}\\p{L}\\p{Lu}\\p{Ll}", ["€aAa"], ["€aaa"]),
        ("\\(\\)\\.\\\\\\[\\]\\{\\}\\?\\*\\+\\|\\-\\^", ["().\\[]{}?*+|-^"], []),
        ("\\n\\r\\t", ["\n\r\t"], []),
        ("^a$", ["a"], ["a\n", "^a$"]),
        ("^?a$*", ["a"], ["aa"]),
        ("{x}"[1:-1] + "#,: <=>!&~@\"'", ["x#,: <=>!&~@\"'"], []),
    ],
)
def test_it_means_what_rfc_9485_says(expression: str, whole: list[str], not_whole: list[str]):
    found = compile_iregexp(expression)

    assert [text for text in [*whole, *not_whole] if found.fullmatch(text)] == whole


@pytest.mark.parametrize(
    ("expression", "said", "offset"),
    [
        ("a\\d", "I-Regexp has no \\d", 1),
        ("\\$", "I-Regexp has no \\$", 0),
        ("\\", "I-Regexp has no \\", 0),
        ("[\\w]", "I-Regexp has no \\w", 1),
        ("*a", "nothing stands before * that could be repeated", 0),
        ("a+?", "nothing stands before ? that could be repeated", 2),
        ("(?:a)", "nothing stands before ? that could be repeated", 1),
        ("a|+", "nothing stands before + that could be repeated", 2),
        ("a{,2}", "expected a count: {2}, {2,} or {2,5}", 1),
        ("a{3,2}", "the count begins with the larger number", 1),
        ("(a", "the bracket ( is not closed", 0),
        ("a)", "the bracket ) was never opened", 1),
        ("[a", "the class is not closed", 0),
        ("[]", "a class is not empty; a ] in it is written \\\\]", 1),
        ("[a[]", "a [ in a class is written \\\\[", 2),
        ("[z-a]", "the range begins with the larger character", 1),
        ("a{99999999999999999999}", "it is too large", 0),
        ("]", "a ] alone is written \\\\]", 0),
        ("a}", "a } alone is written \\\\}", 1),
        ("\\p{Lx}", "expected a category, such as \\\\p{L} or \\\\p{Lu}", 0),
    ],
)
def test_what_is_none_is_refused_with_its_place(expression: str, said: str, offset: int):
    with pytest.raises(RegexError) as caught:
        compile_iregexp(expression)

    assert (str(caught.value), caught.value.offset) == (f"not a regular expression: {said}", offset)


def test_one_that_is_too_long_is_refused():
    with pytest.raises(RegexError, match="longer than 4,000 characters"):
        compile_iregexp("a" * 4_001)


@settings(deadline=None)
@given(st.text("ab()[]{}^$|*+?.,-\\pPLun12é\n", max_size=12), st.text("ab-1\n", max_size=5))
def test_any_text_is_compiled_or_refused_with_a_place_in_it(expression: str, text: str):
    offset = 0
    try:
        compile_iregexp(expression).search(text)
    except RegexError as error:
        offset = error.offset

    assert 0 <= offset <= len(expression)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["a", "b", "(a|b)", "[ab]", "[^a]", "a*", "b+", "a?", "a{2}"]), max_size=8),
    st.text("abc"),
)
def test_what_python_writes_alike_means_the_same(parts: list[str], text: str):
    expression = "".join(parts)

    assert bool(compile_iregexp(expression).fullmatch(text)) == bool(re.fullmatch(expression, text))
