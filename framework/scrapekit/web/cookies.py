"""The cookies of one run: which are kept, and which go where (RFC 6265)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from urllib.parse import urlsplit

from scrapekit.web.set_cookie import Cookie, domains_of, read_set_cookie
from scrapekit.web.url import host_of

MOST_OF_A_DOMAIN = 180
"""Cookies that one domain may keep; browsers keep as many (RFC 6265 6.1 asks for 50)."""

MOST = 3000
MOST_SENT = 50
"""Cookies that go with one request."""

MOST_SENT_CHARACTERS = 8000
"""Many servers refuse a line of more than 8 KiB, the header's name included, and with it every page."""


@dataclass(slots=True)
class _Kept:
    cookie: Cookie
    used: int
    """When it was set or sent last, by the jar's own count."""


class Jar:
    """Keeps cookies and gives each host its own. ``changes`` grows whenever what is kept does."""

    def __init__(self) -> None:
        self._domains: dict[str, dict[tuple[str, str], _Kept]] = {}
        self._size = 0
        self._count = count(1)
        self.changes = 0

    def __iter__(self) -> Iterator[Cookie]:
        """Every cookie, the one that was set first at first."""
        yield from sorted((kept.cookie for kept in self._all()), key=lambda cookie: cookie.order)

    def _all(self) -> list[_Kept]:
        return [kept for of_domain in self._domains.values() for kept in of_domain.values()]

    def take(self, url: str, header: str, now: float) -> None:
        """Keep what an answer from *url* set: its Set-Cookie headers, one on each line."""
        is_safe = url.startswith("https:")
        for line in header.split("\n"):
            cookie = read_set_cookie(line, url, now)
            if cookie is not None and (is_safe or not self._stands_before(cookie)):
                self.put(cookie, now)

    def _stands_before(self, cookie: Cookie) -> bool:
        """RFC 6265bis 5.7 16: what came in the clear must not stand in for a secure cookie."""
        above = list(domains_of(cookie.domain))
        return any(
            kept.cookie.secure and kept.cookie.name == cookie.name
            for domain, of_domain in self._domains.items()
            if domain in above or domain.endswith(f".{cookie.domain}")
            for kept in of_domain.values()
            if _path_matches(cookie.path, kept.cookie.path)
        )

    def put(self, cookie: Cookie, now: float) -> None:
        """Keep a cookie instead of the one of its name, domain and path; an expired one only removes that."""
        before = self._domains.get(cookie.domain, {}).get((cookie.name, cookie.path))
        if cookie.has_expired(now):
            if before is not None:
                self._forget(before.cookie)
                self.changes += 1
            return
        # RFC 6265 5.3 11.3: a cookie that is set anew keeps its place.
        order = next(self._count) if before is None else before.cookie.order
        kept = _Kept(replace(cookie, order=order), next(self._count))
        of_domain = self._domains.setdefault(cookie.domain, {})
        of_domain[cookie.name, cookie.path] = kept
        self.changes += before is None or before.cookie != kept.cookie
        if before is None:
            self._size += 1
            self._make_room(of_domain, now)

    def _make_room(self, of_domain: dict[tuple[str, str], _Kept], now: float) -> None:
        if len(of_domain) > MOST_OF_A_DOMAIN:
            self._evict(list(of_domain.values()), MOST_OF_A_DOMAIN, now)
        if self._size > MOST:
            # A tenth at a time: sorting all of them for each new one would take too long.
            self._evict(self._all(), MOST - MOST // 10, now)

    def _evict(self, found: list[_Kept], most: int, now: float) -> None:
        """RFC 6265 5.3: what has expired goes, then what was not used for longest."""
        found.sort(key=lambda kept: (not kept.cookie.has_expired(now), kept.used, kept.cookie.order))
        for number, kept in enumerate(found):
            if number >= len(found) - most and not kept.cookie.has_expired(now):
                return
            self._forget(kept.cookie)

    def _forget(self, cookie: Cookie) -> None:
        of_domain = self._domains[cookie.domain]
        del of_domain[cookie.name, cookie.path]
        self._size -= 1
        if not of_domain:
            del self._domains[cookie.domain]

    def pairs(self, url: str, now: float) -> list[tuple[str, str]]:
        """Name and value of what goes to *url* (RFC 6265 5.4): longer paths first, then those set earlier.

        No more than 50 of them, and no more than fit into 8,000 characters; what does not fit stays here.
        """
        host = host_of(url)
        parts = urlsplit(url)
        path, secure = parts.path or "/", parts.scheme == "https"
        found = [
            kept
            for domain in domains_of(host)
            for kept in self._domains.get(domain, {}).values()
            if _goes_to(kept.cookie, host, path, secure) and not kept.cookie.has_expired(now)
        ]
        found.sort(key=lambda kept: (-len(kept.cookie.path), kept.cookie.order))
        pairs: list[tuple[str, str]] = []
        room, used = MOST_SENT_CHARACTERS, next(self._count)
        for kept in found:
            length = len(kept.cookie.name) + len(kept.cookie.value) + 3
            if length <= room and len(pairs) < MOST_SENT:
                room -= length
                kept.used = used
                pairs.append((kept.cookie.name, kept.cookie.value))
        return pairs

    def only_for(self, hosts: Iterable[str]) -> None:
        """Forget every cookie that goes to none of these hosts."""
        wanted = {domain for host in hosts for domain in domains_of(host)}
        for cookie in self:
            if cookie.domain not in wanted:
                self._forget(cookie)


def _goes_to(cookie: Cookie, host: str, path: str, secure: bool) -> bool:
    return (
        (cookie.domain == host or not cookie.host_only)
        and (secure or not cookie.secure)
        and _path_matches(path, cookie.path)
    )


def _path_matches(path: str, of_cookie: str) -> bool:
    """RFC 6265 5.1.4."""
    if not path.startswith(of_cookie):
        return False
    return len(path) == len(of_cookie) or of_cookie.endswith("/") or path[len(of_cookie)] == "/"
