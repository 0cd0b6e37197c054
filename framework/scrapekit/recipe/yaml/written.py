"""A recipe's tree as YAML again, each value with the place it comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from scrapekit.node import ListNode, MapNode, Node, ScalarNode
from scrapekit.recipe.yaml.scalar import typed

# What stands bare in every YAML, older ones too, and cannot be mistaken for anything but itself.
_BARE = re.compile(r"(?:[A-Za-z_/][\w./-]*(?: [\w./-]+)*|[0-9]+[A-Za-z]+)\Z", re.ASCII)
_TRUTHS = frozenset({"y", "n", "yes", "no", "on", "off"})
_INDENT = "  "


def written(tree: MapNode, *, origins: bool = True) -> str:
    """*tree* as the text of a recipe that says the same; with *origins* each value says where it stood.

    Short lists and mappings are written out like long ones, so that each value has a line of its own.
    """
    lines = list(_mapping(tree, 0))
    if not origins:
        return "".join(f"{text}\n" for text, _ in lines)
    column = min(max((len(text) for text, _ in lines), default=0), 60) + 2
    return "".join(f"{text:<{column}}# {origin}\n" if origin else f"{text}\n" for text, origin in lines)


_Line = tuple[str, str]
"""A line of the recipe, and where its value comes from."""


def _mapping(node: MapNode, depth: int) -> Iterator[_Line]:
    for key, value in node.entries.items():
        yield from _entry(f"{_INDENT * depth}{_scalar(key)}:", value, depth)


def _entry(head: str, node: Node, depth: int) -> Iterator[_Line]:
    match node:
        case MapNode() if node.entries:
            yield head, ""
            yield from _mapping(node, depth + 1)
        case ListNode() if node.items:
            yield head, ""
            for item in node.items:
                yield from _item(item, depth + 1)
        case _:
            yield f"{head} {_leaf(node)}".rstrip(), str(node.mark)


def _item(node: Node, depth: int) -> Iterator[_Line]:
    head = f"{_INDENT * depth}-"
    if isinstance(node, MapNode) and node.entries:
        lines = _mapping(node, depth + 1)
        first, origin = next(lines)
        # The first key stands on the line of the dash, as people write it.
        yield f"{head} {first.lstrip()}", origin
        yield from lines
    else:
        yield from _entry(head, node, depth)


def _leaf(node: Node) -> str:
    match node:
        case MapNode():
            return "{}"
        case ListNode():
            return "[]"
        case ScalarNode(value=None):
            return "null"
        case ScalarNode(value=str() as text):
            return _scalar(text)
        case ScalarNode():
            return node.text if typed(node.text) == node.value else json.dumps(node.value)


def _scalar(text: str) -> str:
    if _BARE.match(text) and isinstance(typed(text), str) and text.lower() not in _TRUTHS:
        return text
    # JSON's strings are YAML's double-quoted ones; what does not print is written by its number.
    return "".join(
        sign if sign.isprintable() else _numbered(sign) for sign in json.dumps(text, ensure_ascii=False)
    )


def _numbered(sign: str) -> str:
    number = ord(sign)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
