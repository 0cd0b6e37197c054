"""What one page gives to a record that several make: whole fields, and the sources of those made later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from scrapekit.errors import PageError, SelectorError
from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.fields import PARENT
from scrapekit.extract.fields.objects import compile_fields, compile_one
from scrapekit.extract.fields.values import compile_value, read_nothing
from scrapekit.extract.joins.places import Place
from scrapekit.extract.joins.stages import Stages, sources_of, unheard
from scrapekit.extract.paging.pagination import Follow, compile_pagination
from scrapekit.extract.paging.stops import Progress
from scrapekit.extract.reading import ReadField, Reading, blame
from scrapekit.extract.signature import sign
from scrapekit.parts import Scope, SimpleDocument
from scrapekit.recipe.model import Field, Step
from scrapekit.request import NOTHING

Sources: TypeAlias = Sequence[tuple[str, ReadField]]
"""Path of a source → how it is read."""

ReadPage: TypeAlias = Callable[[Scope, Reading], dict[str, Any]]
"""Gives the ``values`` of the fields made on the page, and the ``sources`` of the others."""


def compile_page(draft: Draft, place: Place, stages: Stages) -> ReadPage:
    """How a page of the record is read, the address of every further page included.

    It raises InvalidField where a field that is made on the page is required or has a type.
    """
    local = [field for field in place.fields if field.name in stages.local]
    late = [field for field in place.fields if field.name not in stages.local]
    read_fields = compile_fields(draft, local).read
    sources = [*compile_sources(draft, late, place, stages), *_compile_links(draft, place, stages)]
    following = [each for each in stages.places[1:] if each.after == place.number and each.paginate]
    turns = [_Turn(each.number, compile_turn(draft, each), _paths(each)) for each in following]
    part = f"parser {draft.parser_name}"

    def read(scope: Scope, reading: Reading) -> dict[str, Any]:
        values = read_fields(scope, reading)
        found = read_sources(sources, scope, reading, values, part)
        if turns:
            within = _within(reading, scope)
            found |= {f"@{turn.number}": turn.request(within, found) for turn in turns}
        return {"values": values, "sources": found}

    return read


def _within(reading: Reading, scope: Scope) -> Reading:
    """The page as seen from a row, where the row's own following pages are found."""
    if scope is reading.document.root:
        return reading
    within = Reading(reading.page, SimpleDocument(scope, reading.document.base), reading.ground)
    within.notes = reading.notes
    return within


def read_sources(
    sources: Sources, scope: Scope, reading: Reading, values: Mapping[str, Any], part: str
) -> dict[str, Any]:
    """Each source's value from this page, by path; *values* are the fields made on the page."""
    if not sources:
        return {}
    reading.environment["item"] = values
    found, path = {}, ""
    try:
        for path, read in sources:
            found[path] = read(scope, reading)
    except (PageError, ValueError) as error:
        raise blame(path, part, error) from error
    finally:
        reading.environment["item"] = NOTHING
    return found


def compile_sources(draft: Draft, late: Sequence[Field], place: Place, stages: Stages) -> Sources:
    """The sources of late fields; what an object among them needs of other pages is a problem."""
    there = stages.local & {field.name for field in place.fields}
    found = []
    for source in [source for field in late for source in sources_of(field)]:
        source = replace(source, pipe=source.pipe[: _steps_per_page(draft, source)])
        compiled = compile_one(draft.with_items(stages.names), source)
        missing = sorted(
            name for name in compiled.needs - there if place.number or not name.startswith(PARENT)
        )
        if missing:
            name = missing[0] if missing[0].startswith(PARENT) else f"item.{missing[0]}"
            message = f"{name} is not known yet where this is read"
            hint = "use it in a field of the record itself, beside this one"
            draft.problems.add(source.mark, source.path, message, hint)
        found.append((source.path, compiled.read))
    return found


def _steps_per_page(draft: Draft, field: Field) -> int:
    """How many of the pipe's first steps work on the values of each page; the rest need all of them."""
    if field.pages is None:
        return len(field.pipe)
    for count, step in enumerate(field.pipe):
        if _takes_list(draft, step):
            return count
    return len(field.pipe)


def steps_on_all(draft: Draft, field: Field) -> tuple[Step, ...]:
    """The steps of the pipe that are left when every page was read."""
    return field.pipe[_steps_per_page(draft, field) :]


def _takes_list(draft: Draft, step: Step) -> bool:
    pipe = draft.pipes.get(step.name)
    if pipe is not None:
        return any(made.takes == "list" for made in pipe)
    part = unheard(draft).load("filters", step.name, step.mark, "")
    return getattr(part, "takes", "") == "list"


def _compile_links(draft: Draft, place: Place, stages: Stages) -> Sources:
    """The links on this page that lead to further pages of the record."""
    found = []
    for each in stages.places[1:]:
        address = each.address
        if each.after != place.number or address is None or address.selector is None:
            continue
        reads = address.reads or _reads_of_links(draft)
        read = compile_value(draft, address.selector, reads, address.path, all=False, nth=None)
        found.append((f"@{each.number}", read or read_nothing))
    return found


def _reads_of_links(draft: Draft) -> tuple[str, ...]:
    """How a link is read: its ``href``, in XML else its text, and where nodes have none the value."""
    try:
        draft.parser.read("href")
    except SelectorError:
        return ()
    return ("href",) if draft.parser.languages[0] == "css" else ("href", "text")


def compile_turn(draft: Draft, place: Place) -> Follow:
    """How the page after this one is found."""
    assert place.paginate is not None
    return compile_pagination(draft, place.paginate, place.name)


@dataclass(frozen=True, slots=True)
class _Turn:
    """From the first page of a value to the second."""

    number: int
    follow: Follow
    paths: Sequence[str]

    def request(self, reading: Reading, sources: Mapping[str, Any]) -> str | None:
        """The request for the second page, as text; None when there is none."""
        request = self.follow(reading, progress_of([sources[path] for path in self.paths]))
        return None if request is None else request.to_json()


def _paths(place: Place) -> list[str]:
    return [source.path for field in place.fields for source in sources_of(field)]


def progress_of(values: Sequence[Any]) -> Progress:
    """What a page brought to the values that go on over it."""
    counted = [len(value) if isinstance(value, list) else value is not None for value in values]
    return Progress(sum(counted), sign(values if any(counted) else ()))
