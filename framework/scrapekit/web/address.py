"""An http(s) address in its pieces, read and written as the WHATWG URL Standard says.

Credentials are dropped where an address is read, so no page can make us send a password, and none
can be printed or stored. Fragments are dropped too: they never reach a server.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from scrapekit.web.host import read_host

LONGEST = 16_384
"""Characters an address may have; servers refuse less, so a longer one is a trap or data."""

_PORTS = {"http": "80", "https": "443"}
_NOISE = str.maketrans("", "", "\t\n\r")
_EDGE = "".join(map(chr, range(33)))
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_AUTHORITY_END = re.compile(r"[/\\?]")
_LONGEST_AUTHORITY = 1000
_NOT_IN_PATH = re.compile(r"[^A-Za-z0-9._~!$&'()*+,;=:@/%\[\]|\\-]+")
_NOT_IN_QUERY = re.compile(r"[^A-Za-z0-9._~!$&()*+,;=:@/%\[\]|\\^`{}?-]+")


class Address(NamedTuple):
    """An address in pieces; ``query`` is None when there is none, which differs from an empty one."""

    scheme: str
    authority: str
    path: str
    query: str | None

    def __str__(self) -> str:
        query = "" if self.query is None else "?" + self.query
        return f"{self.scheme}://{self.authority}{self.path}{query}"

    @property
    def folder(self) -> str:
        """The path up to its last slash, which relative references start from."""
        return self.path[: self.path.rindex("/") + 1]


def parse(text: str, base: Address | None = None) -> Address | None:
    """The address *text* means on a page at *base*; None for what cannot be fetched over http(s)."""
    text = text.strip(_EDGE).translate(_NOISE).partition("#")[0]
    match = _SCHEME.match(text)
    if match is None:
        return _parse_relative(text, base) if base else None
    scheme, rest = match[0][:-1].lower(), text[match.end() :]
    if scheme not in _PORTS:
        return None
    # "http:page.html" on an http page is relative; on any other it names a host.
    if base is not None and base.scheme == scheme and not _names_host(rest):
        return _parse_relative(rest, base)
    return _parse_absolute(scheme, rest)


def _names_host(text: str) -> bool:
    return text[:1] in ("/", "\\") and text[1:2] in ("/", "\\")


def _parse_relative(text: str, base: Address) -> Address | None:
    if _names_host(text):
        return _parse_absolute(base.scheme, text)
    path, question, query = text.partition("?")
    if not path:
        return base._replace(query=_NOT_IN_QUERY.sub(escaped, query) if question else base.query)
    path = path.replace("\\", "/")
    if path[0] != "/":
        path = base.folder + path
    return _finish(base.scheme, base.authority, path, query if question else None)


def _parse_absolute(scheme: str, text: str) -> Address | None:
    text = text.lstrip("/\\")
    end = _AUTHORITY_END.search(text)
    cut = end.start() if end else len(text)
    host_and_port = text[:cut].rpartition("@")[2]
    authority = read_authority(scheme, host_and_port) if len(host_and_port) < _LONGEST_AUTHORITY else None
    if authority is None:
        return None
    path, question, query = text[cut:].partition("?")
    return _finish(scheme, authority, path.replace("\\", "/"), query if question else None)


def _finish(scheme: str, authority: str, path: str, query: str | None) -> Address:
    path = _NOT_IN_PATH.sub(escaped, path) or "/"
    if has_dots(path):
        path = _without_dots(path)
    return Address(scheme, authority, path, None if query is None else _NOT_IN_QUERY.sub(escaped, query))


@lru_cache(maxsize=4096)
def read_authority(scheme: str, text: str) -> str | None:
    """Host and port in their normal spelling, the scheme's default port left out; None if impossible."""
    bracket = text.rfind("]") + 1
    host, _, port = text[bracket:].partition(":")
    name = read_host(text[:bracket] + host)
    if name is None or (port and not (port.isascii() and port.isdigit())):
        return None
    digits = port.lstrip("0") or port[:1]
    if digits == "0" or len(digits) > 5 or int(digits or 0) > 65535:
        return None
    return f"{name}:{digits}" if digits and digits != _PORTS[scheme] else name


def escaped(match: re.Match[str]) -> str:
    """What a regular expression found, as percent-escapes of its UTF-8 bytes."""
    # A lone surrogate has no UTF-8; it becomes U+FFFD as in browsers.
    text = match[0].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(f"%{byte:02X}" for byte in text.encode())


def has_dots(text: str) -> bool:
    """True when *text* may hold a dot segment in any spelling (``..``, ``%2e``)."""
    return "/." in text or text[:1] == "." or "/%2" in text or text[:2] == "%2"


def _without_dots(path: str) -> str:
    kept: list[str] = []
    plain = ""
    for segment in path.split("/")[1:]:
        plain = segment.replace("%2e", ".").replace("%2E", ".") if len(segment) <= 6 else segment
        if plain == "..":
            kept[-1:] = []
        elif plain != ".":
            kept.append(segment)
    if plain in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
