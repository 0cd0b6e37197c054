"""What a field's value must be besides its type: in a range, of a pattern, unlike the others of the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from scrapekit.extract.draft import Terms
from scrapekit.extract.reading import InvalidField, Reading
from scrapekit.node import ScalarNode
from scrapekit.recipe.model import Contract, Field
from scrapekit.regex import RegexError, RegexTooSlow, compile_regex

Check: TypeAlias = Callable[[Any], str]
"""Says in a few words what is wrong with a value; ``""`` when nothing is."""


def compile_contract(terms: Terms, field: Field) -> Callable[[Any], Any] | None:
    """A function that gives a fitting value back and raises InvalidField for another; None for no contract.

    Each value of a list is looked at by itself. What the page says is no part of the fault, so that
    faults stay few.
    """
    checks = _checks(terms, field.contract, field.path) if field.contract else []
    if not checks:
        return None
    path = field.path

    def checked(value: Any) -> Any:
        for each in value if value.__class__ is list else (value,):
            for check in checks:
                if fault := check(each):
                    raise InvalidField(path, fault)
        return value

    return checked


def _checks(terms: Terms, contract: Contract, path: str) -> Sequence[Check]:
    checks: list[Check] = []
    if contract.least is not None:
        checks.append(_bounded(contract.least, f"is less than {contract.least}", 1))
    if contract.most is not None:
        checks.append(_bounded(contract.most, f"is more than {contract.most}", -1))
    if contract.pattern is not None and (check := _matching(terms, contract.pattern, path)):
        checks.append(check)
    return checks


def _bounded(bound: Decimal | date, fault: str, sign: int) -> Check:
    """The value minus the bound must have that *sign*, or be nothing."""

    def check(value: Any) -> str:
        order = _compared(value, bound)
        return "cannot be compared" if order is None else fault if order * sign < 0 else ""

    return check


def _compared(value: Any, bound: Any) -> int | None:
    """1 where the value is larger than the bound, -1 where it is smaller, 0 else; None for no answer."""
    if isinstance(value, float):
        # As it is written: 0.1 is no less than the 0.1 of a recipe.
        value = Decimal(repr(value))
    if isinstance(value, datetime):
        bound = _as_datetime(bound, value)
    try:
        return int(value > bound) - int(value < bound)
    except (TypeError, ArithmeticError):
        return None


def _as_datetime(bound: date, value: datetime) -> datetime:
    """The bound in the value's time zone where only one of the two says which it is in."""
    moment = bound if isinstance(bound, datetime) else datetime(bound.year, bound.month, bound.day)
    if (moment.tzinfo is None) != (value.tzinfo is None):
        moment = moment.replace(tzinfo=value.tzinfo)
    return moment


def _matching(terms: Terms, node: ScalarNode, path: str) -> Check | None:
    text = str(node.value)
    try:
        match = compile_regex(text).fullmatch
    except RegexError as error:
        terms.problems.add(node.at(error.offset, 1), f"{path}.pattern", str(error))
        return None

    def check(value: Any) -> str:
        try:
            return "" if match(str(value)) else "does not match its pattern"
        except RegexTooSlow:
            return "has a pattern that took too long to match"

    return check


def compile_unique(fields: Sequence[tuple[str, Field]]) -> Callable[[dict[str, Any], Reading], None] | None:
    """Refuses a record that has a value of a ``unique`` field again; None where no field is one.

    *fields* are those of the record, by name. The function raises InvalidField, and remembers a
    record's values only when it refuses none of them.
    """
    wanted = [(name, field.path) for name, field in fields if field.contract and field.contract.unique]
    if not wanted:
        return None
    key = object()

    def check(values: dict[str, Any], reading: Reading) -> None:
        seen: dict[str, set[str]] = reading.memo.setdefault(key, {name: set() for name, _ in wanted})
        texts = {name: repr(values[name]) for name, _ in wanted if values[name] is not None}
        for name, path in wanted:
            if texts.get(name) in seen[name]:
                raise InvalidField(path, "is not unique")
        for name, text in texts.items():
            seen[name].add(text)

    return check
