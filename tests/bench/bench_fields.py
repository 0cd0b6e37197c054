"""What reading a page costs: seven CSS fields from a product page of 12 KB, parsing aside and included.

Run it before and after a change: ``python tests/bench/bench_fields.py``.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from scrapekit.errors import Problems
from scrapekit.page import Page
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.load import load_recipe
from scrapekit.request import Request

RECIPE = """\
scrapekit: 1
name: fields
seeds: https://shop.test/
pages:
  product:
    item: book
    fields:
      title: h1
      price: .price_color
      stock: p.instock
      upc: "th:contains('UPC') + td"
      image: "#gallery img@src"
      text: "#description + p"
      tags: ["a.tag"]
"""
PAGE = (
    "<!DOCTYPE html><html><head><title>A book</title></head><body><h1>A book</h1><div class='row main'>"
    "<p class='price_color'>&pound;51.77</p><p class='instock availability'>In stock (22)</p>"
    "<div id='gallery'><img src='/a.jpg'></div><a class='tag' href='/t/1'>one</a><a class='tag'>two</a>"
    "<div id='description'><h2>Text</h2></div><p>Some words about the book.</p>"
    "<table><tr><th>UPC</th><td>a897fe39b1053632</td></tr><tr><th>Stock</th><td>22</td></tr></table></div>"
    + "<ul class='others'>"
    + "".join(
        f"<li class='item n{n}'><a href='/book/{n}'>Book <b>{n}</b></a> some words</li>" for n in range(160)
    )
    + "</ul></body></html>"
).encode()


def best(run: Callable[[], object], rounds: int = 60, times: int = 60) -> float:
    """Microseconds of one call, in the quickest of some rounds."""
    found = []
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(times):
            run()
        found.append((time.process_time() - start) / times)
    return min(found) * 1e6


def main() -> None:
    """Print the size of the page and what reading it costs."""
    with tempfile.TemporaryDirectory() as folder:
        path, problems = Path(folder) / "recipe.yaml", Problems()
        path.write_text(RECIPE)
        recipe = load_recipe(path, inputs={}, overrides=(), environ={}, problems=problems)
        problems.raise_if_any()
        plan = compile_plan(recipe, Plugins(), problems, output=Path(folder))
        problems.raise_if_any()
    read, request = plan.callback("product"), Request("https://shop.test/x", "product")
    headers = {"content-type": "text/html; charset=utf-8"}

    def run() -> object:
        return read(Page(request, request.url, 200, headers, PAGE))

    assert len(run().items) == 1
    print(f"{len(PAGE):,} bytes: {best(run):.1f} µs a page, parsing included")


if __name__ == "__main__":
    main()
