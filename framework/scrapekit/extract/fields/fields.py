"""One field to one function: source, pipe, type, condition, fallbacks, default, in this order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.context import compile_context
from scrapekit.extract.fields.contracts import compile_contract
from scrapekit.extract.fields.pipes import Apply, Shape, begins_with_html, compile_pipe
from scrapekit.extract.fields.previous import compile_previous
from scrapekit.extract.fields.steps import last_step
from scrapekit.extract.fields.types import compile_type
from scrapekit.extract.fields.values import compile_value, read_nothing, type_of
from scrapekit.extract.reading import InvalidField, ReadField, Reading, is_empty
from scrapekit.extract.texts import (
    Text,
    compile_condition,
    compile_holds,
    compile_text,
    compile_tree,
    constant,
)
from scrapekit.parts import Scope
from scrapekit.recipe.model import Field, Selector, Step
from scrapekit.regex import RegexTooSlow

Nested = Callable[[Draft, Field], "Compiled"]
"""How an object's own fields are compiled; handed in, because objects are made of fields again."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A field as a function, and the sibling fields it needs first; also what it needs of ``parent.``."""

    read: ReadField
    needs: frozenset[str] = frozenset()


def compile_field(draft: Draft, field: Field, nested: Nested) -> Compiled:
    """The whole field. A feature it does not use leaves no trace in the function."""
    source, shape = _compile_source(draft, field, nested)
    read, needs = source.read, source.needs
    pipe, _ = compile_pipe(draft, field.pipe, field.path, shape)
    if pipe is not None:
        read = _filtered(read, pipe)
    if (convert := compile_type(draft, field)) is not None:
        read = _typed(read, convert)
    if field.when is not None:
        condition = compile_condition(draft, field.when, f"{field.path}.when", bare="item")
        read, needs = _on_condition(read, condition, field.path), needs | _siblings(condition)
    if field.otherwise:
        strict = replace(draft, keep_invalid=False)
        others = [compile_field(strict, inherit(field, other), nested) for other in field.otherwise]
        read, needs = _in_order([read, *(o.read for o in others)]), needs.union(*(o.needs for o in others))
    if field.default is not None:
        default = compile_tree(draft, field.default, f"{field.path}.default")
        read, needs = _in_order([read, _rendered(default, field.path)]), needs | _siblings(default)
    if field.required:
        read = _required(read, field.path)
    if field.contract is not None and (fits := compile_contract(draft, field)):
        read = _fitting(read, fits)
    return Compiled(_keeping(read, draft, field), needs)


def _compile_source(draft: Draft, field: Field, nested: Nested) -> tuple[Compiled, Shape]:
    if draft.stored is not None and (stored := draft.stored(field)) is not None:
        return Compiled(stored), Shape("any", many=field.pages is not None)
    if field.fields:
        return nested(draft, field), Shape("object", many=field.each is not None)
    if field.selector is not None:
        reads = field.reads or _markup(draft, field.selector, field.pipe)
        read = compile_value(draft, field.selector, reads, field.path, all=field.all, nth=field.nth)
        shape = type_of(draft, field.selector) if reads == field.reads else "html"
        return Compiled(read or read_nothing), Shape(shape, field.all)
    if field.context is not None:
        return Compiled(compile_context(draft, field) or read_nothing), Shape("any")
    if field.previous is not None:
        before = compile_previous(draft, field)
        return Compiled(*before) if before else Compiled(read_nothing), Shape("any")
    if field.template is not None:
        text_ = compile_text(draft, field.template, field.path)
        return Compiled(_rendered(text_, field.path), _siblings(text_)), Shape("any")
    const = constant(None) if field.const is None else compile_tree(draft, field.const, field.path)
    return Compiled(_rendered(const, field.path), _siblings(const)), Shape("any")


def _markup(draft: Draft, selector: Selector, pipe: Sequence[Step]) -> tuple[str, ...]:
    """The read that gives a node's markup, where the parser has one and the pipe begins with it."""
    name = getattr(draft.parser, "markup", "")
    of_page = selector.then is None and last_step(draft, selector) in ("css", "xpath")
    return (name,) if name and of_page and begins_with_html(draft, pipe) else ()


def inherit(field: Field, other: Field) -> Field:
    """A fallback that selects is read as its field is, wherever it does not say otherwise."""
    if other.selector is None:
        return other
    return replace(
        other,
        all=other.all or (field.all and other.nth is None),
        pipe=other.pipe or field.pipe,
        type=other.type or field.type,
        type_options=other.type_options if other.type else field.type_options,
    )


PARENT = "parent."
"""What a need for a value of the parent page begins with; no field of the record gives it."""


def _siblings(text: Text) -> frozenset[str]:
    return frozenset(
        name if root == "item" else PARENT + name for root, name in text.uses if root in ("item", "parent")
    )


def _rendered(text: Text, path: str) -> ReadField:
    render = text.render
    if text.constant:
        value = None if is_empty(render({})) else render({})
        return lambda scope, reading: value

    def read(scope: Scope, reading: Reading) -> Any:
        try:
            value = render(reading.environment)
        except RegexTooSlow as error:
            reading.note(f"field {path}: {error}")
            return None
        except ValueError:
            reading.note(f"field {path}: its template does not work on the values")
            return None
        return value if value or not is_empty(value) else None

    return read


def _filtered(read: ReadField, apply: Apply) -> ReadField:
    # Empty values go in as well: a filter may ask for them, and every step knows whether it did.
    return lambda scope, reading: apply(read(scope, reading), reading)


def _typed(read: ReadField, convert: Apply) -> ReadField:
    def typed(scope: Scope, reading: Reading) -> Any:
        value = read(scope, reading)
        return None if value is None else convert(value, reading)

    return typed


def _on_condition(read: ReadField, condition: Text, path: str) -> ReadField:
    holds = compile_holds(condition, f"{path}.when")

    def conditional(scope: Scope, reading: Reading) -> Any:
        return read(scope, reading) if holds(reading) else None

    return conditional


def _in_order(reads: list[ReadField]) -> ReadField:
    def read_in_order(scope: Scope, reading: Reading) -> Any:
        for read in reads:
            value = read(scope, reading)
            if value is not None:
                return value
        return None

    return read_in_order


def _required(read: ReadField, path: str) -> ReadField:
    def required(scope: Scope, reading: Reading) -> Any:
        value = read(scope, reading)
        if value is None:
            raise InvalidField(path, "is required")
        return value

    return required


def _fitting(read: ReadField, fits: Callable[[Any], Any]) -> ReadField:
    def fitting(scope: Scope, reading: Reading) -> Any:
        value = read(scope, reading)
        return None if value is None else fits(value)

    return fitting


def _keeping(read: ReadField, draft: Draft, field: Field) -> ReadField:
    """With ``on_invalid: keep`` an invalid field is null, and counted."""
    if not draft.keep_invalid or not (field.required or field.type or field.otherwise or field.contract):
        return read

    def kept(scope: Scope, reading: Reading) -> Any:
        try:
            return read(scope, reading)
        except InvalidField as error:
            reading.note(f"field null: {error}")
            return None

    return kept
