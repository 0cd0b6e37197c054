"""What a JSONPath says, as a tree: segments, selectors and conditions (RFC 9535)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from scrapekit import Regex

Sign: TypeAlias = OneOf["==", "!=", "<", "<=", ">", ">="]


class Wildcard:
    """``*``: every value of an object or array."""


@dataclass(frozen=True, slots=True)
class Filter:
    """``?``: the values of an object or array for which a condition holds."""

    condition: Condition


Selector: TypeAlias = str | int | slice | Wildcard | Filter
"""A member's name, an index, a slice, all, or those for which a condition holds."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of a path: what it selects, from the children or (``..``) from everything below."""

    selectors: tuple[Selector, ...]
    deep: bool = False


@dataclass(frozen=True, slots=True)
class Operator:
    """A step that the RFC does not have, named as in jsonpath-ng: ``len``, ``keys``, ``parent``, ``sorted``.

    ``sorted`` may have keys, each the names that lead to a value and whether the order is descending.
    """

    name: str
    keys: tuple[tuple[tuple[str, ...], bool], ...] = ()


Step: TypeAlias = Segment | Operator
"""One step of a whole path; in a condition there are no operators."""


@dataclass(frozen=True, slots=True)
class Query:
    """A path in a condition: from the value that is judged (``@``), or from the top (``$``)."""

    segments: tuple[Segment, ...]
    absolute: bool

    @property
    def keys(self) -> tuple[str | int, ...] | None:
        """The names and indices of a path that finds one value at most; None for any other."""
        found = [key for segment in self.segments if (key := _only_key(segment)) is not None]
        return tuple(found) if len(found) == len(self.segments) else None


def _only_key(segment: Segment) -> str | int | None:
    if segment.deep or len(segment.selectors) > 1:
        return None
    only = segment.selectors[0]
    return only if isinstance(only, str | int) else None


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, true, false or null."""

    value: object
    places: Sequence[int] = ()
    """Where in the path each character of a text stands, and its end."""


@dataclass(frozen=True, slots=True)
class Call:
    """One of the RFC's functions; *pattern* is the regular expression of one that was written out."""

    name: str
    arguments: tuple[Operand, ...]
    pattern: Regex | None = None


Operand: TypeAlias = Literal | Query | Call
"""What is compared, or handed to a function."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two values and how they compare (RFC 9535 2.3.5.2.2)."""

    left: Operand
    sign: Sign
    right: Operand


@dataclass(frozen=True, slots=True)
class Finds:
    """``=~``: a text in which a regular expression of Python finds something; no part of the RFC."""

    value: Operand
    pattern: Regex


@dataclass(frozen=True, slots=True)
class Exists:
    """A path that finds something."""

    query: Query


@dataclass(frozen=True, slots=True)
class Not:
    """True where the condition is not."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """True where all conditions are."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """True where one condition is."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = Comparison | Finds | Exists | Call | Not | Every | Either
