"""Fields that belong together to one function: a record, an object in it, or a list of objects."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from scrapekit.errors import PageError
from scrapekit.extract.draft import Draft, Trail
from scrapekit.extract.fields.fields import PARENT, Compiled, compile_field
from scrapekit.extract.fields.graph import cycle_in, order_of
from scrapekit.extract.fields.steps import compile_rows
from scrapekit.extract.reading import Find, InvalidField, PartFault, ReadField, Reading, blame
from scrapekit.language.template import has_placeholder
from scrapekit.node import plain
from scrapekit.parts import Scope
from scrapekit.recipe.model import Field
from scrapekit.recipe.model.languages import ANSWER

ReadFields: TypeAlias = Callable[[Scope, Reading], dict[str, Any]]
"""Gives every field of a scope, in the recipe's order; those that are empty as None."""

_Pairs: TypeAlias = Sequence[tuple[str, ReadField]]


@dataclass(frozen=True, slots=True)
class Group:
    """Fields read together, and the fields outside the group that they need first."""

    read: ReadFields
    needs: frozenset[str] = frozenset()


def compile_fields(draft: Draft, fields: Sequence[Field]) -> Group:
    """Read all of *fields* from one scope. A cycle among them becomes a problem naming it."""
    return group_fields(draft, fields, compile_each(draft, fields))


def compile_each(draft: Draft, fields: Sequence[Field], names: Iterable[str] = ()) -> dict[str, Compiled]:
    """Each of *fields* by name; its templates know the others, and *names*."""
    inside = draft.with_items([*names, *(field.name for field in fields)])
    return {field.name: compile_field(inside, field, _compile_object) for field in fields}


def group_fields(draft: Draft, fields: Sequence[Field], compiled: Mapping[str, Compiled]) -> Group:
    """All that is *compiled* read from one scope; *fields* say where it stands in the recipe."""
    group = _grouped(draft, fields, compiled)
    return replace(group, read=_remembering(group.read, draft.trails)) if draft.trails else group


def _grouped(draft: Draft, fields: Sequence[Field], compiled: Mapping[str, Compiled]) -> Group:
    needs = {name: each.needs & compiled.keys() for name, each in compiled.items()}
    if cycle := cycle_in(needs):
        mark = next(field.mark for field in fields if field.name in cycle)
        message, hint = f"these fields need each other: {' → '.join(cycle)}", ""
        if len(set(cycle)) == 1:
            message = f'the field "{cycle[0]}" needs itself'
        if any(name in (draft.names.get("item") or ()) for name in cycle):
            hint = "inside an object its own names come first: give one of the two another name"
        draft.problems.add(mark, f"{fields[0].path.rpartition('.')[0]}", message, hint)
    paths = dict.fromkeys(compiled, fields[0].path if fields else "")
    places = _Places(paths | {field.name: field.path for field in fields}, f"parser {draft.parser_name}")
    outer = frozenset().union(*(each.needs for each in compiled.values())) - compiled.keys()
    if not any(not need.startswith(PARENT) for each in compiled.values() for need in each.needs):
        return Group(_apart([(name, each.read) for name, each in compiled.items()], places), outer)
    pairs = [(name, compiled[name].read) for name in order_of(needs)]
    return Group(_together(list(compiled), pairs, places), outer)


def compile_one(draft: Draft, field: Field) -> Compiled:
    """One field for itself; the names of its siblings are those under ``item.`` in the draft."""
    return compile_field(draft, field, _compile_object)


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each field stands in the recipe, and the part that reads it."""

    paths: Mapping[str, str]
    part: str

    def blame(self, name: str, error: Exception) -> PartFault:
        return blame(self.paths[name], self.part, error)


def _apart(pairs: _Pairs, places: _Places) -> ReadFields:
    """Fields that do not know each other: read one after the other, and nothing else."""

    def read_fields(scope: Scope, reading: Reading) -> dict[str, Any]:
        values = {}
        name = ""
        try:
            for name, read in pairs:
                values[name] = read(scope, reading)
        except (PageError, ValueError) as error:
            raise places.blame(name, error) from error
        return values

    return read_fields


def _together(names: Sequence[str], pairs: _Pairs, places: _Places) -> ReadFields:
    """Fields that use each other: read in the order of need, and seen as ``item`` while they are."""

    def read_fields(scope: Scope, reading: Reading) -> dict[str, Any]:
        values: dict[str, Any] = dict.fromkeys(names)
        environment = reading.environment
        outer = environment["item"]
        environment["item"] = ChainMap(values, outer) if outer else values  # type: ignore[arg-type]
        name = ""
        try:
            for name, read in pairs:
                values[name] = read(scope, reading)
        except (PageError, ValueError) as error:
            raise places.blame(name, error) from error
        finally:
            environment["item"] = outer
        return values

    return read_fields


def _remembering(read: ReadFields, trails: Sequence[Trail]) -> ReadFields:
    def read_fields(scope: Scope, reading: Reading) -> dict[str, Any]:
        values = read(scope, reading)
        for trail in trails:
            trail.remember(values, reading)
        return values

    return read_fields


def _compile_object(draft: Draft, field: Field) -> Compiled:
    evidence = evidence_of(field.fields)
    if field.each is None:
        group = compile_fields(replace(draft, trails=None, hold_invalid=frozenset()), field.fields)
        return Compiled(_one_object(group.read, evidence), group.needs)
    rows, trails = compile_rows(draft, field.each, f"{field.path}.each"), list[Trail]()
    is_held = field.path in draft.hold_invalid
    held = draft.hold_invalid if is_held else frozenset[str]()
    inside = replace(rows.draft if rows else draft, in_rows=True, trails=trails, hold_invalid=held)
    group = compile_fields(inside, field.fields)
    if rows is None:
        return Compiled(_none, group.needs)
    find = _forgetting(rows.find, [trail.key for trail in trails]) if trails else rows.find
    make = _list_with_faults if is_held else _list_of_objects
    return Compiled(make(find, group.read, evidence), group.needs)


def _forgetting(find: Find, keys: Sequence[object]) -> Find:
    """A list begins: what its fields kept of the one before is forgotten."""

    def find_rows(scope: Scope, reading: Reading) -> Sequence[Any]:
        for key in keys:
            reading.memo.pop(key, None)
        return find(scope, reading)

    return find_rows


def _none(scope: Scope, reading: Reading) -> Any:
    return None


def _one_object(read_fields: ReadFields, evidence: Evidence) -> ReadField:
    def read_object(scope: Scope, reading: Reading) -> Any:
        values = read_fields(scope, reading)
        return values if has_any(values, evidence) else None

    return read_object


def _list_of_objects(find: Find, read_fields: ReadFields, evidence: Evidence) -> ReadField:
    def read_objects(scope: Scope, reading: Reading) -> Any:
        found = [read_fields(row, reading) for row in find(scope, reading)]
        return [values for values in found if has_any(values, evidence)] or None

    return read_objects


def _list_with_faults(find: Find, read_fields: ReadFields, evidence: Evidence) -> ReadField:
    """An invalid object is its fault, for whoever makes records of the list."""

    def read_objects(scope: Scope, reading: Reading) -> Any:
        found: list[Any] = []
        for row in find(scope, reading):
            try:
                values = read_fields(row, reading)
            except InvalidField as error:
                found.append(error)
                continue
            if has_any(values, evidence):
                found.append(values)
        return found or None

    return read_objects


Evidence: TypeAlias = Sequence[tuple[str, object]]
"""The fields that come from the page, each with its default: what shows that something was there."""


def evidence_of(fields: Sequence[Field]) -> Evidence:
    """What shows that a record was found: constants, templates and defaults do not."""
    found = [(each.name, plain(each.default)) for each in fields if _is_found(each)]
    return [(name, default) for name, default in found if not _has_template(default)]


def _has_template(default: object) -> bool:
    return isinstance(default, str) and has_placeholder(default)


def _is_found(field: Field) -> bool:
    # Every answer has a status and an address, so they say nothing about what is on the page.
    found = field.fields or (field.selector and field.selector.language not in ANSWER)
    return bool(found or any(map(_is_found, field.otherwise)))


def has_any(values: Mapping[str, Any], evidence: Evidence) -> bool:
    """True when a field from the page is not empty; also when no field comes from the page."""
    for name, default in evidence:
        value = values[name]
        if value is not None and value != default:
            return True
    return not evidence
