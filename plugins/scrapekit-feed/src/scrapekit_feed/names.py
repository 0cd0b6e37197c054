"""Dotted names (``author.name``) as selectors on objects and lists of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from scrapekit import Read, Select, SelectorError

# A colon stands in the names of extensions: itunes:duration.
_NAME = re.compile(r"[^\W\d][\w:-]*\Z")


def compile_names(selector: str, known: Collection[str]) -> Select:
    """The names as a function. Each is one of *known*, or an extension's, which has a colon.

    Raises SelectorError with the place of the first that is neither.
    """
    names, offset = selector.split("."), 0
    for name in names:
        if not _NAME.match(name):
            message = f'expected a name, found "{shown(name)}"'
            raise SelectorError(message, offset=offset, width=max(1, len(name)))
        if ":" not in name and name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f'did you mean "{near[0]}"?' if near else f"known here: {', '.join(sorted(known))}"
            raise SelectorError(f'a feed has no "{name}"', offset=offset, width=len(name), hint=hint)
        offset += len(name) + 1
    return _one(names[0]) if len(names) == 1 else _chain(names)


def shown(text: str) -> str:
    """The text as an error message may show it: one short line."""
    return "".join(sign if sign.isprintable() else "?" for sign in text[:40])


def _one(name: str) -> Select:
    return lambda scope: _members((scope,), name)


def _chain(names: Sequence[str]) -> Select:
    def select(scope: Any) -> Sequence[Any]:
        found: Sequence[Any] = (scope,)
        for name in names:
            found = _members(found, name)
        return found

    return select


def _members(scopes: Iterable[Any], name: str) -> list[Any]:
    """The values under *name*; a list gives its entries, and what is missing gives nothing."""
    found: list[Any] = []
    for scope in scopes:
        value = scope.get(name) if isinstance(scope, dict) else None
        if isinstance(value, list):
            found += value
        elif value is not None:
            found.append(value)
    return found


def read_member(name: str) -> Read:
    """``text``: the value itself; else the member of that name, None where there is none."""
    if not name:
        raise SelectorError("expected a name to read")
    if name == "text":
        return lambda value: value
    return lambda value: (
        value.get(name) if isinstance(value, dict) else None if isinstance(value, list) else value
    )
