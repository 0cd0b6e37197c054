"""Every recipe we ship yields what its pages hold.

A folder beside this file, named like a recipe, records a site: ``site/`` holds its pages,
``expected.jsonl`` the records (``{site}`` stands for the address), ``expected-again.jsonl`` those after a
second run, ``overrides.txt`` what is set
with ``--set``, ``inputs.txt`` with ``-i``, ``answers.py`` what no file can answer: `recorded_site.Site`.
The bookshop needs no folder: the demo serves it, and its catalogue is the truth.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from recorded_site import in_order, records_in
from scrapekit.demo.catalogue import books
from scrapekit.demo.shop import BookShop

HERE = Path(__file__).resolve().parent
RECIPES = HERE.parents[1] / "recipes"
RECORDED = sorted(folder.name for folder in HERE.iterdir() if (folder / "site").is_dir())
SERVED_BY_THE_DEMO = {"bookshop", "bookshop-api"}

pytestmark = pytest.mark.slow


def test_every_recipe_has_pages_to_prove_itself_on():
    assert {recipe.stem for recipe in RECIPES.glob("*.yaml")} == SERVED_BY_THE_DEMO | set(RECORDED)


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


@pytest.mark.parametrize("name", RECORDED)
async def test_a_recipe_yields_what_its_recorded_pages_hold(name, served, run_recipe):
    overrides, inputs = lines_of(HERE / name / "overrides.txt"), lines_of(HERE / name / "inputs.txt")
    with served(HERE / name / "site") as site:
        for expected in ("expected.jsonl", "expected-again.jsonl"):
            if (HERE / name / expected).is_file():
                ended = await run_recipe(RECIPES / f"{name}.yaml", site.url, overrides, inputs)
                lines = (HERE / name / expected).read_text(encoding="utf-8").replace("{site}", site.url)
                assert ended.status == 0, ended.printed
                assert in_order(ended.records) == in_order(records_in(lines))


async def test_the_bookshop_recipe_yields_the_catalogue(run_recipe):
    async with BookShop() as shop:
        ended = await run_recipe(RECIPES / "bookshop.yaml", shop.url)

    assert ended.status == 0, ended.printed
    assert in_order(ended.records) == in_order(
        [
            {
                "title": book.title,
                "author": book.author,
                "category": book.category,
                "price": float(book.price),
                "rating": book.rating,
                "in_stock": book.stock,
                "upc": book.upc,
                "image": f"{shop.url}/media/{book.number}.svg",
                "description": book.description,
                "url": shop.url + book.path,
            }
            for book in books()
        ]
    )


async def test_the_bookshop_recipe_fetches_each_page_once_and_nothing_else(run_recipe):
    async with BookShop() as shop:
        await run_recipe(RECIPES / "bookshop.yaml", shop.url)

        listings = ["/", "/page/2/", "/page/3/"]
        assert shop.hits == dict.fromkeys(["/robots.txt", *listings, *(book.path for book in books())], 1)


async def test_the_api_recipe_yields_the_catalogue(run_recipe):
    async with BookShop() as shop:
        ended = await run_recipe(RECIPES / "bookshop-api.yaml", shop.url)

    assert ended.status == 0, ended.printed
    assert in_order(ended.records) == in_order(
        [
            {
                "title": book.title,
                "author": book.author,
                "category": book.category,
                "price": float(book.price),
                "rating": book.rating,
                "in_stock": book.stock,
                "upc": book.upc,
                "description": book.description,
            }
            for book in books()
        ]
    )
