"""What an answer means: a page, a place to go on from, or an error that may or may not be tried again.

Pure decisions on status and headers (RFC 9110, 6585); what a page holds is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.page import Page
from scrapekit.request import Request
from scrapekit.web.url import host_of, lane_of, origin_of, resolve

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# 401 and 403: RFC 9110 15.5.2 and 15.5.4, 407: 15.5.8, 451: RFC 7725. They refuse us, not the URL.
_BLOCKED = frozenset({401, 403, 407, 429, 451})
# 408: RFC 9110 15.5.9, 425: RFC 8470 5.2, 429: RFC 6585 4.
_RETRIED = frozenset({408, 425, 429})
# 501 and 505 (RFC 9110 15.6.2, 15.6.6) speak of the request, so sending it again cannot help.
_NOT_RETRIED = frozenset({501, 505})
# 509 and 529 are not registered; hosts answer so when a site is over its share.
_THROTTLED = frozenset({429, 509, 529})
# What may go to another origin: nothing that could tell who we are or let us in (RFC 9110 15.4).
_HARMLESS = frozenset({"accept", "accept-language", "content-type"})
# RFC 9110 15.4: what a redirect that drops the body takes out of the headers with it.
_OF_BODY = frozenset({"content-type", "content-encoding", "content-language", "content-length"})
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]{0,19}):")
_RAW_BYTE = re.compile("[\udc80-\udcff]")


def is_redirect(status: int, headers: Mapping[str, str]) -> bool:
    """True for an answer that sends us elsewhere (RFC 9110 15.4), with or without saying where to.

    300 is one where it names a preferred choice; 304 is none.
    """
    return status in _REDIRECTS or (status == 300 and "location" in headers)


def judge(request: Request, status: int, headers: Mapping[str, str], now: float) -> FetchError | None:
    """The error an answer stands for; None for a page, a redirect, and 304.

    *headers* has lower-case names, *now* is Unix time. 204 and 205 are pages without content. A 206
    that nobody asked for is half a page, so it is an error (RFC 9110 15.3.7).
    """
    if 200 <= status < 300:
        return _judge_success(request, status)
    if status == 304 or is_redirect(status, headers):
        return None
    wait = retry_after(headers.get("retry-after", ""), now)
    return FetchError(
        describe_status(status),
        verdict=Verdict.BLOCKED if status in _BLOCKED else Verdict.FAILED,
        retry=status in _RETRIED or (500 <= status < 600 and status not in _NOT_RETRIED),
        retry_after=wait,
        status=status,
        throttled=status in _THROTTLED or (status == 503 and wait is not None),
    )


def _judge_success(request: Request, status: int) -> FetchError | None:
    if status != 206 or any(name.lower() == "range" for name, _ in request.headers):
        return None
    return FetchError(f"{describe_status(status)}, though the whole page was asked for", status=status)


def describe_status(status: int) -> str:
    """A status as people read it: ``HTTP 404 Not Found``."""
    try:
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP {status}"


def retry_after(value: str, now: float) -> float | None:
    """The seconds a Retry-After asks us to wait (RFC 9110 10.2.3); None when it is absent, past or nonsense.

    Not capped: how long is too long is for politeness to say.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:18])
    try:
        date = parsedate_to_datetime(value)
        wait = (date if date.tzinfo else date.replace(tzinfo=UTC)) - datetime.fromtimestamp(now, UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return wait.total_seconds() if wait.total_seconds() > 0 else None


def redirect(request: Request, page: Page, limit: int) -> Request:
    """The request for the place that *page* sends us to; ``via`` grows by the URL it comes from.

    303, and 301 or 302 after a POST, turn into a GET without a body (RFC 9110 15.4.2 to 15.4.4).
    Towards another origin only harmless headers go along. Raises FetchError when there is no usable
    Location or after *limit* hops, with the verdict REFUSED for another scheme than http(s) and
    for a body that would have to go to another origin.
    """
    if len(request.via) >= limit:
        raise FetchError(f"more than {limit} redirects", status=page.status)
    target = _target(page)
    method, body = request.method, request.body
    if (page.status == 303 and method != "HEAD") or (page.status in (301, 302) and method == "POST"):
        method, body = "GET", None
    if body is not None and not _may_have_body(page.url, target):
        message = f"redirected with its body to another origin, {lane_of(target)}"
        raise FetchError(message, verdict=Verdict.REFUSED, status=page.status)
    kept = _kept_headers(request, body, same_origin=origin_of(page.url) == origin_of(target))
    via = (*request.via, request.url)
    return replace(request, url=target, method=method, headers=kept, body=body, via=via, validators=None)


def _target(page: Page) -> str:
    location = page.headers.get("location", "")
    if not location.strip():
        raise FetchError(f"{describe_status(page.status)} without a Location", status=page.status)
    # Bytes that are no UTF-8 reach us as lone surrogates; they go back to the server as they came.
    location = _RAW_BYTE.sub(lambda match: f"%{ord(match[0]) - 0xDC00:02X}", location)
    target = resolve(page.url, location)
    if target is not None:
        return target
    scheme = _SCHEME.match(location)
    if scheme and scheme[1].lower() not in ("http", "https"):
        message = f'redirected to a "{scheme[1].lower()}:" address'
        raise FetchError(message, verdict=Verdict.REFUSED, status=page.status)
    raise FetchError("redirected to an impossible address", status=page.status)


def _may_have_body(source: str, target: str) -> bool:
    """True on the same origin, and from http to https on the same host: the body was readable before."""
    if origin_of(source) == origin_of(target):
        return True
    upgraded = source.startswith("http:") and target.startswith("https:")
    return upgraded and host_of(source) == host_of(target)


def _kept_headers(request: Request, body: bytes | None, *, same_origin: bool) -> tuple[tuple[str, str], ...]:
    dropped = _OF_BODY if body is None else frozenset[str]()
    return tuple(
        (name, value)
        for name, value in request.headers
        if name.lower() not in dropped and (same_origin or name.lower() in _HARMLESS)
    )
