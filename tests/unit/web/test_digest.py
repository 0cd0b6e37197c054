"""Digest authentication, against the examples of RFC 7616 and what servers send in earnest."""

from __future__ import annotations

import time

import pytest

from scrapekit.web.digest import Challenge, answer, next_nonce, read_challenge, read_challenges

NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
OPAQUE = "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_answer_is_that_of_the_rfc(algorithm: str, response: str):
    challenge = Challenge("http-auth@example.org", NONCE, OPAQUE, algorithm)

    text = answer(challenge, "Mufasa", "Circle of Life", "GET", "/dir/index.html", 1, CNONCE)

    assert text == (
        'Digest username="Mufasa", realm="http-auth@example.org", '
        f'nonce="{NONCE}", uri="/dir/index.html", response="{response}", opaque="{OPAQUE}", '
        f'cnonce="{CNONCE}", algorithm={algorithm}, qop=auth, nc=00000001'
    )


def test_uses_of_a_nonce_are_counted_in_eight_digits():
    text = answer(Challenge("r", "n"), "u", "p", "GET", "/", 27)

    assert "nc=0000001b" in text


def test_a_server_of_the_older_rfc_gets_no_count():
    # RFC 2069 2.4, with the corrected response of its erratum 749.
    challenge = Challenge("testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", has_qop=False)

    text = answer(challenge, "Mufasa", "CircleOfLife", "GET", "/dir/index.html", 1)

    assert 'response="1949323746fe6a43ef61f9606e7febea"' in text
    assert "qop" not in text
    assert "nc=" not in text


def test_a_user_outside_ascii_is_named_in_the_extended_notation():
    assert "username*=UTF-8''J%C3%A4s" in answer(Challenge("r", "n"), "Jäs", "p", "GET", "/", 1)


def test_a_user_is_hidden_where_the_server_asks_for_it():
    text = answer(Challenge("r", "n", hides_user=True), "Mufasa", "p", "GET", "/", 1)

    assert "Mufasa" not in text
    assert "userhash=true" in text


def test_quotes_in_what_a_server_says_break_out_of_nothing():
    assert 'realm="a\\"b\\\\c d"' in answer(Challenge('a"b\\c\nd', "n"), "u", "p", "GET", "/", 1)


def test_the_first_challenge_that_can_be_answered_is_taken():
    header = (
        'Negotiate, Basic realm="x, y", Digest realm="r", nonce="1", algorithm=SHA-512-256, qop="auth", '
        'Digest realm="r", nonce="2", algorithm=SHA-256, qop="auth,auth-int", stale=TRUE, opaque="o", '
        'Digest realm="r", nonce="3", qop="auth"'
    )

    assert read_challenge(header) == Challenge("r", "2", "o", "SHA-256", True, stale=True)


@pytest.mark.parametrize(
    "header",
    [
        "",
        'Basic realm="r"',
        'Digest realm="r", qop="auth"',
        'Digest realm="r", nonce="n", qop="auth-int"',
        'Digest realm="r", nonce="n", algorithm=SHA-3, qop="auth"',
    ],
)
def test_a_challenge_that_cannot_be_answered_is_none(header: str):
    assert read_challenge(header) is None


def test_spaces_and_escapes_in_a_challenge_are_read_as_they_are_meant():
    assert list(read_challenges('Digest realm = "a\\"b" ,nonce=n')) == [
        ("digest", {"realm": 'a"b', "nonce": "n"})
    ]


@pytest.mark.parametrize("header", [" " * 100_000, ", " * 50_000, 'a="' + "\\" * 100_000, "a " * 50_000])
def test_a_hostile_challenge_is_read_at_once(header: str):
    before = time.process_time()

    list(read_challenges(header))

    assert time.process_time() - before < 5


def test_a_server_may_name_the_next_nonce():
    challenge = Challenge("r", "1")

    assert next_nonce(challenge, 'qop=auth, nextnonce="2", nc=00000001').nonce == "2"
    assert next_nonce(challenge, "qop=auth") is challenge
