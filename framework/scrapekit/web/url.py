"""Addresses, purely: resolve, normalise, fingerprint, and take apart."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from scrapekit.web.address import LONGEST, Address, escaped, has_dots, parse, read_authority

# What may stand in path and query alike; every other character takes the slow path.
_SAFE = r"A-Za-z0-9._~!$&()*+,;=:@/%\-"
_AUTHORITY = r"[a-z0-9.-]{1,253}(?::[0-9]{1,5})?"
_PLAIN_ABSOLUTE = re.compile(rf"(https?)://({_AUTHORITY})(/[{_SAFE}]*+(?:\?[{_SAFE}?]*+)?)\Z")
_PLAIN_RELATIVE = re.compile(rf"[{_SAFE}]*+(?:\?[{_SAFE}?]*+)?\Z")
_ORIGIN = re.compile(rf"(https?)://({_AUTHORITY})(?=[/?#]|\Z)")
# A whole canonical address: upper-case escapes, and only of characters that are not unreserved.
_KEY_TEXT = r"[A-Za-z0-9._~!$&()*+,;=:@/\[\]\-]*+"
_KEY_ESCAPE = r"%(?:[0189A-F][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF])"
_CANONICAL = re.compile(
    rf"(https?)://({_AUTHORITY})/{_KEY_TEXT}(?:{_KEY_ESCAPE}{_KEY_TEXT})*+"
    rf"(?:\?{_KEY_TEXT}(?:(?:\?|{_KEY_ESCAPE}){_KEY_TEXT})*+)?\Z"
)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ILLEGAL = re.compile(r"[|\\^`{}]")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class _Base(NamedTuple):
    """What the references of one page need again and again."""

    address: Address
    origin: str
    folder: str


@lru_cache(maxsize=64)
def _base(text: str) -> _Base | None:
    address = parse(text)
    if address is None:
        return None
    origin = f"{address.scheme}://{address.authority}"
    return _Base(address, origin, origin + address.folder)


def resolve(base: str, reference: str) -> str | None:
    """The absolute http(s) address a page means by *reference*, without fragment and credentials.

    *base* is the address of the page; "" where only an absolute reference makes sense. None for
    what cannot be fetched: another scheme, bad syntax, an impossible host or port, more than
    16 KiB. The result is a WHATWG URL, ASCII only, ready to be sent.
    """
    text = reference.partition("#")[0]
    if has_dots(text) or len(text) > LONGEST:
        return _resolve_slowly(base, reference)
    if text[:1] == "/":
        if text[1:2] != "/" and _PLAIN_RELATIVE.match(text) and (ground := _base(base)):
            return ground.origin + text
    elif (match := _PLAIN_ABSOLUTE.match(text)) is not None:
        scheme, asked, rest = match.groups()
        authority = read_authority(scheme, asked)
        return None if authority is None else f"{scheme}://{authority}{rest}"
    elif (
        text[:1] not in ("", "?")
        and ":" not in text
        and _PLAIN_RELATIVE.match(text)
        and (ground := _base(base))
    ):
        return ground.folder + text
    return _resolve_slowly(base, reference)


def _resolve_slowly(base: str, reference: str) -> str | None:
    if len(reference) > 4 * LONGEST:
        return None
    ground = _base(base)
    address = parse(reference, ground.address if ground else None)
    if address is None:
        return None
    text = str(address)
    return text if len(text) <= LONGEST else None


def canonical(url: str) -> str:
    """The text that stands for *url* when URLs are compared; canonical text comes back as it is.

    Beyond what `resolve` settles: escapes are upper-case (RFC 3986 6.2.2.1), escapes of unreserved
    characters are decoded (6.2.2.2), characters no URL may hold are escaped (2.1). Escapes of
    reserved characters (2.2), the path's case (6.2.2.1) and the query's order are never touched: with
    another of those a site may mean another page. Text that is no http(s) address is its own key.
    """
    match = _CANONICAL.match(url)
    if match is not None and "/." not in url and read_authority(match[1], match[2]) == match[2]:
        return url
    address = parse(url)
    if address is None:
        return url
    query = None if address.query is None else _settle_escapes(address.query)
    return str(address._replace(path=_settle_escapes(address.path), query=query))


def _settle_escapes(text: str) -> str:
    text = _ILLEGAL.sub(escaped, text)
    if "%" not in text:
        return text
    # Beside a stray "%" decoding could make up a new escape, so there only the case is settled.
    if _STRAY_PERCENT.search(text):
        return _ESCAPE.sub(lambda match: match[0].upper(), text)
    return _ESCAPE.sub(_settled, text)


def _settled(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def fingerprint(url: str, method: str = "GET", body: bytes | None = None) -> int:
    """A signed 64-bit number for one request: 16 bits for its lane, 48 for URL, method and body.

    URLs of one host lie next to each other when sorted by it, which is what a store's index likes.
    """
    key = canonical(url)
    content = key.encode("utf-8", "surrogatepass")
    if method != "GET" or body is not None:
        content += b"\0" + method.encode() + b"\0" + (b"" if body is None else b"=" + body)
    authority = key.split("/", 3)[2] if "//" in key else ""
    return _lane_bits(authority) | int.from_bytes(blake2b(content, digest_size=6).digest(), "big")


@lru_cache(maxsize=4096)
def _lane_bits(lane: str) -> int:
    digest = blake2b(lane.encode("utf-8", "surrogatepass"), digest_size=2).digest()
    return int.from_bytes(digest, "big", signed=True) << 48


def _scheme_and_authority(url: str) -> tuple[str, str]:
    match = _ORIGIN.match(url)
    if match is not None and (authority := read_authority(match[1], match[2])) is not None:
        return match[1], authority
    address = parse(url)
    return (address.scheme, address.authority) if address else ("", "")


def origin_of(url: str) -> str:
    """Scheme, host and port (``https://a.test:8443``), without a default port; "" for no http(s) URL."""
    scheme, authority = _scheme_and_authority(url)
    return f"{scheme}://{authority}" if scheme else ""


def lane_of(url: str) -> str:
    """Host and, where it is not the scheme's default, port: the unit that politeness knows."""
    return _scheme_and_authority(url)[1]


def host_of(url: str) -> str:
    """The host alone, lower-case; an IPv6 address without its brackets."""
    authority = _scheme_and_authority(url)[1]
    if authority[:1] == "[":
        return authority[1 : authority.index("]")]
    return authority.partition(":")[0]


def target_of(url: str) -> str:
    """Path and query, which is what robots.txt speaks of."""
    address = parse(url)
    if address is None:
        return "/"
    return address.path if address.query is None else f"{address.path}?{address.query}"
