"""A resolved recipe as YAML: it says the same as the recipe it came from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scrapekit.errors import Problems
from scrapekit.node import plain
from scrapekit.recipe.load import load_resolved
from scrapekit.recipe.yaml.tree import parse_tree
from scrapekit.recipe.yaml.written import written

ODD = [
    "", " ", "a: b", "a #b", "#x", "- a", "[href]", "{a}", "null", "~", "true", "12", "1e3", "0x1f", "007",
    "no", "2s", "2006-01-02", "it's", '"', "a\nb", "\t", "\u00e9", "\u2028", "\u200b", "\u4e2d", "h1 > a",
    "*", "&a", "!x", "%", "@a", "`", "key with spaces", "a/b.c-d_e", "-", "...", "---", "?", ":", "a:", "=",
    "<<", ".5", "+1", "\x85", "\U0001f600",
]  # fmt: skip


def read(text: str) -> object:
    problems = Problems()
    tree = parse_tree(text, "r.yaml", problems)
    problems.raise_if_any()
    assert tree is not None
    return plain(tree)


@pytest.mark.parametrize("origins", [True, False])
@pytest.mark.parametrize("odd", ODD)
def test_any_text_comes_back_as_it_was(odd: str, origins: bool) -> None:
    data = {"a": odd, "list": [odd, [odd], {"x": odd, "y": {}}], odd or "k": 1, "n": None, "e": []}
    text = json.dumps(data, ensure_ascii=not odd.isprintable())
    problems = Problems()
    tree = parse_tree(text, "r.yaml", problems)
    assert tree is not None, list(problems)
    assert read(written(tree, origins=origins)) == plain(tree)


@pytest.mark.parametrize("path", sorted(Path("recipes").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_recipe_of_ours_comes_back_as_it_was(path: Path) -> None:
    problems = Problems()
    tree = load_resolved(path, (), problems)
    assert tree is not None
    assert read(written(tree)) == plain(tree)


def test_each_value_says_where_it_stood(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("scrapekit: 1\ncrawl: { delay: 2s }\n")
    (tmp_path / "shop.yaml").write_text("extends: base.yaml\ncrawl: { per_host: 3 }\n")
    problems = Problems()
    tree = load_resolved(tmp_path / "shop.yaml", [("crawl.depth", "4")], problems)
    assert tree is not None
    assert written(tree).replace(f"{tmp_path}/", "") == (
        "scrapekit: 1   # base.yaml:1:12\n"
        "crawl:\n"
        "  delay: 2s    # base.yaml:2:17\n"
        "  per_host: 3  # shop.yaml:2:20\n"
        "  depth: 4     # --set crawl.depth=4\n"
    )
