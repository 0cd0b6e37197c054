"""A part that breaks its promise costs its page and is named; a bug of ours is not hidden behind it."""

from __future__ import annotations

import sys

import pytest

from scrapekit.errors import Problems
from scrapekit.model import Verdict
from scrapekit.page import Page
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.load import load_recipe
from scrapekit.request import Request

RECIPE = """\
scrapekit: 1
name: faults
seeds: { page: "http://a.test/" }
pages:
  page:
    item: thing
    fields:
      title: { css: h1, pipe: [stumble] }
"""
FILTER = """
import json

class Stumble:
    takes, gives = "text", "text"

    def make(self, options):
        options.close()
        return lambda value: json.loads(value, parse_int=lambda text: 1 // 0)
"""


@pytest.fixture
def callback(tmp_path, monkeypatch):
    info = tmp_path / "stumbling-0.3.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stumbling\nVersion: 0.3\n")
    (info / "entry_points.txt").write_text("[scrapekit.filters]\nstumble = stumbling_filter:Stumble\n")
    (tmp_path / "stumbling_filter.py").write_text(FILTER)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    monkeypatch.syspath_prepend(str(tmp_path))
    problems = Problems()
    recipe = load_recipe(tmp_path / "recipe.yaml", inputs={}, overrides=(), environ={}, problems=problems)
    plugins = Plugins()
    plan = compile_plan(recipe, plugins, problems, output=tmp_path)
    problems.raise_if_any()
    yield plan.callback("page")
    sys.modules.pop("stumbling_filter", None)


def page(body):
    return Page(Request("http://a.test/", "page"), "http://a.test/", 200, {}, body)


def test_a_plugin_that_raises_what_it_may_not_costs_its_page_and_is_named(callback):
    outcome = callback(page(b"<h1>7</h1>"))

    assert (outcome.verdict, outcome.items) == (Verdict.FAILED, ())
    assert outcome.reason == (
        "pages.page: stumbling 0.3 failed: ZeroDivisionError: integer division or modulo by zero"
    )


def test_the_pages_it_can_read_are_read(callback):
    assert callback(page(b'<h1>"fine"</h1>')).items[0].fields == {"title": "fine"}


def test_a_bug_of_ours_is_no_plugins_fault(callback):
    with pytest.raises(AttributeError):
        callback(None)
