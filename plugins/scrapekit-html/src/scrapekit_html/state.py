"""The language ``state``: data that scripts assign to a name, hand to a function, or hold under a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from scrapekit import Select, SelectorError
from scrapekit_html.js_tokens import NotLiteral, Patience, space_end
from scrapekit_html.keys import Named, follow, read_named, some
from scrapekit_html.literal import read_arguments, read_literal

_NAME = re.compile(r"[^\W\d][\w$-]*|\$[\w$]*|\*")
_SHAPE = re.compile(r"(?<![\w$)\]])(?<!\) )[{\[]")
_MOST_TRIES = 10_000
"""Places in one script that are looked at; a script made of nothing else takes no longer."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a value stands behind, and the keys followed in it."""

    begins: re.Pattern[str]
    word: str
    keys: tuple[str, ...]


def compile_state(selector: str, *, first: bool) -> Select:
    """``window.__DATA__``, ``__DATA__.shop.items``, ``dataLayer.push``, ``*``; raises SelectorError.

    The longest part of the selector that some script assigns is the name, what is behind it are keys.
    """
    named = read_named(selector, _NAME, "a name such as window.__DATA__, or *")
    places = _places(named)

    def find(scope: Any) -> Iterator[Any]:
        scripts = list(_scripts(scope))
        patience = Patience()
        for place in places:
            found = False
            for value in follow(_values(scripts, place, patience), place.keys):
                found = True
                yield value
            if found:
                return

    return some(find, first=first)


def _places(named: Named) -> list[_Place]:
    if named.name == "*":
        return [_Place(_SHAPE, "", named.keys)]
    words = (named.name, *named.keys)
    for word in words[1:]:
        if word == "*":
            raise SelectorError("* can only stand alone, for whatever comes first")
    return [
        _Place(_assigned(words[:count]), words[count - 1], words[count:])
        for count in range(len(words), 0, -1)
    ]


def _assigned(words: Iterable[str]) -> re.Pattern[str]:
    """Where ``a.b``, also written ``a["b"]``, is followed by ``=``, ``:`` or an opening bracket."""
    first, *others = (re.escape(word) for word in words)
    rest = "".join(rf"\s*(?:\.\s*{word}|\[\s*([\"']){word}[\"']\s*\])" for word in others)
    return re.compile(rf"(?<![\w$]){first}{rest}[\"']?\s*\]?\s*(?:=(?![=>])|:|(?P<call>\())")


def _scripts(scope: Any) -> Iterator[str]:
    if isinstance(scope, str):
        yield scope
    else:
        for script in scope.iter("script"):
            if script.text:
                yield script.text


def _values(scripts: Iterable[str], place: _Place, patience: Patience) -> Iterator[Any]:
    for text in scripts:
        if place.word in text:
            yield from _values_in(text, place, patience)


def _values_in(text: str, place: _Place, patience: Patience) -> Iterator[Any]:
    at = 0
    for _ in range(_MOST_TRIES):
        begin = place.begins.search(text, at)
        if begin is None or patience.steps < 0:
            return
        at = begin.end()
        try:
            value, end = _value(text, begin, place, patience)
        except NotLiteral:
            continue
        if place.word or value:
            at = end
            yield value


def _value(text: str, begin: re.Match[str], place: _Place, patience: Patience) -> tuple[Any, int]:
    if not place.word:
        return read_literal(text, begin.start(), patience)
    if begin["call"]:
        return _argument(text, begin.end() - 1, patience)
    return read_literal(text, begin.end(), patience)


def _argument(text: str, at: int, patience: Patience) -> tuple[Any, int]:
    """What a call is given: its first object or list, else its first argument; raises NotLiteral."""
    values, end = read_arguments(text, at, patience)
    chosen = next((value for value in values if isinstance(value, dict | list)), None)
    if chosen is None:
        chosen = values[0] if values else None
    after = space_end(text, end)
    if chosen is None or text[after : after + 1] == "{":
        # Nothing to hand over, or a function that is declared here rather than called.
        raise NotLiteral(end)
    return chosen, end
