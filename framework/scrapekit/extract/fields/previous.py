"""Fields that take a value from a record before theirs: the one right before, or the nearest that fits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from scrapekit.extract.draft import Draft, Trail
from scrapekit.extract.reading import ReadField, Reading
from scrapekit.extract.texts import compile_condition, compile_holds
from scrapekit.parts import Scope
from scrapekit.recipe.model import Field, Previous

Number: TypeAlias = int | float | Decimal


@dataclass(slots=True)
class _Walked:
    """The records so far that may still be asked for, each as the value it would give.

    With ``smaller`` only those are kept that no later one hides: their numbers rise, and each
    record is put in once and taken out once.
    """

    numbers: list[Number] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)


def compile_previous(draft: Draft, field: Field) -> tuple[ReadField, frozenset[str]] | None:
    """How the field is read, and the fields it needs first; None where there is a problem."""
    previous = field.previous
    assert previous is not None
    if draft.trails is None:
        message = '"previous" is the record before in a list, and there is no list here'
        hint = "it stands right under the fields of rows that each finds"
        draft.problems.add(field.mark, previous.path, message, hint)
        return None
    key = object()
    draft.trails.append(Trail(key, _compile_remember(draft, previous, key)))
    if previous.smaller:
        return _nearest_smaller(key, previous.smaller, field.path), frozenset({previous.smaller})
    return _last(key), frozenset()


def _last(key: object) -> ReadField:
    def read(scope: Scope, reading: Reading) -> Any:
        walked: _Walked | None = reading.memo.get(key)
        return walked.values[-1] if walked else None

    return read


def _nearest_smaller(key: object, name: str, path: str) -> ReadField:
    remark = f"field {path}: {name} is no number"

    def read(scope: Scope, reading: Reading) -> Any:
        walked: _Walked | None = reading.memo.get(key)
        value = reading.environment["item"][name]
        number = as_number(value)
        if number is None and value is not None:
            reading.note(remark)
        if walked is None or number is None:
            return None
        at = bisect_left(walked.numbers, number) - 1
        return walked.values[at] if at >= 0 else None

    return read


def _compile_remember(
    draft: Draft, previous: Previous, key: object
) -> Callable[[dict[str, Any], Reading], None]:
    take, smaller, holds = previous.take, previous.smaller, None
    if previous.where is not None:
        path = f"{previous.path}.where"
        holds = compile_holds(compile_condition(draft, previous.where, path, bare="item"), path)

    def remember(values: dict[str, Any], reading: Reading) -> None:
        if holds is not None and not _holds(holds, values, reading):
            return
        walked = reading.memo.get(key)
        if walked is None:
            walked = reading.memo[key] = _Walked()
        if not smaller:
            walked.values = [values[take]]
        elif (number := as_number(values[smaller])) is not None:
            while walked.numbers and walked.numbers[-1] >= number:
                walked.numbers.pop()
                walked.values.pop()
            walked.numbers.append(number)
            walked.values.append(values[take])

    return remember


def _holds(holds: Callable[[Reading], bool], values: dict[str, Any], reading: Reading) -> bool:
    environment = reading.environment
    outer = environment["item"]
    environment["item"] = values
    try:
        return holds(reading)
    finally:
        environment["item"] = outer


def as_number(value: Any) -> Number | None:
    """The value as a number, a text as the number it writes; None when it is none."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value if value == value else None
    try:
        number = float(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return None if number != number else number
