"""Names and the keys behind them, as in ``Product.offers.price``: read from a selector, followed in data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from scrapekit import Select, SelectorError

_KEY = re.compile(r"\.([^\s.\"'()\[\]{}<>,;]+)")


@dataclass(frozen=True, slots=True)
class Named:
    """A name, and the keys that are followed from what has it."""

    name: str
    keys: tuple[str, ...]


def read_named(text: str, name: re.Pattern[str], what: str) -> Named:
    """The name, which *name* matches, and the keys after it; raises SelectorError at the mistake."""
    at = len(text) - len(text.lstrip())
    found = name.match(text, at)
    if found is None or not found[0]:
        raise SelectorError(f"expected {what}", offset=min(at, len(text)))
    keys, at = [], found.end()
    while key := _KEY.match(text, at):
        keys.append(key[1])
        at = key.end()
    if text[at:].strip():
        expected = "a key" if text[at] == "." else "a dot and a key, or the end"
        raise SelectorError(f'expected {expected}, found "{text[at:].strip()[0]}"', offset=at)
    return Named(found[0], tuple(keys))


def follow(
    values: Iterable[Any], keys: Sequence[str], known: Callable[[Any], Any] | None = None
) -> Iterator[Any]:
    """What the keys lead to from each value, lists counting as their entries; nothing that is null.

    A whole number picks one entry of a list. *known* makes of a value what it stands for.
    """
    for key in keys:
        values = _members(values, key, known)
    for value in values:
        for entry in value if type(value) is list else (value,):
            if entry is not None:
                yield entry if known is None else known(entry)


def _members(values: Iterable[Any], key: str, known: Callable[[Any], Any] | None) -> Iterator[Any]:
    place = int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else None
    for value in values:
        stack = [value]
        while stack:
            each = stack.pop()
            if type(each) is list:
                if place is None:
                    stack += reversed(each)
                elif place < len(each):
                    yield each[place]
                continue
            if known is not None:
                each = known(each)
            if type(each) is dict and key in each:
                yield each[key]


def some(find: Callable[[Any], Iterator[Any]], *, first: bool) -> Select:
    """A Select of what *find* gives from a scope; with *first* no more than one is looked for."""
    if first:
        return lambda scope: list(islice(find(scope), 1))
    return lambda scope: list(find(scope))


def glob(pattern: str) -> re.Pattern[str]:
    """*pattern* as an expression for a whole text in any case; ``*`` stands for any run of characters."""
    first, *others = (re.escape(part) for part in re.split(r"\*+", pattern))
    if not others:
        return re.compile(rf"(?is){first}\Z")
    # The leftmost place for each part is good enough, so none is tried again.
    middle = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(rf"(?is){first}{middle}.*{others[-1]}\Z")
