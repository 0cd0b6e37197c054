"""Late values: placeholders in stored requests, values on the wire, and nothing from a page between."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from urllib.parse import parse_qs, quote_plus, urlencode

import pytest

from scrapekit.crawl.entries import identity
from scrapekit.errors import FetchError
from scrapekit.request import Request
from scrapekit.web.late import fill, marked, mask, placeholder
from scrapekit.web.url import canonical, resolve

SECRET = 'a/b&c=d+e f%20"\\ü\n'
TOKEN = placeholder("inputs", "token")
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
JSON = (("Content-Type", "application/json; charset=utf-8"),)


def value_of(root: str, name: str) -> str:
    return {"inputs.token": SECRET, "inputs.plain": "abc", "vars.jeton_é": "tok"}[f"{root}.{name}"]


def test_a_placeholder_passes_unchanged_through_every_way_of_writing_it():
    assert resolve("https://a.test/x", f"/y/{TOKEN}?q={TOKEN}") == f"https://a.test/y/{TOKEN}?q={TOKEN}"
    assert canonical(f"https://a.test/{TOKEN}?q={TOKEN}") == f"https://a.test/{TOKEN}?q={TOKEN}"
    assert quote_plus(TOKEN) == TOKEN
    assert json.dumps(TOKEN) == f'"{TOKEN}"'
    assert TOKEN.lower() == TOKEN


def test_a_request_says_which_placeholders_it_holds():
    request = Request(f"https://a.test/{TOKEN}", headers=(("X-Key", placeholder("vars", "t")),))

    assert marked(request).late == ("inputs.token", "vars.t")


def test_a_request_without_placeholders_is_left_as_it_is():
    request = Request("https://a.test/", headers=(("X-Key", "plain"),), body=b"x")

    assert marked(request) is request


def test_a_value_is_percent_encoded_in_the_address():
    request = marked(Request(f"https://a.test/p/{TOKEN}/q?key={TOKEN}&z=1"))

    sent = fill(request, value_of)

    encoded = "a%2Fb%26c%3Dd%2Be%20f%2520%22%5C%C3%BC%0A"
    assert sent.url == f"https://a.test/p/{encoded}/q?key={encoded}&z=1"
    assert sent.late == ()


def test_a_value_is_encoded_as_a_form_in_a_form():
    body = urlencode({"user": "me", "token": TOKEN}).encode()

    sent = fill(marked(Request("https://a.test/", method="POST", headers=FORM, body=body)), value_of)

    assert parse_qs((sent.body or b"").decode()) == {"user": ["me"], "token": [SECRET]}


@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_value_is_escaped_in_json(ascii_only: bool):
    body = json.dumps({"ü": [TOKEN, f"Bearer {TOKEN}"]}, ensure_ascii=ascii_only).encode()

    sent = fill(marked(Request("https://a.test/", method="POST", headers=JSON, body=body)), value_of)

    assert json.loads(sent.body or b"") == {"ü": [SECRET, f"Bearer {SECRET}"]}


def test_a_value_stands_as_it_is_in_any_other_body_in_its_character_set():
    headers = (("content-type", "text/plain; charset=iso-8859-1"),)

    sent = fill(
        marked(Request("https://a.test/", headers=headers, body=f"<{TOKEN}>".encode("latin-1"))), value_of
    )

    assert sent.body == f"<{SECRET}>".encode("latin-1")


def test_a_value_stands_as_it_is_in_a_header():
    request = marked(
        Request("https://a.test/", headers=(("Authorization", f"Bearer {placeholder('inputs', 'plain')}"),))
    )

    assert fill(request, value_of).headers == (("Authorization", "Bearer abc"),)


def test_a_value_with_a_line_break_never_stands_in_a_header():
    request = marked(Request("https://a.test/", headers=(("X-Key", TOKEN),)))

    with pytest.raises(FetchError) as caught:
        fill(request, value_of)

    assert str(caught.value) == (
        "the value of inputs.token cannot stand in a header: it holds a line break or control character"
    )
    assert caught.value.verdict == "refused"


@pytest.mark.parametrize("value", [".", ".."])
def test_a_value_that_is_a_dot_segment_never_stands_in_an_address(value: str):
    request = marked(Request(f"https://a.test/x/{TOKEN}/y"))

    with pytest.raises(FetchError) as caught:
        fill(request, lambda _, __: value)

    assert str(caught.value) == "the value of inputs.token cannot stand in an address"


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again():
    other = placeholder("inputs", "plain")
    request = marked(Request(f"https://a.test/?a={TOKEN}"))

    assert fill(request, lambda _, __: other).url == f"https://a.test/?a={other}"


def test_names_in_any_script_can_be_late():
    request = marked(Request(f"https://a.test/?a={placeholder('vars', 'jeton_é')}"))

    assert request.late == ("vars.jeton_é",)
    assert fill(request, value_of).url == "https://a.test/?a=tok"


def test_text_of_a_page_that_looks_like_a_placeholder_is_never_filled():
    forged = re.sub("zlate[0-9a-f]{16}", "zlate" + "0" * 16, TOKEN)
    request = marked(Request(f"https://a.test/{forged}?key={TOKEN}"))

    assert request.late == ("inputs.token",)
    assert fill(request, lambda _, __: "v").url == f"https://a.test/{forged}?key=v"


def test_a_placeholder_is_not_filled_where_the_request_does_not_name_it():
    assert fill(Request(f"https://a.test/{TOKEN}"), value_of).url == f"https://a.test/{TOKEN}"


def test_a_placeholder_cannot_name_the_host():
    with pytest.raises(ValueError, match="cannot name the host"):
        marked(Request(f"https://{TOKEN}.test/"))


def of_another_process(request: Request) -> Request:
    """The request as a process with another seal would have stored it, read back."""
    text = request.to_json().replace(request.seal, "f" * 16)
    return Request.from_json(text)


def test_a_stored_request_is_filled_by_the_next_process():
    stored = of_another_process(marked(Request(f"https://a.test/?a={TOKEN}")))

    assert stored.late == ("inputs.token",)
    assert fill(stored, lambda _, __: "v").url == "https://a.test/?a=v"


def test_a_stored_request_is_the_same_one_as_when_it_is_made_anew():
    request = marked(Request(f"https://a.test/?a={TOKEN}", method="POST", body=TOKEN.encode()))

    assert identity(of_another_process(request)) == identity(request)


def test_a_following_page_of_a_stored_request_takes_the_placeholders_of_this_process():
    first = marked(Request(f"https://a.test/?a={TOKEN}", paging={"url": f"https://a.test/{TOKEN}"}))
    stored = of_another_process(first)

    following = marked(replace(stored, headers=(("X", TOKEN),)))

    assert following.url == first.url
    assert following.paging == first.paging
    assert following.late == ("inputs.token",)
    assert following.seal == first.seal


def test_what_people_read_shows_a_mask():
    assert mask(f"https://a.test/?a={TOKEN}&b=1") == "https://a.test/?a=•••&b=1"
