"""``pages``: page rules and the records they give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from scrapekit.errors import Problems
from scrapekit.node import MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import ItemRule, PageRule
from scrapekit.recipe.read_fields import read_fields
from scrapekit.recipe.read_links import read_links
from scrapekit.recipe.read_paging import read_paginate
from scrapekit.recipe.read_selector import Ground, read_rows

_INVALID: tuple[Literal["drop", "keep", "fail"], ...] = ("drop", "keep", "fail")
_KIND = re.compile(r"[^\W\d][\w-]*\Z")
_ITEM_KEYS = ("each", "fields", "where", "key", "limit", "on_invalid")
_ITEM_TO_COME = ("explode", "context", "span", "sort", "detail", "require")
_PAGE_TO_COME = ("detail", "responses", "login", "table", "expect", "remove", *_ITEM_TO_COME)
# The engine reads robots.txt as a page of this name.
_RESERVED = "robots.txt"


def read_pages(node: Node | None, problems: Problems) -> dict[str, PageRule]:
    """Every page rule by name, in the order written."""
    if not isinstance(node, MapNode):
        if node is not None:
            problems.add(node.mark, "pages", f"expected a mapping of page rules, found {describe(node)}")
        return {}
    if not node.entries:
        problems.add(
            node.mark, "pages", "there are no page rules here", "write how each kind of page is read"
        )
    rules = {name: _page(node, name, problems) for name in node.entries}
    _check_keys(rules, problems)
    return rules


def _page(pages: MapNode, name: str, problems: Problems) -> PageRule:
    mark = pages.key_mark(name)
    options = Options(pages.get(name), problems, f"pages.{name}", mark=mark)
    if name == _RESERVED:
        problems.add(mark, options.path, f'a page rule cannot be named "{_RESERVED}"')
    options.not_yet(*dict.fromkeys(_PAGE_TO_COME))
    parser, parser_options = _parser(options)
    ground = Ground(problems, parser)
    rule = PageRule(
        name,
        options.path,
        mark,
        parser=parser,
        parser_mark=options.where("parser") if "parser" in options else None,
        parser_options=parser_options,
        items=tuple(_items(ground, options)),
        links=read_links(ground, options, pages.entries),
        paginate=read_paginate(ground, options),
    )
    if not any(key in options for key in ("item", "items", "fields", "links", "paginate", *_PAGE_TO_COME)):
        message = f'the page rule "{shown(name)}" does nothing'
        problems.add(mark, options.path, message, "give it item and fields, links, or both")
    options.close("item", "items", *_ITEM_KEYS)
    return rule


def _parser(options: Options) -> tuple[str, MapNode | None]:
    node = options.node("parser")
    if not isinstance(node, MapNode):
        return options.text("parser", "html"), None
    long = options.section("parser")
    long.require("name")
    rest = {key: value for key, value in node.entries.items() if key != "name"}
    return long.text("name", "html"), MapNode(rest, node.mark, {key: node.key_mark(key) for key in rest})


def _items(ground: Ground, options: Options) -> Iterator[ItemRule]:
    if "items" in options:
        yield from _several(ground, options)
    elif "item" in options:
        kind = options.scalar("item", "the name of a record kind")
        if kind is not None and _is_kind(ground, str(kind.value), kind, options.at("item")):
            yield _item(ground, str(kind.value), options)
    else:
        for key in _ITEM_KEYS:
            if key in options:
                message = f'"{key}" needs "item": what is one record called?'
                name = options.path.rpartition(".")[2]
                ground.problems.add(options.key_mark(key), options.at(key), message, f"add item: {name}")
                return


def _several(ground: Ground, options: Options) -> Iterator[ItemRule]:
    node = options.node("items")
    for key in ("item", *_ITEM_KEYS):
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
            own.not_yet(*_ITEM_TO_COME)
            yield _item(ground, kind, own)
            own.close()


def _is_kind(ground: Ground, kind: str, node: ScalarNode, path: str) -> bool:
    if _KIND.match(kind) and len(kind) <= 100:
        return True
    hint = "a letter, then letters, digits, _ and -"
    ground.problems.add(node.mark, path, f'a record kind cannot be named "{shown(kind)}"', hint)
    return False


def _item(ground: Ground, kind: str, options: Options) -> ItemRule:
    options.require("fields")
    fields = read_fields(ground, options.node("fields"), options.at("fields"))
    return ItemRule(
        kind,
        options.path,
        options.mark,
        fields,
        each=read_rows(ground, options.node("each"), options.at("each")),
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


def _check_keys(rules: dict[str, PageRule], problems: Problems) -> None:
    """A kind that several page rules give is one kind: its records have one identity."""
    first: dict[str, ItemRule] = {}
    for rule in rules.values():
        for item in rule.items:
            known = first.setdefault(item.kind, item)
            if known.key != item.key:
                message = f"{item.kind} has another key here than in {known.path}: {item.key or 'none'}"
                hint = f"its key there is {known.key or 'none'}; a record kind has one key"
                problems.add(item.mark, f"{item.path}.key", message, hint)
