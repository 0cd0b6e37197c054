"""The following page where a parameter of the request is counted on: a page, an offset, a cursor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.values import compile_value
from scrapekit.extract.paging.stops import Progress, State, Step, Stepped, compile_count
from scrapekit.extract.reading import Reading
from scrapekit.extract.requests.params import get_param, set_param
from scrapekit.recipe.model import Paginate
from scrapekit.request import Request


def by_page(draft: Draft, paginate: Paginate) -> Step:
    """The number of the page."""
    last = compile_count(draft, paginate.last, f"{paginate.path}.last")

    def step(reading: Reading, _: Progress, state: State) -> Stepped:
        following = _current(reading, paginate, state) + paginate.step
        if last is not None and (bound := last(reading)) is not None and following > bound:
            return "last page"
        return _placed(reading.page.request, paginate, state, following), _kept(state, paginate, following)

    return step


def by_offset(draft: Draft, paginate: Paginate) -> Step:
    """How many rows are passed over."""
    total = compile_count(draft, paginate.total, f"{paginate.path}.total")

    def step(reading: Reading, progress: Progress, state: State) -> Stepped:
        # Without a size the page says by its rows how far it went.
        following = _current(reading, paginate, state) + (paginate.size or progress.rows)
        if total is not None and (bound := total(reading)) is not None and following >= bound:
            return "total reached"
        if not paginate.size and not progress.rows:
            return "empty page"
        return _placed(reading.page.request, paginate, state, following), _kept(state, paginate, following)

    return step


def by_cursor(draft: Draft, paginate: Paginate) -> Step:
    """A value of the page that means nothing to us."""
    selector, path = paginate.selector, paginate.path
    read = selector and compile_value(draft, selector, paginate.reads, path, all=False, nth=None)

    def step(reading: Reading, _: Progress, state: State) -> Stepped:
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
