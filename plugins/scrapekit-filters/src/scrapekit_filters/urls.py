"""Filters for addresses: resolve them, take them apart, escape text for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, quote_plus, unquote, unquote_plus, urlsplit

from scrapekit import FilterContext, Options, resolve
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._words import shown

_FRAGMENT = {"fragment": 'false: leave the part after "#" out'}
# RFC 3986 3.5: what a fragment may hold as it is.
_IN_FRAGMENT = "!$&'()*+,;=:@/?%-._~"
# RFC 5321 4.5.3.1 and 4.1.2 without quoted names and address literals, which no page means.
_EMAIL = re.compile(
    r"(?P<name>[^\s@<>()\[\]\\,;:\"\x00-\x1f]{1,64})@(?P<host>(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,10}[^\W\d_][\w-]{1,62})\Z"
)
_MOST_PARAMETERS = 1000


@declare(
    "text",
    "text",
    uses_page=True,
    options=_FRAGMENT,
    example=[
        (None, "../tea.html#price", "https://shop.example/tea.html#price"),
        ("{fragment: false}", "tea.html#price", "https://shop.example/list/tea.html"),
        (None, "mailto:tea@shop.example", None),
    ],
)
def absolute_url(options: Options) -> Function:
    """Resolves an address against the page's; empty when it is not one of the web (http, https)."""
    return _resolving(options)


def _resolving(options: Options) -> Callable[[str, FilterContext], str | None]:
    if not options.flag("fragment", True):
        return lambda value, context: resolve(context.url, value)

    def run(value: str, context: FilterContext) -> str | None:
        address, mark, fragment = value.partition("#")
        url = resolve(context.url, address)
        if not mark or url is None:
            return url
        return f"{url}#{quote(fragment.strip(), safe=_IN_FRAGMENT, errors='replace')}"

    return run


@declare(
    "text",
    "text",
    uses_page=True,
    options=_FRAGMENT,
    example=[
        (None, "/tea", "https://shop.example/tea"),
        (None, "HTTP://Tea.Example", "http://tea.example/"),
        (None, "javascript:void(0)", ValueError('"javascript:void(0)" is no web address')),
    ],
)
def url(options: Options) -> Function:
    """Reads an address of the web (http, https) and resolves it against the page's."""
    run = _resolving(options)

    def read(value: str, context: FilterContext) -> str:
        found = run(value, context)
        if found is None:
            raise ValueError(f"{shown(value)} is no web address")
        return found

    return read


@declare(
    "text",
    "text",
    example=[
        (None, "mailto:Tea@Shop.Example?subject=Hi", "Tea@shop.example"),
        (None, "tea at shop", ValueError('"tea at shop" is no e-mail address')),
    ],
)
def email(options: Options) -> Function:
    """Reads one e-mail address, also from a mailto: link; its host becomes lower case."""
    return _email


def _email(value: str) -> str:
    bare = value.strip()
    if bare[:7].lower() == "mailto:":
        bare = unquote(bare[7:].partition("?")[0]).strip()
    found = _EMAIL.match(bare) if len(bare) <= 254 else None
    if found is None or ".." in found["name"] or found["name"][0] == "." or found["name"][-1] == ".":
        raise ValueError(f"{shown(value)} is no e-mail address")
    return f"{found['name']}@{found['host'].lower()}"


def _split(value: str) -> SplitResult:
    try:
        return urlsplit(value.strip())
    except ValueError as error:
        raise ValueError(f"{shown(value)} is no address") from error


def _port(parts: SplitResult) -> str:
    try:
        return str(parts.port) if parts.port is not None else ""
    except ValueError as error:
        raise ValueError(f"{shown(parts.netloc)} has no valid port") from error


def _origin(parts: SplitResult) -> str:
    place = parts.netloc.rpartition("@")[2].lower()
    return f"{parts.scheme}://{place}" if place else ""


def _filename(parts: SplitResult) -> str:
    return unquote(parts.path.rpartition("/")[2])


def _extension(parts: SplitResult) -> str:
    name, dot, extension = _filename(parts).rpartition(".")
    return extension.lower() if name and dot else ""


_PARTS: Mapping[str, Callable[[SplitResult], str]] = {
    "scheme": lambda parts: parts.scheme,
    "host": lambda parts: parts.hostname or "",
    "port": _port,
    "origin": lambda parts: (
        f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}" if parts.netloc else ""
    ),
    "path": lambda parts: parts.path,
    "query": lambda parts: parts.query,
    "fragment": lambda parts: parts.fragment,
    "filename": _filename,
    "extension": _extension,
}


@declare(
    "text",
    "text",
    short="part",
    options={"part": f"one of {', '.join(_PARTS)}"},
    example=[
        ("host", "https://shop.example:8443/tea.html?q=1#top", "shop.example"),
        ("path", "https://shop.example/list/tea.html?q=1", "/list/tea.html"),
        ("filename", "https://shop.example/list/gr%C3%BCn.html", "grün.html"),
        ("extension", "/img/tea.JPG", "jpg"),
        ("query", "/tea", None),
    ],
)
def url_part(options: Options) -> Function:
    """Takes one part of an address; empty when it has none."""
    read = _PARTS[options.choice("part", _PARTS) or "path"] if options.require("part") else _filename
    return lambda value: read(_split(value)) or None


@declare(
    "text",
    "text",
    short="name",
    options={"name": "the parameter's name"},
    example=[
        ("id", "/tea?id=17&id=18&q=", "17"),
        ("q", "/tea?q=gr%C3%BCner+tee", "grüner tee"),
        ("x", "/tea", None),
    ],
)
def query_param(options: Options) -> Function:
    """Takes the value of a parameter in an address's query; the first when there are several."""
    name = options.text("name") if options.require("name") else ""

    def take(value: str) -> str | None:
        parameters = _parameters(_split(value).query, value)
        return next((text for key, text in parameters if key == name), None)

    return take


@declare(
    "text",
    "object",
    example=[(None, "/tea?id=17&size=s&size=m", {"id": "17", "size": ["s", "m"]}), (None, "a=1", {"a": "1"})],
)
def parse_qs(options: Options) -> Function:
    """Turns the query of an address, or a query alone, into an object; a name given twice has a list."""
    return _as_object


def _as_object(value: str) -> dict[str, Any] | None:
    before, mark, query = value.partition("?")
    if not mark and "/" not in before.partition("=")[0]:
        query = before
    found: dict[str, Any] = {}
    for name, text in _parameters(query.partition("#")[0], value):
        if name not in found:
            found[name] = text
        elif isinstance(found[name], list):
            found[name].append(text)
        else:
            found[name] = [found[name], text]
    return found or None


def _parameters(query: str, value: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError as error:
        raise ValueError(f"{shown(value)} has more than {_MOST_PARAMETERS} parameters") from error


_PLUS = {"plus": 'true: a space is "+", as in forms'}


@declare(
    "text",
    "text",
    options={**_PLUS, "safe": 'characters to leave as they are, such as "/"'},
    example=[(None, "grüner tee/5", "gr%C3%BCner%20tee%2F5"), ("{plus: true}", "a b&c", "a+b%26c")],
)
def urlencode(options: Options) -> Function:
    """Escapes text so that it can stand in an address."""
    escape = quote_plus if options.flag("plus") else quote
    safe = options.text("safe")
    if not safe.isascii():
        options.problem("safe", f"only ASCII characters can stay as they are, found {shown(safe)}")
        safe = ""

    def run(value: str) -> str:
        try:
            return escape(value, safe=safe)
        except UnicodeEncodeError as error:
            raise ValueError(f"{shown(value)} holds half a character (a lone surrogate)") from error

    return run


@declare(
    "text",
    "text",
    options=_PLUS,
    example=[(None, "gr%C3%BCner%20tee", "grüner tee"), ("{plus: true}", "a+b%26c", "a b&c")],
)
def urldecode(options: Options) -> Function:
    """Turns the escapes of an address into the characters they stand for."""
    return unquote_plus if options.flag("plus") else unquote
