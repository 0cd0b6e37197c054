"""What is sent: ``method``, ``query``, ``headers``, ``cookies`` and one kind of body."""

from __future__ import annotations

import re

from scrapekit.errors import nearest
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import RequestShape
from scrapekit.recipe.reading.graphql import read_graphql
from scrapekit.web.encoding import encoding_named, labels

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_BODIES = ("form", "json", "body", "graphql")
# RFC 9110 5.6.2: a field name is a token.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
# RFC 9112 section 6 and RFC 9110 7.6.1: they frame the message or belong to the connection.
_OUR_OWN = frozenset({"content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})


def read_shape(options: Options) -> RequestShape:
    """The request's shape; POST is the method when there is a body and none is named."""
    bodies = [key for key in _BODIES if key in options]
    for key in bodies[1:]:
        hint = "form, json, body and graphql each are the whole body"
        options.problem(key, f'a request has one body: "{key}" stands beside "{bodies[0]}"', hint)
    return RequestShape(
        method=_method(options, bodies),
        query=read_parameters(options, "query"),
        headers=read_headers(options),
        cookies=read_cookies(options),
        form=read_parameters(options, "form"),
        json=options.node("json"),
        body=options.scalar("body"),
        graphql=read_graphql(options),
        encoding=read_encoding(options),
    )


def read_encoding(options: Options, key: str = "encoding") -> str:
    """The encoding named under *key*, as Python calls it; empty when there is none."""
    node = options.scalar(key, "the name of an encoding")
    if node is None:
        return ""
    found = encoding_named(str(node.value))
    if found is None:
        name = str(node.value)
        options.problem(key, f'unknown encoding "{shown(name)}"', nearest(name.lower(), labels()))
    return found or ""


def _method(options: Options, bodies: list[str]) -> str:
    default = "POST" if bodies else "GET"
    text = options.text("method", default)
    method = text.upper()
    if method not in METHODS:
        options.problem("method", f'unknown method "{shown(text)}"', nearest(method, METHODS))
        return default
    if bodies and method in ("GET", "HEAD") and (method, bodies) != ("GET", ["graphql"]):
        options.problem("method", f"a {method} request has no body", f'leave out "{bodies[0]}", or use POST')
    return method


def read_parameters(options: Options, key: str) -> MapNode | None:
    """The mapping of names to values, or lists of values, under *key*."""
    node = _mapping(options, key)
    if node is None:
        return None
    for name, value in node.entries.items():
        items = value.items if isinstance(value, ListNode) else (value,)
        for item in items:
            if not isinstance(item, ScalarNode):
                message = f"expected a value or a list of values, found {describe(item)}"
                options.problems.add(item.mark, f"{options.at(key)}.{name}", message)
    return node


def read_headers(options: Options) -> MapNode | None:
    """The mapping of header names to texts under ``headers``."""
    node = _mapping(options, "headers")
    if node is None:
        return None
    for name, value in node.entries.items():
        path = f"{options.at('headers')}.{name}"
        if not is_token(name):
            hint = "a header's name is letters, digits and hyphens"
            options.problems.add(node.key_mark(name), path, f'no header is named "{shown(name)}"', hint)
        elif name.lower() in _OUR_OWN:
            message = f'the header "{name}" is set by the program itself'
            options.problems.add(node.key_mark(name), path, message)
        if not isinstance(value, ScalarNode):
            options.problems.add(value.mark, path, f"expected text, found {describe(value)}")
        elif is_split(value):
            options.problems.add(value.mark, path, "a header's value is one line")
    return node


def read_cookies(options: Options) -> MapNode | None:
    """The mapping of cookies' names to texts under ``cookies``."""
    node = options.node("cookies")
    if node is None:
        return None
    if not isinstance(node, MapNode):
        options.problem("cookies", f"expected a mapping, found {describe(node)}", "write NAME: VALUE")
        return None
    for name, value in node.entries.items():
        path = f"{options.at('cookies')}.{name}"
        if not is_token(name):
            options.problems.add(node.key_mark(name), path, f'no cookie is named "{shown(name)}"')
        if not isinstance(value, ScalarNode):
            options.problems.add(value.mark, path, f"expected text, found {describe(value)}")
        elif is_split(value):
            options.problems.add(value.mark, path, "a cookie's value is one line")
    return node


def is_token(text: str) -> bool:
    """True for what can name a header or a cookie."""
    return _TOKEN.match(text) is not None


def is_split(node: ScalarNode) -> bool:
    """True for a value that would end its header line and begin another."""
    return isinstance(node.value, str) and any(sign in "\r\n\0" for sign in node.value)


def _mapping(options: Options, key: str) -> MapNode | None:
    node: Node | None = options.node(key)
    if node is None or isinstance(node, MapNode):
        return node
    options.problem(key, f"expected a mapping, found {describe(node)}")
    return None
