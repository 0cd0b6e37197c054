"""Addresses and cookies against the public test suites: how many cases come out, and which do not."""

from __future__ import annotations

import json
import re
from email.utils import formatdate
from pathlib import Path
from typing import Any

from scrapekit.web.cookie_dates import read_cookie_date
from scrapekit.web.cookies import Jar
from scrapekit.web.url import canonical, origin_of, resolve


def cases(name: str) -> list[Any]:
    """The cases of a file beside this one; `DATA.md` says where it comes from."""
    return json.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


URLS = cases("url_cases.json")
VALID = [case for case in URLS if case[2] is not None]
MUST_FAIL = [case for case in URLS if case[2] is None]

# What the standard calls valid, and no request can be sent to.
URL_DEVIATIONS = {
    "http://f:0/c": "nothing listens on port 0",
    "http://f:00000000000000/c": "nothing listens on port 0",
    "http://./": "a name without labels cannot be looked up",
    "http://../": "a name without labels cannot be looked up",
    "http://foo.09..": "a name with an empty label cannot be looked up",
}


def as_sent(href: str) -> str:
    """What of an address goes to a server: neither credentials nor fragment."""
    return re.sub(r"^(https?://)[^/?#]*@", r"\1", href.partition("#")[0])


def test_references_resolve_as_browsers_resolve_them():
    """215 of 220; the five that do not are valid addresses of nothing."""
    different = [text for text, base, href in VALID if resolve(base or "", text) != as_sent(href)]

    assert (sorted(different), len(VALID)) == (sorted(URL_DEVIATIONS), 220)


def test_what_browsers_refuse_is_refused():
    """All 221, and none of the deviations comes to an address either."""
    taken = [text for text, base, _ in MUST_FAIL if resolve(base or "", text) is not None]

    assert (taken, len(MUST_FAIL)) == ([], 221)
    assert [resolve("http://example.org/", text) for text in URL_DEVIATIONS] == [None] * 5


def test_the_key_of_every_address_is_its_own_key_and_of_its_origin():
    for _, _, href in VALID:
        key = canonical(href)
        assert (canonical(key), origin_of(key)) == (key, origin_of(href))


COOKIES = cases("cookie_cases.json")
ORIGIN = "http://home.example.org:8888"
# Some of the cases end in 2017.
THEN = 1_300_000_000.0
COOKIE_DEVIATIONS = {
    "DISABLED_CHROMIUM0022": "NUL in a header: browsers ignore it by now (RFC 6265bis 5.6)",
    "DISABLED_CHROMIUM0023": "a bare CR in a header: the same",
    "DISABLED_PATH0029": "f%6Fo and foo are two paths, as in browsers",
}


def cookies_sent(case: dict[str, Any]) -> list[dict[str, str]]:
    jar = Jar()
    for header in case["received"]:
        jar.take(f"{ORIGIN}/cookie-parser?{case['test']}", header, THEN)
    to = resolve(ORIGIN, case.get("sent-to", f"/cookie-parser-result?{case['test']}"))
    assert to is not None
    return [{"name": name, "value": value} for name, value in jar.pairs(to, THEN)]


def test_cookies_are_kept_and_sent_as_rfc_6265_has_it():
    """219 of 222; the suite itself has switched off the three that do not come out."""
    different = [case["test"] for case in COOKIES if cookies_sent(case) != case["sent"]]

    assert (different, len(COOKIES)) == (list(COOKIE_DEVIATIONS), 222)


def test_dates_of_cookies_are_read_as_rfc_6265_has_it():
    """70 of 70."""
    dates = cases("cookie_date_cases.json")
    times = [read_cookie_date(text) for text, _ in dates]

    found = [None if time is None else formatdate(time, usegmt=True) for time in times]
    assert (found, len(dates)) == ([expected for _, expected in dates], 70)
