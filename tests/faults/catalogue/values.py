"""Faults 43 to 47: JSON that cannot be held, and patterns, paths and selectors that never end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from catalogue.fault import Fault, Ground, Happened, Right, fails, gives, in_time, no_record
from catalogue.own import by_rule
from fault_site import answer, book

_JSON = "{ parser: json, item: book, fields: { title: $.title, all: $ } }"
_BRIEF = "robots: ignore, parse_timeout: 1s"
_ALIKE = "a" * 60_000


def _json(number: int, name: str, right: Right, body: str) -> Fault:
    page = answer(body, kind="application/json")
    return Fault(number, name, "structure", right, alone=_strictly(by_rule(_JSON, page)))


def _strictly(run: Callable[[Ground], Happened]) -> Callable[[Ground], Happened]:
    """Every line that was written is JSON as RFC 8259 has it."""

    def refuse(constant: str) -> Any:
        raise AssertionError(f"{constant} was written")

    def check(ground: Ground) -> Happened:
        happened = run(ground)
        written = ground.folder / "out/books.jsonl"
        for line in written.read_text().splitlines() if written.exists() else ():
            json.loads(line, parse_constant=refuse)
        return happened

    return check


_UNHELD = [
    _json(43, "a-hundred-thousand-arrays", fails("nested too deeply"), "[" * 100_000 + "]" * 100_000),
    _json(43, "arrays-never-closed", fails("JSON"), '{"title": ' + "[" * 100_000),
    _json(
        43,
        "as-deep-as-it-may-be",
        gives("deep") | fails("nested too deeply"),
        '{"title": "deep", "x": ' + "[" * 480 + "]" * 480 + "}",
    ),
    _json(44, "integer-of-100000-digits", fails("JSON"), f'{{"title": "T", "n": {"9" * 100_000}}}'),
    _json(44, "nan", fails("JSON"), '{"title": "T", "n": NaN}'),
    _json(44, "infinity", fails("JSON"), '{"title": "T", "n": -Infinity}'),
    _json(44, "larger-than-any-number", gives("T") | fails("JSON"), '{"title": "T", "n": 1e999}'),
    _json(44, "half-a-pair", gives("T") | fails("JSON"), '{"title": "T", "n": "\\ud800"}'),
]


def _pattern(name: str, rule: str, right: Right, more: str = "") -> Fault:
    page = answer(f"<h1>tea</h1><p>{_ALIKE}!</p><a href='/{'a' * 1_500}!'>{_ALIKE}!</a>")
    return Fault(45, f"pattern-in-{name}", "structure", right, alone=by_rule(rule, page, more=more))


_EVIL = "(a|aa)+$"
_TITLE = "item: book, fields: { title: h1 }"
_STOPPED = gives("tea") & in_time(30)

_PATTERNS = [
    _pattern(
        "a-filter",
        f"{{ item: book, fields: {{ title: h1, p: {{ css: p, pipe: [{{ regex: '{_EVIL}' }}] }} }} }}",
        _STOPPED,
    ),
    _pattern("a-selector", f"{{ item: book, fields: {{ title: h1, p: 're:>{_EVIL[:-1]}<' }} }}", _STOPPED),
    _pattern(
        "a-contract",
        "{ item: book, on_invalid: keep, fields: { title: h1, p: { css: p, pattern: (a|aa)+ } } }",
        _STOPPED,
    ),
    _pattern(
        "links",
        f"{{ {_TITLE}, links: {{ page: {{ css: a, allow: 're:/{_EVIL}', text: 're:^(?!{_EVIL})' }} }} }}",
        _STOPPED,
    ),
    _pattern(
        "where",
        f"{{ item: book, fields: {{ title: h1, p: p }}, where: \"not (p matches '{_EVIL}')\" }}",
        _STOPPED | no_record(),
    ),
    _pattern(
        "responses",
        f"{{ {_TITLE}, responses: [{{ when: \"text matches '(a|aa)+!x'\", then: fail }}] }}",
        _STOPPED | fails("took longer"),
    ),
    _pattern(
        "before-parse",
        "{ before_parse: [{ regex: '(a|aa)+!x' }], item: book, fields: { title: h1 } }",
        fails("took longer"),
    ),
]

_SLOW = fails("reading it took longer than 1 s") & in_time(30)
_MANY = answer("<h1>x</h1>" + "<p>x" * 60_000)


def _path(name: str, rule: str, page: bytes = _MANY) -> Fault:
    return Fault(47, name, "structure", _SLOW, alone=by_rule(rule, page, crawl=_BRIEF))


def _beside_good_pages(ground: Ground) -> Happened:
    """200 good pages, and two that keep both readers busy for as long as they may."""
    good = "".join(f'<a class=good href="/good/{n}">go</a>' for n in range(200))
    ground.site.patterns.append(lambda _, path: book(path) if path.startswith("/good") else None)
    fields = "item: book, fields: { title: { css: h1, required: true } }"
    rule = f"{{ {fields}, links: {{ page: a.good, bomb: a.bomb }} }}"
    bomb = "\n  bomb: { item: book, fields: { title: 'xpath://*[count(//*[count(//*) = 1]) = 1]' } }"
    page = answer(f'<a class=bomb href="/bomb/1">x</a><a class=bomb href="/bomb/2">x</a>{good}')
    beside = {"/bomb/1": _MANY, "/bomb/2": _MANY}
    happened = by_rule(
        rule + bomb, page, crawl="robots: ignore, parse_timeout: 3s, per_host: 8", beside=beside
    )(ground)
    reasons = {f["reason"] for f in happened.ended.report["failures"]}
    assert reasons == {"reading it took longer than 3 s"}, reasons
    assert max(happened.ended.report["slow_callbacks"].values(), default=0) < 0.5
    return happened


_ALL_GOOD = Right("all 200 good pages", lambda h: len(h.records) == 200)

_PATHS = [
    _path("xpath-in-an-xpath", "{ item: book, fields: { title: 'xpath://*[count(//*) = count(.//*)]' } }"),
    _path(
        "text-of-everything",
        "{ item: book, fields: { title: \"xpath://p[contains(//p[last()], .)][//p[. = 'y']]\" } }",
    ),
    _path(
        "css-in-css", "{ item: book, fields: { title: 'p:not(:has(~ p:has(~ i))):nth-last-child(7n+1)' } }"
    ),
    _path(
        "jsonpath-over-and-over",
        "{ parser: json, item: book, fields: { title: '$..*..*..*..*..x' } }",
        answer("[" * 400 + "]" * 400 + " " * 9000, kind="application/json"),
    ),
    Fault(47, "stalls-beside-good-pages", "structure", _ALL_GOOD, alone=_beside_good_pages),
]


def _robots(ground: Ground) -> Happened:
    rules = "User-agent: *\n" + "".join(f"Disallow: /{'*a' * 60}{n}$\n" for n in range(200))
    page = by_rule(
        "{ item: book, fields: { title: h1 }, links: { page: a } }",
        answer(f'<h1>T</h1><a href="/{"a" * 1_900}">go</a>'),
        crawl="robots: obey, traps: false",
        beside={"/robots.txt": answer(rules, kind="text/plain")},
    )
    happened = page(ground)
    assert happened.ended.seconds < 20, happened.ended.seconds
    return happened


FAULTS = [
    *_UNHELD,
    *_PATTERNS,
    Fault(46, "pattern-in-robots-txt", "structure", gives("T"), alone=_robots),
    *_PATHS,
]
