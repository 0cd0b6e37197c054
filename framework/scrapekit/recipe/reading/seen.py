"""``seen``: which records of earlier jobs are exported again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal

from scrapekit.node import MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import PageRule, SeenRule

_KEYS = ("by", "emit", "ignore", "replace")
_EMIT: tuple[Literal["new", "changed", "all"], ...] = ("new", "changed", "all")

Kinds = Mapping[str, Collection[str]]
"""Record kind → its field names."""


def read_seen(top: Options, kinds: Kinds, pages: Mapping[str, PageRule]) -> dict[str, SeenRule]:
    """The rule of each kind that is compared with earlier jobs.

    Forms: ``changed``, ``{emit: changed, by: …}`` for every kind, and ``{KIND: …}`` with either.
    """
    node = top.node("seen")
    if node is None:
        return {}
    if not isinstance(node, MapNode) or _is_short(node, kinds):
        if not isinstance(node, MapNode | ScalarNode):
            top.problem("seen", f"expected new, changed, all or a mapping, found {describe(node)}")
            return {}
        return {
            kind: rule for kind in kinds if (rule := _rule(top, node, "seen", kind, kinds, pages)) is not None
        }
    return dict(_each(top, node, kinds, pages))


def _is_short(node: MapNode, kinds: Kinds) -> bool:
    return any(key in _KEYS and key not in kinds for key in node.entries)


def _each(
    top: Options, node: MapNode, kinds: Kinds, pages: Mapping[str, PageRule]
) -> Iterator[tuple[str, SeenRule]]:
    for kind, value in node.entries.items():
        path = f"seen.{kind}"
        if kind not in kinds:
            message = f'no page rule gives records of kind "{shown(kind)}"'
            top.problems.add(node.key_mark(kind), path, message, top.problems.near(kind, (*kinds, *_KEYS)))
        elif (rule := _rule(top, value, path, kind, kinds, pages)) is not None:
            yield kind, rule


def _rule(
    top: Options, node: Node, path: str, kind: str, kinds: Kinds, pages: Mapping[str, PageRule]
) -> SeenRule | None:
    options = Options(node, top.problems, path, mark=node.mark, short="emit")
    by = _by(options, kind, kinds[kind], pages)
    rule = SeenRule(
        by or (),
        options.choice("emit", _EMIT, "new"),
        tuple(_fields(options, "ignore", kinds[kind])),
        options.flag("replace"),
    )
    options.close()
    return None if by is None else rule


def _by(
    options: Options, kind: str, columns: Collection[str], pages: Mapping[str, PageRule]
) -> tuple[str, ...] | None:
    """The fields of a record's identity; none for its page's address; None where there is a problem."""
    written = [str(node.value) for node in options.texts("by")]
    if written == ["url"] and "url" not in columns:
        return ()
    if written and (written != ["key"] or "key" in columns):
        return tuple(_fields(options, "by", columns)) or None
    if (key := _key_of(kind, pages)) is not None:
        return (key,)
    where = options.where("by") if written else options.mark
    hint = "add key: FIELD to its page rule, or say by: [FIELD], or by: url"
    message = f'records of kind "{shown(kind)}" have no key to be known by'
    options.problems.add(where, options.at("by") if written else options.path, message, hint)
    return None


def _key_of(kind: str, pages: Mapping[str, PageRule]) -> str | None:
    items = [item for rule in pages.values() for item in rule.items if item.kind == kind]
    return next((item.key for item in items if item.key is not None), None)


def _fields(options: Options, key: str, columns: Collection[str]) -> Sequence[str]:
    found = []
    for node in options.texts(key):
        name = str(node.value)
        if name in columns:
            found.append(name)
        elif not node.broken:
            hint = options.problems.near(name, columns)
            options.problems.add(node.mark, options.at(key), f'there is no field "{shown(name)}"', hint)
    return found
