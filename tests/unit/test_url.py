"""Addresses: what a reference means, and when two are the same."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import urljoin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapekit.web.url import (
    canonical,
    fingerprint,
    host_of,
    lane_of,
    origin_of,
    resolve,
    target_of,
)

RFC_BASE = "http://a/b/c/d;p?q"
RFC_3986_5_4 = {
    "g": "http://a/b/c/g",
    "./g": "http://a/b/c/g",
    "g/": "http://a/b/c/g/",
    "/g": "http://a/g",
    "//g": "http://g/",
    "?y": "http://a/b/c/d;p?y",
    "g?y": "http://a/b/c/g?y",
    "#s": "http://a/b/c/d;p?q",
    "g#s": "http://a/b/c/g",
    "g?y#s": "http://a/b/c/g?y",
    ";x": "http://a/b/c/;x",
    "g;x": "http://a/b/c/g;x",
    "g;x?y#s": "http://a/b/c/g;x?y",
    "": "http://a/b/c/d;p?q",
    ".": "http://a/b/c/",
    "./": "http://a/b/c/",
    "..": "http://a/b/",
    "../": "http://a/b/",
    "../g": "http://a/b/g",
    "../..": "http://a/",
    "../../": "http://a/",
    "../../g": "http://a/g",
    "../../../g": "http://a/g",
    "../../../../g": "http://a/g",
    "/./g": "http://a/g",
    "/../g": "http://a/g",
    "g.": "http://a/b/c/g.",
    ".g": "http://a/b/c/.g",
    "g..": "http://a/b/c/g..",
    "..g": "http://a/b/c/..g",
    "./../g": "http://a/b/g",
    "./g/.": "http://a/b/c/g/",
    "g/./h": "http://a/b/c/g/h",
    "g/../h": "http://a/b/c/h",
    "g;x=1/./y": "http://a/b/c/g;x=1/y",
    "g;x=1/../y": "http://a/b/c/y",
    "g?y/./x": "http://a/b/c/g?y/./x",
    "g?y/../x": "http://a/b/c/g?y/../x",
    "g#s/./x": "http://a/b/c/g",
    "http:g": "http://a/b/c/g",
}


@pytest.mark.parametrize(("reference", "expected"), RFC_3986_5_4.items())
def test_the_examples_of_rfc_3986_5_4_resolve_as_written(reference, expected):
    assert resolve(RFC_BASE, reference) == expected


PAGE = "https://shop.test/list/page-1.html?sort=up"
WHATWG = {
    "  /a b \n": "https://shop.test/a%20b",
    "/a\tb\nc\r": "https://shop.test/abc",
    "h\nttps://x.test/": "https://x.test/",
    "\\a\\b": "https://shop.test/a/b",
    "\\\\x.test\\a": "https://x.test/a",
    "///x.test/a": "https://x.test/a",
    "https:\\\\x.test\\a?b\\c": "https://x.test/a?b\\c",
    "https:x": "https://shop.test/list/x",
    "https:/x": "https://shop.test/x",
    "http:x": "http://x/",
    "http:/x/y": "http://x/y",
    "HTTP://X.TEST": "http://x.test/",
    "https://x.test:443/": "https://x.test/",
    "http://x.test:443/": "http://x.test:443/",
    "http://x.test:0080/": "http://x.test/",
    "http://x.test:/": "http://x.test/",
    "http://user:word@x.test/": "http://x.test/",
    "http://a@b:c@x.test/": "http://x.test/",
    "http://x.test?q": "http://x.test/?q",
    "http://x.test?": "http://x.test/?",
    "/é": "https://shop.test/%C3%A9",
    "?q=é ü": "https://shop.test/list/page-1.html?q=%C3%A9%20%C3%BC",
    "?q='\"<>`{}|": "https://shop.test/list/page-1.html?q=%27%22%3C%3E`{}|",
    "/'\"<>`{}|^": "https://shop.test/'%22%3C%3E%60%7B%7D|%5E",
    "/\ud800": "https://shop.test/%EF%BF%BD",
    "/%zz%4": "https://shop.test/%zz%4",
    "/a/%2e%2E/b": "https://shop.test/b",
    "/a/.%2e/b": "https://shop.test/b",
    "%2e%2e": "https://shop.test/",
    "/a//b": "https://shop.test/a//b",
    "/a/..//b": "https://shop.test//b",
    "a:b": None,
    "./a:b": "https://shop.test/list/a:b",
    "?a:b": "https://shop.test/list/page-1.html?a:b",
    "http://bücher.test/": "http://xn--bcher-kva.test/",
    "http://BÜCHER.test/": "http://xn--bcher-kva.test/",
    "http://faß.de/": "http://xn--fa-hia.de/",
    "http://ｅｘａｍｐｌｅ．test/": "http://example.test/",
    "http://☃.net/": "http://xn--n3h.net/",
    "http://%65xample.test/": "http://example.test/",
    "http://x_y.test/": "http://x_y.test/",
    "http://x.test./": "http://x.test./",
    "http://127.1/": "http://127.0.0.1/",
    "http://2130706433/": "http://127.0.0.1/",
    "http://0x7f000001/": "http://127.0.0.1/",
    "http://0x7f.1/": "http://127.0.0.1/",
    "http://0177.0.0.01/": "http://127.0.0.1/",
    "http://127.0.0.1./": "http://127.0.0.1/",
    "http://１２７.0.0.1/": "http://127.0.0.1/",
    "http://0x/": "http://0.0.0.0/",
    "http://[::1]:8080/": "http://[::1]:8080/",
    "http://[0:0:0:0:0:0:0:1]/": "http://[::1]/",
    "http://[2001:DB8::0:1]/": "http://[2001:db8::1]/",
    "http://[::ffff:127.0.0.1]/": "http://[::ffff:7f00:1]/",
    "http://[1:0:0:2:0:0:0:3]/": "http://[1:0:0:2::3]/",
}


@pytest.mark.parametrize(("reference", "expected"), WHATWG.items())
def test_references_mean_what_they_mean_in_a_browser(reference, expected):
    assert resolve(PAGE, reference) == expected


@pytest.mark.parametrize(
    "reference",
    [
        "mailto:a@shop.test",
        "javascript:void(0)",
        "data:text/plain,x",
        "ftp://shop.test/",
        "file:///etc/passwd",
        "ws://shop.test/",
        "tel:123",
        "http://",
        "http:///",
        "https://",
        "http://:80/",
        "http://x.test:99999/",
        "http://x.test:0/",
        "http://x.test:a/",
        "http://x.test:8 0/",
        "http://x.test:٣/",
        "http://a b/",
        "http://a%20b/",
        "http://a%00b/",
        "http://a<b/",
        "http://a..b/",
        "http://256.256.256.256/",
        "http://1.2.3.4.5/",
        "http://1.2.3.08/",
        "http://foo.0x4/",
        "http://4294967296/",
        "http://[::1/",
        "http://::1/",
        "http://[::1]x/",
        "http://[fe80::1%25eth0]/",
        "http://[1::2::3]/",
        "http://xn--/",
        "http://xn--a/",
        "http://xn--9999999999/",
        "http://xn--tešla.test/",
        "http://a\u200db.test/",
        "http://xn--ab-m1t.test/",
        "http://يa.test/",
        "http://\u0301a.test/",
        "http://" + "a" * 64 + ".test/",
        "http://" + "a." * 127 + "test/",
        "http://x.test/" + "a" * 20_000,
        "/" + "é" * 10_000,
        "/" + "a" * 2_000_000,
    ],
)
def test_what_cannot_be_fetched_is_none(reference):
    assert resolve(PAGE, reference) is None


def test_a_relative_reference_needs_a_base():
    assert resolve("", "/a") is None
    assert resolve("mailto:x", "a") is None
    assert resolve("", "https://a.test/x?y#z") == "https://a.test/x?y"


def test_the_fast_path_agrees_with_the_standard_library_on_plain_references():
    references = [
        "a",
        "a/b.html",
        "/a/b",
        "/",
        "/a?b=/c&d",
        "https://x.test/y",
        "http://x.test:81/y?z",
        "~a;b=1",
    ]
    for reference in references:
        assert resolve(PAGE, reference) == urljoin(PAGE, reference)


PIECES = ["%2e", "%41", "%2F", "%c3", "..", "http:", "//", "xn--", "\ud800"]
ALPHABET = st.sampled_from([*"abcXYZ019:/?#[]@!$&'()*+,;=-._~%\\ \t\n{}|^`\"<>é☃\x00\x7f", *PIECES])
URL_LIKE = st.lists(ALPHABET, max_size=25).map("".join)


@given(URL_LIKE)
def test_what_was_resolved_resolves_to_itself(reference):
    url = resolve(PAGE, reference)
    if url is None:
        return

    assert url.isascii()
    assert " " not in url
    assert resolve("", url) == url
    assert resolve(PAGE, url) == url


@given(st.one_of(st.text(), URL_LIKE, URL_LIKE.map(lambda tail: "http://a.test/" + tail)))
@example("http://a.test/%%34%31")
@example("http://a.test/%%333333")
@example("http://a.test/a%2eb/%2E%2e/")
def test_a_key_is_its_own_key_and_keeps_its_origin(url):
    key = canonical(url)

    assert canonical(key) == key
    assert origin_of(key) == origin_of(url)
    assert lane_of(key) == lane_of(url)
    assert -(2**63) <= fingerprint(url) < 2**63


@given(URL_LIKE, URL_LIKE)
def test_resolving_never_raises(base, reference):
    resolve("http://a.test/" + base, reference)
    resolve(base, reference)


SPELLINGS = [
    "http://shop.test/a/b?x=1",
    "HTTP://shop.test/a/b?x=1",
    "http://SHOP.test/a/b?x=1",
    "http://shop.test:80/a/b?x=1",
    "http://shop.test:/a/b?x=1",
    "http://shop.test/a/./b?x=1",
    "http://shop.test/c/../a/b?x=1",
    "http://shop.test/%61/b?x=1",
    "http://shop.test/a/b?x=%31",
    "http://shop.test/a/b?x=1#top",
    "http://me:word@shop.test/a/b?x=1",
    "http:\\\\shop.test\\a\\b?x=1",
    "  http://shop.test/a/%2e/b?x=1\n",
]


@pytest.mark.parametrize("url", SPELLINGS)
def test_every_spelling_of_a_url_has_one_key(url):
    assert canonical(url) == "http://shop.test/a/b?x=1"
    assert fingerprint(url) == fingerprint(SPELLINGS[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.test/a%2Fb", "http://a.test/a/b"),
        ("http://a.test/a%3Fb", "http://a.test/a?b"),
        ("http://a.test/a%26b", "http://a.test/a&b"),
        ("http://a.test/?a=1%2B1", "http://a.test/?a=1+1"),
        ("http://a.test/?a=1&b=2", "http://a.test/?b=2&a=1"),
        ("http://a.test/A", "http://a.test/a"),
        ("http://a.test/a", "http://a.test/a/"),
        ("http://a.test/a", "http://a.test/a?"),
        ("http://a.test//a", "http://a.test/a"),
        ("http://a.test/", "https://a.test/"),
        ("http://a.test/", "http://a.test:8080/"),
        ("http://a.test/%", "http://a.test/%25"),
    ],
)
def test_urls_that_may_differ_keep_different_keys(one, other):
    assert canonical(one) != canonical(other)


TOKENS = st.lists(
    st.sampled_from(["a", "B", "/", "-", "%2F", "%2f", "%41", "%c3%A9", "%", "é", "=", "&"]), max_size=8
)


@given(TOKENS, st.sampled_from(":/?#[]@!$&'()*+,;="), TOKENS, st.sampled_from(["/", "/?"]))
def test_a_reserved_character_and_its_escape_are_never_merged(before, character, after, start):
    pieces = f"http://a.test{start}{''.join(before)}x", f"y{''.join(after)}"
    written, escaped = canonical(character.join(pieces)), canonical(f"%{ord(character):02X}".join(pieces))

    # WHATWG URL 4.1: an apostrophe in a query is sent escaped, so there the two are one address.
    assert (written == escaped) is (character == "'" and start == "/?")


@given(TOKENS, st.sampled_from("abcxyz"), TOKENS)
def test_the_case_of_a_path_or_query_is_never_settled(before, letter, after):
    pieces = f"http://a.test/{''.join(before)}-", f"-{''.join(after)}"
    urls = [middle.join(pieces) for middle in (letter, letter.upper(), f"%{ord(letter):02x}")]
    lower, upper, escaped = map(canonical, urls)

    assert lower != upper
    # Beside a stray "%" no escape is decoded: it could make up another.
    assert (lower == escaped) is not _has_stray_percent(urls[0])


def _has_stray_percent(url):
    return any(
        len(part) < 2 or not set(part[:2]) <= set("0123456789abcdefABCDEF") for part in url.split("%")[1:]
    )


def test_escapes_are_settled_in_a_key():
    assert canonical("http://a.test/%c3%a9%7e") == "http://a.test/%C3%A9~"
    assert canonical("http://a.test/?q=|^`{}\\") == "http://a.test/?q=%7C%5E%60%7B%7D%5C"
    assert canonical("http://a.test/[1]|") == "http://a.test/[1]%7C"


def test_method_and_body_make_another_request():
    url = "http://a.test/"
    prints = [
        fingerprint(url),
        fingerprint(url, "POST"),
        fingerprint(url, "POST", b""),
        fingerprint(url, "POST", b"a"),
        fingerprint(url, "PUT", b"a"),
    ]

    assert len(set(prints)) == 5


def test_the_urls_of_one_lane_lie_next_to_each_other():
    lanes = [f"http://{host}.test" for host in "abcd"]
    prints = sorted((fingerprint(f"{lane}/{n}"), lane) for lane in lanes for n in range(50))

    order = [lane for _, lane in prints]
    assert sum(one != other for one, other in pairwise(order)) == 3


def test_the_pieces_of_an_address():
    url = "HTTPS://me:word@Shop.Test:8443/a/../b?c=d#e"

    assert origin_of(url) == "https://shop.test:8443"
    assert lane_of(url) == "shop.test:8443"
    assert host_of(url) == "shop.test"
    assert target_of(url) == "/b?c=d"


def test_a_default_port_is_no_part_of_the_lane():
    assert lane_of("https://shop.test:443/x") == "shop.test"
    assert origin_of("http://[::1]:80") == "http://[::1]"
    assert host_of("http://[::1]:8080/") == "::1"


def test_what_is_no_address_has_no_pieces():
    assert (origin_of("mailto:x"), lane_of("mailto:x"), host_of("mailto:x")) == ("", "", "")
