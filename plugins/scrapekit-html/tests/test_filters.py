"""The filters for markup: what they promise, and what they do to markup of all kinds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit import RecipeError
from scrapekit.testing import check_filter, make_filter
from scrapekit_html.filters import Html, ParseHtml, Remove, Text, Unwrap

FILTERS = [Remove, Unwrap, Text, Html, ParseHtml]


@pytest.mark.parametrize("part", FILTERS)
def test_it_keeps_every_promise_of_a_filter(part: Any):
    check_filter(part)


@pytest.mark.parametrize("part", FILTERS)
def test_the_options_it_explains_are_the_options_it_reads(part: Any):
    with pytest.raises(RecipeError) as caught:
        make_filter(part, "{zzzzzzzz: 1}")

    [problem] = [one for one in caught.value.problems if "unknown key" in one.message]
    assert problem.hint == f"known here: {', '.join(sorted(part.options))}"


@pytest.mark.parametrize(
    ("part", "options", "markup", "result"),
    [
        (Remove, "b", "a<b>x</b>c<b>y</b>e", "ace"),
        (Remove, "b b", "<b>a<b>b</b>c</b>", "<b>ac</b>"),
        (Remove, "'#x, .y'", '<p id="x">a</p><p class="y">b</p><p>c</p>', "<p>c</p>"),
        (Remove, "':scope > b'", "<b>a</b><i><b>b</b></i>", "<i><b>b</b></i>"),
        (Remove, "b", "no markup & so", "no markup & so"),
        (Unwrap, "b", "a<b>x<i>y</i>z</b>c", "ax<i>y</i>zc"),
        (Unwrap, "b", "<b><b>x</b></b>", "x"),
        (Unwrap, "b", "a\x08<b>c</b>", "a\x08c"),
        (Remove, "b", "a\x08<b>c</b>d", "a\x08d"),
        (Unwrap, "[td, tr]", "<tr><td>x</td></tr>", "x"),
        (Text, None, "<p>a</p><!-- x --><script>y</script><p>b", "a b"),
        (Text, "{lines: true}", "<ul><li>a\n b</li><li> </li><li>c</li></ul>", "a b\nc"),
        (Text, "{lines: true}", "<table><tr><td>a<td>b</table>", "a\nb"),
        (Html, None, '<a href="javascript:x()">a</a><!-- c --><img src=" t.jpg ">',
         '<a>a</a><img src="https://shop.example/list/t.jpg">'),
        (Html, None, '<iframe src="/x">a</iframe><p style="x" onload="y">b</p>', '<p style="x">b</p>'),
        (Html, "{keep: [p, b], attributes: []}", '<p class="x"><i>a<b>c</b></i></p>', "<p>a<b>c</b></p>"),
        (Html, "{inner: true}", "<p>a</p><p>b</p>", "<p>a</p><p>b</p>"),
        (ParseHtml, "{css: b, attr: html}", "<b>a<i>b</i></b>", "<b>a<i>b</i></b>"),
        (ParseHtml, "{css: b, all: true}", "<b>a</b><b></b><b>c</b>", ["a", "c"]),
        (ParseHtml, "{xpath: 'count(//b)'}", "<b>a</b><b>c</b>", 2.0),
    ],
)  # fmt: skip
def test_markup_becomes(part: Any, options: str | None, markup: str, result: Any):
    assert make_filter(part, options)(markup) == result


@pytest.mark.parametrize(
    ("part", "options", "problem"),
    [
        (Remove, "'p::txt'", "options:1:11: filter.selector: unknown pseudo-element ::txt"),
        (Remove, None, 'options:1:8: filter.selector: "selector" is missing'),
        (ParseHtml, "{css: a, xpath: b}", 'options:1:25: filter.xpath: "css" and "xpath" exclude each other'),
        (ParseHtml, "{css: a, attr: 'a b'}", 'options:1:24: filter.attr: "a b" is no attribute\'s name'),
    ],
)
def test_a_mistake_is_found_when_the_recipe_is_loaded(part: Any, options: str | None, problem: str):
    with pytest.raises(RecipeError) as caught:
        make_filter(part, options)

    assert problem in [str(one).split("\n")[0] for one in caught.value.problems]


_TAGS = st.sampled_from(
    ["<b>", "</b>", "<p class=x>", "</p>", "<br>", "<td>", "<script>", "</script>", "<!--", "-->", "a", " "]
)


@given(st.lists(_TAGS | st.text(max_size=3), max_size=30).map("".join))
def test_whatever_is_removed_from_markup_is_not_in_it(markup: str):
    left = make_filter(Remove, "b")(markup)

    assert left is None or make_filter(ParseHtml, "{css: b, attr: html, all: true}")(left) is None


@given(st.lists(_TAGS | st.text(max_size=3), max_size=30).map("".join))
def test_unwrapping_loses_no_text(markup: str):
    before, left = make_filter(Text)(markup), make_filter(Unwrap, "b")(markup)

    assert (make_filter(Text)(left) if left else None) == before
