"""One setting of a recipe replaced from the command line: ``--set crawl.delay=0``."""

from __future__ import annotations

from dataclasses import replace

from scrapekit.errors import Problems
from scrapekit.mark import Mark, SourceText
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe
from scrapekit.recipe.yaml.scalar import typed
from scrapekit.recipe.yaml.tree import parse_tree

_DEEPEST = 32


class _NoWay(Exception):
    """The key leads nowhere; holds the path as far as it went."""


def overlay(tree: MapNode, key: str, text: str, name: str, problems: Problems) -> MapNode:
    """*tree* with the value *text* under the dotted *key*; unchanged, and a problem, where that cannot be.

    Mappings missing on the way are made; a number in the key counts a list's entries from 0.
    *text* is read as in the recipe when it starts with a bracket or a quote, else it is taken whole,
    so that ``#main`` needs no quotes twice over. Marks of the new value point to *name*.
    """
    mark = Mark(SourceText(name, ()), 1, 1)
    parts = key.split(".")
    if not all(parts) or len(parts) > _DEEPEST:
        problems.add(mark, "", f'"{key}" names no setting', "write it like crawl.delay=0")
        return tree
    value = _value(text, mark, problems)
    if value is None:
        return tree
    try:
        changed = _put(tree, parts, 0, value)
    except _NoWay as error:
        problems.add(mark, key, str(error), f"give the whole setting: --set {'.'.join(parts[:-1])}={{...}}")
        return tree
    assert isinstance(changed, MapNode)
    return changed


def _value(text: str, mark: Mark, problems: Problems) -> Node | None:
    if not text.isprintable() and any(0xD800 <= ord(c) <= 0xDFFF for c in text):
        problems.add(mark, "", "the value is not UTF-8 text")
        return None
    if not text.lstrip().startswith(("[", "{", '"', "'")):
        return ScalarNode(typed(text.strip()), mark, text.strip())
    found = Problems()
    tree = parse_tree("value: " + text.strip(), "", found)
    node = tree.get("value") if tree else None
    if found or node is None or (tree and len(tree) > 1):
        for problem in found:
            problems.add(mark, "", problem.message, problem.hint)
        return None
    return _marked(node, mark)


def _marked(node: Node, mark: Mark) -> Node:
    match node:
        case ScalarNode():
            return replace(node, mark=mark)
        case ListNode():
            return ListNode(tuple(_marked(item, mark) for item in node.items), mark)
        case MapNode():
            entries = {key: _marked(value, mark) for key, value in node.entries.items()}
            return MapNode(entries, mark, dict.fromkeys(entries, mark))


def _put(node: Node | None, parts: list[str], depth: int, value: Node) -> Node:
    if depth == len(parts):
        return value
    part = parts[depth]
    if isinstance(node, ListNode):
        index = int(part) if part.isdecimal() and part.isascii() else len(node)
        if index >= len(node):
            raise _NoWay(f"{'.'.join(parts[:depth])} is a list of {len(node)}: it has no entry {part}")
        items = list(node.items)
        items[index] = _put(items[index], parts, depth + 1, value)
        return ListNode(tuple(items), node.mark)
    if isinstance(node, ScalarNode) and node.value is not None:
        raise _NoWay(f"{'.'.join(parts[:depth])} is {describe(node)}, not a mapping")
    entries = dict(node.entries) if isinstance(node, MapNode) else {}
    keys = dict(node.keys) if isinstance(node, MapNode) else {}
    entries[part] = _put(entries.get(part), parts, depth + 1, value)
    return MapNode(entries, node.mark if node else value.mark, {part: value.mark, **keys})
