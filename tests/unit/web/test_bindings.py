"""Which secret goes where, and what is made of an answer that repeats one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scrapekit.errors import FetchError
from scrapekit.page import Page
from scrapekit.recipe.model import Auth, Bound, Http, Secret
from scrapekit.request import Request
from scrapekit.web.bindings import Bindings
from scrapekit.web.filling import Filling
from scrapekit.web.late import marked, mask, placeholder
from scrapekit.web.senders import Senders

BOUND = {
    "token": Bound("s3cret/value"),
    "key": Bound("k3y-of-the-api", ("https://api.test",)),
    "pin": Bound("1234"),
    "none": Bound(None),
}
BINDINGS = Bindings(BOUND, ["https://shop.test/all", "http://old.test:8080/"], ["dXNlcjpwYXNz"])
FILLING = Filling(BINDINGS)
TOKEN = placeholder("inputs", "token")
KEY = placeholder("inputs", "key")


def answer(request: Request, body: bytes = b"", **headers: str) -> Page:
    return Page(request, request.url, 200, headers, body)


@pytest.mark.parametrize(
    ("name", "origin", "allowed"),
    [
        ("token", "https://shop.test", True),
        ("token", "http://old.test:8080", True),
        ("token", "http://shop.test", False),
        ("token", "https://shop.test:8443", False),
        ("token", "https://www.shop.test", False),
        ("token", "https://api.test", False),
        ("token", "", False),
        ("key", "https://api.test", True),
        ("key", "https://shop.test", False),
    ],
)
def test_a_secret_goes_to_the_seeds_unless_it_is_bound_elsewhere(name: str, origin: str, allowed: bool):
    assert BINDINGS.allows(name, origin) is allowed


def test_what_may_go_over_http_may_go_over_https_too():
    bindings = Bindings(BOUND, ["http://shop.test/"])

    assert bindings.allows("token", "https://shop.test") is True
    assert Bindings(BOUND, ["http://shop.test:81/"]).allows("token", "https://shop.test:81") is False


def test_a_request_to_its_own_site_is_filled():
    request = marked(Request(f"https://shop.test/?t={TOKEN}", headers=(("X", TOKEN),)))

    sent = FILLING.filled(request)

    assert sent.url == "https://shop.test/?t=s3cret%2Fvalue"
    assert sent.headers == (("X", "s3cret/value"),)


def test_a_request_to_another_site_is_refused_and_says_why():
    request = marked(Request(f"https://evil.test/?t={KEY}"))

    with pytest.raises(FetchError) as caught:
        FILLING.filled(request)

    assert str(caught.value) == (
        "the value of inputs.key is bound to https://api.test and is not sent to https://evil.test"
    )
    assert caught.value.verdict == "refused"


def test_a_redirect_takes_no_value_to_another_site():
    with pytest.raises(FetchError) as caught:
        FILLING.check_redirect(marked(Request(f"https://evil.test/?t={TOKEN}")))

    assert str(caught.value) == (
        "the value of inputs.token is bound to http://old.test:8080 and https://shop.test and does not "
        "follow a redirect to https://evil.test"
    )


def test_a_page_knows_its_address_without_the_value():
    request = marked(Request(f"https://shop.test/{TOKEN}/a"))
    page = answer(FILLING.filled(request))

    emptied = FILLING.emptied(page, request)

    assert emptied.request is request
    assert mask(emptied.url) == "https://shop.test/•••/a"
    assert emptied.holds_late is True


@pytest.mark.parametrize("spelling", ["s3cret/value", "s3cret%2Fvalue"])
def test_an_answer_that_repeats_a_secret_is_read_without_it(spelling: str):
    request = Request("https://shop.test/")

    page = FILLING.emptied(answer(request, f"<{spelling}>".encode(), location=f"/x?t={spelling}"), request)

    assert page.body == f"<{TOKEN}>".encode()
    assert page.headers == {"location": f"/x?t={TOKEN}"}
    assert page.holds_late is True


def test_a_credential_made_of_secrets_is_read_as_a_mask():
    request = Request("https://shop.test/")

    assert FILLING.emptied(answer(request, b"dXNlcjpwYXNz"), request).body == "•••".encode()


def test_a_short_secret_is_not_looked_for_in_pages():
    request = Request("https://shop.test/")
    page = FILLING.emptied(answer(request, b"price: 1234"), request)

    assert page.body == b"price: 1234"
    assert page.holds_late is False


def test_a_secret_of_one_site_is_not_looked_for_on_another():
    request = Request("https://other.test/")

    assert FILLING.emptied(answer(request, b"k3y-of-the-api"), request).body == b"k3y-of-the-api"


def test_an_error_that_repeats_a_secret_is_told_without_it():
    error = FILLING.hushed(FetchError("cannot reach /s3cret/value"), Request("https://shop.test/"))

    assert mask(str(error)) == "cannot reach /•••"


def headers_of(http: Http, origin: str) -> dict[str, str]:
    return dict(Senders(http, ["https://shop.test/"], "x", BINDINGS).site(origin).headers)


def test_a_header_made_of_a_secret_goes_where_the_secret_may_go():
    http = Http(headers={"X-Key": Secret("k3y", ("key",)), "X-Token": Secret("t", ("token",))})

    assert headers_of(http, "https://api.test") == {"X-Key": "k3y"}
    assert headers_of(http, "https://shop.test") == {"X-Token": "t"}
    assert headers_of(http, "https://evil.test") == {}


def test_a_header_made_of_two_secrets_goes_where_both_may_go():
    http = Http(headers={"X-Both": Secret("both", ("key", "token"))})

    assert headers_of(http, "https://api.test") == headers_of(http, "https://shop.test") == {}


@pytest.mark.parametrize(
    ("auth", "headers", "query"),
    [
        (Auth("bearer", token="abc"), {"Authorization": "Bearer abc"}, ""),
        (Auth("bearer", token=""), {}, ""),
        (Auth("basic", user="ü", password="p:w"), {"Authorization": "Basic w7w6cDp3"}, ""),
        (Auth("api_key", token="k", name="x-api-key"), {"X-Api-Key": "k"}, ""),
        (Auth("api_key", token="k", name="id", place="cookie"), {"Cookie": "id=k"}, ""),
        (Auth("api_key", token="a b&c", name="k", place="query"), {}, "k=a%20b%26c"),
    ],
)
def test_what_lets_us_in_goes_to_the_seeds_only(auth: Auth, headers: dict[str, str], query: str):
    senders = Senders(Http(auth=auth), ["https://shop.test/"], "x", BINDINGS)
    site, other = senders.site("https://shop.test"), senders.site("https://evil.test")

    assert (site.headers, site.query) == (headers, query)
    assert (other.headers, other.query) == ({}, "")


def test_what_lets_us_in_goes_where_its_secret_is_bound():
    auth = Auth("bearer", token=Secret("k3y", ("key",)))
    senders = Senders(Http(auth=auth), ["https://shop.test/"], "x", BINDINGS)

    assert senders.site("https://api.test").headers == {"Authorization": "Bearer k3y"}
    assert senders.site("https://shop.test").headers == {}
    assert replace(auth, user=Secret("u", ("token", "key"))).secrets == ("key", "token")


@pytest.mark.parametrize(("agent", "said"), [("", "scrapekit/1"), ("me/2", "me/2")])
def test_the_user_agent_says_where_its_owner_is_reached(agent, said):
    http = Http(user_agent=agent, contact="https://shop.example/bot")

    senders = Senders(http, [], "scrapekit/1", BINDINGS)

    assert senders.everyones["User-Agent"] == f"{said} (+https://shop.example/bot)"
