"""``seen``: every form says the same in the end, and what cannot be meant is named."""

import pytest

from scrapekit.errors import Problems
from scrapekit.recipe.model import Recipe, SeenRule
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree

RECIPE = """\
scrapekit: 1
seeds: https://a.test/
pages:
  listing: {{ links: {{ page: a }} }}
  page:
    items:
      book: {{ key: id, fields: {{ id: a, price: b }} }}
      review: {{ key: no, fields: {{ no: a, text: b }} }}
seen: {}
"""


def read(seen: str) -> Recipe:
    problems = Problems()
    tree = parse_tree(RECIPE.format(seen), "r.yaml", problems)
    assert tree is not None
    recipe = read_recipe(tree, problems, file="r.yaml", inputs={}, environ={})
    problems.raise_if_any()
    assert recipe is not None
    return recipe


@pytest.mark.parametrize(
    ("written", "rules"),
    [
        ("changed", {"book": SeenRule(("id",), "changed"), "review": SeenRule(("no",), "changed")}),
        ("{ by: key }", {"book": SeenRule(("id",)), "review": SeenRule(("no",))}),
        ("{ book: all }", {"book": SeenRule(("id",), "all")}),
        ("{ book: { by: url, ignore: price } }", {"book": SeenRule((), "new", ("price",))}),
        ("{ review: { by: [no, text], replace: true } }", {"review": SeenRule(("no", "text"), replace=True)}),
    ],
)
def test_seen_is_written_for_all_kinds_or_for_each(written, rules):
    assert read(written).seen == rules


@pytest.mark.parametrize(
    ("written", "pages"),
    [
        ("new", {"listing", "page"}),
        ("{ book: new }", {"listing"}),
        ("all", set()),
        ("{ book: all, review: new }", {"listing"}),
    ],
)
def test_only_pages_whose_records_are_all_left_out_when_known_need_not_be_read(written, pages):
    assert read(written).conditional == pages
