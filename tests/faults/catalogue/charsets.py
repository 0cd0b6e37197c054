"""Faults 30 to 34: text in another encoding than it says, in none that there is, or that is no text."""

from __future__ import annotations

import json

from behaviours import answer
from catalogue.fault import Fault, Ground, Happened, Right, gives


def _fault(number: int, name: str, title: str, body: bytes, kind: str = "text/html") -> Fault:
    return Fault(number, name, "bodies", gives(title) & _VALID, answer(body, kind=kind))


def _is_valid(happened: Happened) -> bool:
    """What was read back from the file, so it was valid UTF-8; here: no half of a character escaped."""
    return all(json.dumps(record, ensure_ascii=False).encode() for record in happened.records)


_VALID = Right("valid UTF-8", _is_valid)


def _page(text: str, encoding: str, meta: str = "") -> bytes:
    return f"<html><head>{meta}</head><h1>{text}</h1></html>".encode(encoding)


def _html(charset: str) -> str:
    return f"text/html; charset={charset}"


def _meta(charset: str) -> str:
    return f'<meta charset="{charset}">'


_TEA = "Thé – 茶"
_COFFEE = "Café €5"
_CHA = "紅茶"
_ZH = "绿茶"
_EQUIV = f'<meta http-equiv=Content-Type content="{_html("gbk")}">'

_HEADER = [
    _fault(30, "not-the-utf-8-it-says", "Caf\ufffd", _page("Caf\xe9", "latin-1"), _html("utf-8")),
    _fault(30, "cut-utf-8", "caf\ufffd", b"<h1>caf\xc3</h1>", _html("utf-8")),
    _fault(30, "overlong-utf-8", "\ufffd\ufffd", b"<h1>\xc0\xbc</h1>", _html("utf-8")),
    _fault(30, "header-against-meta", _TEA, _page(_TEA, "utf-8", _meta("shift_jis")), _html("utf-8")),
]

_LABELS = [
    _fault(31, "meta-alone", _CHA, _page(_CHA, "shift_jis", _meta("shift_jis"))),
    _fault(31, "byte-order-mark-against-header", _TEA, _page(_TEA, "utf-8-sig"), _html("windows-1252")),
    _fault(31, "latin1-is-windows-1252", _COFFEE, _page(_COFFEE, "cp1252"), _html("iso-8859-1")),
    _fault(31, "unknown-label", _TEA, _page(_TEA, "utf-8"), _html("x-made-up")),
    _fault(31, "no-label-and-not-utf-8", _COFFEE, _page(_COFFEE, "cp1252")),
    _fault(31, "utf-16-with-its-mark", _TEA, _page(_TEA, "utf-16")),
    _fault(31, "utf-16-by-its-header", _TEA, _page(_TEA, "utf-16-le"), _html("utf-16le")),
    _fault(31, "utf-16-that-is-none", _TEA, _page(_TEA, "utf-8", _meta("utf-16"))),
    _fault(31, "shift-jis", _CHA, _page(_CHA, "cp932"), _html("Shift_JIS")),
    _fault(31, "gb2312-is-gbk", "镕绿茶", _page("镕绿茶", "gbk"), _html("gb2312")),
    _fault(31, "big5", _CHA, _page(_CHA, "big5"), _html("big5")),
    _fault(31, "euc-kr", "홍차", _page("홍차", "euc-kr"), _html("euc-kr")),
    _fault(31, "label-in-quotes", _ZH, _page(_ZH, "gbk"), "text/html; charset='gbk'"),
    _fault(
        31,
        "meta-http-equiv",
        _ZH,
        _page(_ZH, "gbk", _EQUIV),
    ),
]

_SEVEN = "+ADw-b+AD4-"
_UTF_7 = [
    _fault(32, "utf-7-by-its-header", _SEVEN, _page(_SEVEN, "ascii"), _html("utf-7")),
    _fault(32, "utf-7-by-its-meta", _SEVEN, _page(_SEVEN, "ascii", _meta("utf-7"))),
    _fault(32, "utf-7-by-another-name", _SEVEN, _page(_SEVEN, "ascii"), _html("unicode-1-1-utf-7")),
    _fault(32, "utf-7-by-its-mark", "+/v8-" + _SEVEN, _page("+/v8-" + _SEVEN, "ascii")),
    _fault(32, "python-s-own-codecs", "a%20b", _page("a%20b", "ascii"), _html("idna")),
    _fault(32, "a-codec-that-is-none-of-text", "aGk=", _page("aGk=", "ascii"), _html("base64")),
]

_NO_TEXT = [
    _fault(33, "nul-in-the-page", "a\ufffdb", b"<h1>a\0b</h1><p>\0</p>"),
    _fault(33, "nul-before-the-page", "after", b"\0\0\0<h1>after</h1>"),
    _fault(33, "control-characters", "a\x01b", b"<h1>a\x01b</h1>"),
    _fault(34, "surrogates-in-utf-8", "a" + "\ufffd" * 3 + "b", b"<h1>a\xed\xa0\x80b</h1>", _html("utf-8")),
    _fault(34, "surrogate-by-number", "a\ufffdb", b"<h1>a&#xD800;b</h1>"),
    _fault(34, "number-beyond-unicode", "a\ufffdb", b"<h1>a&#x110000;b</h1>"),
    _fault(34, "noise", "\ufffd" * 4, b"<h1>\xff\xfe\xfd\xfc</h1>", _html("utf-8")),
]

_JSON = b'{"title": "a\\ud800b", "\\udfff": 1, "list": ["\\udc00"], "whole": "\\ud83c\\udf75"}'
_RECIPE = """\
scrapekit: 1
name: books
seeds: { page: URL }
pages:
  page:
    parser: json
    item: book
    fields: { title: title, all: $, url: { template: "{{ page.url }}" } }
crawl: { robots: ignore }
http: { retries: 0 }
export: [out/books.jsonl, out/books.csv, out/books.json, out/books.sqlite]
"""


def _halves_in_json(ground: Ground) -> Happened:
    """JSON may name half a character (RFC 8259 8.2); every file that is written is UTF-8 all the same."""
    url = ground.site.serve("/json", answer(_JSON, kind="application/json"), ground.host)
    job = ground.job(_RECIPE.replace("URL", url))
    ended = ground.run(job)
    for name in ("out/books.jsonl", "out/books.csv", "out/books.json"):
        (job.folder / name).read_bytes().decode()
    return Happened(ended, "", tuple(job.records()), len(ground.site.asked("/json")))


_HALVES = Fault(34, "surrogates-in-json", "bodies", gives("a\ufffdb") & _VALID, alone=_halves_in_json)

FAULTS = [_HALVES, *_HEADER, *_LABELS, *_UTF_7, *_NO_TEXT]
