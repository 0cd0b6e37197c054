"""OAuth 2 client credentials: what is asked, what an answer means."""

from __future__ import annotations

import json
import math
from urllib.parse import parse_qs

import pytest

from scrapekit.errors import FetchError
from scrapekit.page import Page
from scrapekit.recipe.model import Auth, Secret
from scrapekit.request import Request
from scrapekit.web.oauth import Token, Tokens, read_token, token_request

AUTH = Auth(
    "oauth2",
    user="cli ent",
    password=Secret("s:/cret", ("s",)),
    token_url="https://id.test/token",
    scope="read write",
    parameters={"audience": "https://api.test"},
)


def answered(data: object, status: int = 200) -> Page:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return Page(Request("https://id.test/token"), "https://id.test/token", status, {}, body)


def test_the_client_lets_itself_in_with_a_basic_credential():
    request = token_request(AUTH)

    # RFC 6749 2.3.1: form-encoded first, so "cli+ent:s%3A%2Fcret".
    assert dict(request.headers)["Authorization"] == "Basic Y2xpK2VudDpzJTNBJTJGY3JldA=="
    assert parse_qs((request.body or b"").decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["read write"],
        "audience": ["https://api.test"],
    }


def test_the_client_may_let_itself_in_with_the_body():
    request = token_request(
        Auth("oauth2", user="id", password="pw", token_url="https://id.test/", send="body")
    )

    assert "Authorization" not in dict(request.headers)
    assert parse_qs((request.body or b"").decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["id"],
        "client_secret": ["pw"],
    }


@pytest.mark.parametrize(
    ("lasts", "until"),
    [
        (3600, 1000 + 3570),
        ("3600", 1000 + 3570),
        (100, 1090),
        (0, 1000),
        (None, math.inf),
        ("soon", math.inf),
    ],
)
def test_a_token_is_renewed_a_little_before_it_ends(lasts: object, until: float):
    data = {"access_token": "abc", "token_type": "bearer", "expires_in": lasts}

    assert read_token(answered(data), 1000) == Token("abc", until)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            answered({"error": "invalid_client", "error_description": "no\nsuch client"}, 401),
            "no token was given: invalid_client (no\\nsuch client); check client_id and client_secret",
        ),
        (answered({"error": "invalid_scope"}, 400), "no token was given: invalid_scope"),
        (answered(b"<html>", 404), "no token was given: HTTP 404"),
        (answered({"token": "x"}), "no token was given: no access_token in its answer"),
        (answered([1]), "no token was given: no access_token in its answer"),
        (
            answered({"access_token": "a\r\nX: y"}),
            "the token's address gave a token that no header can hold",
        ),
        (
            answered({"access_token": "a", "token_type": "mac"}),
            'the token\'s address gave a token of type "mac", not Bearer',
        ),
    ],
)
def test_an_answer_without_a_token_says_why_and_is_not_asked_for_again(page: Page, words: str):
    with pytest.raises(FetchError) as caught:
        read_token(page, 0)

    assert (str(caught.value), caught.value.retry, caught.value.verdict) == (words, False, "blocked")


def test_a_server_in_trouble_is_asked_again():
    with pytest.raises(FetchError) as caught:
        read_token(answered(b"", 503), 0)

    assert caught.value.retry is True


def test_a_token_is_current_until_its_time_has_come():
    now = [0.0]
    tokens = Tokens(AUTH, lambda: now[0])
    token = tokens.take(answered({"access_token": "a", "expires_in": 100}))

    assert tokens.current is token
    now[0] = 90.0
    assert tokens.current is None


def test_only_a_token_that_worked_before_is_replaced_when_it_is_refused():
    tokens = Tokens(AUTH, lambda: 0.0)
    token = tokens.take(answered({"access_token": "a"}))

    assert tokens.refused(token) is False
    tokens.worked(token)
    assert tokens.refused(token) is True
    assert tokens.current is None
    assert tokens.refused(token) is True


def test_a_client_that_was_refused_for_good_is_not_asked_about_again():
    tokens = Tokens(AUTH, lambda: 0.0)
    with pytest.raises(FetchError):
        tokens.take(answered({"error": "invalid_client"}, 400))

    with pytest.raises(FetchError, match="invalid_client"):
        tokens.check()
