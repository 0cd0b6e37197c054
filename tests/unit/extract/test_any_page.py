"""Whatever a server sends, a page rule makes records of it or says why not: with every source and filter."""

from __future__ import annotations

import json
import random
import time
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapekit.errors import Problems
from scrapekit.model import Outcome, Verdict
from scrapekit.page import Page
from scrapekit.planning.plan import Plan, compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.load import load_recipe
from scrapekit.request import Request
from scrapekit.writing.strict_json import json_writer

ROOT = Path(__file__).parents[3]
RICH = b"""<!doctype html><title>Tea</title><base href=/b/><meta property=og:title content="A tea">
<p>12,50 EUR</p><p>2024-02-30 <b>x</b></p><p>{"a": [1, 2.5, null]}</p><p>a, b;c</p><p>yes</p><p> </p>
<ul><li class=x data-x=1><a href="../a.html?x=1#y">one</a> <b>1</b><li><a href=//b.test/>two</a></ul>
<table><tr><th>Name<th>Price<th>Weight<tr><td>Tea<td>3<td>10 g<tr><td colspan=2>Cup<td>4</table>
<div itemscope itemtype=//schema.org/Product><i itemprop=name>Tea</i><b itemprop=offers itemscope></b></div>
<script type=application/ld+json>{"@type": "Product", "name": "Tea", "offers": [{"price": 1e3}]}</script>
<script>window.__DATA__ = {rows: [{'name': "x", }], a: JSON.parse("{\\"b\\": 1}"), b: f(x)};</script>
<a class=next href=?page=2>next</a><p>5</p><p>-1e999</p><p>07:30</p><p>http://[::1]/</p><p>x@y.test</p>"""
PAGES = [RICH] * 100 + [
    path.read_bytes()
    for path in sorted(ROOT.glob("tests/*/*/site/**/*"))
    if path.suffix in (".html", ".json", ".xml", ".txt")
]
KINDS = [
    "text/html",
    "text/html; charset=utf-16",
    "text/html; charset=windows-1252",
    "text/html; charset=nonsense",
    "application/json",
    "text/xml",
    "text/plain; charset=utf-8",
    "",
]

HEAD = """\
scrapekit: 1
name: any
seeds: { html: https://a.test/ }
"""
SOURCES = {
    "css": "p",
    "texts": '{ css: "p, li", all: true }',
    "taken": "li ::text",
    "attribute": '{ css: "[class]", attr: [data-x, class], all: true }',
    "xpath": "xpath://a/@href",
    "number": "xpath:count(//a)",
    "regex": "'re:([0-9]+)[^0-9]'",
    "row": "row:Weight",
    "column": "{ column: Price, all: true }",
    "cell": "{ table: table, row: Tea, column: Price }",
    "jsonld": "{ jsonld: '*', all: true }",
    "microdata": "{ microdata: '*', all: true }",
    "meta": "meta:og:title",
    "state": "state:*",
    "header": "header:content-type",
    "cookie": "cookie:session",
    "status": "{ status: true }",
    "url": "'url:/item/(.*)'",
    "script": '{ css: script, then: { jsonpath: "$..*" }, all: true }',
    "removed": "{ css: body, remove: [p, script] }",
    "inner": "{ css: div@inner_html }",
    "nested": "{ each: li, fields: { link: a@href, text: b } }",
    "template": '"{{ item.css }} {{ page.url }} {{ page.status }}"',
    "sum": '{ template: "{{ item.number + 1 }}", type: int, default: 0 }',
}
TYPES = ("int", "float", "decimal", "bool", "date", "datetime", "url", "email", "price")
JSON_FIELDS = "{ all: { jsonpath: $..*, all: true }, rows: '$.rows[*].name', last: '$[-1:]', first: '$..a' }"
OTHERS = {"xml": "//item", "feed": "title", "csv": "name", "text": "'re:(.+)'", "javascript": "'state:*'"}


def recipe() -> str:
    """Page rules for every parser, with every source, every type, and every filter that needs no options."""
    lines = [HEAD, "pages:\n  html:\n    links: { html: a, json: '[href]@href' }\n"]
    lines += ["    paginate: { next: a.next }\n    item: any\n    fields:\n"]
    lines += [f"      {name}: {source}\n" for name, source in SOURCES.items()]
    lines += [f"      as_{kind}: {{ css: p, type: {kind} }}\n" for kind in TYPES]
    lines += [f"      by_{name}: {{ css: p, pipe: [{name}] }}\n" for name in plain_filters()]
    lines += [f"      all_{name}: {{ css: p, all: true, pipe: [{name}] }}\n" for name in plain_filters()]
    lines += [f"  json:\n    parser: json\n    item: any\n    fields: {JSON_FIELDS}\n"]
    for parser, selector in OTHERS.items():
        lines += [f"  {parser}:\n    parser: {parser}\n    item: any\n    fields: {{ x: {selector} }}\n"]
    return "".join(lines)


@cache
def plain_filters() -> tuple[str, ...]:
    names = sorted({point.name for point in entry_points(group="scrapekit.filters")})
    return tuple(
        name
        for name in names
        if compiled(
            f"{HEAD}pages: {{ html: {{ item: a, fields: {{ x: {{ css: p, pipe: [{name}] }} }} }} }}\n"
        )[0]
    )


def compiled(text: str) -> tuple[Plan | None, Problems]:
    import tempfile

    problems = Problems()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.yaml"
        path.write_text(text, encoding="utf-8")
        made = load_recipe(path, inputs={}, overrides=(), environ={}, problems=problems)
        plan = (
            None if made is None or problems else compile_plan(made, Plugins(), problems, output=path.parent)
        )
    return (None if problems else plan), problems


@pytest.fixture(scope="module")
def plan() -> Plan:
    made, problems = compiled(recipe())
    assert made is not None, [str(problem) for problem in problems]
    return made


def spoil(body: bytes, pick: random.Random) -> bytes:
    for _ in range(pick.randint(0, 6)):
        at = pick.randrange(len(body) + 1)
        until = min(len(body), at + pick.choice([1, 3, 30]))
        other = pick.choice(PAGES)
        start = pick.randrange(len(other) + 1)
        piece = pick.choice(
            [
                b"",
                pick.randbytes(3),
                body[at:until] * 20,
                other[start : start + 200],
                b"<",
                b"\0",
                b"&#x110000;",
            ]
        )
        body = body[:at] + piece + body[until:]
    return body


def judged(plan: Plan, rule: str, body: bytes, kind: str) -> None:
    """Read the page; what comes of it is whole, or a failure that says why."""
    headers = {"content-type": kind} if kind else {}
    page = Page(Request("https://a.test/item/1", rule), "https://a.test/item/1", 200, headers, body)
    began = time.process_time()

    outcome = plan.callback(rule)(page)

    assert isinstance(outcome, Outcome)
    assert outcome.verdict in (Verdict.OK, Verdict.EMPTY, Verdict.FAILED)
    assert outcome.verdict is Verdict.OK or outcome.reason
    assert outcome.verdict is not Verdict.FAILED or not (outcome.items or outcome.requests)
    write = json_writer()
    for item in outcome.items:
        json.loads(write(dict(item.fields)), parse_constant=pytest.fail)
    assert time.process_time() - began < 4


def test_every_source_and_most_filters_are_among_the_fields(plan):
    assert len(plain_filters()) >= 35
    judged(plan, "html", b"<p>1</p><li>2", "text/html")


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    rule=st.sampled_from(["html", "html", "html", "json", *OTHERS]),
    which=st.integers(0, len(PAGES) - 1),
    seed=st.integers(0, 2**64),
    kind=st.sampled_from(KINDS),
)
def test_a_spoilt_page_gives_records_or_a_stated_failure(plan, rule: str, which: int, seed: int, kind: str):
    judged(plan, rule, spoil(PAGES[which], random.Random(seed)), kind)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rule=st.sampled_from(["html", "json", *OTHERS]), body=st.binary(max_size=300), kind=st.sampled_from(KINDS)
)
def test_any_bytes_give_records_or_a_stated_failure(plan, rule: str, body: bytes, kind: str):
    judged(plan, rule, body, kind)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=40), tag=st.sampled_from(["p", "li", "script", "table", "a href"]))
def test_any_text_in_an_element_gives_records_or_a_stated_failure(plan, text: str, tag: str):
    body = f"<{tag}>{text}</{tag.split()[0]}><p>{text}</p>".encode("utf-8", "replace")
    judged(plan, "html", body, "text/html; charset=utf-8")
