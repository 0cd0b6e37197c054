"""Types as conversions: what fits is converted by the filter of that name, what does not is invalid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from scrapekit.extract.draft import Terms
from scrapekit.extract.fields.pipes import Apply, with_page
from scrapekit.extract.filters import make_filter
from scrapekit.extract.reading import InvalidField, Reading, is_empty
from scrapekit.recipe.model import Field

_NUMBERS = (int, float, Decimal)

_ALREADY: Mapping[str, Callable[[Any], bool]] = {
    "int": lambda value: value.__class__ is int,
    "float": lambda value: value.__class__ is float,
    "decimal": lambda value: value.__class__ is Decimal,
    "number": lambda value: value.__class__ in _NUMBERS,
    "price": lambda value: value.__class__ is Decimal,
    "bool": lambda value: value.__class__ is bool,
    "date": lambda value: value.__class__ is date,
    "datetime": lambda value: value.__class__ is datetime,
    "string": lambda value: value.__class__ is str,
}
"""Values that have the type as they are: a pipe or a JSON page may have made them so."""


def compile_type(terms: Terms, field: Field) -> Apply | None:
    """The conversion to the field's type, raising InvalidField; None when it has no type.

    A list is converted value by value, unless the type is ``list``.
    """
    match field.type:
        case None:
            return None
        case "list":
            return lambda value, _: value if isinstance(value, list) else [value]
        case "object":
            return _mapped(_object(field.path))
    made = make_filter(terms, field.type, field.type_options, field.mark, f"{field.path}.type")
    if made is None:
        return None
    return _mapped(_converted(field.path, field.type, with_page(made)))


def _mapped(convert: Apply) -> Apply:
    def apply(value: Any, reading: Reading) -> Any:
        if value.__class__ is list:
            return [convert(each, reading) for each in value]
        return convert(value, reading)

    return apply


def _object(path: str) -> Apply:
    def convert(value: Any, _: Reading) -> Any:
        if isinstance(value, dict):
            return value
        raise InvalidField(path, "is no object")

    return convert


def _converted(path: str, name: str, call: Apply) -> Apply:
    already = _ALREADY.get(name, lambda _: False)
    # The remark must not hold data of the page: remarks are counted, and there must be few.
    fault = f"is not {'an' if name[0] in 'aeiou' else 'a'} {name}"
    if name == "enum":
        fault = "is none of its options"

    def convert(value: Any, reading: Reading) -> Any:
        if already(value):
            return value
        try:
            result = call(value, reading)
        except ValueError as error:
            raise InvalidField(path, fault) from error
        if is_empty(result):
            raise InvalidField(path, fault)
        return result

    return convert
