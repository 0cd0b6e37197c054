"""What is read from a page whose address or text holds placeholders: a mask in records, marks in requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from scrapekit.model import Item, Outcome, Verdict
from scrapekit.page import Page
from scrapekit.request import Request
from scrapekit.web.late import marked, mask

_Result = TypeVar("_Result")


def minding_late(callback: Callable[[Page], _Result]) -> Callable[[Page], _Result]:
    """The callback, whose outcomes hold no placeholder but in requests."""

    def minding(page: Page) -> Any:
        found = callback(page)
        return without_late(found) if page.holds_late and isinstance(found, Outcome) else found

    return minding


def without_late(outcome: Outcome) -> Outcome:
    """The outcome as it may be kept.

    Records show ``•••``, as does what is handed to other pages. Requests for addresses made from
    the page's own say which values they need: they are filled when sent, or refused.
    """
    try:
        requests = [_request(request) for request in outcome.requests]
    except ValueError as error:
        return replace(outcome, verdict=Verdict.FAILED, items=(), requests=(), reason=str(error))
    return replace(
        outcome,
        items=[without_late_values(item) for item in outcome.items],
        requests=requests,
        reason=mask(outcome.reason),
        quarantined=[without_late_values(item) for item in outcome.quarantined],
    )


def _request(request: Request) -> Request:
    return marked(replace(request, carry=_masked(request.carry)) if request.carry else request)


def without_late_values(item: Item) -> Item:
    """The record as it may be kept."""
    origin = replace(item.origin, url=mask(item.origin.url))
    return replace(item, fields=_masked(item.fields), origin=origin, key=item.key and mask(item.key))


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return value
