"""The cookies of one run: which are kept, and which go where (RFC 6265)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from urllib.parse import urlsplit

from scrapekit.web.cookie_dates import read_cookie_date
from scrapekit.web.url import host_of

MOST_OF_A_HOST = 180
"""Cookies that one domain may keep; browsers keep as many (RFC 6265 6.1 asks for 50)."""

MOST = 3000
_LONGEST = 4096
_LONGEST_HEADER = 16_384
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_ADDRESS = re.compile(r"[0-9.]+\Z|.*:")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie. ``domain`` has no leading dot; ``expires`` is Unix time, None for the session's end."""

    name: str
    value: str
    domain: str
    path: str = "/"
    host_only: bool = True
    secure: bool = False
    http_only: bool = False
    expires: float | None = None
    order: int = 0
    """Which came first."""


def has_one_label(domain: str) -> bool:
    """True for ``com`` and ``localhost``: a domain whose cookies would go to strangers' hosts too."""
    return "." not in domain


class Jar:
    """Keeps cookies and gives each host its own.

    *is_public* says which domains belong to nobody, so that no cookie is set for all their hosts;
    a list of public suffixes may stand in its place. ``changes`` grows whenever what is kept does.
    """

    def __init__(self, is_public: Callable[[str], bool] = has_one_label) -> None:
        self._is_public = is_public
        self._domains: dict[str, dict[tuple[str, str], Cookie]] = {}
        self._size = 0
        self._order = count(1)
        self.changes = 0

    def __iter__(self) -> Iterator[Cookie]:
        for cookies in self._domains.values():
            yield from cookies.values()

    def take(self, url: str, header: str, now: float) -> None:
        """Keep what an answer from *url* set: its Set-Cookie headers, one on each line."""
        for line in header.split("\n"):
            cookie = read_set_cookie(line, url, now, self._is_public)
            if cookie is not None:
                self.put(cookie, now)

    def put(self, cookie: Cookie, now: float) -> None:
        """Keep a cookie instead of the one of its name, domain and path; an expired one only removes that."""
        cookies = self._domains.setdefault(cookie.domain, {})
        key = (cookie.name, cookie.path)
        before = cookies.pop(key, None)
        self._size -= before is not None
        if cookie.expires is None or cookie.expires > now:
            # RFC 6265 5.3 11.3: a cookie that is set anew keeps its place.
            order = before.order if before is not None else next(self._order)
            cookies[key] = replace(cookie, order=order)
            self._size += 1
            self._make_room(cookies)
        self.changes += before is None or cookies.get(key) != before

    def _make_room(self, cookies: dict[tuple[str, str], Cookie]) -> None:
        if len(cookies) > MOST_OF_A_HOST:
            del cookies[next(iter(cookies))]
            self._size -= 1
        while self._size > MOST:
            domain = next(iter(self._domains))
            self._size -= len(self._domains.pop(domain))

    def pairs(self, url: str, now: float) -> dict[str, str]:
        """Name → value of what goes to *url* (RFC 6265 5.4): longer paths first, then those set earlier."""
        host = host_of(url)
        parts = urlsplit(url)
        path, secure = parts.path or "/", parts.scheme == "https"
        found = [
            cookie
            for domain in _domains_of(host)
            for cookie in self._domains.get(domain, {}).values()
            if (cookie.domain == host or not cookie.host_only)
            and (secure or not cookie.secure)
            and _path_matches(path, cookie.path)
            and (cookie.expires is None or cookie.expires > now)
        ]
        found.sort(key=lambda cookie: (-len(cookie.path), cookie.order))
        pairs: dict[str, str] = {}
        length = 0
        for cookie in found:
            length += len(cookie.name) + len(cookie.value) + 3
            if length > _LONGEST_HEADER:
                break
            pairs.setdefault(cookie.name, cookie.value)
        return pairs

    def only_for(self, hosts: Iterable[str]) -> None:
        """Forget every cookie that goes to none of these hosts."""
        wanted = {domain for host in hosts for domain in _domains_of(host)}
        self._domains = {domain: kept for domain, kept in self._domains.items() if domain in wanted}
        self._size = sum(map(len, self._domains.values()))


def _domains_of(host: str) -> Iterator[str]:
    """The host itself and the domains above it; an address has none."""
    yield host
    while not _ADDRESS.match(host) and "." in host:
        host = host.partition(".")[2]
        yield host


def _path_matches(path: str, of_cookie: str) -> bool:
    """RFC 6265 5.1.4."""
    if not path.startswith(of_cookie):
        return False
    return len(path) == len(of_cookie) or of_cookie.endswith("/") or path[len(of_cookie)] == "/"


def read_set_cookie(line: str, url: str, now: float, is_public: Callable[[str], bool]) -> Cookie | None:
    """The cookie in one Set-Cookie header of an answer from *url* (RFC 6265 5.2, 5.3); None to ignore it."""
    first, *rest = line.split(";")
    name, equals, value = (part.strip() for part in first.partition("="))
    if not equals or not name or len(name) + len(value) > _LONGEST or _CONTROL.search(line):
        return None
    said = {}
    for part in rest:
        key, _, text = part.partition("=")
        said[key.strip().lower()] = text.strip()
    host, is_safe = host_of(url), url.startswith("https:")
    domain = said.get("domain", "").lstrip(".").lower()
    if domain and domain == host and is_public(domain):
        domain = ""
    if domain and (is_public(domain) or domain not in _domains_of(host)):
        return None
    secure = "secure" in said
    if secure and not is_safe:
        # RFC 6265bis 5.7: who listens on the way must not set what is safe from him.
        return None
    path = said.get("path", "")
    if not path.startswith("/"):
        path = _default_path(url)
    if not _keeps_its_prefix(name, secure, path, domain):
        return None
    expires = _expires(said, now)
    return Cookie(name, value, domain or host, path, not domain, secure, "httponly" in said, expires)


def _default_path(url: str) -> str:
    """RFC 6265 5.1.4: up to, not with, the last slash."""
    return urlsplit(url).path.rpartition("/")[0] or "/"


def _keeps_its_prefix(name: str, secure: bool, path: str, domain: str) -> bool:
    """RFC 6265bis 4.1.3: what such a name promises."""
    if name.lower().startswith("__host-"):
        return secure and path == "/" and not domain
    return secure or not name.lower().startswith("__secure-")


def _expires(said: dict[str, str], now: float) -> float | None:
    """Unix time; Max-Age comes before Expires (RFC 6265 5.3)."""
    age = said.get("max-age", "")
    if re.match(r"-?[0-9]+\Z", age):
        return now + float(age[:12])
    return read_cookie_date(said["expires"]) if "expires" in said else None
