"""Pages that are stretches of time or of numbers: from here to there, and the next one after it.

The bounds are settled when the first request is made and travel with it, so that a job that goes on
tomorrow goes on with the same windows. A window may be empty: only the last one is the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from time import time
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from scrapekit.extract.draft import Draft
from scrapekit.extract.paging.stops import Progress, State, Step, Stepped
from scrapekit.extract.reading import Reading
from scrapekit.extract.requests.params import set_param
from scrapekit.recipe.model import Days, Paginate, Span, Window
from scrapekit.request import Request
from scrapekit.sources.days import resolved, shifted, write_day

_Bound: TypeAlias = date | int
_Ends: TypeAlias = tuple[_Bound, _Bound, _Bound]
"""A window's first and last day or number, and the first of the window after it."""


def by_window(draft: Draft, paginate: Paginate) -> Step:
    """The window after this one, until the last."""
    window = paginate.window
    assert window is not None

    def step(reading: Reading, _: Progress, state: State) -> Stepped:
        if "from" not in state:
            return "the page is not the first of its windows"
        first, last = _read(window, state["from"]), _read(window, state["to"])
        number = int(state.get("w", 0)) + 1
        ends = _ends(window, first, last, number)
        if ends is None:
            return "last window"
        request = _placed(reading.page.request, paginate, window, ends)
        # An empty window is equal to the next empty one: that is no page that came again.
        known = {"w": number, "from": state["from"], "to": state["to"], "sig": None, "first": None}
        # Requests that differ in a header alone are told apart by their key.
        return request, known | {"key": str(number)} if paginate.into == "header" else known

    return step


def begin_window(paginate: Paginate) -> Callable[[Request], Request]:
    """Makes a request the first of its windows."""
    window = paginate.window
    assert window is not None

    def begin(request: Request) -> Request:
        first, last = _bounds(window, time())
        ends = _ends(window, first, last, 0) or (first, last, first)
        placed = _placed(request, paginate, window, ends)
        return replace(placed, paging={"n": 1, "w": 0, "from": _noted(first), "to": _noted(last)})

    return begin


def _bounds(window: Window, began: float) -> tuple[_Bound, _Bound]:
    if not isinstance(window.over, Days):
        return window.over.start, window.over.stop - 1
    today = datetime.fromtimestamp(began, ZoneInfo(window.over.zone)).date()
    return resolved(window.over.first, today), resolved(window.over.last, today)


def _ends(window: Window, first: _Bound, last: _Bound, number: int) -> _Ends | None:
    """The ends of a window by its number; None when it begins after the last."""
    if isinstance(first, date) and isinstance(last, date) and isinstance(window.over, Days):
        step = window.over.step or Span(1)
        start = shifted(first, Span(step.count * number, step.unit))
        following = shifted(first, Span(step.count * (number + 1), step.unit))
        return None if start > last else (start, min(following - timedelta(days=1), last), following)
    assert isinstance(first, int)
    assert isinstance(last, int)
    assert isinstance(window.over, range)
    begin = first + window.over.step * number
    after = begin + window.over.step
    return None if begin > last else (begin, min(after - 1, last), after)


def _placed(request: Request, paginate: Paginate, window: Window, ends: _Ends) -> Request:
    for name, end in window.params:
        value = ends[("from", "to", "next").index(end)]
        request = set_param(request, paginate.into, name, _shown(window, value))
    return request


def _shown(window: Window, value: _Bound) -> object:
    return (
        write_day(value, window.over) if isinstance(value, date) and isinstance(window.over, Days) else value
    )


def _noted(value: _Bound) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read(window: Window, noted: Any) -> _Bound:
    return date.fromisoformat(noted) if isinstance(window.over, Days) else int(noted)
