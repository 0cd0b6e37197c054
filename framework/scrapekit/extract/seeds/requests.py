"""One request of a seed, from the values of its variables: its address, its shape, what it hands on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from scrapekit.errors import UsageError
from scrapekit.extract.draft import Terms
from scrapekit.extract.json_values import as_carry
from scrapekit.extract.late_names import in_request, marking
from scrapekit.extract.requests.requests import Sent, compile_shape, with_encoded_query
from scrapekit.extract.texts import Render, compile_text, compile_tree
from scrapekit.node import ScalarNode, shown
from scrapekit.recipe.model import RequestShape, Seed
from scrapekit.request import NOTHING, Request
from scrapekit.web.late import mask
from scrapekit.web.url import host_of, lane_of, resolve

Values: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Root name → attribute → value: what a seed's templates see."""

Make: TypeAlias = Callable[[Values], Request]
"""One request; raises UsageError where the address is none, ValueError where a filter cannot work."""

Begin: TypeAlias = Callable[[Request], Request]


def compile_request(terms: Terms, seed: Seed, begin: Begin | None, column: str = "") -> Make:
    """How the seed's requests are made; what does not compile is among the problems.

    The names that its templates may use are in *terms*. With *column* that variable is the address.
    """
    carry = seed.carry and compile_tree(terms, seed.carry, f"{seed.path}.carry")
    hand_on = carry.render if carry else None
    send = _compile_sent(terms, seed.url, seed.shape, seed.path, column)
    others = [_compile_sent(terms, each.url, each.shape, each.path) for each in seed.others]
    page = seed.page
    begin = in_turn(begin, marking(terms, seed))

    def make(values: Values) -> Request:
        handed = as_carry(hand_on(values)) if hand_on else NOTHING
        request = _request(send(values), page, handed, begin)
        if not others:
            return request
        rest = (_request(send_other(values), page, handed, begin) for send_other in others)
        return replace(request, otherwise=tuple(other.to_json() for other in rest))

    return make


def in_turn(*steps: Begin | None) -> Begin | None:
    """The steps that there are, one after the other; None when there is none."""
    found = [step for step in steps if step is not None]
    if len(found) < 2:
        return found[0] if found else None
    first, second = found
    return lambda request: second(first(request))


def _request(sent: Sent, page: str, carry: Mapping[str, Any], begin: Begin | None) -> Request:
    url, method, headers, body = sent
    request = Request(url, page, method=method, headers=headers, body=body, carry=carry)
    return request if begin is None else begin(request)


def _compile_sent(
    terms: Terms, url: ScalarNode, shape: RequestShape, path: str, column: str = ""
) -> Callable[[Values], Sent]:
    address = _compile_address(terms, url, shape.encoding, path, column)
    put = compile_shape(terms, shape, path)
    if put is None:
        return lambda values: (address(values), "GET", (), None)
    return lambda values: put(address(values), values)


def _compile_address(
    terms: Terms, url: ScalarNode, encoding: str, path: str, column: str
) -> Callable[[Values], str]:
    write: Render = (
        (lambda values: values["each"].get(column))
        if column
        else compile_text(in_request(terms), url, path).render
    )

    def address(values: Values) -> str:
        written = write(values)
        found = None
        if written is not None:
            text = str(written).strip()
            found = resolve("", with_encoded_query(text, encoding) if encoding else text)
        if found is None or not host_of(found):
            raise UsageError(f'"{shown(mask(str(written)))}" is not an http(s) address')
        return found

    return address


def one_for_each_host(requests: Iterable[Request]) -> tuple[str, ...]:
    """One URL for every host that the requests may go to."""
    found: dict[str, str] = {}
    for request in requests:
        found.setdefault(lane_of(request.url), request.url)
        for text in request.otherwise:
            url = Request.from_json(text).url
            found.setdefault(lane_of(url), url)
    return tuple(found.values())
