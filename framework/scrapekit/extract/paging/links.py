"""The following page where the page or the answer names its address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.steps import compile_find
from scrapekit.extract.fields.values import compile_value, read_nothing
from scrapekit.extract.links.sources import compile_link_reads
from scrapekit.extract.paging.stops import Progress, State, Step, Stepped
from scrapekit.extract.reading import ReadField, Reading
from scrapekit.recipe.model import Paginate
from scrapekit.web.link_header import linked
from scrapekit.web.url import resolve


def by_link(draft: Draft, paginate: Paginate) -> Step:
    """A link of the page, read as links are."""
    link = _compile_link(draft, paginate)
    return _to(lambda reading: link(reading.document.root, reading), "no next link", "the next link")


def by_address(draft: Draft, paginate: Paginate) -> Step:
    """An address that the page holds as a value."""
    selector, path = paginate.selector, paginate.path
    value = selector and compile_value(draft, selector, paginate.reads, path, all=False, nth=None)
    read = value or read_nothing
    return _to(lambda reading: read(reading.document.root, reading), "no next url", "the next url")


def by_header(draft: Draft, paginate: Paginate) -> Step:
    """A link of the answer's Link header (RFC 8288)."""
    relation = paginate.param
    said = f"no {relation} link in the header"
    return _to(lambda reading: linked(reading.page.headers.get("link", ""), relation), said, "the link")


def _to(read: Callable[[Reading], Any], missing: str, what: str) -> Step:
    def step(reading: Reading, _: Progress, __: State) -> Stepped:
        reference = read(reading)
        if not isinstance(reference, str) or not reference.strip():
            return missing
        url = resolve(reading.document.base, reference)
        if url is None:
            return f"{what} is not http(s)"
        if url in (reading.page.url, reading.page.request.url):
            return f"{what} is this page"
        return replace(reading.page.request, url=url), {}

    return step


def _compile_link(draft: Draft, paginate: Paginate) -> ReadField:
    selector = paginate.selector
    if selector is None:
        return read_nothing
    found = compile_find(draft, selector, paginate.path, first=True)
    read = None if found is None else compile_link_reads(found, paginate.reads, paginate.path)
    if found is None or read is None:
        return read_nothing
    find = found.find

    def link(scope: Any, reading: Reading) -> Any:
        nodes = find(scope, reading)
        return read(nodes[0]) if nodes else None

    return link
