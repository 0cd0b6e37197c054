"""Every way a selector can be served gives what plain cssselect gives, from every scope."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import Any

import pytest
from cssselect import HTMLTranslator
from cssselect import parser as css_parser
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from scrapekit import Document
from scrapekit.testing import make_page, make_parser
from scrapekit_html.chain import NotPlanned, read_chain
from scrapekit_html.html import HtmlParser

TAGS = ["div", "p", "a", "ul", "li", "span", "h3"]
CLASSES = ["x", "y", "z", "x y", " x\ty ", "xx", "x-y", "", "z\nx", "x\x0cy"]
NAMES = ["x", "y", "z", "xx", "X"]
IDS = ["i", "j", "k"]
ATTRIBUTES = ["href", "title", "data-a"]
VALUES = ["", "foo", "foo-bar", "bar foo", "ofoo"]
WORDS = ["UPC", "foo", "b&amp;r", "&nbsp;", " ", "Price\n"]


def write_page(pick: random.Random) -> str:
    """Random markup: nested, with comments, repeated ids and tags left open."""
    id_share = pick.choice([0.1, 0.6])

    def attributes() -> str:
        found = ""
        if pick.random() < 0.5:
            found += f' class="{pick.choice(CLASSES)}"'
        if pick.random() < id_share:
            found += f' id="{pick.choice(IDS)}"'
        if pick.random() < 0.3:
            found += f' {pick.choice(ATTRIBUTES)}="{pick.choice(VALUES)}"'
        if pick.random() < id_share / 2:
            found += f' name="{pick.choice(IDS)}"'
        return found

    def content(depth: int) -> str:
        return "".join(node(depth) for _ in range(pick.randint(0, 4)))

    def node(depth: int) -> str:
        kind = pick.random()
        if kind < 0.25 or depth > 5:
            return pick.choice(WORDS)
        if kind < 0.3:
            return pick.choice(["<!-- x -->", "<br>", "<?pi x?>"])
        tag = pick.choice(TAGS)
        close = f"</{tag}>" if pick.random() < 0.95 else ""
        return f"<{tag}{attributes()}>{content(depth + 1)}{close}"

    return f"<html><body>{''.join(node(0) for _ in range(6))}</body></html>"


def write_selector(pick: random.Random, branches: tuple[int, ...] = (1, 1, 1, 2)) -> str:
    """A random selector of the kinds that recipes are made of."""
    id_share = pick.choice([0.15, 0.5])

    def simple() -> str:
        kind = pick.random()
        if pick.random() < id_share:
            return "#" + pick.choice(IDS)
        if kind < 0.4:
            return "." + pick.choice(NAMES)
        if kind < 0.6:
            operator = pick.choice(["", "=", "^=", "$=", "*=", "~=", "|="])
            value = f'{operator}"{pick.choice(VALUES)}"' if operator else ""
            flag = " i" if value and pick.random() < 0.1 else ""
            return f"[{pick.choice([*ATTRIBUTES, 'class', 'TITLE'])}{value}{flag}]"
        return pick.choice(
            [
                ":first-child",
                ":last-child",
                ":only-child",
                ":nth-child(2)",
                ":nth-child(2n+1)",
                ":nth-last-child(1)",
                ":empty",
                ":root",
                ":contains('foo')",
                ":contains(UPC)",
                ":not(.x)",
                ":not(div > .y)",
                ":not(:first-child)",
                ":is(.x, p)",
                ":where(a, #i)",
                ":has(a)",
                ":has(> .x)",
                ":has(+ p)",
                ":has(p .x, ~ a)",
            ]
        )

    def compound() -> str:
        tag = pick.choice([*TAGS, "DIV", "*", "", "", ""])
        count = pick.choice([0, 1, 1, 2]) if tag else pick.choice([1, 1, 2])
        typed = pick.random() < 0.1 and tag not in ("", "*")
        return tag + "".join(simple() for _ in range(count)) + (":first-of-type" if typed else "")

    def chain() -> str:
        parts = [compound()]
        for _ in range(pick.choice([0, 0, 1, 1, 2, 3])):
            parts += [pick.choice([" ", " ", " > ", " + ", " ~ "]), compound()]
        return "".join(parts)

    return ", ".join(chain() for _ in range(pick.choice(branches)))


@lru_cache(maxsize=4096)
def plain(selector: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(selector))


def expected(root: Any, scope: Any, selector: str) -> list[Any]:
    """What the definition says: all matches in the page, of which the scope and its inside are kept."""
    inside = set(scope.iter())
    return [node for node in plain(selector)(root) if node in inside]


def parse(body: str, parser: HtmlParser) -> Document:
    return parser.parse(make_page(body, "text/html; charset=utf-8"))


def check(body: str, selectors: list[str], pick: random.Random) -> None:
    parser = make_parser(HtmlParser)
    compiled = [
        (selector, parser.compile(selector, "css", True), parser.compile(selector, "css", False))
        for selector in selectors
    ]
    root = parse(body, parser).root
    scopes = [root, *pick.choices(list(root.iter("*")), k=4)]
    pick.shuffle(compiled)
    for scope in scopes:
        for selector, first, every in compiled:
            matches = expected(root, scope, selector)
            assert every(scope) == matches, (selector, body)
            assert first(scope) == matches[:1], (selector, body)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_thousands_of_pairs_of_page_and_selector_agree_with_cssselect(seed: int):
    pick = random.Random(seed)
    for _ in range(40):
        check(write_page(pick), [write_selector(pick) for _ in range(12)], pick)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_page_and_selector_agree_with_cssselect(seed: int):
    pick = random.Random(seed)
    check(write_page(pick), [write_selector(pick) for _ in range(4)], pick)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_chain_matches_the_elements_that_cssselect_finds(seed: int):
    """Also where the planner would leave the selector to XPath."""
    pick, compared = random.Random(seed), 0
    for _ in range(40):
        root = parse(write_page(pick), make_parser(HtmlParser)).root
        for selector in [write_selector(pick, branches=(1,)) for _ in range(20)]:
            try:
                chain = read_chain(css_parser.parse(selector)[0].parsed_tree)
            except NotPlanned:
                continue
            tag, match = chain.subject.tag, chain.match()
            compared += 1
            found = [node for node in root.iter("*") if tag in (None, node.tag) and match(node)]
            assert found == plain(selector)(root), (selector, etree.tostring(root))

    assert compared > 200


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), lead=st.sampled_from(["> ", "+ ", "~ ", ":scope ", ":scope > ", ":scope"]))
def test_a_selector_from_the_scope_agrees_with_one_that_names_the_scope(seed: int, lead: str):
    pick = random.Random(seed)
    tail = "" if lead == ":scope" else write_selector(pick, branches=(1,))
    parser = make_parser(HtmlParser)
    root = parse(write_page(pick), parser).root
    scope = pick.choice(list(root.iter("*")))
    scope.set("data-scope", "1")
    named = (lead if lead.startswith(":scope") else f":scope {lead}").replace(":scope", "[data-scope]") + tail

    matches = plain(named)(root)
    assert parser.compile(lead + tail, "css", False)(scope) == matches
    assert parser.compile(lead + tail, "css", True)(scope) == matches[:1]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), takes=st.sampled_from(["::text", "::attr(href)", "::attr('data-a')"]))
@example(seed=839, takes="::text").via("a selector that ends in a star")
def test_texts_and_attributes_come_in_document_order(seed: int, takes: str):
    pick = random.Random(seed)
    selectors = [write_selector(pick, branches=(1,)) for _ in range(pick.choice([1, 1, 2]))]
    parser = make_parser(HtmlParser)
    root = parse(write_page(pick), parser).root
    nodes = {node for selector in selectors for node in _read_from(selector, root)}
    if takes == "::text":
        strings = [str(text) for text in root.xpath("//text()") if _owner(text) in nodes]
    else:
        name = "href" if "href" in takes else "data-a"
        strings = [node.get(name) for node in root.iter("*") if node in nodes and node.get(name) is not None]
    whole = ", ".join(selector + takes for selector in selectors)

    assert parser.compile(whole, "css", False)(root) == strings
    assert parser.compile(whole, "css", True)(root) == strings[:1]


def _read_from(selector: str, root: Any) -> list[Any]:
    """The elements that a text or attribute is taken of: to ``p *`` belongs p itself, as to ``p ::text``."""
    above = selector.removesuffix(" *")
    return plain(selector)(root) + (
        plain(above)(root) if above != selector and above[-1] not in ">+~" else []
    )


def _owner(text: Any) -> Any:
    """The element that a text node is directly in."""
    return text.getparent().getparent() if text.is_tail else text.getparent()
