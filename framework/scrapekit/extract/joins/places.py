"""The pages that one record is read from: each address once, with the fields that are read there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields

from scrapekit.extract.joins.downloads import address_field, file_field
from scrapekit.node import ListNode, MapNode, ScalarNode
from scrapekit.recipe.model import Field, ItemRule
from scrapekit.recipe.model.joins import Address
from scrapekit.recipe.model.pages import Paginate


@dataclass(slots=True)
class Place:
    """One page of a record, by number; 0 is the record's own page.

    A place that has an ``address`` is asked for by it. One that has ``paginate`` stands for all pages
    that follow the page ``after``. One that has ``file`` stands for the files whose addresses are there.
    """

    number: int
    after: int = 0
    """The place on whose page its link stands."""
    name: str = ""
    """What its page rule is called; no recipe can call one so, for it holds a space."""
    address: Address | None = None
    paginate: Paginate | None = None
    file: Field | None = None
    """What finds their addresses; what they become is the place's only field."""
    fields: list[Field] = field(default_factory=list)


def spans_pages(rule: ItemRule) -> bool:
    """True when a record of this rule needs more than the page it stands on."""
    return any(part is not None for each in rule.fields for part in (each.at, each.pages, each.download))


def places_of(rule: ItemRule) -> list[Place]:
    """The places of a record, each after the one its link stands on."""
    places = [Place(0, fields=[])]
    known: dict[object, Place] = {}
    owner = rule.path.removeprefix("pages.").replace(".items.", ".")
    for each in rule.fields:
        place = places[0]
        for address in _from_first(each.at):
            what = f"detail: {address.page}" if address.page else f"at: {each.name}"
            new = Place(len(places), place.number, f"{owner} {what}", address=address)
            place = _known(places, known, (place.number, _signature(address)), new)
        if each.download is not None:
            found = address_field(each)
            place.fields.append(found)
            places.append(Place(len(places), place.number, file=found, fields=[file_field(each)]))
            continue
        place.fields.append(each)
        if each.pages is not None:
            new = Place(len(places), place.number, f"{owner} pages: {each.name}", paginate=each.pages)
            _known(places, known, (place.number, _signature(each.pages)), new).fields.append(each)
    return places


def _known(places: list[Place], known: dict[object, Place], key: object, new: Place) -> Place:
    place = known.setdefault(key, new)
    if place is new:
        places.append(new)
    elif new.address is not None and new.address.page:
        # A detail that fields have named before gives its links and its name to the place.
        place.address, place.name = new.address, new.name
    return place


def _from_first(address: Address | None) -> Iterator[Address]:
    """The addresses on the way to a page, the one that stands on the record's own page first."""
    if address is not None:
        yield from _from_first(address.after)
        yield address


_NOT_WRITTEN = frozenset({"path", "mark", "parser_mark", "after", "rule", "page", "page_mark", "offset"})


def _signature(part: object) -> object:
    """What is written in a part of the recipe, wherever it stands: equal for what means the same."""
    match part:
        case ScalarNode():
            return repr(part.value)
        case ListNode() | tuple():
            return tuple(_signature(each) for each in (part.items if isinstance(part, ListNode) else part))
        case MapNode():
            return tuple((key, _signature(each)) for key, each in part.entries.items())
    if hasattr(part, "__dataclass_fields__"):
        names = [each.name for each in fields(part) if each.name not in _NOT_WRITTEN]  # type: ignore[arg-type]
        return tuple(_signature(getattr(part, name)) for name in names)
    return part


def before(places: Sequence[Place], place: Place) -> list[Place]:
    """The places on the way to one, the record's own page first; none for the own page itself."""
    if place.number == 0:
        return []
    after = places[place.after]
    return [*before(places, after), after]
