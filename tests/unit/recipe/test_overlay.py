import pytest

from scrapekit.errors import Problems
from scrapekit.node import MapNode, ScalarNode, plain
from scrapekit.recipe.overlay import overlay
from scrapekit.recipe.yaml.tree import parse_tree

RECIPE = """\
crawl: { delay: 1s }
pages:
  listing:
    links:
      product:
        - { css: h3 a, max: 3 }
        - h4 a
    empty:
"""


def tree_of(text: str = RECIPE) -> MapNode:
    tree = parse_tree(text, "r.yaml", Problems())
    assert tree is not None
    return tree


def value_after(key: str, text: str) -> object:
    """What stands under *key* once it is set to *text*."""
    problems = Problems()
    found: object = plain(overlay(tree_of(), key, text, f"--set {key}={text}", problems))
    problems.raise_if_any()
    for part in key.split("."):
        found = found[int(part)] if isinstance(found, list) else found[part]  # type: ignore[index]
    return found


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("crawl.delay", "0", 0),
        ("crawl.delay", "250ms", "250ms"),
        ("http.headers.Accept", "text/html", "text/html"),
        ("pages.listing.links.product.0.max", "9", 9),
        ("pages.listing.links.product.1", "li > a", "li > a"),
        ("pages.listing.links.product.1", "#main a", "#main a"),
        ("pages.listing.links.product.1", "*.x", "*.x"),
        ("pages.listing.links.product.1", "{css: a, max: 2}", {"css": "a", "max": 2}),
        ("pages.listing.empty.x", "a: b", "a: b"),
        ("crawl.delay", '"0"', "0"),
        ("crawl.delay", "", None),
        ("crawl.delay", "no", "no"),
        ("export", "[a.csv, b.jsonl]", ["a.csv", "b.jsonl"]),
    ],
)
def test_a_setting_is_replaced_or_made(key: str, text: str, value: object):
    assert value_after(key, text) == value


def test_the_rest_of_the_recipe_stays_as_it_is():
    changed = overlay(tree_of(), "crawl.per_host", "4", "--set", Problems())

    assert plain(changed) == {**plain(tree_of()), "crawl": {"delay": "1s", "per_host": 4}}  # type: ignore[dict-item]


def test_marks_of_the_new_value_point_to_the_command_line():
    changed = overlay(tree_of("a: 1\n"), "b.c", "{d: 1}", "--set b.c={d: 1}", Problems())

    node = changed.get("b")
    assert isinstance(node, MapNode)
    inner = node.get("c")
    assert isinstance(inner, MapNode)
    leaf = inner.get("d")
    assert isinstance(leaf, ScalarNode)
    assert {str(mark) for mark in (node.mark, changed.key_mark("b"), inner.key_mark("d"), leaf.mark)} == {
        "--set b.c={d: 1}"
    }


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("crawl..delay", "1", '--set: "crawl..delay" names no setting\n  hint: write it like crawl.delay=0'),
        ("", "1", '--set: "" names no setting\n  hint: write it like crawl.delay=0'),
        (
            "crawl.delay.x",
            "1",
            '--set: crawl.delay.x: crawl.delay is the text "1s", not a mapping\n'
            "  hint: give the whole setting: --set crawl.delay={...}",
        ),
        (
            "pages.listing.links.product.2",
            "a",
            "--set: pages.listing.links.product.2: "
            "pages.listing.links.product is a list of 2: it has no entry 2\n"
            "  hint: give the whole setting: --set pages.listing.links.product={...}",
        ),
        ("crawl.delay", "[1", '--set: the "[" that opens here is not closed'),
        ("crawl.delay", "\udcff", "--set: the value is not UTF-8 text"),
    ],
)
def test_a_setting_that_cannot_be_made_is_a_problem(key: str, text: str, words: str):
    problems = Problems()
    tree = tree_of()

    assert overlay(tree, key, text, "--set", problems) is tree
    assert [str(problem) for problem in problems] == [words]
