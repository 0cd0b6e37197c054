"""Fields that look back: ``context``, what stands before the row, and ``previous``, a record before it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from scrapekit.node import MapNode, shown
from scrapekit.options import Options
from scrapekit.recipe.model import Context, Field, Previous
from scrapekit.recipe.reading.selector import Found, Ground, read_selector
from scrapekit.recipe.reading.source import NODES, read_one, read_rows, read_ways


def read_context(ground: Ground, options: Options) -> tuple[Context, tuple[str, ...]] | None:
    """``context``: a selector, or one with ``since``; and how what it finds is read."""
    node = options.node("context")
    if node is None:
        return None
    since = None
    if isinstance(node, MapNode):
        long = options.section("context")
        since = read_rows(ground, long.node("since"), long.at("since"))
        found: Found | None = read_one(ground, long, NODES)
        found = found and Found(found.selector, read_ways(long, found))
        long.close()
    else:
        found = read_selector(ground, node, options.at("context"))
    return None if found is None else (Context(found.selector, since), found.reads)


def read_previous(options: Options) -> Previous | None:
    """``previous``: a field's name, or a mapping that says which record before this one is meant."""
    if options.node("previous") is None:
        return None
    long = options.section("previous", short="take")
    long.require("take")
    previous = Previous(
        long.text("take"), long.path, long.text("smaller"), long.scalar("where", "a condition")
    )
    long.close()
    return previous if previous.take else None


def check_previous(options: Options, fields: Iterable[Field], known: Collection[str]) -> None:
    """A problem for every ``previous`` of these fields that names none of the *known* ones."""
    for field in fields:
        if field.previous is not None:
            for key, name in (("take", field.previous.take), ("smaller", field.previous.smaller)):
                if name and name not in known:
                    message, hint = f'there is no field "{shown(name)}"', options.problems.near(name, known)
                    options.problems.add(field.mark, f"{field.previous.path}.{key}", message, hint)
        check_previous(options, field.otherwise, known)
        if field.fields:
            check_previous(options, field.fields, [each.name for each in field.fields])
