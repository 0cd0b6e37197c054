"""The recipe reference names every key that the readers accept, and no other; its defaults are theirs.

What is accepted is asked of the readers themselves: a recipe that holds a key nobody knows in every one
of its sections is read, and each section tells what it would have known.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from scrapekit import units
from scrapekit.errors import Problems
from scrapekit.extract.draft import Terms
from scrapekit.extract.filters import filter_resolver
from scrapekit.language.expression import compile_expression
from scrapekit.mark import Mark
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.model import Recipe
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.reading import export as read_export
from scrapekit.recipe.reading import vars as read_vars
from scrapekit.recipe.yaml.tree import parse_tree

REFERENCE = "docs/recipes.md"
EXPORTERS = ("jsonl", "json", "csv", "tsv", "sqlite")
PARSERS = ("html", "xml", "json", "javascript", "feed", "csv", "text")

# Every section of a recipe, with every key that opens a section of its own.
SECTIONS = """\
scrapekit: 1
inputs: { INPUT: { default: x, nobody: 1 } }
pipes: { nobody: trim }
seeds:
  PAGE: { url: "https://a.test/{{ each.VAR }}", each: { VAR: { range: [1, 2], nobody: 1 } }, nobody: 1,
    graphql: { query: "{ a }", nobody: 1 } }
  SITEMAP: { sitemap: https://a.test/, lastmod: { nobody: 1 }, priority: { nobody: 1 }, nobody: 1 }
  FEED: { feed: https://a.test/, date: { nobody: 1 }, nobody: 1 }
  FILE: { file: { nobody: 1 }, nobody: 1 }
  ANY: { any: [{ nobody: 1 }, x], nobody: 1 }
  DATED: { url: "https://a.test/{{ each.VAR }}", each: { VAR: { dates: { nobody: 1 } } } }
pages:
  PAGE:
    parser: { nobody: 1 }
    items:
      KIND:
        each: { css: li, nobody: 1 }
        fields:
          FIELD: { css: a, then: { css: b, nobody: 1 }, type: { nobody: 1 }, nobody: 1 }
          ROWS: { fields: { x: b }, each: { css: li, nobody: 1 } }
          BACK: { context: { css: h2, since: { css: h1, nobody: 1 }, nobody: 1 } }
          LAST: { previous: { take: FIELD, nobody: 1 } }
          AWAY: { css: a, at: { css: a, nobody: 1 }, pages: { next: a, total: 3, nobody: 1 } }
          FILE: { css: a, download: { nobody: 1 } }
        detail: { css: a, page: COUNTED, nobody: 1 }
        span: { until: { css: hr, nobody: 1 }, nobody: 1 }
        explode: { field: ROWS, nobody: 1 }
        join: { NAME: { each: li, on: FIELD, fields: { FIELD: a }, nobody: 1 } }
        sort: { by: FIELD, nobody: 1 }
        nobody: 1
    links:
      PAGE: { css: a, each: { css: li, nobody: 1 }, nobody: 1, graphql: { query: "{ a }", nobody: 1 } }
    paginate: { next: { css: a, nobody: 1 }, more: { css: a, nobody: 1 }, nobody: 1 }
    nobody: 1
  SINGLE: { item: KIND, each: { css: li, nobody: 1 }, fields: { FIELD: a } }
  COUNTED: { paginate: { page: { param: p, last: { css: a, nobody: 1 }, nobody: 1 } } }
  OFFSET: { paginate: { offset: { param: o, total: { css: a, nobody: 1 }, nobody: 1 } } }
  CURSOR: { paginate: { cursor: { param: c, from: { css: a, nobody: 1 }, nobody: 1 } } }
  NEXT_URL: { paginate: { next_url: { css: a, nobody: 1 }, total: { css: a, nobody: 1 } } }
  WINDOW: { paginate: { window: { nobody: 1 } } }
http:
  nobody: 1
  cache: { nobody: 1 }
  auth:
    { nobody: 1, basic: { nobody: 1 }, digest: { nobody: 1 }, api_key: { nobody: 1 }, oauth2: { nobody: 1 } }
crawl: { nobody: 1, traps: { nobody: 1 }, budget: { nobody: 1 }, sites: { HOST: { nobody: 1 } } }
expect: { KIND: { nobody: 1 } }
seen: { KIND: { nobody: 1 } }
tests: [{ nobody: 1 }]
plugins: { PACKAGE: { nobody: 1 } }
responses: { SET: [{ when: status == 200, nobody: 1 }] }
login: { page: https://a.test/, nobody: 1 }
nobody: 1
"""

PLAIN = """\
scrapekit: 1
seeds: { PAGE: { url: https://a.test/ } }
pages:
  PAGE:
    item: KIND
    each: li
    fields: { FIELD: { css: a } }
    links: { PAGE: { css: a } }
    paginate: { page: { param: p } }
  OFFSET: { paginate: { offset: { param: o } } }
  CURSOR: { paginate: { cursor: { param: c, from: a } } }
expect: { KIND: {} }
export: { csv: { path: x.csv } }
"""


class Overheard(Problems):
    """Keeps, for every section that met a key it does not know, the keys it does know."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: dict[str, set[str]] = defaultdict(set)
        self._known: set[str] = set()

    def near(self, word: str, known: Iterable[str]) -> str:
        self._known = set(known)
        return ""

    def add(self, mark: Mark, path: str, message: str, hint: str = "") -> None:
        section, _, key = path.rpartition(".")
        if message == 'unknown key "nobody"':
            self.sections[section] |= self._known
        elif message == f'"{key}" is missing':
            self.sections[section].add(key)
        super().add(mark, path, message, hint)


def overhear(text: str, tmp_path: Path | None = None) -> Overheard:
    """What the sections of the recipe know; with a folder, its parts are asked too."""
    problems = Overheard()
    tree = parse_tree(text, "recipe", problems)
    assert tree is not None
    recipe = read_recipe(tree, problems, file="recipe", inputs={}, environ={})
    if tmp_path is not None:
        assert recipe is not None
        compile_plan(recipe, Plugins(), problems, output=tmp_path)
    return problems


@pytest.fixture(scope="module")
def accepted(tmp_path_factory) -> dict[str, set[str]]:
    """Section → the keys that the code knows there."""
    found = dict(overhear(SECTIONS).sections)
    found["recipe"] = found.pop("")
    found["responses"] = found.pop("responses.SET[0]")
    found["tests"] = found.pop("tests[0]")
    # What is a field's own is read by the fields.
    found["vars.VAR"] = set(read_vars.OWN_KEYS)
    for name, other in (
        *(("page", "COUNTED"), ("offset", "OFFSET"), ("cursor", "CURSOR")),
        *(("next_url", "NEXT_URL"), ("total", "NEXT_URL"), ("window", "WINDOW")),
    ):
        for path in [path for path in found if path.startswith(f"pages.{other}.paginate")]:
            found[path.replace(other, "PAGE")] = found.pop(path)
        assert f"pages.PAGE.paginate.{name}" in found
    found["seeds.ANY.any"] = found.pop("seeds.ANY.any[0]")
    found["seeds.PAGE.each.VAR.dates"] = found.pop("seeds.DATED.each.VAR.dates")
    found["pages.PAGE.each"] = found.pop("pages.SINGLE.each")
    found["pages.PAGE.fields.FIELD.each"] = found.pop("pages.PAGE.items.KIND.fields.ROWS.each")
    for name, other in (
        ("context", "BACK"),
        ("previous", "LAST"),
        ("at", "AWAY"),
        ("pages", "AWAY"),
        ("download", "FILE"),
    ):
        known = found.pop(f"pages.PAGE.items.KIND.fields.{other}.{name}")
        found[f"pages.PAGE.fields.FIELD.{name}"] = known
    since = found.pop("pages.PAGE.items.KIND.fields.BACK.context.since")
    found["pages.PAGE.fields.FIELD.context.since"] = since
    found["pages.PAGE.span.until"] = found.pop("pages.PAGE.items.KIND.span.until")
    related = ("span", "explode", "join.NAME", "sort", "detail")
    found |= {f"pages.PAGE.{name}": found[f"pages.PAGE.items.KIND.{name}"] for name in related}
    for path in [path for path in found if ".items.KIND." in path]:
        if path.removeprefix("pages.PAGE.items.KIND.") in related:
            continue
        target = path.replace(".items.KIND", "")
        assert found.get(target, found[path]) == found[path]
        found[target] = found.pop(path)
    # What the core takes is cut out before the exporter reads the rest.
    found["export"] = set(read_export._CORE_KEYS)
    return found | asked_of_parts(tmp_path_factory.mktemp("parts"))


def asked_of_parts(folder: Path) -> dict[str, set[str]]:
    """``parser json`` → the options that part knows."""
    found = {}
    for name in EXPORTERS:
        text = PLAIN.replace("{ csv: { path: x.csv } }", f"{{ {name}: {{ path: x.{name}, nobody: 1 }} }}")
        found[f"exporter {name}"] = overhear(text, folder).sections[f"export.{name}"]
    for name in PARSERS:
        text = f"""\
scrapekit: 1
seeds: https://a.test/
pages: {{ PAGE: {{ parser: {{ name: {name}, nobody: 1 }}, item: KIND, fields: {{ FIELD: x }} }} }}
"""
        found[f"parser {name}"] = overhear(text, folder).sections["pages.PAGE.parser"]
    return found


@pytest.fixture(scope="module")
def documented(tables) -> dict[str, dict[str, str]]:
    """Section → the keys that the reference names there, each with its default."""
    found: dict[str, dict[str, str]] = {
        f"parser {name}": {} for name in ("html", "javascript", "feed", "text")
    }
    for table in tables(REFERENCE, "keys of"):
        for section in table.comment["keys of"].split(","):
            for row in table.rows:
                for key in code_in(next(iter(row.values()))):
                    assert key not in found.setdefault(section.strip(), {}), (section, key)
                    found[section.strip()][key] = row["default"]
    return found


def code_in(text: str) -> list[str]:
    """The words that stand in backticks."""
    return re.findall(r"`([^`]+)`", text)


def test_every_section_of_a_recipe_is_in_the_reference(accepted, documented):
    assert set(documented) == set(accepted)


def test_every_key_that_is_accepted_is_in_the_reference_and_no_other(accepted, documented):
    rows = {"pages.PAGE.paginate.more", "pages.PAGE.paginate.page.last", "pages.PAGE.paginate.offset.total"}

    assert {section: set(keys) for section, keys in documented.items()} == accepted
    assert all("attr" in accepted[section] for section in rows)


def test_the_probe_writes_every_key_that_may_hold_a_mapping(documented, tables):
    """A new key with a section of its own would be missed where the probe does not write it."""
    probed = set(re.findall(r"(\w+): [{]", SECTIONS)) | set(re.findall(r"^ *(\w+):$", SECTIONS, re.MULTILINE))
    for table in tables(REFERENCE, "keys of"):
        for row in table.rows:
            what = row["what it is"]
            keys = code_in(next(iter(row.values()))) if what.startswith(("mapping", "selector")) else []
            free = {
                "query",
                "headers",
                "form",
                "cookies",
                "carry",
                "options",
                "namespaces",
                "variables",
                "extensions",
                "fragments",
                "params",
                "parameters",
                "traps",
                "sites",
                "css",
                "xpath",
            }
            assert (
                set(keys)
                - probed
                - free
                - {"jsonpath", "regex", "select", "const", "else", "default", "item"}
                == set()
            )


def test_the_defaults_of_the_reference_are_those_of_the_code(documented):
    recipe = read_plainly()
    page = recipe.pages["PAGE"]
    shape = recipe.seeds[0].shape
    sources = {
        "http": [recipe.http],
        "http.cache": [recipe.http.cache],
        "crawl": [recipe.crawl],
        "seeds.PAGE": [recipe.seeds[0], shape],
        "pages.PAGE": [page, page.items[0]],
        "pages.PAGE.items.KIND": [page.items[0]],
        "pages.PAGE.fields.FIELD": [page.items[0].fields[0]],
        "pages.PAGE.links.PAGE": [page.links[0], page.links[0].shape],
        "pages.PAGE.paginate": [page.paginate],
        "pages.PAGE.paginate.page": [page.paginate],
        "pages.PAGE.paginate.offset": [recipe.pages["OFFSET"].paginate],
        "expect.KIND": [recipe.expect["KIND"]],
        "export": [recipe.exports[0]],
    }
    for section, found in sources.items():
        for key, default in documented[section].items():
            for value in values_of(found, key):
                assert says(default, value), f"{section}.{key}: {default!r} stands for {value!r}"


def read_plainly() -> Recipe:
    """A recipe that leaves out whatever can be left out."""
    problems = Problems()
    tree = parse_tree(PLAIN, "recipe", problems)
    assert tree is not None
    recipe = read_recipe(tree, problems, file="recipe", inputs={}, environ={})
    assert (recipe is not None, list(problems)) == (True, [])
    assert recipe is not None
    return recipe


_CALLED = {"else": "otherwise", "in": "into", "min": "least", "max": "most"}
OTHERS = {"ROWS", "DATED", "SINGLE", "COUNTED", "OFFSET", "CURSOR", "NEXT_URL", "WINDOW", "AWAY", "FILE"}
"""Names in the probe for a second section of a kind."""

# Written in the recipe above, so what is read is no default.
_WRITTEN = frozenset(
    {
        "url",
        "css",
        "each",
        "fields",
        "traps",
        "item",
        "items",
        "links",
        "paginate",
        "page",
        "budget",
        "sites",
        "cache",
        "param",
        "path",
    }
)


def values_of(found: list[object], key: str) -> list[object]:
    """What the model holds for a key that was not written."""
    names = [] if key in _WRITTEN else [key, _CALLED.get(key, key)]
    return [getattr(part, name) for part in found for name in dict.fromkeys(names) if hasattr(part, name)][:1]


def says(text: str, value: object) -> bool:
    """Whether the words of the column stand for the value."""
    words = code_in(text)
    if isinstance(value, bool):
        return words == [str(value).lower()]
    if not words or len(words[0]) != len(text) - 2:
        return value in (None, "", (), {}) if value != 0 else False
    read = [words[0], units.duration(words[0]), units.size(words[0]), units.share(words[0])]
    return value in read or str(value) == words[0]


def test_every_parser_and_exporter_that_comes_with_scrapekit_is_in_the_reference(tables):
    headed = [next(iter(table.rows[0])) for table in tables(REFERENCE, "keys of")]
    exporters = {name for head in headed for name in code_in(head)}
    parsers = {code_in(row["parser"])[0] for table in tables(REFERENCE, "parsers") for row in table.rows}
    ours = [part for part in Plugins().all() if part.dist.startswith("scrapekit-")]

    assert exporters == {part.name for part in ours if part.kind == "exporters"}
    assert parsers == {part.name for part in ours if part.kind == "parsers"} == set(PARSERS)


def test_the_choices_of_the_reference_are_those_of_the_code(tables):
    for table in tables(REFERENCE, "keys of"):
        for row in table.rows:
            words = code_in(row["what it is"])
            for section in table.comment["keys of"].split(","):
                key = code_in(next(iter(row.values())))[0]
                if len(words) > 1 and (known := choices(section.strip(), key)):
                    assert known == words, (section, key)


def choices(section: str, key: str) -> list[str]:
    """The words that an error message offers where another is written."""
    places = {
        "crawl": "crawl: { KEY: nobody }",
        "seeds.PAGE": "seeds: { PAGE: { url: https://a.test/, KEY: nobody } }",
        "inputs.INPUT": "inputs: { INPUT: { KEY: nobody } }",
        "pages.PAGE.items.KIND": "pages: { PAGE: { item: KIND, fields: { a: b }, KEY: nobody } }",
        "pages.PAGE.paginate": "pages: { PAGE: { paginate: { page: p, KEY: nobody } } }",
    }
    if section not in places or key == "method":
        return []
    problems = overhear("scrapekit: 1\n" + places[section].replace("KEY", key))
    found = [re.match(r"expected one of ([\w, ]+), found", problem.message) for problem in problems]
    return next((match[1].split(", ") for match in found if match), [])


def test_the_types_of_the_reference_are_those_of_the_code(tables):
    problems = overhear(
        "scrapekit: 1\npages: { PAGE: { item: KIND, fields: { a: { css: b, type: nobody } } } }"
    )
    message = next(problem.message for problem in problems if "expected one of" in problem.message)
    (table,) = tables(REFERENCE, "types")

    assert [code_in(row["type"])[0] for row in table.rows] == re.findall(
        r"\w+", message.partition("one of")[2].partition(", found")[0]
    )


def test_a_short_form_of_the_reference_is_one_that_loads(tables, checked, piece):
    pieces = [
        piece(text, table.comment["pieces of"])
        for table in tables(REFERENCE, "pieces of")
        for row in table.rows
        for text in code_in(row["written"])
    ]

    assert pieces
    assert [checked(each).problems for each in pieces] == [[] for _ in pieces]


def test_the_expressions_of_the_reference_compile(tables):
    (table,) = tables(REFERENCE, "expressions")
    names = {"item": None}
    terms = Terms(Plugins(), Problems(), names, set())
    for row in table.rows:
        for text in code_in(row["written"]):
            compile_expression(text, names, filter_resolver(terms, "here"))

    assert list(terms.problems) == []
