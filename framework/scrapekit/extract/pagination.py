"""The following page of a page rule: by its link, a counted parameter, or a cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from scrapekit.errors import PageError
from scrapekit.extract.draft import Draft
from scrapekit.extract.link_sources import compile_link_reads
from scrapekit.extract.paging_stops import Progress, State, compile_count, compile_stops
from scrapekit.extract.params import get_param, set_param
from scrapekit.extract.reading import ReadField, Reading, blame
from scrapekit.extract.steps import compile_find
from scrapekit.extract.values import compile_value, read_nothing
from scrapekit.model import NOTHING, Request
from scrapekit.recipe.model import Paginate
from scrapekit.web.url import resolve

Follow: TypeAlias = Callable[[Reading, Progress], Request | None]
"""Gives the request for the following page; None when paging stops, the reason being noted."""

Step: TypeAlias = Callable[[Reading, Progress, State], tuple[Request, dict[str, Any]] | str]
"""The following request and what its state must know; or the reason why there is none."""


def compile_pagination(draft: Draft, paginate: Paginate, rule: str) -> Follow:
    """The paginator as a function. It keeps nothing: its state travels in `Request.paging`."""
    stops = compile_stops(draft, paginate)
    step = _STEPS[paginate.kind](draft, paginate)
    remark, part = f"paging {rule} stopped: ", f"parser {draft.parser_name}"

    def follow(reading: Reading, progress: Progress) -> Request | None:
        request = reading.page.request
        state = request.paging or NOTHING
        try:
            stop = next((reason for stop in stops if (reason := stop(reading, progress, state))), "")
            found = stop or step(reading, progress, state)
        except (PageError, ValueError) as error:
            raise blame(paginate.path, part, error) from error
        if isinstance(found, str):
            reading.note(remark + found)
            return None
        following, known = found
        first = state.get("first", progress.signature)
        paging = {"n": state.get("n", 1) + 1, "sig": progress.signature, "first": first, **known}
        return replace(following, paging=paging, via=(), otherwise=())

    return follow


def compile_begin(paginate: Paginate | None) -> Callable[[Request], Request] | None:
    """What the first request of a paginator needs that its recipe need not say; None when nothing.

    That is the page size, or the first number in place of ``{param}`` in the path.
    """
    if paginate is None:
        return None
    if paginate.into == "path" and paginate.param:
        return lambda request: _fill_path(request, paginate)
    if paginate.size_param and paginate.size is not None:
        return lambda request: set_param(request, paginate.into, paginate.size_param, paginate.size)
    return None


def _fill_path(request: Request, paginate: Paginate) -> Request:
    path = request.url.partition("?")[0]
    if f"%7B{paginate.param}%7D" not in path:
        return request
    filled = set_param(request, "path", paginate.param, paginate.first)
    # The place of the number is gone from the address, so the state remembers it.
    return replace(filled, paging={"n": 1, "url": request.url})


def _next(draft: Draft, paginate: Paginate) -> Step:
    link = _compile_link(draft, paginate)

    def step(reading: Reading, _: Progress, __: State) -> tuple[Request, dict[str, Any]] | str:
        reference = link(reading.document.root, reading)
        if not isinstance(reference, str) or not reference:
            return "no next link"
        url = resolve(reading.document.base, reference)
        if url is None:
            return "the next link is not http(s)"
        if url in (reading.page.url, reading.page.request.url):
            return "the next link is this page"
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


def _page(draft: Draft, paginate: Paginate) -> Step:
    last = compile_count(draft, paginate.last, f"{paginate.path}.last")

    def step(reading: Reading, _: Progress, state: State) -> tuple[Request, dict[str, Any]] | str:
        following = _current(reading, paginate, state) + paginate.step
        if last is not None and (bound := last(reading)) is not None and following > bound:
            return "last page"
        return _placed(reading.page.request, paginate, state, following), _kept(state, paginate, following)

    return step


def _offset(draft: Draft, paginate: Paginate) -> Step:
    total = compile_count(draft, paginate.total, f"{paginate.path}.total")

    def step(reading: Reading, progress: Progress, state: State) -> tuple[Request, dict[str, Any]] | str:
        # Without a size the page says by its rows how far it went.
        following = _current(reading, paginate, state) + (paginate.size or progress.rows)
        if total is not None and (bound := total(reading)) is not None and following >= bound:
            return "total reached"
        if not paginate.size and not progress.rows:
            return "empty page"
        return _placed(reading.page.request, paginate, state, following), _kept(state, paginate, following)

    return step


def _cursor(draft: Draft, paginate: Paginate) -> Step:
    selector, path = paginate.selector, paginate.path
    read = selector and compile_value(draft, selector, paginate.reads, path, all=False, nth=None)

    def step(reading: Reading, _: Progress, state: State) -> tuple[Request, dict[str, Any]] | str:
        cursor = read(reading.document.root, reading) if read else None
        if cursor is None or cursor is False:
            return "no cursor"
        if isinstance(cursor, list | dict):
            return "the cursor is not a single value"
        if cursor == state.get("cursor"):
            return "the same cursor again"
        known = {**_kept(state, paginate, cursor), "cursor": cursor}
        return _placed(reading.page.request, paginate, state, cursor), known

    return step


_STEPS: dict[str, Callable[[Draft, Paginate], Step]] = {
    "next": _next,
    "page": _page,
    "offset": _offset,
    "cursor": _cursor,
}


def _current(reading: Reading, paginate: Paginate, state: State) -> int:
    """The number of this page: as counted, or as the first address says, or the first there is."""
    if "at" in state:
        return int(state["at"])
    written = get_param(reading.page.request, paginate.into, paginate.param) or ""
    return int(written) if written.isascii() and written.isdigit() else paginate.first


def _placed(request: Request, paginate: Paginate, state: State, value: object) -> Request:
    if "url" in state:
        request = replace(request, url=state["url"])
    if paginate.size_param and paginate.size is not None and paginate.into != "path":
        request = set_param(request, paginate.into, paginate.size_param, paginate.size)
    return set_param(request, paginate.into, paginate.param, value)


def _kept(state: State, paginate: Paginate, value: object) -> dict[str, Any]:
    """What the state must go on knowing; ``key`` tells apart requests that differ in a header alone."""
    known: dict[str, Any] = {} if paginate.kind == "cursor" else {"at": value}
    if "url" in state:
        known["url"] = state["url"]
    if paginate.into == "header":
        known["key"] = str(value)
    return known
