"""The requests a crawl starts with, drawn lazily: a range of a million numbers is never a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from time import time
from typing import Any, TypeAlias

from scrapekit.errors import UsageError
from scrapekit.extract.draft import Terms
from scrapekit.extract.link_sources import as_carry
from scrapekit.extract.requests import Shape, compile_shape, with_encoded_query
from scrapekit.extract.texts import Render, compile_text, compile_tree
from scrapekit.model import NOTHING, Request
from scrapekit.recipe.model import Days, Each, Seed
from scrapekit.sources.days import draw_days
from scrapekit.web.url import host_of, lane_of, resolve

Drawn: TypeAlias = dict[str, object]
"""One value for each variable of a seed."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """One seed ready to be drawn."""

    draw: Callable[[float], Iterator[Request]]
    """Draws them for a job that began at that Unix time; for the same job always the same."""
    urls: tuple[str, ...]
    """One URL for every host that the requests go to."""


def compile_seed(
    terms: Terms, seed: Seed, inputs: Mapping[str, Any], begin: Callable[[Request], Request] | None
) -> Seeds | None:
    """The seed as requests; None, and problems, when it has none.

    All of them are drawn once where the host is made from variables: the scope must know it.
    """
    before = len(terms.problems)
    inside = replace(terms, names={**terms.names, "each": [each.name for each in seed.each]})
    url = compile_text(inside, seed.url, seed.path)
    shape = compile_shape(inside, seed.shape, seed.path)
    carry = seed.carry and compile_tree(inside, seed.carry, f"{seed.path}.carry")
    make = _maker(seed, url.render, shape, carry.render if carry else None, begin)

    def draw(began: float) -> Iterator[Request]:
        return (make({"inputs": inputs, "each": drawn}) for drawn in _combined(seed, began))

    if len(terms.problems) > before or seed.url.broken:
        return None
    first_tells_all = url.constant or _has_fixed_host(str(seed.url.value))
    try:
        return Seeds(draw, _one_for_each_host(islice(draw(time()), 1 if first_tells_all else None)))
    except (UsageError, ValueError) as error:
        # An address without placeholders was refused when the recipe was read.
        if not url.constant:
            hint = "the address is made here, so write it whole: https://..."
            terms.problems.add(seed.url.mark, seed.path, str(error), hint)
        return None


def _one_for_each_host(requests: Iterable[Request]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for request in requests:
        found.setdefault(lane_of(request.url), request.url)
    return tuple(found.values())


def _maker(
    seed: Seed,
    url: Render,
    shape: Shape | None,
    carry: Render | None,
    begin: Callable[[Request], Request] | None,
) -> Callable[[Mapping[str, Mapping[str, Any]]], Request]:
    encoding = seed.shape.encoding

    def make(environment: Mapping[str, Mapping[str, Any]]) -> Request:
        written = url(environment)
        address = resolve("", with_encoded_query(str(written), encoding)) if written is not None else None
        if address is None or not host_of(address):
            raise UsageError(f'"{written}" is not an http(s) address')
        request = Request(address, seed.page, carry=as_carry(carry(environment)) if carry else NOTHING)
        if shape is not None:
            address, method, headers, body = shape(address, environment)
            request = replace(request, url=address, method=method, headers=headers, body=body)
        return request if begin is None else begin(request)

    return make


def _has_fixed_host(url: str) -> bool:
    """True when the template begins with a whole ``https://host/``, so that nothing drawn changes it."""
    fixed = url.partition("{{")[0]
    scheme, mark, rest = fixed.partition("://")
    return bool(scheme and mark and set(rest) & set("/?#"))


def _combined(seed: Seed, began: float) -> Iterator[Drawn]:
    if seed.combine == "zip" and seed.each:
        names = [each.name for each in seed.each]
        rows = zip(*(_values(each, began) for each in seed.each), strict=True)
        return (dict(zip(names, row, strict=True)) for row in rows)
    return _product(seed.each, began)


def _product(each: Sequence[Each], began: float) -> Iterator[Drawn]:
    """Every combination, the last variable changing fastest; itertools.product would keep them all."""
    if not each:
        yield {}
        return
    for value in _values(each[0], began):
        for rest in _product(each[1:], began):
            yield {each[0].name: value, **rest}


def _values(each: Each, began: float) -> Iterator[object]:
    if isinstance(each.values, Days):
        return draw_days(each.values, began)
    return (_padded(value, each.pad) if each.pad else value for value in each.values)


def _padded(value: object, pad: int) -> object:
    return value if isinstance(value, dict) else str(value).zfill(pad)
