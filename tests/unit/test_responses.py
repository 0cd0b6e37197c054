"""What statuses and headers mean, and where redirects lead."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.page import Page
from scrapekit.request import Request
from scrapekit.web.responses import is_redirect, judge, redirect

NOW = 1_700_000_000.0
URL = "https://shop.test/list/a"


def judged(status, headers=None, request=None):
    return judge(request or Request(URL), status, headers or {}, NOW)


def summary(error):
    return str(error), error.verdict, error.retry, error.throttled, error.retry_after, error.status


def hop(location, status=302, request=None, limit=10):
    request = request or Request(URL)
    headers = {} if location is None else {"location": location}
    return redirect(request, Page(request, request.url, status, headers, b""), limit)


@pytest.mark.parametrize("status", [200, 201, 203, 204, 205, 226, 301, 302, 303, 304, 307, 308])
def test_pages_redirects_and_not_modified_are_no_errors(status):
    assert judged(status) is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, ("HTTP 400 Bad Request", Verdict.FAILED, False, False, None, 400)),
        (401, ("HTTP 401 Unauthorized", Verdict.BLOCKED, False, False, None, 401)),
        (403, ("HTTP 403 Forbidden", Verdict.BLOCKED, False, False, None, 403)),
        (404, ("HTTP 404 Not Found", Verdict.FAILED, False, False, None, 404)),
        (407, ("HTTP 407 Proxy Authentication Required", Verdict.BLOCKED, False, False, None, 407)),
        (408, ("HTTP 408 Request Timeout", Verdict.FAILED, True, False, None, 408)),
        (410, ("HTTP 410 Gone", Verdict.FAILED, False, False, None, 410)),
        (425, ("HTTP 425 Too Early", Verdict.FAILED, True, False, None, 425)),
        (429, ("HTTP 429 Too Many Requests", Verdict.BLOCKED, True, True, None, 429)),
        (451, ("HTTP 451 Unavailable For Legal Reasons", Verdict.BLOCKED, False, False, None, 451)),
        (500, ("HTTP 500 Internal Server Error", Verdict.FAILED, True, False, None, 500)),
        (501, ("HTTP 501 Not Implemented", Verdict.FAILED, False, False, None, 501)),
        (503, ("HTTP 503 Service Unavailable", Verdict.FAILED, True, False, None, 503)),
        (505, ("HTTP 505 HTTP Version Not Supported", Verdict.FAILED, False, False, None, 505)),
        (529, ("HTTP 529", Verdict.FAILED, True, True, None, 529)),
        (300, ("HTTP 300 Multiple Choices", Verdict.FAILED, False, False, None, 300)),
        (305, ("HTTP 305 Use Proxy", Verdict.FAILED, False, False, None, 305)),
        (101, ("HTTP 101 Switching Protocols", Verdict.FAILED, False, False, None, 101)),
        (999, ("HTTP 999", Verdict.FAILED, False, False, None, 999)),
    ],
)
def test_every_other_status_is_an_error_of_its_kind(status, expected):
    assert summary(judged(status)) == expected


def test_half_a_page_nobody_asked_for_is_an_error():
    message = "HTTP 206 Partial Content, though the whole page was asked for"

    assert summary(judged(206)) == (message, Verdict.FAILED, False, False, None, 206)
    assert judged(206, request=Request(URL, headers=(("Range", "bytes=0-9"),))) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("30", 30.0),
        (" 0 ", 0.0),
        (formatdate(NOW + 90, usegmt=True), 90.0),
        ("Tue, 14 Nov 2023 22:14:20 -0000", 60.0),
        (formatdate(NOW - 90, usegmt=True), None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("", None),
        ("Tue, 99 Nov 2023 22:14:20 GMT", None),
        ("Tue, 14 Nov 999999999999 22:14:20 GMT", None),
        ("9" * 5000, 999999999999999999.0),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_nonsense_is_ignored(value, expected):
    assert judged(429, {"retry-after": value}).retry_after == expected


def test_a_503_that_names_a_wait_slows_the_host_down():
    error = judged(503, {"retry-after": "7"})

    assert summary(error) == ("HTTP 503 Service Unavailable", Verdict.FAILED, True, True, 7.0, 503)


def test_a_300_is_a_redirect_where_it_names_a_choice():
    assert is_redirect(300, {"location": "/b"})
    assert not is_redirect(300, {})
    assert not is_redirect(304, {"location": "/b"})
    assert judged(300, {"location": "/b"}) is None


def test_a_redirect_is_a_request_that_knows_where_it_comes_from():
    request = Request(URL, page="list", depth=2, priority=3, carry={"a": 1}, via=("https://shop.test/0",))

    assert hop("../b?c#d", request=request) == Request(
        "https://shop.test/b?c",
        page="list",
        depth=2,
        priority=3,
        carry={"a": 1},
        via=("https://shop.test/0", URL),
    )


@pytest.mark.parametrize(
    ("status", "method", "expected"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
        (301, "HEAD", "HEAD"),
        (301, "PUT", "PUT"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
    ],
)
def test_the_method_of_the_next_hop(status, method, expected):
    assert hop("/b", status, Request(URL, method=method)).method == expected


def test_a_post_that_becomes_a_get_loses_its_body_and_what_describes_it():
    headers = (("Content-Type", "text/x"), ("X-A", "1"))
    request = Request(URL, method="POST", body=b"a", headers=headers)

    assert hop("/b", 303, request) == Request("https://shop.test/b", headers=(("X-A", "1"),), via=(URL,))
    assert hop("/b", 307, request).body == b"a"
    assert hop("/b", 307, request).headers == headers


@pytest.mark.parametrize("target", ["https://other.test/", "http://shop.test/", "https://shop.test:8443/"])
def test_towards_another_origin_only_harmless_headers_go_along(target):
    names = ["Authorization", "Cookie", "Proxy-Authorization", "X-Api-Key", "Referer", "Accept"]
    request = Request(URL, headers=tuple((name, "secret") for name in names))

    assert hop(target, request=request).headers == (("Accept", "secret"),)
    assert hop("/b", request=request).headers == request.headers


def test_a_body_is_not_sent_to_another_origin():
    request = Request(URL, method="POST", body=b"password=1")

    with pytest.raises(FetchError) as caught:
        hop("https://other.test:8443/x", 307, request)

    assert summary(caught.value) == (
        "redirected with its body to another origin, other.test:8443",
        Verdict.REFUSED,
        False,
        False,
        None,
        307,
    )


def test_a_body_goes_along_when_the_same_host_turns_to_https():
    request = Request("http://shop.test/a", method="POST", body=b"a")

    assert hop("https://shop.test/a", 308, request).body == b"a"


@pytest.mark.parametrize(
    ("location", "message", "verdict"),
    [
        (None, "HTTP 302 Found without a Location", Verdict.FAILED),
        ("  ", "HTTP 302 Found without a Location", Verdict.FAILED),
        ("http://", "redirected to an impossible address", Verdict.FAILED),
        ("http:///", "redirected to an impossible address", Verdict.FAILED),
        ("https://me:word@a b/", "redirected to an impossible address", Verdict.FAILED),
        ("/" + "a" * 2**20, "redirected to an impossible address", Verdict.FAILED),
        ("file:///etc/passwd", 'redirected to a "file:" address', Verdict.REFUSED),
        ("JavaScript:alert(1)", 'redirected to a "javascript:" address', Verdict.REFUSED),
        ("data:text/html,x", 'redirected to a "data:" address', Verdict.REFUSED),
        ("ftp://shop.test/", 'redirected to a "ftp:" address', Verdict.REFUSED),
    ],
)
def test_a_redirect_to_nowhere_is_an_error(location, message, verdict):
    with pytest.raises(FetchError) as caught:
        hop(location)

    assert (str(caught.value), caught.value.verdict, caught.value.retry) == (message, verdict, False)


def test_only_so_many_redirects_are_followed():
    request = Request(URL, via=("https://shop.test/0", "https://shop.test/1"))

    assert hop("/b", request=request, limit=3).url == "https://shop.test/b"
    with pytest.raises(FetchError, match=r"^more than 2 redirects$"):
        hop("/b", request=request, limit=2)


def test_credentials_in_a_location_are_dropped():
    assert hop("https://me:word@other.test/").url == "https://other.test/"


def test_bytes_that_are_no_text_go_back_as_they_came():
    assert hop("/caf\udce9").url == "https://shop.test/caf%E9"
    assert hop("/café").url == "https://shop.test/caf%C3%A9"


def test_line_breaks_in_a_location_inject_nothing():
    assert hop("/a\r\nSet-Cookie: x=1").url == "https://shop.test/aSet-Cookie:%20x=1"
