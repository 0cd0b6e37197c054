"""The five functions of RFC 9535 2.4, and how JSON values compare (2.3.5.2.2)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from scrapekit import Regex, RegexError
from scrapekit_json.iregexp import compile_iregexp

NOTHING: Final = object()
"""What a path gives that finds nothing: it equals itself, and no value."""

NUMBERS: Final = frozenset({int, float, Decimal})
"""The types of numbers; true and false are none. A Decimal comes from a field, not from JSON."""


def equal(left: Any, right: Any) -> bool:
    """Whether two values are the same JSON, however deep: 1 is 1.0, true is not 1."""
    pairs = [(left, right)]
    while pairs:
        left, right = pairs.pop()
        if left is right:
            continue
        kind = type(left)
        if kind is dict:
            if type(right) is not dict or left.keys() != right.keys():
                return False
            pairs += [(value, right[key]) for key, value in left.items()]
        elif kind is list:
            if type(right) is not list or len(left) != len(right):
                return False
            pairs += zip(left, right, strict=True)
        elif kind is bool or type(right) is bool or left != right:
            # Python takes true for 1; two that are both true were one object above.
            return False
    return True


def less(left: Any, right: Any) -> bool:
    """Whether both are numbers or both texts, and the left comes first."""
    kind = type(left)
    if kind is str:
        return type(right) is str and left < right
    return kind in NUMBERS and type(right) in NUMBERS and left < right


def length(value: Any) -> Any:
    """How many characters, elements or members a value has (2.4.4)."""
    return len(value) if type(value) in (str, list, dict) else NOTHING


def only(nodes: Sequence[Any]) -> Any:
    """``value()``: the one value that a path found (2.4.8)."""
    return nodes[0] if len(nodes) == 1 else NOTHING


@lru_cache(maxsize=64)
def pattern_of(text: str) -> Regex | None:
    """A regular expression that stands in the data; None for what is none (2.4.6)."""
    try:
        return compile_iregexp(text)
    except RegexError:
        return None
