"""What a request is known by among kept answers, and what of an answer is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.page import Page
from scrapekit.recipe.model import Http, Secret
from scrapekit.request import Request
from scrapekit.web.late import marked, placeholder
from scrapekit.web.perform import Performer
from scrapekit.web.replay import Answer, Replayed, answer_of, hop_of, key_of, page_of, terms_of
from scrapekit.web.replaying import MISSING, ROBOTS_FOR, NoNetwork, ReplayPerformer, ReplayTerms
from scrapekit.web.robots import ALLOW_ALL

URL = "https://a.test/x?b=1"
PLAIN = Request(URL, "page")
LATE = marked(Request(f"https://a.test/{placeholder('inputs', 'token')}", "page"))
TERMS = terms_of(Http())


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, url="https://A.test:443/x?b=1#top"),
        replace(PLAIN, depth=4, priority=2, carry={"a": 1}, via=("https://a.test/",)),
        replace(PLAIN, validators=('"a"', "")),
    ],
)
def test_requests_that_a_server_cannot_tell_apart_are_one(other):
    assert key_of(other, TERMS) == key_of(PLAIN, TERMS)


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, url="https://a.test/x?b=2"),
        replace(PLAIN, method="POST"),
        replace(PLAIN, body=b"q"),
        replace(PLAIN, headers=(("Accept", "text/html"),)),
        # What stands in one part must not pass for another.
        replace(PLAIN, headers=(("Accept", ""),), body=b"accept:"),
    ],
)
def test_requests_that_differ_on_the_wire_are_two(other):
    assert key_of(other, TERMS) != key_of(PLAIN, TERMS)


@pytest.mark.parametrize(
    ("http", "same"),
    [
        (Http(headers={"Accept-Language": "de"}), False),
        (Http(user_agent="other"), False),
        (Http(keep_cookies=True), False),
        (Http(retries=9, timeout=1, proxy=("http://p.test",)), True),
    ],
)
def test_what_a_recipe_always_sends_tells_answers_apart_and_its_patience_does_not(http, same):
    assert (key_of(PLAIN, terms_of(http)) == key_of(PLAIN, TERMS)) is same


def test_who_is_logged_in_or_lent_cookies_is_not_given_what_others_were_told():
    assert len({terms_of(Http()), terms_of(Http(), logged_in=True), terms_of(Http(), lent_cookies=True)}) == 3


def test_a_secret_counts_by_its_name():
    one, two = (terms_of(Http(headers={"X-Key": Secret(value, ("token",))})) for value in ("a", "b"))

    assert one == two != TERMS


def test_a_placeholder_counts_the_same_in_each_process():
    stored = replace(LATE, url=LATE.url.replace(LATE.seal, "0123456789abcdef"), seal="0123456789abcdef")

    assert key_of(stored, TERMS) == key_of(LATE, TERMS)


def test_what_an_answer_says_of_cookies_is_not_kept():
    page = Page(PLAIN, URL, 200, {"set-cookie": "sid=1", "etag": '"a"'}, b"x")

    assert answer_of(page, 5.0) == Answer(200, {"etag": '"a"'}, b"x", "", 5.0)


def test_placeholders_in_an_answer_become_those_of_this_process():
    old = "zlate0123456789abcdefx61z"
    answer = Answer(200, {"x-echo": old}, old.encode(), "0123456789abcdef")

    page = page_of(PLAIN, answer)

    new = old.replace("0123456789abcdef", LATE.seal)
    assert (page.headers["x-echo"], page.body, page.holds_late) == (new, new.encode(), True)


@pytest.mark.parametrize(
    ("request_", "target"),
    [
        (PLAIN, replace(PLAIN, url="https://a.test/y", via=(URL,))),
        (
            replace(PLAIN, method="POST", body=b"q"),
            replace(PLAIN, url="https://a.test/y", via=(URL,)),
        ),
        (
            replace(PLAIN, method="POST", body=b"q"),
            replace(PLAIN, url="https://a.test/y", method="POST", body=b"q", via=(URL,)),
        ),
    ],
)
def test_a_redirect_that_was_kept_leads_where_it_led(request_, target):
    performer = Performer(NoNetwork(), agent="scrapekit", redirects=5)

    found = performer.replayed(request_, page_of(request_, hop_of(request_, target, 0.0)))

    assert found == target


class Shelf:
    """Kept answers in memory."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = {key_of(PLAIN, TERMS): answer for answer in answers.values()}
        self.kept: list[Answer] = []

    async def find(self, key):
        return self.answers.get(key)

    def keep(self, key, answer, hidden):
        self.kept.append(answer)


class Outer:
    """Always brings a page, or "not modified" to those who know its ETag "a"."""

    session = None

    def __init__(self):
        self.asked = []

    async def perform(self, request):
        self.asked.append(request.validators)
        status = 304 if request.validators == ('"a"', "") else 200
        return Page(request, request.url, status, {}, b"new" if status == 200 else b"", 0.5)


def performer(shelf: Shelf, now: float = 0.0, outer: Outer | None = None, **terms) -> ReplayPerformer:
    inner = Performer(NoNetwork(), agent="scrapekit", redirects=5)
    return ReplayPerformer(shelf, ReplayTerms(TERMS, **terms), inner, outer or Outer(), lambda: now)


async def body(found) -> bytes:
    return found.answer.body if isinstance(found, Replayed) else found.body


@pytest.mark.parametrize(
    ("ttl", "now", "offline", "found"),
    [
        (None, 1e9, False, b"old"),
        (60.0, 59.0, False, b"old"),
        (60.0, 60.0, False, b"new"),
        # The clock was set back: nobody knows how old it is.
        (60.0, -1.0, False, b"new"),
        (60.0, 1e9, True, b"old"),
    ],
)
async def test_an_answer_is_given_again_until_it_is_too_old(ttl, now, offline, found):
    shelf = Shelf(old=Answer(200, {}, b"old"))

    assert await body(await performer(shelf, now, ttl=ttl, offline=offline).perform(PLAIN)) == found


async def test_an_old_answer_that_still_holds_is_given_again_and_kept_anew():
    shelf, counted = Shelf(old=Answer(200, {"etag": '"a"'}, b"old")), []
    around = performer(shelf, now=60.0, ttl=60.0)
    around.count = counted.append

    # What an earlier job knows of the page says nothing of the answer that is kept.
    request = replace(PLAIN, validators=('"b"', ""))
    page = await around.perform(request)
    around.accepted(page)

    assert (page.status, page.body, page.elapsed, page.request) == (200, b"old", 0.5, request)
    assert counted == ["misses", "unchanged"]
    assert shelf.kept == [Answer(200, {"etag": '"a"'}, b"old", "", 60.0)]


@pytest.mark.parametrize(
    ("kept", "request_", "terms", "asked"),
    [
        (Answer(200, {"etag": '"a"'}, b"old"), PLAIN, {}, ('"a"', "")),
        (Answer(200, {"etag": '"a"'}, b"old"), PLAIN, {"conditional": False}, None),
        # RFC 9110 13.1.2: it would ask the server not to do it at all.
        (Answer(200, {"etag": '"a"'}, b"old"), replace(PLAIN, method="POST"), {}, None),
        (Answer(200, {}, b"old"), PLAIN, {}, None),
        (Answer(307, {"etag": '"a"', "location": "https://a.test/y"}, b""), PLAIN, {}, None),
        # Its status is no page's.
        (Answer(404, {"etag": '"a"'}, b"old"), PLAIN, {}, None),
    ],
)
async def test_whether_an_answer_still_holds_is_asked_where_that_can_be_said(kept, request_, terms, asked):
    shelf, outer = Shelf(), Outer()
    shelf.answers[key_of(request_, TERMS)] = kept

    await performer(shelf, now=60.0, outer=outer, ttl=60.0, **terms).perform(request_)

    assert outer.asked == [asked]


async def test_robots_txt_is_read_again_after_a_day_unless_nobody_is_asked():
    request = Request("https://a.test/robots.txt", "robots.txt")
    shelf = Shelf()
    shelf.answers[key_of(request, TERMS)] = Answer(200, {}, b"User-agent: *\nDisallow: /")

    async def allows(now: float, **terms) -> bool:
        found = await performer(shelf, now, **terms).perform(request)
        return (found.answer if isinstance(found, Replayed) else found).allows("https://a.test/x")

    assert not await allows(ROBOTS_FOR - 1)
    assert await allows(ROBOTS_FOR)  # NoNetwork: there is none
    assert not await allows(ROBOTS_FOR, offline=True)


async def test_without_a_network_a_page_is_missing_and_robots_txt_forbids_nothing():
    inner = Performer(NoNetwork(), agent="scrapekit", redirects=5)

    error = await inner.page(PLAIN)
    assert isinstance(error, FetchError)
    assert (str(error), error.verdict, error.retry) == (MISSING, Verdict.FAILED, False)
    assert await inner.robots(Request("https://a.test/robots.txt", "robots.txt")) is ALLOW_ALL


async def test_a_page_is_kept_once_it_was_read():
    shelf = Shelf()
    around = performer(shelf)

    page = await around.perform(PLAIN)
    assert shelf.kept == []

    around.accepted(page)
    assert [answer.body for answer in shelf.kept] == [b"new"]


async def test_a_304_is_not_kept():
    shelf = Shelf()

    performer(shelf).accepted(Page(PLAIN, URL, 304, {}, b""))

    assert shelf.kept == []
