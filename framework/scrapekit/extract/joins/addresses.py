"""The request for a further page of a record, from its address and what is known of the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, TypeAlias

from scrapekit.errors import ExpressionError
from scrapekit.extract.draft import Draft
from scrapekit.extract.joins.joiner import PlaceStep
from scrapekit.extract.joins.known import Known
from scrapekit.extract.joins.places import Place
from scrapekit.extract.joins.stages import Stages
from scrapekit.extract.late_names import in_request
from scrapekit.extract.reading import is_empty
from scrapekit.extract.requests.params import as_param
from scrapekit.extract.requests.requests import Shape, compile_shape
from scrapekit.extract.texts import compile_text
from scrapekit.language.expression_tree import Name
from scrapekit.language.template import Placeholder, split
from scrapekit.node import ScalarNode
from scrapekit.recipe.model import Field
from scrapekit.recipe.model.downloads import STEM
from scrapekit.request import NOTHING, Request
from scrapekit.web.late import marked, unsealed
from scrapekit.web.url import canonical, resolve

_Reference: TypeAlias = Callable[[Known], Any]


def compile_place_step(draft: Draft, place: Place, stages: Stages) -> PlaceStep:
    """How a place is asked for; *draft* is that of the page which its address stands on."""
    if place.file is not None:
        return _compile_file_step(draft, place, place.file, stages)
    address = place.address
    if address is None:
        return PlaceStep(
            place.number, place.after, place.name, frozenset(), _one(_follow(place)), follows=True
        )
    inside = draft.with_items(stages.names)
    shape = compile_shape(inside, address.shape, address.path)
    reference = _linked(place)
    if address.url is not None:
        text = compile_text(in_request(inside), address.url, address.path)
        reference = _rendered(place, text.render, _bare_names(address.url))
    needs = stages.of_places[place.number]
    origins = {place.after} | {
        each.number for each in stages.places for field in each.fields if field.name in needs
    }
    request = _request(place, reference, shape, sorted(origins))
    return PlaceStep(place.number, place.after, place.name, needs, _one(request))


def _one(request: Callable[[Known], Request | None]) -> Callable[[Known], Sequence[Request]]:
    """The request for a page, of which there is one or none."""

    def requests(known: Known) -> Sequence[Request]:
        found = request(known)
        return () if found is None else (found,)

    return requests


def _compile_file_step(draft: Draft, place: Place, found: Field, stages: Stages) -> PlaceStep:
    """The files that a field's value leads to: one, or each of a list."""
    download, after, rule = place.fields[0].download, place.after, place.name
    assert download is not None
    name = download.name
    stem = compile_text(draft.with_items(stages.names), name, f"{download.path}.name") if name else None

    def request(known: Known, address: Any) -> Request | None:
        reading, own = known.reading(after), known.reading(0).page.request
        try:
            url = _as_address(reading.document.base, address)
            if url is None:
                return None
            # It leads nowhere, so it is no further away than the page that names it.
            made = Request(url, rule, depth=reading.page.request.depth, priority=own.priority)
            called = as_param(stem.render(reading.environment)) if stem is not None else ""
            return asking(marked(replace(made, carry={STEM: called}) if called else made))
        except ValueError:
            return None

    def requests(known: Known) -> Sequence[Request | None]:
        return [request(known, address) for address in known.addresses(found.name)[: download.max_files]]

    def beyond(known: Known) -> int:
        return max(0, len(known.addresses(found.name)) - download.max_files)

    needs = stages.of_places[place.number]
    return PlaceStep(place.number, after, rule, needs, requests, files=True, beyond=beyond)


def _linked(place: Place) -> _Reference:
    """The link that the page before holds."""
    after, path = place.after, f"@{place.number}"

    def reference(known: Known) -> Any:
        page = known.pages[after]
        return None if page is None else page["sources"][path]

    return reference


def _bare_names(url: ScalarNode) -> list[tuple[str, str]]:
    """The fields that stand in an address as they are: with one of them empty it would be another's."""
    if url.literal or not isinstance(url.value, str):
        return []
    try:
        trees = [part.tree for part in split(url.value) if isinstance(part, Placeholder)]
    except ExpressionError:
        return []
    names = [tree for tree in trees if isinstance(tree, Name)]
    return [(name.root, name.attribute) for name in names if name.root in ("item", "parent")]


def _rendered(
    place: Place, render: Callable[[Mapping[str, Mapping[str, Any]]], Any], bare: Sequence[tuple[str, str]]
) -> _Reference:
    after = place.after

    def reference(known: Known) -> Any:
        environment = known.reading(after).environment
        if any(is_empty(environment[root].get(name)) for root, name in bare):
            return None
        return render(environment)

    return reference


def _request(
    place: Place, reference: _Reference, shape: Shape | None, origins: Sequence[int]
) -> Callable[[Known], Request | None]:
    """The request as a function; *origins* are the places that its address is made of."""
    after, name = place.after, place.name

    def request(known: Known) -> Request | None:
        reading = known.reading(after)
        own = known.reading(0).page.request
        try:
            url = _as_address(reading.document.base, reference(known))
            if url is None:
                return None
            depth = max(known.reading(origin).page.request.depth for origin in origins) + 1
            made = Request(url, name, depth=depth, priority=own.priority)
            if shape is not None:
                url, method, headers, body = shape(url, reading.environment)
                made = replace(made, url=url, method=method, headers=headers, body=body)
            return asking(marked(made))
        except ValueError:
            # A template that does not work on the values gives no address.
            return None

    return request


def _as_address(base: str, reference: Any) -> str | None:
    if reference is None or isinstance(reference, list | dict | bool):
        return None
    text = as_param(reference)
    return resolve(base, text) if text else None


def _follow(place: Place) -> Callable[[Known], Request | None]:
    """The second page of a value, which was found when the first was read."""
    find, name = _linked(place), place.name

    def request(known: Known) -> Request | None:
        text = find(known)
        if text is None:
            return None
        return asking(replace(Request.from_json(text), page=name, carry=NOTHING, via=(), ask=""))

    return request


def asking(request: Request) -> Request:
    """The request as a question: equal for equal requests to one place, whichever records ask."""
    plain = unsealed(request) if request.late else request
    state = (request.paging or NOTHING).get("key")
    parts = (plain.page, plain.method, canonical(plain.url), plain.headers, plain.body, state)
    key = blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return replace(request, ask=key)
