"""What the tests of the documentation share: every page's fenced blocks and tables, and recipes made of them.

Two conventions, both HTML comments right before a block, make every block of YAML a recipe that is loaded:

- a block that begins with ``scrapekit:`` is a whole recipe;
- any other is a piece of one. ``<!-- part of: pages.product -->`` says where it belongs; without it,
  its keys belong at the top. The rest of the recipe is `REST`.

``<!-- file: NAME -->`` says which file a block is: in the tutorial one that the reader saves, in the
plugin guide one of the tested project. ``<!-- wrong -->`` marks a recipe that must be refused, and
``<!-- records: 20 -->`` one that gives so many records of the demo's shop, which has sixty books.
``<!-- extends the block before -->`` marks one that is laid over the recipe shown right before it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import EntryPoint
from itertools import pairwise
from pathlib import Path

import pytest

from scrapekit.errors import Problems
from scrapekit.node import MapNode, Node, ScalarNode
from scrapekit.planning.plan import Plan, compile_plan
from scrapekit.plugins import Plugins
from scrapekit.plugins.offers import Offer, read_offers
from scrapekit.recipe.model import Recipe
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")])
THIRD_PARTY = ROOT / "tests" / "thirdparty" / "scrapekit-words"

REST = """\
scrapekit: 1
name: rest
inputs: { site: "https://books.example", q: tea }
seeds: { listing: "https://books.example/" }
pages:
  listing: { links: { product: h3 a } }
  product: { item: book, fields: { title: h1, price: { css: .price_color, type: price } } }
"""
_COMMENT = re.compile(r"<!--\s*(.*?)\s*-->\Z")
_FENCE = re.compile(r"(\s*)(```+)\s*([\w-]*)")
_ROW = re.compile(r"(?<!\\)\|")
_GIVEN = {"string": "x", "int": "1", "float": "1.5", "bool": "true", "secret": "s"}


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a page: where it begins, its language, its text, what its comment says."""

    page: Path
    line: int
    language: str
    text: str
    comment: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """True for a whole recipe, False for a piece of one."""
        return re.search(r"^scrapekit:", self.text, re.MULTILINE) is not None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a page: its rows as texts by the name of their column."""

    page: Path
    line: int
    comment: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]


def _comment(text: str) -> Mapping[str, str]:
    """``part of: pages.product`` → that mapping; a word alone is a key with nothing."""
    parts = (part.partition(":") for part in text.split(";"))
    return {key.strip(): value.strip() for key, _, value in parts}


def blocks_of(page: Path) -> Iterator[Block]:
    """The page's fenced blocks, in order."""
    lines = page.read_text(encoding="utf-8").split("\n")
    comment: Mapping[str, str] = {}
    at = 0
    while at < len(lines):
        fence, start = _FENCE.match(lines[at]), at
        at += 1
        if fence is None:
            found = _COMMENT.match(lines[start].strip())
            comment = _comment(found[1]) if found else comment if not lines[start].strip() else {}
            continue
        while lines[at].strip() != fence[2]:
            at += 1
        text = "\n".join(line.removeprefix(fence[1]) for line in lines[start + 1 : at]) + "\n"
        yield Block(page, start + 2, fence[3], text, comment)
        comment, at = {}, at + 1


def tables_of(page: Path) -> Iterator[Table]:
    """The page's tables, in order."""
    comment: Mapping[str, str] = {}
    head: list[str] = []
    rows: list[Mapping[str, str]] = []
    start = 0
    for number, line in enumerate([*page.read_text(encoding="utf-8").split("\n"), ""], 1):
        if line.startswith("|"):
            cells = [cell.strip().replace("\\|", "|") for cell in _ROW.split(line)[1:-1]]
            if not head:
                head, start = cells, number
            elif not set(line) <= set("|-: "):
                rows.append(dict(zip(head, cells, strict=True)))
            continue
        if head:
            yield Table(page, start, comment, tuple(rows))
            head, rows, comment = [], [], {}
        if found := _COMMENT.match(line):
            comment = _comment(found[1])
        elif line.strip():
            comment = {}


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a block of YAML: everything wrong with it, and what it was read as."""

    problems: list[str]
    recipe: Recipe | None
    plan: Plan | None


def check_recipe(block: Block, output: Path) -> Checked:
    """Read and compile the recipe that the block is, or belongs to, just as the commands do."""
    problems, name = Problems(), str(block)
    for beside, header in block.comment.items():
        if beside.startswith("beside "):
            name = str(output / "recipe.yaml")
            row = ",".join("https://shop.example/" for _ in header.split(","))
            (output / beside.removeprefix("beside ")).write_text(f"{header}\n{row}\n", encoding="utf-8")
    tree = parse_tree(block.text, name, problems)
    if tree is not None and not block.is_whole:
        tree = _completed(tree, block.comment.get("part of", ""))
    if tree is None:
        return Checked(list(map(str, problems)), None, None)
    recipe = read_recipe(tree, problems, file=name, inputs=_given(tree), environ={})
    plan = compile_plan(recipe, Plugins(offers=OFFERS), problems, output=output) if recipe else None
    return Checked(list(map(str, problems)), recipe, plan)


def _completed(piece: MapNode, place: str) -> MapNode:
    rest = parse_tree(REST, "the rest", Problems())
    assert rest is not None
    if place:
        return _put(rest, place.split("."), piece)
    return replace(rest, entries={**rest.entries, **piece.entries}, keys={**rest.keys, **piece.keys})


def _put(node: Node | None, path: list[str], piece: Node) -> MapNode:
    inside = node if isinstance(node, MapNode) else MapNode({}, piece.mark)
    value = piece if len(path) == 1 else _put(inside.get(path[0]), path[1:], piece)
    keys = {path[0]: piece.mark, **inside.keys}
    return replace(inside, entries={**inside.entries, path[0]: value}, keys=keys)


def _given(tree: MapNode) -> dict[str, str]:
    """A value for each input that must be given."""
    found, inputs = {}, tree.get("inputs")
    for name, node in inputs.entries.items() if isinstance(inputs, MapNode) else ():
        if isinstance(node, MapNode) and not {"default", "required", "options"} & set(node.entries):
            kind = node.get("type")
            found[name] = _GIVEN[str(kind.value) if isinstance(kind, ScalarNode) else "string"]
    return found


def _third_party_offers() -> Iterator[Offer]:
    """What the plugin guide's plugin offers, as if it were installed."""
    sys.path.append(str(THIRD_PARTY / "src"))
    project = tomllib.loads((THIRD_PARTY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for group, entries in project["entry-points"].items():
        for name, value in entries.items():
            entry = EntryPoint(name, value, group)
            kind = group.removeprefix("scrapekit.")
            yield Offer(kind, name, project["name"], project["version"], value, entry)


OFFERS = [*read_offers(), *_third_party_offers()]
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
TABLES = [table for page in PAGES for table in tables_of(page)]
_YAML = [block for block in BLOCKS if block.language == "yaml"]
_EXTENDS = "extends the block before"
_SETS = {
    "page": PAGES,
    "right_block": [block for block in _YAML if not {"wrong", _EXTENDS} & block.comment.keys()],
    "laid_over": [(over, under) for under, over in pairwise(_YAML) if _EXTENDS in over.comment],
    "wrong_block": [block for block in _YAML if "wrong" in block.comment],
    "shop_block": [
        block
        for block in _YAML
        if block.is_whole
        and not {"wrong", _EXTENDS} & block.comment.keys()
        and re.search(r"//(books\.example|127\.0\.0\.1:8000)", block.text)
    ],
    "command_line": [
        (block, line.removeprefix("$ "))
        for block in BLOCKS
        if block.language == "console"
        for line in block.text.split("\n")
        if re.match(r"\$ .*\bscrapekit ", line)
    ],
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each page, block or line of the documentation that a test asks for by name."""
    for name, values in _SETS.items():
        if name in metafunc.fixturenames:
            ids = [
                str(value[1] if isinstance(value, tuple) else value).removeprefix(f"{ROOT}/")
                for value in values
            ]
            metafunc.parametrize(name, values, ids=ids)


@pytest.fixture
def checked(tmp_path):
    """``checked(block)``: a block of YAML read and compiled."""
    return lambda block: check_recipe(block, tmp_path)


@pytest.fixture(scope="session")
def piece():
    """``piece(text, place)``: a text of YAML as if a page showed it as a piece of a recipe."""
    return lambda text, place: Block(ROOT / "docs", 1, "yaml", f"{text}\n", {"part of": place})


@pytest.fixture(scope="session")
def blocks():
    """``blocks("docs/plugins.md")``: the fenced blocks of a page."""
    return lambda name: [block for block in BLOCKS if block.page == ROOT / name]


@pytest.fixture(scope="session")
def tables():
    """``tables("docs/recipes.md", "keys of")``: the tables, on a page or its chapters, so marked."""

    def find(name: str, word: str) -> list[Table]:
        pages = [ROOT / name, *(ROOT / name).with_suffix("").glob("*.md")]
        return [table for table in TABLES if table.page in pages and word in table.comment]

    return find
