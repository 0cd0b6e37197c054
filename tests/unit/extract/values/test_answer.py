"""Values that the answer itself brings: headers, cookies, its status, its address."""

from __future__ import annotations

import pytest

COOKIES = "session=first; Path=/\ncart= full ; Secure\nsession=second=2; HttpOnly\nbroken"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("header:x-total", "55"),
        ('"header: X-Total"', "55"),
        ("{ header: x-TOTAL }", "55"),
        ("{ header: x-total, type: int }", 55),
        ("{ header: x-total, all: true }", ["55"]),
        ("{ header: x-missing, else: header:x-total }", "55"),
        ("{ header: x-missing, default: none }", "none"),
        ("cookie:session", "second=2"),
        ("{ cookie: cart }", "full"),
        ("cookie:Session", None),
        ("cookie:broken", None),
        ("{ status: true }", 203),
        ("{ url: true }", "https://shop.test/tea/assam.html"),
        (r"url:/tea/(\w+)", "assam"),
        (r"{ url: '\w+\.html' }", "assam.html"),
        (r"{ url: '[/.]\w+', all: true }", ["/shop", ".test", "/tea", "/assam", ".html"]),
        (r"{ url: '[/.](\w+)', nth: -1 }", "html"),
        ("{ url: nothing }", None),
    ],
)
def test_a_field_reads_the_answer(trial, field, value):
    assert trial.value(field, "<p>x", status=203, x_total="55", set_cookie=COOKIES) == value


def test_the_answer_is_read_whatever_the_parser(trial):
    assert trial.value("header:x-total", '{"a": 1}', parser="json", x_total="5") == "5"


def test_without_a_cookie_there_is_none(trial):
    assert trial.value("cookie:session", "<p>x") is None


def test_what_only_the_answer_says_makes_no_record_of_an_empty_page(trial):
    outcome = trial.read("item: tea\nfields: { status: { status: true }, name: h1 }", "<p>x")

    assert (list(outcome.items), outcome.reason) == ([], "no tea: every field is empty")


def test_a_record_may_be_made_of_the_answer_alone(trial):
    fields = "{ etag: header:etag, url: { url: true } }"

    assert trial.records(f"item: page\nfields: {fields}", "", etag='"x"') == [
        {"etag": '"x"', "url": "https://shop.test/tea/assam.html"}
    ]


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ("header:first-child", "Atop"),
        ("header:not(.x) b", "top"),
        ("header::text", "A"),
        ("table:first-of-type td", "cell"),
        ("meta:first-child@content", "m"),
    ],
)
def test_the_name_of_an_element_before_a_pseudo_class_is_css(trial, selector, text):
    page = "<html><head><meta content=m></head><p>x<header>A<b>top</b></header><table><tr><td>cell</table>"

    assert trial.value(f'"{selector}"', page) == text


def test_in_xml_such_a_word_is_a_prefix_of_names(trial):
    page = '<a xmlns:url="u:u"><url:loc>here</url:loc></a>'
    parser = '{ name: xml, namespaces: { url: "u:u" } }'

    assert trial.value("url:loc", page, parser=parser) == "here"
    assert trial.value('"url: (test)"', page, parser=parser) == "test"


@pytest.mark.parametrize(
    ("rule", "complaint", "place"),
    [
        (
            "item: x\nfields: { a: { header: 'x total' } }",
            '" " cannot be part of the name of a header',
            " ",
        ),
        ("item: x\nfields: { a: cookie:a=b }", '"=" cannot be part of the name of a cookie', "="),
        (
            "item: x\nfields: { a: { url: 'x(' } }",
            "not a regular expression: missing ), unterminated subpattern",
            "(",
        ),
        (
            "item: x\nfields: { a: { status: 200 } }",
            "the status has nothing to choose from; write status: true",
            "200",
        ),
        (
            "item: x\nfields: { a: { header: date, attr: href } }",
            '"header" finds a text, which has nothing more to read; leave it out',
            "href",
        ),
        (
            "links: { two: cookie:next }",
            "links are found by css, xpath or jsonpath, not by cookie",
            "cookie:next",
        ),
    ],
)
def test_a_mistake_is_named_where_it_stands(trial, rule, complaint, place):
    assert trial.complaints(rule) == [complaint]
    assert trial.place(rule) == place


def test_a_total_for_paging_may_stand_in_a_header(trial):
    offset = "{ param: o, size: 1, total: header:x-total }"
    rule = f"item: x\neach: li\nfields: {{ a: b }}\npaginate: {{ offset: {offset} }}"

    def read(total):
        outcome = trial.read(rule, "<li><b>1</b>", url="https://shop.test/?o=1", x_total=total)
        return [
            request.url for request in outcome.requests
        ], "paging one stopped: total reached" in outcome.notes

    assert read("3") == (["https://shop.test/?o=2"], False)
    assert read("2") == ([], True)


def test_a_cursor_for_paging_may_stand_in_a_cookie(trial):
    rule = "item: x\neach: li\nfields: { a: b }\npaginate: { cursor: { param: c, from: cookie:next } }"
    outcome = trial.read(rule, "<li><b>1</b>", set_cookie="next=5; Path=/")

    assert [request.url for request in outcome.requests] == ["https://shop.test/tea/assam.html?c=5"]
