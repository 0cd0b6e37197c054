"""Every recipe, command and link that the documentation shows is one that works."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from contextlib import suppress
from pathlib import Path

import click
import pytest

from scrapekit.cli.commands import OWN, root
from scrapekit.demo.catalogue import books
from scrapekit.demo.shop import BookShop
from scrapekit.planning.prepare import RunSettings, prepare

ROOT = Path(__file__).resolve().parents[2]
HOSTS = {"127.0.0.1", "cssselect.readthedocs.io", "docs.python.org", "www.rfc-editor.org", "www.sitemaps.org"}
HOSTS |= {"www.w3.org"}
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.*)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
# What a shell makes of the rest of the line is not for us to read.
_SHELL = re.compile(r"\s(?:[|>&]|2>).*")

TELLS = {
    "title": lambda book, shop: book.title,
    "author": lambda book, shop: book.author,
    "category": lambda book, shop: book.category,
    "shelf": lambda book, shop: book.category,
    "price": lambda book, shop: (float(book.price), f"£{book.price:.2f}"),
    "rating": lambda book, shop: book.rating,
    "stars": lambda book, shop: f"star-rating {['One', 'Two', 'Three', 'Four', 'Five'][book.rating - 1]}",
    "stock": lambda book, shop: book.stock,
    "in_stock": lambda book, shop: book.stock,
    "upc": lambda book, shop: book.upc,
    "pages": lambda book, shop: book.pages,
    "description": lambda book, shop: book.description,
    "cover": lambda book, shop: f"{shop}/media/{book.number}.svg",
    "image": lambda book, shop: f"../media/{book.number}.svg",
    "url": lambda book, shop: shop + book.path,
}
"""What a record's field of that name must say of a book in the demo's shop; of several, one."""


def test_a_block_of_yaml_is_a_recipe_that_loads(right_block, checked):
    found = checked(right_block)

    assert found.problems == []
    assert found.plan is not None


def test_a_recipe_shown_as_wrong_is_refused(wrong_block, checked):
    assert checked(wrong_block).problems != []


def test_a_recipe_laid_over_the_one_before_it_loads(laid_over, tmp_path):
    over, under = laid_over
    (tmp_path / "base.yaml").write_text(under.text, encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(over.text, encoding="utf-8")

    assert prepare(RunSettings(recipe=tmp_path / "shop.yaml")).recipe.kinds


@pytest.mark.slow
async def test_a_recipe_for_the_shop_reads_its_books(shop_block, tmp_path, monkeypatch):
    from scrapekit.run import run

    monkeypatch.chdir(tmp_path)
    async with BookShop() as shop:
        text = re.sub(r"https?://(books\.example|127\.0\.0\.1:8000)", shop.url, shop_block.text)
        (tmp_path / "recipe.yaml").write_text(text, encoding="utf-8")
        settings = RunSettings(
            recipe=tmp_path / "recipe.yaml", overrides=[("crawl.delay", "0")], outputs=["records.jsonl"]
        )
        report = await run(prepare(settings))

        assert (report.outcome, report.broken) == ("complete", [])
        assert sum(report.records.values()) == int(shop_block.comment.get("records", len(books())))
        assert wrong_values(tmp_path / "records.jsonl", shop.url) == []


def wrong_values(path: Path, shop: str) -> list[str]:
    """Each field of the records that does not say what the catalogue says."""
    by_title = {book.title: book for book in books()}
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        book = by_title[record["title"]]
        expected = {name: TELLS[name](book, shop) for name in record}
        found += [
            f"{name}: {value!r}"
            for name, value in record.items()
            if value not in (told if isinstance(told := expected[name], tuple) else (told,))
        ]
    return found


def test_a_command_line_is_one_that_the_program_takes(command_line):
    _, line = command_line
    said = line[re.search(r"\bscrapekit ", line).end() :]
    name, *arguments = shlex.split(_SHELL.sub("", said), comments=True)
    if name in added_commands():
        return
    command = root if name.startswith("-") else root.get_command(click.Context(root), name)
    assert command is not None, name

    # --version and --help end here; what the program does not take is an error.
    with suppress(click.exceptions.Exit):
        if command is root:
            root.make_context("scrapekit", [name])
        else:
            above = click.Context(root, **root.context_settings)
            command.make_context(name, arguments, parent=above)


def added_commands() -> set[str]:
    """The commands of the plugin that the guide shows."""
    project = ROOT / "tests" / "thirdparty" / "scrapekit-words" / "pyproject.toml"
    entries = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["entry-points"]
    return set(entries["scrapekit.commands"]) - set(OWN)


def anchors(page: Path) -> set[str]:
    """The names of the page's headings, as they are linked to."""
    text = _FENCED.sub("", page.read_text(encoding="utf-8"))
    names = (re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()) for heading in _HEADING.findall(text))
    return {name.replace(" ", "-") for name in names}


def test_links_lead_somewhere(page):
    for target in _LINK.findall(_FENCED.sub("", page.read_text(encoding="utf-8"))):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.is_relative_to(ROOT), target
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def test_only_well_known_hosts_are_named(page):
    text = page.read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://([\w.-]+\w)", text))

    assert {host for host in hosts if not host.endswith(".example")} - HOSTS == set()
