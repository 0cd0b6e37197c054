"""What is sent: a request's method, query, headers and body from the recipe's templates."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from scrapekit.extract.draft import Terms
from scrapekit.extract.json_values import as_json
from scrapekit.extract.late_names import in_request
from scrapekit.extract.reading import is_empty
from scrapekit.extract.requests.params import FORM, JSON, as_param, header_text, with_query
from scrapekit.extract.texts import Render, Text, compile_text, compile_tree
from scrapekit.node import MapNode, ScalarNode
from scrapekit.recipe.model import GraphQL, RequestShape

Headers: TypeAlias = tuple[tuple[str, str], ...]
Sent: TypeAlias = tuple[str, str, Headers, bytes | None]
"""``(url, method, headers, body)`` of one request."""

Shape: TypeAlias = Callable[[str, Mapping[str, Mapping[str, Any]]], Sent]
"""Puts a URL into the shape, in an environment."""

_ASCII = "".join(map(chr, range(0x21, 0x7F)))


def compile_shape(terms: Terms, shape: RequestShape, path: str) -> Shape | None:
    """The shape as a function; None when it asks for nothing but GET. Empty parameters are left out."""
    if shape == RequestShape(encoding=shape.encoding):
        return None
    terms = in_request(terms)
    query = compile_tree(terms, shape.query, f"{path}.query") if shape.query else None
    without = _taken_out(shape.query) if shape.query else ()
    headers = compile_tree(terms, shape.headers, f"{path}.headers") if shape.headers else None
    cookies = compile_tree(terms, shape.cookies, f"{path}.cookies") if shape.cookies else None
    text, content_type = _body(terms, shape, path)
    in_query = text if shape.graphql is not None and shape.method == "GET" else None
    body = None if in_query is not None else text
    method = "POST" if shape.method == "GET" and body is not None else shape.method
    make = _encoder(shape, body)
    make_headers = _headers(headers.render if headers else None, content_type if body else "")
    if cookies is not None:
        make_headers = _with_cookies(make_headers, cookies.render)
    encoding = shape.encoding or "utf-8"

    def put(url: str, environment: Mapping[str, Mapping[str, Any]]) -> Sent:
        if query is not None:
            url = with_query(url, _pairs(query.render(environment)), encoding, without)
        if in_query is not None:
            url = with_query(url, _as_parameters(in_query.render(environment)))
        return url, method, make_headers(environment), make(environment)

    return put


def _body(terms: Terms, shape: RequestShape, path: str) -> tuple[Text | None, str]:
    if shape.form is not None:
        return compile_tree(terms, shape.form, f"{path}.form"), FORM
    if shape.json is not None:
        return compile_tree(terms, shape.json, f"{path}.json"), JSON
    if shape.body is not None:
        return compile_text(terms, shape.body, f"{path}.body"), ""
    if shape.graphql is not None:
        return _operation(terms, shape.graphql, f"{path}.graphql"), JSON
    return None, ""


def _operation(terms: Terms, graphql: GraphQL, path: str) -> Text:
    """The object that stands for a GraphQL operation (GraphQL over HTTP, "Request Parameters")."""
    named = {
        "query": graphql.query,
        "operationName": graphql.operation,
        "variables": graphql.variables,
        "extensions": graphql.extensions,
    }
    entries = {name: node for name, node in named.items() if node is not None}
    mark = next(node.mark for node in entries.values())
    return compile_tree(terms, MapNode(entries, mark), path)


def _as_parameters(operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The operation as a query holds it: its objects as JSON (GraphQL over HTTP, "GET")."""
    return [
        (name, value if isinstance(value, str) else _as_json_text(value)) for name, value in operation.items()
    ]


def _as_json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=as_json)


def _encoder(shape: RequestShape, body: Text | None) -> Callable[[Mapping[str, Any]], bytes | None]:
    if body is None:
        return lambda _: None
    encoding = shape.encoding or "utf-8"
    if shape.form is not None:
        # What the encoding lacks is written as browsers write it (WHATWG Encoding 6, "html").
        encode: Callable[[Any], bytes] = lambda value: urlencode(  # noqa: E731
            _pairs(value), encoding=encoding, errors="xmlcharrefreplace"
        ).encode()
    elif shape.body is not None:
        encode = lambda value: ("" if value is None else as_param(value)).encode(encoding, "replace")  # noqa: E731
    else:
        # RFC 8259 8.1: JSON is UTF-8.
        encode = lambda value: _as_json_text(value).encode("utf-8", "replace")  # noqa: E731
    if body.constant:
        fixed = encode(body.render({}))
        return lambda _: fixed
    return lambda environment: encode(body.render(environment))


def _headers(render: Render | None, content_type: str) -> Callable[[Mapping[str, Any]], Headers]:
    implied = (("Content-Type", content_type),) if content_type else ()
    if render is None:
        return lambda _: implied

    def headers(environment: Mapping[str, Any]) -> Headers:
        named = tuple(
            (name, header_text(value)) for name, value in render(environment).items() if value is not None
        )
        if any(name.lower() == "content-type" for name, _ in named):
            return named
        return named + implied

    return headers


def _with_cookies(
    make_headers: Callable[[Mapping[str, Any]], Headers], render: Render
) -> Callable[[Mapping[str, Any]], Headers]:
    """The headers with a Cookie (RFC 6265 4.2.1), behind one that stands among them already."""

    def headers(environment: Mapping[str, Any]) -> Headers:
        made = make_headers(environment)
        cookies = [value for name, value in made if name.lower() == "cookie"]
        for name, value in render(environment).items():
            if value is not None:
                # A semicolon would begin another cookie.
                cookies.append(f"{name}={header_text(value).replace(';', '%3B')}")
        kept = tuple(header for header in made if header[0].lower() != "cookie")
        return (*kept, ("Cookie", "; ".join(cookies))) if cookies else kept

    return headers


def _pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Parameters as text, a list as one for each value; those without a value are left out."""
    pairs = []
    for name, value in values.items():
        for each in value if isinstance(value, list | tuple) else [value]:
            if each is not None and not (isinstance(each, list) and is_empty(each)):
                pairs.append((name, as_param(each)))
    return pairs


def _taken_out(query: MapNode) -> list[str]:
    """The parameters that the recipe says are null: an address that has them loses them.

    A template that gives null has nothing to say, and leaves the address as it is.
    """
    return [
        name
        for name, node in query.entries.items()
        if isinstance(node, ScalarNode) and node.value is None and not node.literal
    ]


def with_encoded_query(url: str, encoding: str) -> str:
    """The address with the query that it was written with in *encoding*, as browsers send it."""
    path, mark, query = url.partition("?")
    if not encoding or query.isascii():
        return url
    return path + mark + quote(query, safe=_ASCII, encoding=encoding, errors="replace")
