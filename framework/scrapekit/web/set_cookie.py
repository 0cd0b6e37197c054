"""One Set-Cookie header to the cookie it means, or to none (RFC 6265 5.2, 5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from scrapekit.web.cookie_dates import read_cookie_date
from scrapekit.web.host import read_host
from scrapekit.web.suffixes import is_public_suffix
from scrapekit.web.url import host_of

_LONGEST = 4096
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_AGE = re.compile(r"-?[0-9]+\Z")
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

    def has_expired(self, now: float) -> bool:
        """True when its time is over."""
        return self.expires is not None and self.expires <= now


def read_set_cookie(line: str, url: str, now: float) -> Cookie | None:
    """The cookie in one Set-Cookie header of an answer from *url*; None where it is to be ignored."""
    first, *rest = line.split(";")
    name, equals, value = (part.strip() for part in first.partition("="))
    # RFC 6265bis 5.6: browsers ignore a header with control characters, where RFC 6265 cut it off.
    if not equals or not name or len(name) + len(value) > _LONGEST or _CONTROL.search(line):
        return None
    said = _attributes(rest)
    host = host_of(url)
    domain = _domain(said.get("domain", ""), host)
    secure = "secure" in said
    # RFC 6265bis 5.7: who listens on the way must not set what is safe from him.
    if domain is None or (secure and not url.startswith("https:")):
        return None
    path = said.get("path", "")
    if not path.startswith("/"):
        path = _default_path(url)
    if not _keeps_its_prefix(name, secure, said, domain):
        return None
    expires = now + float(said["max-age"][:12]) if "max-age" in said else None
    if expires is None and "expires" in said:
        expires = read_cookie_date(said["expires"])
    return Cookie(name, value, domain or host, path, not domain, secure, "httponly" in said, expires)


def _attributes(parts: Iterable[str]) -> Mapping[str, str]:
    """Of each attribute the last that means something (RFC 6265 5.2.1 to 5.2.4)."""
    said = {}
    for part in parts:
        key, _, text = (piece.strip() for piece in part.partition("="))
        key = key.lower()
        means_nothing = (
            (key == "domain" and not text)
            or (key == "max-age" and not _AGE.match(text))
            or (key == "expires" and read_cookie_date(text) is None)
        )
        if not means_nothing:
            said[key] = text
    return said


def _domain(said: str, host: str) -> str | None:
    """The domain whose hosts get the cookie, "" for the host alone, None where it may not be set."""
    if not said:
        return ""
    domain = read_host(said.removeprefix("."))
    if domain is None or domain not in domains_of(host):
        return None
    # RFC 6265 5.3 5: only for itself may a public suffix set cookies.
    if is_public_suffix(domain):
        return "" if domain == host else None
    return "" if _ADDRESS.match(domain) else domain


def domains_of(host: str) -> Iterator[str]:
    """The host itself and the domains above it; an address has none."""
    yield host
    while not _ADDRESS.match(host) and "." in host:
        host = host.partition(".")[2]
        yield host


def _default_path(url: str) -> str:
    """RFC 6265 5.1.4: up to, not with, the last slash."""
    return urlsplit(url).path.rpartition("/")[0] or "/"


def _keeps_its_prefix(name: str, secure: bool, said: Mapping[str, str], domain: str) -> bool:
    """RFC 6265bis 4.1.3: what such a name promises."""
    if name.lower().startswith("__host-"):
        return secure and said.get("path") == "/" and not domain
    return secure or not name.lower().startswith("__secure-")
