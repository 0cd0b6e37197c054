"""Whatever a page writes into its references: its record and its good links are kept."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scrapekit.errors import Problems
from scrapekit.model import Verdict
from scrapekit.page import Page
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.load import load_recipe
from scrapekit.request import Request
from scrapekit.web.url import origin_of, resolve

RECIPE = """\
scrapekit: 1
name: shop
seeds: { page: https://shop.test/ }
pages:
  page:
    links: { page: a }
    item: page
    fields: { title: h1, linked: { css: a, attr: href, pipe: [absolute_url], all: true } }
"""
PIECES = [
    *("http:", "https:", "HTTP://", "//", "\\\\", "/", "?", "#", "@", ":", "[", "]", "::1", "%", "%2e", ".."),
    *("javascript:", "mailto:", "file:///", "data:,", "ws://", "xn--", ".", "99999", "0x7f", "shop.test"),
    *("\x00", "\t", "\n", " ", "é", "１", "☃", "a" * 300),
]
REFERENCES = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Read a page's body at an address as the recipe says."""
    path, problems = tmp_path_factory.mktemp("recipe") / "recipe.yaml", Problems()
    path.write_text(RECIPE, encoding="utf-8")
    recipe = load_recipe(path, inputs={}, overrides=(), environ={}, problems=problems)
    plan = compile_plan(recipe, Plugins(), problems, output=path.parent)
    problems.raise_if_any()
    assert plan is not None
    callback = plan.callback("page")

    def read(body: str):
        request = Request("https://shop.test/x/y", "page")
        return callback(Page(request, request.url, 200, {"content-type": "text/html"}, body.encode()))

    return read


def page(base: str, references: list[str]) -> str:
    links = "".join(f'<a href="{escape(reference)}">x</a>' for reference in references)
    return f'<base href="{escape(base)}"><h1>title</h1>{links}<a href="https://shop.test/good">x</a>'


@settings(deadline=None)
@given(base=REFERENCES, references=st.lists(REFERENCES, max_size=8))
@example(base="", references=["http://[::1", "http://[v1.x]/", "//", "http://a b/", "\x00"])
@example(base="http://[", references=["x"])
@example(base="javascript:x", references=["x", "http://a:99999/", "http://☃.1/"])
def test_no_reference_loses_the_page(read, base, references):
    outcome = read(page(base, references))
    urls = [request.url for request in outcome.requests]

    assert outcome.verdict is Verdict.OK
    assert [item.fields["title"] for item in outcome.items] == ["title"]
    assert "https://shop.test/good" in urls
    assert [resolve("", url) for url in urls] == urls
    assert all(map(origin_of, urls))
