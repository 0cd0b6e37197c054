"""Pages and the jobs after this one: which validators count, and what becomes of a 304."""

from __future__ import annotations

import pytest

from scrapekit.crawl.revisits import Revisits
from scrapekit.errors import FetchError
from scrapekit.model import Outcome, Verdict
from scrapekit.page import Page
from scrapekit.request import Request
from scrapekit.web.validators import validators_of

URL = "https://a.test/"
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


def page(status: int = 200, request: Request | None = None, **headers: str) -> Page:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(request or Request(URL), URL, status, named, b"")


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"etag": '"abc"', "last_modified": DATE}, ('"abc"', DATE)),
        ({"etag": 'W/"abc"'}, ('W/"abc"', "")),
        ({"etag": "abc"}, ("", "")),
        ({"etag": '"a", "b"'}, ("", "")),
        ({"etag": '"é"'}, ("", "")),
        ({"last_modified": "yesterday"}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_only_what_can_be_sent_back_as_it_came_is_a_validator(headers, found):
    assert validators_of(page(**headers)) == found


def test_only_a_whole_page_has_validators():
    assert validators_of(page(203, etag='"a"')) is None


async def answer(request: Request, status: int, known: Outcome | None) -> object:
    async def perform(request: Request) -> Page:
        return page(status, request)

    async def recall(request: Request) -> Outcome | None:
        return known

    return await Revisits(perform, recall).perform(request)


async def test_a_page_that_did_not_change_is_what_it_was():
    request = Request(URL, validators=('"a"', ""))
    known = Outcome(request, Verdict.NOT_MODIFIED)

    assert await answer(request, 304, known) is known


async def test_a_304_that_nobody_asked_for_is_a_page_like_any_other():
    assert isinstance(await answer(Request(URL), 304, None), Page)


async def test_a_page_that_changed_is_read():
    assert isinstance(await answer(Request(URL, validators=('"a"', "")), 200, None), Page)


async def test_what_is_not_remembered_any_more_is_a_failure():
    error = await answer(Request(URL, validators=('"a"', "")), 304, None)

    assert isinstance(error, FetchError)
    assert str(error) == "not modified, but the history that says what it gave is gone"
