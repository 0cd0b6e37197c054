"""What is sent with one request beside the session's own headers."""

from __future__ import annotations

from collections.abc import Sequence

from multidict import CIMultiDict

from scrapekit.request import Request
from scrapekit.web.senders import Site

_CONDITIONS = ("If-None-Match", "If-Modified-Since")


def with_cookies(
    headers: CIMultiDict[str] | None, request: Request, site: Site, kept: Sequence[tuple[str, str]]
) -> CIMultiDict[str]:
    """The headers with what is kept: it takes the place of the recipe's, and gives way to the request's."""
    asked = _pairs(next((value for name, value in request.headers if name.lower() == "cookie"), ""))
    own = _pairs(site.headers.get("Cookie", ""))
    pairs = _without(_without(own, kept), asked) + _without(kept, asked) + asked
    headers = CIMultiDict() if headers is None else headers
    headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in pairs)
    return headers


def _without(pairs: Sequence[tuple[str, str]], others: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    names = {name for name, _ in others}
    return [pair for pair in pairs if pair[0] not in names]


def _pairs(cookies: str) -> list[tuple[str, str]]:
    parts = (part.strip().partition("=") for part in cookies.split(";") if "=" in part)
    return [(name, value) for name, _, value in parts]


def with_key(url: str, site: Site) -> str:
    """The address with the API key that the site wants in its query."""
    if not site.query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{site.query}"


def own_headers(request: Request, site: Site) -> CIMultiDict[str]:
    """The headers of the site and of the request; of two cookies, both go."""
    headers = CIMultiDict(site.headers)
    for name, value in request.headers:
        joined = name.lower() == "cookie" and name in headers
        headers[name] = f"{headers[name]}; {value}" if joined else value
    # RFC 9110 13.1.2 and 13.1.3; what the recipe says itself has precedence.
    for name, value in zip(_CONDITIONS, request.validators or (), strict=False):
        if value:
            headers.setdefault(name, value)
    return headers
