"""What one page rule's records are: ``item`` with its keys, or several kinds under ``items``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from scrapekit.node import MapNode, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import ItemRule
from scrapekit.recipe.read_fields import read_fields
from scrapekit.recipe.read_selector import Ground
from scrapekit.recipe.read_source import ground_in, read_remove, read_rows

ITEM_KEYS = ("each", "fields", "where", "key", "limit", "on_invalid")
"""What stands beside ``item``, or under a kind of ``items``."""

ITEM_TO_COME = ("explode", "context", "span", "sort", "detail", "require")
_INVALID: tuple[Literal["drop", "keep", "fail"], ...] = ("drop", "keep", "fail")
_KIND = re.compile(r"[^\W\d][\w-]*\Z")


def read_items(ground: Ground, options: Options) -> Iterator[ItemRule]:
    """The item rules of a page rule, in the order written."""
    if "items" in options:
        yield from _several(ground, options)
    elif "item" in options:
        kind = options.scalar("item", "the name of a record kind")
        if kind is not None and _is_kind(ground, str(kind.value), kind, options.at("item")):
            yield _item(ground, str(kind.value), options)
    else:
        for key in ITEM_KEYS:
            if key in options:
                message = f'"{key}" needs "item": what is one record called?'
                name = options.path.rpartition(".")[2]
                ground.problems.add(options.key_mark(key), options.at(key), message, f"add item: {name}")
                return


def _several(ground: Ground, options: Options) -> Iterator[ItemRule]:
    node = options.node("items")
    for key in ("item", *ITEM_KEYS):
        if key in options:
            options.problem(key, f'"{key}" stands beside "items"', "move it to a kind under items")
    if not isinstance(node, MapNode) or not node.entries:
        options.problem("items", f"expected a mapping of record kinds, found {describe(node)}")
        return
    for kind, value in node.entries.items():
        path = f"{options.at('items')}.{kind}"
        at = ScalarNode(kind, node.key_mark(kind), kind)
        if _is_kind(ground, kind, at, path):
            own = Options(value, ground.problems, path, mark=node.key_mark(kind))
            own.not_yet(*ITEM_TO_COME)
            yield replace(_item(ground, kind, own), remove=read_remove(ground, own))
            own.close()


def _is_kind(ground: Ground, kind: str, node: ScalarNode, path: str) -> bool:
    if _KIND.match(kind) and len(kind) <= 100:
        return True
    hint = "a letter, then letters, digits, _ and -"
    ground.problems.add(node.mark, path, f'a record kind cannot be named "{shown(kind)}"', hint)
    return False


def _item(ground: Ground, kind: str, options: Options) -> ItemRule:
    options.require("fields")
    each = read_rows(ground, options.node("each"), options.at("each"))
    fields = read_fields(ground_in(ground, each), options.node("fields"), options.at("fields"))
    return ItemRule(
        kind,
        options.path,
        options.mark,
        fields,
        each=each,
        where=options.scalar("where", "a condition"),
        key=_key(options),
        on_invalid=options.choice("on_invalid", _INVALID, "drop", later=["quarantine"]),
        limit=options.integer("limit", least=1),
    )


def _key(options: Options) -> str | None:
    name = options.text("key")
    fields = options.node("fields")
    if name and isinstance(fields, MapNode) and name not in fields.entries:
        options.problem(
            "key", f'there is no field "{shown(name)}"', options.problems.near(name, fields.entries)
        )
        return None
    return name or None
