"""Whatever stands in a file, it is a recipe or refused in words, and quickly."""

import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapekit.errors import Problems, RecipeError
from scrapekit.recipe.load import load_recipe
from scrapekit.recipe.model import Recipe
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree

WHOLE = """\
scrapekit: 1
name: books
inputs:
  q: { type: string, default: tea, env: SCRAPEKIT_Q, pattern: '[a-z]+', description: what }
  sort: { type: enum, options: { new: a, old: b }, default: new }
  t: { type: secret, env: T, required: false, for: https://b.test }
  n: 3
seeds:
  listing:
    - https://a.test/
    - { url: "https://a.test/{{ each.n }}?q={{ inputs.q }}", each: { n: { range: [1, 9], step: 2, pad: 3 } } }
    - { url: https://a.test/api, json: { a: ["{{ each.c }}", 1] }, each: { c: [a, b] }, carry: { k: v } }
pages:
  listing:
    links:
      product: h3 a
      listing: [li.next a@href, { css: a, allow: ["*/p/*", "re:x+$"], deny: /cart, max: 3, when: n > 1 }]
    paginate: { page: { param: p, last: "a.last" }, max_pages: 5, until: repeat, in: query }
  product:
    parser: { name: html, x: y }
    item: book
    each: li
    key: title
    where: price > 1 and title
    fields:
      title: h1
      price: { css: .price, type: price, pipe: "trim | split: ','", default: 0 }
      upc: { css: "th:contains('UPC') + td", else: [{ xpath: "//x", pipe: [trim, { split: "," }] }, x@y] }
      tags: ["a.tag"]
      text: "{{ item.title }} {{ inputs.n }}"
      reviews: { each: .r, fields: { by: .by, stars: { css: .s, attr: [data-s, text], nth: -1 } } }
      kind: { const: x, type: { name: enum, options: [x] } }
http: { headers: { A: "Bearer {{ inputs.t }}", X: 5 }, timeout: 5s, max_body: 1MiB, allow_hosts: [a.b] }
crawl: { delay: 0, allow_failed: 5%, scope: any }
export: [out/b.jsonl, { csv: { path: out/b.csv, fields: [title], delimiter: ";" } }]
expect: { book: { min: 20 } }
"""

PIECES = [
    *'*&!|>@`%#{}[]:,-?"\'\\\t\n\r\0()é🎈~01', " #", "{{", "}}", ": ", "- ", "\n  ", "\ufeff", "\x85", "-1",
    "1e999", "null", "true", "<<", "---\n", "...", "re:(", "xpath:", "css:", "json:", "@href", "inputs.",
    "item.", "each.", " | ", " and ", "9" * 30, "x" * 500, "", "[" * 70, "{a: " * 70, "extends: x",
]  # fmt: skip


def outcome_of(text: str) -> Recipe | RecipeError:
    """The recipe, or how it was refused; any other exception escapes."""
    problems = Problems()
    tree = parse_tree(text, "r.yaml", problems)
    recipe = None
    if tree is not None:
        recipe = read_recipe(tree, problems, file="r.yaml", inputs={"q": "a"}, environ={"T": "s3cret"})
    try:
        problems.raise_if_any()
    except RecipeError as error:
        return error
    assert recipe is not None
    return recipe


def test_the_recipe_that_is_spoilt_below_is_one():
    assert isinstance(outcome_of(WHOLE), Recipe)


def spoil(text: str, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 3)):
        at, piece = chance.randrange(len(text) + 1), chance.choice(PIECES)
        until = min(len(text), at + chance.choice([0, 0, 1, 2, 5, 30]))
        text = text[:at] + piece + text[until:]
    return text


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**64))
def test_a_spoilt_recipe_is_a_recipe_or_refused(seed: int):
    started = time.process_time()

    outcome = outcome_of(spoil(WHOLE, random.Random(seed)))

    assert "s3cret" not in str(outcome)
    assert time.process_time() - started < 20


def test_a_recipe_cut_at_any_place_is_a_recipe_or_refused():
    for end in range(0, len(WHOLE), 7):
        outcome_of(WHOLE[:end])


def test_a_recipe_without_any_one_line_is_a_recipe_or_refused():
    lines = WHOLE.splitlines(keepends=True)
    for at in range(len(lines)):
        outcome_of("".join(lines[:at] + lines[at + 1 :]))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_recipe_or_refused(tmp_path_factory: pytest.TempPathFactory, body: bytes):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(body)
    problems = Problems()

    recipe = load_recipe(Path(path), inputs={}, overrides=[], environ={}, problems=problems)

    assert recipe is None
    assert len(problems) > 0


_WORDS = """
    scrapekit name inputs seeds pages export http crawl expect p q item items fields each links paginate css
    xpath attr pipe type else default required when where key url json form range list options env next page
    offset cursor param from last in path headers cookies timeout delay robots min max carry allow parser t
"""
_VALUES = """
    h1 a@href https://a.test/ {{inputs.x}} {{ re:( 5s 5% p out/x.jsonl ../x.csv trim|lower xpath://a price>1
    secret enum
"""
_KEYS = st.sampled_from(_WORDS.split())
_LEAVES = st.sampled_from([None, True, 0, 1, -1, 2.5, "", *_VALUES.split()])


def _within(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4)


_TREES = st.recursive(_LEAVES, _within, max_leaves=25)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(_KEYS, _TREES, max_size=6))
def test_any_mixture_of_known_words_is_a_recipe_or_refused(data: dict[str, object]):

    outcome_of(
        json.dumps({"scrapekit": 1, "seeds": "https://a.test/", "pages": {"p": data.get("p")}, **data})
    )


def _fields(text: str) -> str:
    return "pages: { p: { item: x, fields: { " + text + " } } }\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "pages:\n" + "".join(f"  p{at}: {{}}\n" for at in range(30_000)),
        "pages:\n" + "".join(f"  p{at}: {{ links: {{ q{at}: a }} }}\n" for at in range(15_000)),
        _fields(", ".join(f"f{at}: {{ typ: 1 }}" for at in range(20_000))),
        _fields("t: '" + "{{ item.a }}" * 60_000 + "'"),
        _fields("t: { css: a, pipe: '" + "a|" * 300_000 + "' }"),
        _fields("t: a") + "crawl: { depth: '" + "{{ inputs.a }}" * 900 + "' }\n",
        "pages: { p: { links: { p: { css: a, allow: '" + "*a" * 300_000 + "' } } } }\n",
        "a: [" + "{{a}}, " * 40_000 + "]",
        "a: {" + ", ".join(f"k{at}" for at in range(40_000)) + "}",
    ],
    ids=["pages", "links", "fields", "template", "pipe", "inputs", "glob", "braces", "keys"],
)
def test_a_bomb_is_refused_in_good_time(text: str):
    started = time.process_time()

    outcome = outcome_of("scrapekit: 1\nseeds: https://a.test/\n" + text)

    assert isinstance(outcome, RecipeError)
    assert time.process_time() - started < 15
