"""A field whose pipe begins with a filter for markup reads markup; any other reads text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scrapekit.errors import Problems
from scrapekit.page import Page
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree
from scrapekit.request import Request

PAGE = """<div class=d data-html="<i>x</i>"><p>Green <b>tea</b></p><p class=ad>Buy!</p></div><b>1</b>
<script type=x>{"body": "<p>in <b>JSON</b></p>"}</script>"""


def value(field: str, pipes: str = "{ plain: [{ unwrap: b }] }") -> Any:
    text = f"""scrapekit: 1
name: r
seeds: https://a.test/
pipes: {pipes}
pages: {{ p: {{ item: i, fields: {{ it: {field}, here: p }} }} }}
"""
    problems = Problems()
    recipe = read_recipe(parse_tree(text, "r.yaml", problems), problems, file="r.yaml", inputs={}, environ={})
    plan = compile_plan(recipe, Plugins(), problems, output=Path())
    problems.raise_if_any()
    page = Page(Request("https://a.test/", "p"), "https://a.test/", 200, {}, PAGE.encode())
    [item] = plan.callback("p")(page).items
    return item.fields["it"]


@pytest.mark.parametrize(
    ("field", "result"),
    [
        ("{ css: .d, pipe: [{ remove: .ad }, text] }", "Green tea"),
        ("{ css: .d, pipe: [markdown] }", "Green **tea**\n\nBuy!"),
        ("{ css: .d, remove: .ad, pipe: [markdown] }", "Green **tea**"),
        ("{ xpath: '//p[1]', pipe: [html] }", "<p>Green <b>tea</b></p>"),
        ("{ css: '.d p', all: true, pipe: [{ unwrap: b }] }", ["<p>Green tea</p>", '<p class="ad">Buy!</p>']),
        ("{ css: .d, pipe: [plain, { parse_html: p }] }", "Green tea"),
        ("{ css: .d, attr: data-html, pipe: [text] }", "x"),
        ("{ css: .d, attr: inner_html, pipe: [{ remove: p }] }", None),
        ("{ css: script, pipe: [{ jsonpath: $.body }, text] }", "in JSON"),
        ("{ css: .d, pipe: [collapse, { prefix: '<b>' }, text] }", "Green tea Buy!"),
        ("{ css: p, pipe: [lower] }", "green tea"),
    ],
)
def test_a_field_reads_what_its_pipe_takes(field: str, result: Any):
    assert value(field) == result
