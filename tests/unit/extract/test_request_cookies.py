"""The cookies of one request."""

from __future__ import annotations

from pathlib import Path

from scrapekit.errors import Problems
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree

RECIPE = """\
scrapekit: 1
inputs: { sid: "a; admin=1" }
seeds:
  p:
    url: "https://a.test/{{ each.n }}"
    headers: { Cookie: own=1 }
    cookies: { sid: "{{ inputs.sid }}", n: "{{ each.n }}" }
    each: { n: [1, 2] }
pages: { p: { item: x, fields: { t: h1 } } }
"""


def test_cookies_are_sent_in_one_header_and_no_value_begins_another(tmp_path: Path):
    problems = Problems()
    tree = parse_tree(RECIPE, "r.yaml", problems)
    assert tree is not None
    recipe = read_recipe(tree, problems, file="r.yaml", inputs={}, environ={})
    assert recipe is not None
    plan = compile_plan(recipe, Plugins(), problems, output=tmp_path)
    assert plan is not None, list(map(str, problems))

    assert [seed.headers for seed in plan.seeds() if not isinstance(seed, str)] == [
        (("Cookie", "own=1; sid=a%3B admin=1; n=1"),),
        (("Cookie", "own=1; sid=a%3B admin=1; n=2"),),
    ]
