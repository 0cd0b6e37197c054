"""The following page of a page rule, and whether all of a sequence was seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeAlias

from scrapekit.errors import PageError
from scrapekit.extract.draft import Draft
from scrapekit.extract.paging.counts import by_cursor, by_offset, by_page
from scrapekit.extract.paging.links import by_address, by_header, by_link
from scrapekit.extract.paging.stops import Progress, State, Step, compile_claim, compile_stops
from scrapekit.extract.paging.windows import begin_window, by_window
from scrapekit.extract.reading import Reading, blame
from scrapekit.extract.requests.params import set_param
from scrapekit.recipe.model import Paginate
from scrapekit.recipe.model.pages import PagingKind
from scrapekit.request import FOLLOWING, NOTHING, Request

ROWS_MISSING = "rows missing of the total that the site claims: "
"""What begins the remark, counted by rows, that a sequence of pages was not seen whole."""

Follow: TypeAlias = Callable[[Reading, Progress], Request | None]
"""Gives the request for the following page; None when paging stops, the reason being noted."""


def compile_pagination(draft: Draft, paginate: Paginate, rule: str) -> Follow:
    """The paginator as a function. It keeps nothing: its state travels in `Request.paging`."""
    stops = compile_stops(draft, paginate)
    step = _STEPS[paginate.kind](draft, paginate)
    claimed = compile_claim(draft, paginate)
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
            if claimed is not None and found != "max_pages":
                _reconcile(reading, rule, claimed(reading, progress, state))
            return None
        following, known = found
        if claimed is not None:
            known = known | claimed(reading, progress, state)
        paging = _following_state(state, progress, known)
        return replace(following, paging=paging, via=(), otherwise=(), link=FOLLOWING)

    return follow


def _following_state(state: State, progress: Progress, known: Mapping[str, Any]) -> dict[str, Any]:
    """What the following page's request carries: the next number, what this page was like, what is known."""
    first = state.get("first", progress.signature)
    paging = {"n": state.get("n", 1) + 1, "sig": progress.signature, "first": first, **known}
    # What tells the first page apart from others at its address does so for all that follow.
    return paging | {"of": state["of"]} if "of" in state else paging


def _reconcile(reading: Reading, rule: str, claim: Mapping[str, Any]) -> None:
    """Count the rows that the site says there are and that did not come."""
    missing = (claim.get("total") or 0) - claim["rows"]
    if missing > 0:
        reading.note(f"{ROWS_MISSING}{rule}", missing)


def compile_begin(paginate: Paginate | None) -> Callable[[Request], Request] | None:
    """What the first request of a paginator needs that its recipe need not say; None when nothing.

    That is the page size, the first number in place of ``{param}`` in the path, or the first window.
    """
    if paginate is None:
        return None
    if paginate.window is not None:
        return begin_window(paginate)
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


_STEPS: Mapping[PagingKind, Callable[[Draft, Paginate], Step]] = {
    "next": by_link,
    "next_url": by_address,
    "link_header": by_header,
    "page": by_page,
    "offset": by_offset,
    "cursor": by_cursor,
    "window": by_window,
}
