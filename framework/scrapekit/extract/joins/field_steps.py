"""How each field of a record from several pages is had: made on its page, made later, or made of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.fields import inherit
from scrapekit.extract.fields.objects import compile_one
from scrapekit.extract.fields.values import read_nothing
from scrapekit.extract.joins.downloads import file_read
from scrapekit.extract.joins.joiner import FieldStep
from scrapekit.extract.joins.place_reads import steps_on_all
from scrapekit.extract.joins.places import Place
from scrapekit.extract.joins.stages import Stages, is_page_bound, unheard
from scrapekit.extract.reading import ReadField, Reading
from scrapekit.parts import Scope
from scrapekit.recipe.model import Field


def compile_field_step(
    field: Field, place: Place, drafts: Sequence[Draft], stages: Stages, follows: int | None
) -> FieldStep:
    """How one field of a record from several pages is had; *follows* is the place it goes on over."""
    local = field.name in stages.local
    draft = drafts[place.number].with_items(stages.names)
    if place.file is not None and field.download is not None:
        take = file_read(field.download)
        read = compile_one(replace(draft, stored=lambda _: take), field).read
        needs = stages.needs[field.name]
        return FieldStep(field.name, field.path, place.number, read, needs, False, address=place.file.name)
    if local:
        # What a field is when its page did not come: its problems were told when the page was compiled.
        read = compile_one(replace(unheard(draft), stored=_nothing), field).read
    else:
        read = compile_one(replace(draft, stored=_stored), _finishing(draft, field)).read
    return FieldStep(field.name, field.path, place.number, read, stages.needs[field.name], local, follows)


def _nothing(field: Field) -> ReadField | None:
    return read_nothing if is_page_bound(field) else None


def _stored(field: Field) -> ReadField | None:
    """What the page stored under the field's path, where its source is something on a page."""
    if field.const is not None or field.template is not None or field.previous is not None:
        return None
    path = field.path

    def read(scope: Scope, _: Reading) -> Any:
        return scope.get(path)

    return read


def _finishing(draft: Draft, field: Field) -> Field:
    """The field with what is left to do when its sources are there: the pipe's last steps and all after."""
    others = tuple(
        _finishing(draft, replace(inherit(field, other), pages=field.pages)) for other in field.otherwise
    )
    if not is_page_bound(field):
        return replace(field, otherwise=others)
    rest = steps_on_all(draft, field) if field.pages is not None else ()
    bare = replace(field, selector=None, fields=(), each=None, context=None)
    return replace(bare, reads=(), pipe=rest, otherwise=others)
