"""What is sent: a request's method, query, headers and body from the recipe's templates."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlencode

from scrapekit.extract.draft import Terms
from scrapekit.extract.params import FORM, JSON, as_param, header_text, with_query
from scrapekit.extract.reading import is_empty
from scrapekit.extract.texts import Render, Text, compile_text, compile_tree
from scrapekit.recipe.model import RequestShape

Headers: TypeAlias = tuple[tuple[str, str], ...]
Sent: TypeAlias = tuple[str, str, Headers, bytes | None]
"""``(url, method, headers, body)`` of one request."""

Shape: TypeAlias = Callable[[str, Mapping[str, Mapping[str, Any]]], Sent]
"""Puts a URL into the shape, in an environment."""


def compile_shape(terms: Terms, shape: RequestShape, path: str) -> Shape | None:
    """The shape as a function; None when it asks for nothing but GET. Empty parameters are left out."""
    if shape == RequestShape():
        return None
    query = compile_tree(terms, shape.query, f"{path}.query") if shape.query else None
    headers = compile_tree(terms, shape.headers, f"{path}.headers") if shape.headers else None
    body, content_type = _body(terms, shape, path)
    method = "POST" if shape.method == "GET" and body is not None else shape.method
    make = _encoder(shape, body)
    make_headers = _headers(headers.render if headers else None, content_type)

    def put(url: str, environment: Mapping[str, Mapping[str, Any]]) -> Sent:
        if query is not None:
            url = with_query(url, _pairs(query.render(environment)))
        return url, method, make_headers(environment), make(environment)

    return put


def _body(terms: Terms, shape: RequestShape, path: str) -> tuple[Text | None, str]:
    if shape.form is not None:
        return compile_tree(terms, shape.form, f"{path}.form"), FORM
    if shape.json is not None:
        return compile_tree(terms, shape.json, f"{path}.json"), JSON
    if shape.body is not None:
        return compile_text(terms, shape.body, f"{path}.body"), ""
    return None, ""


def _encoder(shape: RequestShape, body: Text | None) -> Callable[[Mapping[str, Any]], bytes | None]:
    if body is None:
        return lambda _: None
    if shape.form is not None:
        encode: Callable[[Any], str] = lambda value: urlencode(_pairs(value))  # noqa: E731
    elif shape.json is not None:
        encode = lambda value: json.dumps(value, ensure_ascii=False, default=str)  # noqa: E731
    else:
        encode = lambda value: "" if value is None else as_param(value)  # noqa: E731
    if body.constant:
        fixed = encode(body.render({})).encode("utf-8", "replace")
        return lambda _: fixed
    return lambda environment: encode(body.render(environment)).encode("utf-8", "replace")


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


def _pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Parameters as text, a list as one for each value; those without a value are left out."""
    pairs = []
    for name, value in values.items():
        for each in value if isinstance(value, list | tuple) else [value]:
            if each is not None and not (isinstance(each, list) and is_empty(each)):
                pairs.append((name, as_param(each)))
    return pairs
