"""Faults 35 to 42: pages built to keep a parser busy, to swell, or to have it read something else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from catalogue.fault import Fault, Ground, Happened, Right, fails, gives, no_record
from catalogue.own import by_rule
from fault_site import answer, book, links

_CANARY = "canary-in-a-file"
_LARGE = "retries: 0, max_body: 16MB"
_XML = "{ parser: xml, item: book, fields: { title: { xpath: //title }, all: { xpath: string(/*) } } }"


def _page(number: int, name: str, right: Right, body: str, **more: Any) -> Fault:
    more = {"http": _LARGE, "crawl": "robots: ignore, delay: 0, depth: 0", **more}
    return Fault(number, name, "structure", right, answer(body), **more)


def _attributes(tags: int, count: int) -> str:
    return ("<p " + " ".join(f"a{n:x}" for n in range(count)) + ">") * tags + "<h1>never</h1>"


def _xml(number: int, name: str, right: Right, text: str) -> Fault:
    return Fault(number, name, "structure", right, alone=_reading(text))


def _reading(text: str) -> Callable[[Ground], Happened]:
    """Read it as XML, where a file and an address beside it wait to be read too."""

    def run(ground: Ground) -> Happened:
        ground.folder.mkdir(parents=True, exist_ok=True)
        secret = ground.folder / "secret.txt"
        secret.write_text(_CANARY)
        asked = ground.site.url("/dtd", ground.host)
        body = text.replace("FILE", secret.as_uri()).replace("SITE", asked)
        happened = by_rule(_XML, answer(body, kind="application/xml"))(ground)
        everything = f"{happened.records}{happened.told}{happened.ended.report}"
        assert _CANARY not in everything, "the file was read"
        assert not ground.site.asked("/dtd", ground.host), "the address was asked for"
        return happened

    return run


_NESTED = [
    _page(35, "a-hundred-thousand-divs", fails("Excessive depth"), "<div>" * 100_000 + "<h1>never</h1>"),
    _page(35, "a-thousand-divs", gives("deep"), "<div>" * 1_000 + "<h1>deep</h1>"),
    _page(36, "200000-attributes", fails("a tag has 200000 attributes"), _attributes(1, 200_000)),
    _page(36, "many-tags-with-many", fails("too many of its tags"), _attributes(40, 3_900)),
    _page(36, "attributes-in-plenty", gives("fine"), _attributes(1, 900).replace("never", "fine")),
    _page(
        37,
        "formatting-never-closed",
        fails("Excessive depth"),
        "".join(f"<b {n}><i {n}>" for n in range(10_000)) + "<h1>never</h1>",
    ),
    _page(38, "one-text-of-12-megabytes", gives("end"), "<p>" + "x" * 12_000_000 + "</p><h1>end</h1>"),
    _page(40, "comments-never-closed", no_record(), "<!--" * 200_000),
    _page(40, "end-tags-of-nothing", gives("end"), "<div>" * 1_000 + "</x>" * 100_000 + "<h1>end</h1>"),
]


def _linked(ground: Ground) -> Happened:
    page = answer("".join(f'<a href="/one#{n}">go</a>' for n in range(50_000)))
    rule = "{ links: { page: a }, item: book, fields: { title: { css: h1, required: true } } }"
    happened = by_rule(rule, page, beside={"/one": book("one")})(ground)
    return Happened(happened.ended, happened.told, happened.records, len(ground.site.asked("/one")))


_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_EXTERNAL = '<!DOCTYPE r [<!ENTITY x SYSTEM "{}">]><r><title>T</title><b>&x;</b></r>'
_OWN = fails("(an entity of its own|maximum entity amplification)")

_ENTITIES = [
    _xml(41, "billion-laughs", _OWN, f'<!DOCTYPE r [<!ENTITY l0 "ha">{_LAUGHS}]><r><title>&l9;</title></r>'),
    _xml(
        41,
        "quadratic-entities",
        _OWN,
        f'<!DOCTYPE r [<!ENTITY a "{"a" * 100_000}">]><r><title>{"&a;" * 5_000}</title></r>',
    ),
    _xml(42, "entity-of-a-file", _OWN, _EXTERNAL.format("FILE")),
    _xml(42, "entity-of-an-address", _OWN, _EXTERNAL.format("SITE")),
    _xml(
        42,
        "entity-of-parameters",
        _OWN | gives("T"),
        '<!DOCTYPE r [<!ENTITY % x SYSTEM "FILE">%x;]><r><title>T</title></r>',
    ),
    _xml(42, "dtd-elsewhere", gives("T"), '<!DOCTYPE r SYSTEM "SITE"><r><title>T</title></r>'),
    _xml(
        42,
        "xinclude",
        gives("T"),
        '<r xmlns:i="http://www.w3.org/2001/XInclude"><title>T</title><i:include href="FILE"/></r>',
    ),
    _xml(
        42,
        "stylesheet-of-its-own",
        gives("T"),
        '<?xml-stylesheet href="SITE" type="text/xsl"?><r><title>T</title></r>',
    ),
    _page(
        42,
        "entity-in-html",
        gives("&x;"),
        '<!DOCTYPE h [<!ENTITY x SYSTEM "file:///etc/hosts">]><h1>&x;</h1>',
    ),
]

FAULTS = [
    *_NESTED,
    Fault(39, "50000-links-to-one-page", "structure", gives("one"), links(), alone=_linked),
    *_ENTITIES,
]
