"""What one page rule's records are: ``item`` with its keys, or several kinds under ``items``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from scrapekit.node import MapNode, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import ItemRule
from scrapekit.recipe.parallel import check_parallel
from scrapekit.recipe.reading.before import check_previous
from scrapekit.recipe.reading.fields import read_fields
from scrapekit.recipe.reading.joins import read_detail
from scrapekit.recipe.reading.relations import read_explode, read_joins, read_sort, read_span, read_unique
from scrapekit.recipe.reading.selector import Ground
from scrapekit.recipe.reading.source import ground_in, read_remove, read_rows

ITEM_KEYS = (
    "each", "span", "fields", "explode", "join", "where", "unique", "sort", "limit", "key", "on_invalid",
    "parallel_lists", "detail",
)  # fmt: skip
"""What stands beside ``item``, or under a kind of ``items``."""

_INVALID: tuple[Literal["drop", "keep", "quarantine", "fail"], ...] = ("drop", "keep", "quarantine", "fail")
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
    detail = read_detail(ground, options)
    rule = ItemRule(
        kind,
        options.path,
        options.mark,
        fields,
        each=each,
        where=options.scalar("where", "a condition"),
        span=read_span(ground, options),
        explode=read_explode(options, fields),
        on_invalid=options.choice("on_invalid", _INVALID, "drop"),
        limit=options.integer("limit", least=1),
        detail=detail,
        parallel_lists=options.flag("parallel_lists"),
    )
    return _related(ground, rule, options)


def _related(ground: Ground, rule: ItemRule, options: Options) -> ItemRule:
    """The rule with what names its fields: those that have a problem of their own count as there."""
    node = options.node("fields")
    written = node.entries if isinstance(node, MapNode) else {}
    dropped = [name for name in written if name not in {field.name for field in rule.fields}]
    columns = [*rule.columns, *dropped]
    check_parallel(rule, ground.parser, options.problems)
    check_previous(options, rule.fields, [*written, *(explode.field for explode in rule.explode)])
    return replace(
        rule,
        joins=read_joins(ground, options, columns),
        sort=read_sort(options, columns),
        unique=read_unique(options, columns),
        key=_key(options, columns),
    )


def _key(options: Options, columns: Sequence[str]) -> str | None:
    name = options.text("key")
    # What a detail adds is known when every page rule was read.
    if name and name not in columns and "detail" not in options:
        options.problem("key", f'there is no field "{shown(name)}"', options.problems.near(name, columns))
        return None
    return name or None
