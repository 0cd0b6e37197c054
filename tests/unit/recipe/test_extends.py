"""``extends``: a recipe laid over others, and what of the disk it may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapekit.errors import Problems
from scrapekit.node import MapNode, plain
from scrapekit.recipe.load import load_merged, load_recipe
from scrapekit.recipe.version import VERSION

BASE = """\
scrapekit: 1
name: base
seeds: { list: "https://a.test/" }
pages:
  list: { links: { book: a } }
  book:
    item: book
    fields:
      title: h1
      price: { css: .price, type: price, else: [.old, .older] }
crawl: { delay: 2s, per_host: 1 }
"""


def merged(folder: Path, **files: str) -> object:
    """What ``shop.yaml`` comes to, with ``base.yaml`` and *files* beside it."""
    return plain(tree_of(folder, **files))


def tree_of(folder: Path, **files: str) -> MapNode:
    for name, text in {"base": BASE, **files}.items():
        (folder / f"{name}.yaml").write_text(text)
    problems = Problems()
    tree = load_merged(folder / "shop.yaml", (), problems)
    problems.raise_if_any()
    assert tree is not None
    return tree


def complaints(folder: Path, **files: str) -> list[str]:
    """What is wrong, without the folder's name."""
    for name, text in {"base": BASE, **files}.items():
        path = folder / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    problems = Problems()
    load_merged(folder / "shop.yaml", (), problems)
    return [f"{p.mark}: {p.path}: {p.message}".replace(f"{folder}/", "") for p in problems]


def test_mappings_are_merged_key_by_key(tmp_path: Path) -> None:
    whole = merged(tmp_path, shop="scrapekit: 1\nextends: base.yaml\ncrawl: { delay: 0 }\n")
    assert whole["crawl"] == {"delay": 0, "per_host": 1}
    assert whole["seeds"] == {"list": "https://a.test/"}


def test_null_takes_a_setting_out(tmp_path: Path) -> None:
    whole = merged(tmp_path, shop="extends: base.yaml\npages: { book: { fields: { title: null } } }\n")
    assert list(whole["pages"]["book"]["fields"]) == ["price"]


def test_null_stays_where_there_was_nothing(tmp_path: Path) -> None:
    whole = merged(tmp_path, shop="extends: base.yaml\nexpect: null\n")
    assert whole["expect"] is None


def test_a_value_takes_the_place_of_another(tmp_path: Path) -> None:
    whole = merged(tmp_path, shop="extends: base.yaml\npages: { book: { fields: { price: .cost } } }\n")
    assert whole["pages"]["book"]["fields"]["price"] == ".cost"


def test_fallbacks_are_tried_before_those_of_the_base(tmp_path: Path) -> None:
    shop = "extends: base.yaml\npages: { book: { fields: { price: { else: .new } } } }\n"
    whole = merged(tmp_path, shop=shop)
    assert whole["pages"]["book"]["fields"]["price"]["else"] == [".new", ".old", ".older"]


def test_the_name_is_not_taken_over(tmp_path: Path) -> None:
    assert "name" not in merged(tmp_path, shop="extends: base.yaml\n")


def test_of_several_recipes_the_later_lies_over_the_earlier(tmp_path: Path) -> None:
    more = "scrapekit: 1\ncrawl: { delay: 5s, depth: 3 }\n"
    whole = merged(tmp_path, more=more, shop="extends: [base.yaml, more.yaml]\ncrawl: { depth: 4 }\n")
    assert whole["crawl"] == {"delay": "5s", "per_host": 1, "depth": 4}


def test_a_base_may_extend_another(tmp_path: Path) -> None:
    middle = "extends: base.yaml\ncrawl: { delay: 1s }\n"
    whole = merged(tmp_path, middle=middle, shop="extends: middle.yaml\ncrawl: { per_host: 4 }\n")
    assert whole["crawl"] == {"delay": "1s", "per_host": 4}


def test_the_keys_of_the_base_come_first(tmp_path: Path) -> None:
    shop = "extends: base.yaml\npages: { book: { fields: { upc: td, title: h2 } } }\n"
    assert list(merged(tmp_path, shop=shop)["pages"]["book"]["fields"]) == ["title", "price", "upc"]


def test_every_value_knows_its_file(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, shop="extends: base.yaml\ncrawl: { delay: 0 }\n")
    crawl = tree.get("crawl")
    assert str(crawl.get("delay").mark) == f"{tmp_path}/shop.yaml:2:17"
    assert str(crawl.get("per_host").mark) == f"{tmp_path}/base.yaml:11:31"


def test_a_mistake_in_the_base_is_shown_in_the_base(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE.replace("per_host", "per_hosts"))
    (tmp_path / "shop.yaml").write_text("scrapekit: 1\nextends: base.yaml\n")
    problems = Problems()
    load_recipe(tmp_path / "shop.yaml", inputs={}, overrides=(), environ={}, problems=problems)
    assert [str(problem.mark) for problem in problems] == [f"{tmp_path}/base.yaml:11:21"]


def test_recipes_that_extend_each_other_are_a_circle(tmp_path: Path) -> None:
    found = complaints(tmp_path, shop="extends: other.yaml\n", other="extends: shop.yaml\n")
    assert found == [
        "other.yaml:1:10: extends: recipes extend each other in a circle: shop.yaml → other.yaml → shop.yaml"
    ]


def test_a_chain_that_is_too_long_is_refused(tmp_path: Path) -> None:
    files = {f"r{n}": f"extends: r{n + 1}.yaml\n" for n in range(12)}
    found = complaints(tmp_path, shop="extends: r0.yaml\n", **files)
    assert found == ["r7.yaml:1:10: extends: recipes extend each other more than 8 deep"]


@pytest.mark.parametrize("name", ["../base.yaml", "/etc/passwd", "sub/../../base.yaml"])
def test_nothing_outside_the_folder_is_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "base.yaml").write_text(BASE)
    found = complaints(tmp_path, **{"inner/shop": "", "shop": f"extends: {name}\n"})
    assert found == [f'shop.yaml:1:10: extends: "{name}" is outside the folder of the recipe that is run']


def test_a_symbolic_link_leads_nowhere_outside(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    (tmp_path / "secret.yaml").write_text(BASE)
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    found = complaints(folder, shop="extends: link.yaml\n")
    assert found == ['shop.yaml:1:10: extends: "link.yaml" is outside the folder of the recipe that is run']


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    found = complaints(tmp_path, shop="extends: nobody.yaml\n")
    assert found == ['shop.yaml:1:10: extends: there is no recipe "nobody.yaml"']


def test_what_is_no_name_is_refused(tmp_path: Path) -> None:
    found = complaints(tmp_path, shop="extends: { file: base.yaml }\n")
    assert found == ["shop.yaml:1:10: extends: expected a recipe's file, found a mapping"]


def test_a_base_of_a_newer_language_is_refused(tmp_path: Path) -> None:
    found = complaints(
        tmp_path, base=f"scrapekit: {VERSION + 1}\n", shop="scrapekit: 1\nextends: base.yaml\n"
    )
    assert found == [
        f"base.yaml:1:12: scrapekit: this recipe needs language version {VERSION + 1}; this scrapekit reads 1"
    ]
