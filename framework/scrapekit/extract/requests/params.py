"""Where a request's parameter stands: read, set and replace it in query, form, JSON body, header or path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal, TypeAlias
from urllib.parse import quote, quote_plus, unquote_plus

from scrapekit.errors import PageError
from scrapekit.language.rendering import render
from scrapekit.request import Request

Place: TypeAlias = Literal["query", "form", "json", "header", "path"]

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
_AS_BROWSERS = "xmlcharrefreplace"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def get_param(request: Request, place: Place, name: str) -> str | None:
    """The parameter as text where the request has it, else None."""
    match place:
        case "query":
            return _pair(request.url.partition("?")[2], name)
        case "form":
            return _pair((request.body or b"").decode("utf-8", "replace"), name)
        case "header":
            return next((value for key, value in request.headers if key.lower() == name.lower()), None)
        case "path":
            found = _segment(name).search(request.url.partition("?")[0])
            return found[1] if found else None
        case "json":
            holder, keys = _json_of(request, name)
            value: Any = holder if holder is not None else _loaded(request)
            for key in keys:
                value = value.get(key) if isinstance(value, dict) else None
            return None if value is None else str(value)


def set_param(request: Request, place: Place, name: str, value: object) -> Request:
    """The same request with the parameter set; its other parts stay as they are, to the byte.

    In ``json`` a dotted name reaches into nested objects; without a body, into the query parameter
    of its first part where that holds JSON, as a GraphQL query by GET does. In ``path`` the value
    replaces a ``{name}`` placeholder or the segment after ``/name/``; where there is neither,
    ``/name/value`` is appended. Raises PageError when a body that should be JSON is not.
    """
    match place:
        case "query":
            return replace(request, url=with_query(request.url, [(name, as_param(value))]))
        case "path":
            return replace(request, url=_with_path(request.url, name, as_param(value)))
        case "header":
            kept = tuple(pair for pair in request.headers if pair[0].lower() != name.lower())
            return replace(request, headers=(*kept, (name, header_text(value))))
        case "form":
            pairs = with_pairs((request.body or b"").decode("utf-8", "replace"), [(name, as_param(value))])
            return _with_body(request, pairs.encode(), FORM)
        case "json":
            holder, keys = _json_of(request, name)
            if holder is not None:
                text = json.dumps(_placed(holder, keys, value), ensure_ascii=False)
                return replace(request, url=with_query(request.url, [(name.partition(".")[0], text)]))
            body = json.dumps(_placed(_loaded(request), keys, value), ensure_ascii=False)
            return _with_body(request, body.encode(), JSON)


def as_param(value: object) -> str:
    """A value as it stands in a query or form: truth values in words, whole numbers without point.

    Lists and objects, which have no such form of their own, are JSON.
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return render(value)


def header_text(value: object) -> str:
    """A value as it may stand in a header: no line break or control character ever."""
    return _CONTROL.sub(" ", as_param(value)).strip()


def with_query(
    url: str, pairs: Iterable[tuple[str, str]], encoding: str = "utf-8", without: Iterable[str] = ()
) -> str:
    """The URL with these parameters, each instead of any other of its name, and *without* those."""
    path, _, query = url.partition("?")
    merged = with_pairs(query, pairs, encoding, without)
    return f"{path}?{merged}" if merged else path


def with_pairs(
    text: str, pairs: Iterable[tuple[str, str]], encoding: str = "utf-8", without: Iterable[str] = ()
) -> str:
    """``a=1&b=2`` with these pairs; one that stood there keeps its place and its spelling of the name.

    What *encoding* does not have is written as ``&#960;``, as browsers do (WHATWG Encoding 6, "html").
    """
    parts = text.split("&") if text else []
    wanted: dict[str, list[str]] = {name: [] for name in without}
    for name, value in pairs:
        wanted.setdefault(name, []).append(quote_plus(value, encoding=encoding, errors=_AS_BROWSERS))
    merged: list[str] = []
    for part in parts:
        key = part.partition("=")[0]
        name = unquote_plus(key)
        if name not in wanted:
            merged.append(part)
        merged += [f"{key}={value}" for value in wanted.get(name, ())]
        if name in wanted:
            wanted[name] = []
    merged += [
        f"{quote_plus(name, safe='[]', encoding=encoding, errors=_AS_BROWSERS)}={value}"
        for name, values in wanted.items()
        for value in values
    ]
    return "&".join(merged)


def _pair(text: str, name: str) -> str | None:
    for part in text.split("&"):
        key, _, value = part.partition("=")
        if unquote_plus(key) == name:
            return unquote_plus(value)
    return None


def _segment(name: str) -> re.Pattern[str]:
    return re.compile(rf"/{re.escape(quote(name))}/(\d+)(?=/|\Z)")


def _with_path(url: str, name: str, value: str) -> str:
    path, mark, query = url.partition("?")
    segment = quote(value, safe="")
    holes = (f"%7B{name}%7D", f"{{{name}}}")
    if any(hole in path for hole in holes):
        for hole in holes:
            path = path.replace(hole, segment)
    elif _segment(name).search(path):
        path = _segment(name).sub(lambda _: f"/{quote(name)}/{segment}", path)
    else:
        end = "/" if path.endswith("/") else ""
        path = f"{path.rstrip('/')}/{quote(name)}/{segment}{end}"
    return path + mark + query


def _loaded(request: Request) -> Any:
    try:
        return json.loads(request.body) if request.body else {}
    except ValueError as error:
        raise PageError(f"the request's body is not JSON: {error}") from error


def _json_of(request: Request, name: str) -> tuple[dict[str, Any] | None, list[str]]:
    """The JSON object in the query that the dotted *name* begins with, and the keys that are left.

    None, and all of the keys, where it is the body that the name speaks of.
    """
    first, *rest = name.split(".")
    text = _pair(request.url.partition("?")[2], first) if rest and request.body is None else None
    if text and text.lstrip()[:1] == "{":
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None, [first, *rest]
        return found, rest
    return None, [first, *rest]


def _placed(data: Any, keys: list[str], value: object) -> Any:
    if not keys:
        return value
    branch = data if isinstance(data, dict) else {}
    return {**branch, keys[0]: _placed(branch.get(keys[0]), keys[1:], value)}


def _with_body(request: Request, body: bytes, content_type: str) -> Request:
    method = "POST" if request.method == "GET" else request.method
    headers = request.headers
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", content_type))
    return replace(request, method=method, headers=headers, body=body)
