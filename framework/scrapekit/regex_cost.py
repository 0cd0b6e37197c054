"""Whether a regular expression can take long: its repetitions counted, those inside others found.

Searching tries the expression at every place of the text, and every repetition that something
follows may be tried again with fewer turns. With one repetition and no fixed start the time grows
with the square of the text, with two with its cube; with a repetition inside another it doubles
with every character. What is counted here errs towards "long".
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

_FEW = 8
"""Up to so many turns of one character are like writing them out."""
_MANY_OPTIONS = 12
"""So many optional parts one after the other are as bad as a repetition inside another."""

_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT"})
_NO_RETURN = frozenset({"POSSESSIVE_REPEAT", "ATOMIC_GROUP"})
_ONE = frozenset({"LITERAL", "NOT_LITERAL", "IN", "ANY", "CATEGORY", "RANGE"})


def longest_quick(text: str) -> int | None:
    """Up to how many characters a search with this expression is quick; None: however many.

    The expression must be one that `re` compiles.
    """
    try:
        tree = import_module("re._parser").parse(text)
    except (ImportError, AttributeError):
        # A Python whose parser is somewhere else: better slow than endless.
        return _LIMITS[-1]
    cost = _Cost(multiline=bool(tree.state.flags & re.MULTILINE))
    cost.count(list(tree), can_fail_after=False)
    if cost.explodes or cost.options >= _MANY_OPTIONS:
        return _LIMITS[-1]
    power = cost.loops + (cost.any_loop and not cost.is_anchored(list(tree)))
    return _LIMITS[min(power, len(_LIMITS) - 1)]


# By how many characters' power the time grows beyond the first: about a millisecond each.
_LIMITS = (None, None, 1000, 100, 30, 16)


class _Cost:
    """Counts while it walks the parsed expression, from its end to its beginning."""

    def __init__(self, *, multiline: bool) -> None:
        self.loops = 0
        """Repetitions that may be tried again with fewer turns."""
        self.any_loop = False
        """Whether a place may be given up only after a long way."""
        self.options = 0
        self.explodes = False
        self._multiline = multiline

    def is_anchored(self, parts: list[Any]) -> bool:
        """Whether the expression can begin at one place of the text only."""
        if not parts:
            return False
        kind, value = str(parts[0][0]), parts[0][1]
        if kind == "SUBPATTERN":
            return self.is_anchored(list(value[3]))
        name = str(value) if kind == "AT" else ""
        return name == "AT_BEGINNING_STRING" or (name == "AT_BEGINNING" and not self._multiline)

    def count(self, parts: list[Any], *, can_fail_after: bool) -> bool:
        """Whether what stands here, or after it, can fail; the counters grow."""
        can_fail = can_fail_after
        for kind, value in reversed(parts):
            can_fail = self._part(str(kind), value, can_fail) or can_fail
        return can_fail

    def _part(self, kind: str, value: Any, can_fail: bool) -> bool:
        match kind:
            case "SUBPATTERN":
                return self.count(list(value[3]), can_fail_after=can_fail)
            case "BRANCH":
                failing = [self.count(list(branch), can_fail_after=can_fail) for branch in value[1]]
                return any(failing)
            case "ATOMIC_GROUP" | "ASSERT" | "ASSERT_NOT":
                body = value[1] if isinstance(value, tuple) else value
                return self._closed(list(body))
            case "GROUPREF" | "GROUPREF_EXISTS":
                self.explodes = True
                return True
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeat(kind, value, can_fail)
        return True

    def _closed(self, body: list[Any]) -> bool:
        """A part that is never tried again once it was found: long, but not with fewer turns."""
        inside = _Cost(multiline=self._multiline)
        inside.count(body, can_fail_after=False)
        self.any_loop |= inside.any_loop or _has_loop(body)
        # Inside, up to its end, it is tried as often as anything.
        self.loops += inside.loops if inside.loops > 1 else 0
        self.explodes |= inside.explodes
        return True

    def _repeat(self, kind: str, value: Any, can_fail: bool) -> bool:
        least, most, body = value
        inner = list(body)
        if most == 1 or (least == most and _is_fixed(inner)) or (most <= _FEW and _is_one(inner)):
            self.options += least != most
            needed = self.count(inner, can_fail_after=can_fail)
            return needed if least else False
        if not _is_fixed(inner):
            self.explodes |= kind in _REPEATS
        if can_fail:
            self.any_loop = True
            self.loops += kind in _REPEATS
        return bool(least)


def _is_one(parts: list[Any]) -> bool:
    return len(parts) == 1 and str(parts[0][0]) in _ONE


def _is_fixed(parts: list[Any]) -> bool:
    """Whether the parts have one length and one way to fit: characters after one another."""
    return all(
        str(kind) in _ONE or (str(kind) == "SUBPATTERN" and _is_fixed(list(value[3])))
        for kind, value in parts
    )


def _has_loop(parts: list[Any]) -> bool:
    return any(str(kind).endswith("_REPEAT") and value[1] > _FEW for kind, value in parts)
