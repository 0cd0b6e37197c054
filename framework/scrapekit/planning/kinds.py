"""The record kinds of a recipe: what all its page rules say about each."""

from __future__ import annotations

from scrapekit.planning.export import KindInfo
from scrapekit.recipe.model import Field, Recipe


def kinds_of(recipe: Recipe) -> dict[str, KindInfo]:
    """Every record kind with what all page rules say about it; two different keys are a problem."""
    types: dict[str, dict[str, str]] = {}
    keys: dict[str, str] = {}
    for item in (item for rule in recipe.pages.values() for item in rule.items):
        known = types.setdefault(item.kind, {})
        for name, field in item.columns.items():
            if (type_ := _type_of(field)) != known.setdefault(name, type_):
                known[name] = ""
        if item.key is not None:
            keys.setdefault(item.kind, item.key)
    return {
        kind: KindInfo(
            columns, {name: t for name, t in types[kind].items() if t}, keys.get(kind), kind in recipe.seen
        )
        for kind, columns in recipe.kinds.items()
    }


def _type_of(field: Field) -> str:
    """The type of a field's column: as declared, or what its cardinality says; "" when open."""
    if field.download is not None:
        return "list" if field.all else "" if field.download.give else "object"
    if field.fields:
        return "object" if field.each is None else "list"
    return "list" if field.all else field.type or ""
