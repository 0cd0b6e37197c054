"""When each field of a record from several pages is made: whole on its page, or once others are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import chain
from typing import Any

from scrapekit.errors import Problems
from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.fields import PARENT, inherit
from scrapekit.extract.fields.graph import cycle_in, order_of
from scrapekit.extract.fields.objects import compile_one
from scrapekit.extract.joins.downloads import is_address
from scrapekit.extract.joins.places import Place, before
from scrapekit.extract.late_names import in_request
from scrapekit.extract.texts import compile_text
from scrapekit.node import ListNode, MapNode, ScalarNode
from scrapekit.parts import Parser
from scrapekit.recipe.model import Field, GraphQL, RequestShape
from scrapekit.recipe.model.joins import Address

Needs = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Stages:
    """The fields of a record by the moment they can be made.

    A *local* field needs nothing but its page. Any other is *late*: on its page only its source is
    read, and the rest is made when the fields it ``needs`` are there.
    """

    places: Sequence[Place]
    needs: Needs
    local: frozenset[str]
    order: Sequence[str]
    """Every field, each after those it needs."""
    of_places: Mapping[int, frozenset[str]]
    """Place → the fields that its address is made of."""

    @property
    def names(self) -> list[str]:
        """Every field that has a name."""
        return [name for name in self.needs if not is_address(name)]


def plan_stages(places: Sequence[Place], drafts: Sequence[Draft]) -> Stages:
    """The stages of a record; a circle of fields and addresses becomes a problem naming it.

    *drafts* are those of the places, in order.
    """
    names = [field.name for place in places if place.paginate is None for field in place.fields]
    known = [name for name in names if not is_address(name)]
    found: dict[str, frozenset[str]] = {}
    shut: set[str] = set()
    for place, draft in zip(places, drafts, strict=True):
        for field in place.fields if place.paginate is None else ():
            needs, of_parents = _needs_of(field, draft.with_items(known), places, place)
            found[field.name] = needs & frozenset(names)
            if place.file is not None:
                found[field.name] |= {place.file.name}
            # A page that several records ask for must give the same to each of them.
            if field.pages is not None or (of_parents and place.number):
                shut.add(field.name)
    of_places = {
        place.number: _address_needs(place, drafts[place.after].with_items(known), places)
        for place in places
        if place.address is not None or place.file is not None
    }
    local = frozenset(name for place in places for name in _local(place, found, shut))
    _check_circles(places, drafts[0], found, of_places, local)
    return Stages(places, found, local, _in_order(found), of_places)


def _in_order(needs: Needs) -> list[str]:
    ordered = order_of(needs)
    return [*ordered, *(name for name in needs if name not in ordered)]


class _Blind:
    """Stands in for a parser where only names are looked for."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = languages

    def compile(self, selector: str, language: str, first: bool) -> Callable[[Any], Sequence[Any]]:
        return lambda scope: ()

    def read(self, name: str) -> Callable[[Any], Any]:
        return lambda node: None

    def parse(self, page: Any) -> Any:
        raise NotImplementedError


def unheard(draft: Draft) -> Draft:
    """The same draft, whose problems nobody hears: they are told when the field is compiled to be used."""
    return replace(draft, problems=Problems(), trails=None)


def _needs_of(
    field: Field, draft: Draft, places: Sequence[Place], place: Place
) -> tuple[frozenset[str], bool]:
    blind: Parser = _Blind(draft.parser.languages)  # type: ignore[assignment]
    compiled = compile_one(unheard(replace(draft, parser=blind)), field)
    return _resolved(compiled.needs, places, place)


def _address_needs(place: Place, draft: Draft, places: Sequence[Place]) -> frozenset[str]:
    """The fields that the address, and what is sent along with it, are made of."""
    download = place.fields[0].download if place.file is not None else None
    part = place.address if download is None else download.name
    texts = [compile_text(in_request(unheard(draft)), node, "") for node in _texts_in(part)]
    uses = frozenset().union(*(text.uses for text in texts))
    needs = frozenset(
        name if root == "item" else PARENT + name for root, name in uses if root in ("item", "parent")
    )
    return _resolved(needs, places, places[place.after])[0] | (
        {place.file.name} if place.file else frozenset()
    )


def _texts_in(part: object) -> Iterator[ScalarNode]:
    """Every text of an address that may be a template."""
    match part:
        case ScalarNode():
            yield part
        case ListNode():
            yield from chain.from_iterable(map(_texts_in, part.items))
        case MapNode():
            yield from chain.from_iterable(map(_texts_in, part.entries.values()))
        case Address():
            yield from chain(_texts_in(part.url), _texts_in(part.shape))
        case RequestShape() | GraphQL():
            yield from chain.from_iterable(_texts_in(getattr(part, each.name)) for each in fields(part))


def _resolved(needs: frozenset[str], places: Sequence[Place], place: Place) -> tuple[frozenset[str], bool]:
    """The needs as fields; True when one is of ``parent.`` in a place that has no page of its own."""
    known = {field.name for each in before(places, place) for field in each.fields}
    parents = {name.removeprefix(PARENT) for name in needs if name.startswith(PARENT)}
    plain = frozenset(name for name in needs if not name.startswith(PARENT))
    return plain | (parents & known), bool(parents)


def _local(place: Place, needs: Needs, shut: set[str]) -> set[str]:
    """The fields of a place that need nothing but each other."""
    if place.paginate is not None:
        return set()
    local = {field.name for field in place.fields} - shut
    while left := {name for name in local if not needs[name] <= local}:
        local -= left
    return local


def _check_circles(
    places: Sequence[Place],
    draft: Draft,
    needs: Needs,
    of_places: Mapping[int, frozenset[str]],
    local: frozenset[str],
) -> None:
    """Fields wait for their page, pages for their address, addresses for fields.

    A circle of nothing but fields of one page is found where that page is compiled.
    """
    graph: dict[str, frozenset[str]] = {f"@{n}": names for n, names in of_places.items()}
    for place in places[1:]:
        graph[f"@{place.number}"] = graph.get(f"@{place.number}", frozenset()) | {f"@{place.after}"}
        for field in place.fields:
            graph[field.name] = needs[field.name] | graph.get(field.name, frozenset()) | {f"@{place.number}"}
    graph = {"@0": frozenset(), **needs, **graph}
    if (cycle := cycle_in(graph)) and not local.issuperset(cycle):
        words = {f"@{place.number}": place.name for place in places}
        field = next(each for place in places for each in place.fields if each.name in cycle)
        message = f"these need each other: {' → '.join(words.get(name, name) for name in cycle)}"
        draft.problems.add(field.mark, field.path.rpartition(".")[0], message)


def is_page_bound(field: Field) -> bool:
    """True when the field's source is something on a page."""
    return field.selector is not None or field.context is not None or bool(field.fields)


def sources_of(field: Field) -> list[Field]:
    """What a late field reads on its page: its source, and that of each fallback, with their pipes alone."""
    found = [_bare(field)] if is_page_bound(field) else []
    for other in field.otherwise:
        found += sources_of(replace(inherit(field, other), pages=field.pages))
    return found


def _bare(field: Field) -> Field:
    bare = replace(field, type=None, type_options=None, contract=None, required=False)
    return replace(bare, when=None, otherwise=(), default=None)
