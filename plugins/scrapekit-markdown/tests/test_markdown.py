"""Markup as Markdown."""

from __future__ import annotations

import pytest

from scrapekit.testing import check_filter, make_filter
from scrapekit_markdown.filter import Markdown


def test_it_keeps_every_promise_of_a_filter():
    check_filter(Markdown)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p>\n\n\n<p>Two</p>", "One\n\nTwo"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<pre><code>x = 1\ny</code></pre>", "```\nx = 1\ny\n```"),
        ("a<script>x()</script>b<style>p{}</style>", "ab"),
        ('<a href="/2">Two</a>', "[Two](/2)"),
        ("2 * 3 * 4", "2 \\* 3 \\* 4"),
        ("<table><tr><th>a</th></tr><tr><td>1</td></tr></table>", "| a |\n| --- |\n| 1 |"),
        ("<p> </p>", None),
    ],
)
def test_markup_becomes_markdown(markup: str, text: str | None):
    assert make_filter(Markdown)(markup) == text


def test_markup_nested_too_deeply_is_refused():
    with pytest.raises(ValueError) as caught:
        make_filter(Markdown)("<div>" * 5000)

    assert str(caught.value) == "the markup is nested too deeply"
