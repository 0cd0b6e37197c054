"""Following pages: where the next one is, and why there is none."""

from __future__ import annotations

import json
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit.extract.paging import pagination
from scrapekit.extract.paging.pagination import compile_begin
from scrapekit.extract.paging.stops import numbers_in
from scrapekit.extract.requests.params import get_param, set_param, with_pairs
from scrapekit.model import Verdict
from scrapekit.recipe.model import Day, Days, Span, Window
from scrapekit.recipe.model.pages import PagingKind
from scrapekit.recipe.reading import paging
from scrapekit.request import Request


def rows(*names, more=""):
    return "".join(f"<li>{name}</li>" for name in names) + more


def listing(kit, paginate, **more):
    return kit.rule(kit.item(kit.field("name", "xpath|."), each="li"), paginate, **more)


def walk(kit, rule, first, bodies):
    """Every request made by reading *bodies* in turn, and the last page's outcome."""
    sent, page = [], first
    for body in bodies:
        page.body = body.encode()
        outcome = rule(page)
        if not outcome.requests:
            break
        [request] = outcome.requests
        sent.append(request)
        page = kit.again(Request.from_json(request.to_json()), "")
    return sent, outcome


def stop(outcome):
    return list(outcome.notes)


def test_the_next_link_is_followed_until_there_is_none(kit):
    rule = listing(kit, kit.paginate("next", ".next"))
    bodies = [rows("a", more="<a class=next href=p2>"), rows("b", more="<a class=next href=p3>"), rows("c")]

    sent, last = walk(kit, rule, kit.page(""), bodies)

    assert [request.url for request in sent] == ["https://shop.test/list/p2", "https://shop.test/list/p3"]
    assert [request.paging["n"] for request in sent] == [2, 3]
    assert stop(last) == ["paging one stopped: no next link"]
    assert last.verdict is Verdict.OK


def test_a_following_page_keeps_depth_carry_and_priority(kit):
    rule = listing(kit, kit.paginate("next", "a"), parents=["shelf"])

    page = kit.page(
        rows("a", more="<a href=p2>"), depth=3, carry={"shelf": 1}, priority=4, via=("http://old",)
    )
    [request] = rule(page).requests

    assert (request.depth, request.carry, request.priority, request.page, request.via) == (
        3,
        {"shelf": 1},
        4,
        "one",
        (),
    )


def test_a_next_link_that_leads_to_its_own_page_stops(kit):
    outcome = listing(kit, kit.paginate("next", "a"))(kit.page(rows("a", more="<a href='#'>")))

    assert (outcome.requests, stop(outcome)) == ([], ["paging one stopped: the next link is this page"])


def test_a_next_link_may_be_any_kind_of_value(kit):
    rule = kit.rule(
        kit.item(kit.field("id", "id"), each="rows[*]"), kit.paginate("next", "next"), parser="json"
    )

    outcome = rule(kit.page('{"rows": [{"id": 1}], "next": "/api?page=2"}'))

    assert [request.url for request in outcome.requests] == ["https://shop.test/api?page=2"]


def test_a_counted_page_starts_as_written_and_goes_on_with_the_parameter(kit):
    rule = listing(kit, kit.paginate("page", param="p"))

    sent, last = walk(
        kit, rule, kit.page("", url="https://shop.test/l?q=%20a&sort=x"), [rows("a"), rows("b"), "<p>"]
    )

    assert [request.url for request in sent] == [
        "https://shop.test/l?q=%20a&sort=x&p=2",
        "https://shop.test/l?q=%20a&sort=x&p=3",
    ]
    assert stop(last) == ["paging one stopped: empty page"]
    assert last.verdict is Verdict.EMPTY


def test_counting_goes_on_from_the_number_in_the_first_address(kit):
    rule = listing(kit, kit.paginate("page", param="p", step=10))

    [request] = rule(kit.page(rows("a"), url="https://shop.test/?p=20&q=1")).requests

    assert request.url == "https://shop.test/?p=30&q=1"


def test_the_last_page_may_be_a_number(kit):
    rule = listing(kit, kit.paginate("page", param="p", last=2))

    sent, last = walk(kit, rule, kit.page(""), [rows("a"), rows("b"), rows("c")])

    assert [request.url for request in sent] == ["https://shop.test/list/?p=2"]
    assert stop(last) == ["paging one stopped: last page"]


def test_the_last_page_may_be_the_largest_number_in_the_page(kit):
    rule = listing(kit, kit.paginate("page", param="p", first=0, last=".pager"))

    pager = "<b class=pager>1 2 3 … 1,204</b>"
    sent, last = walk(kit, rule, kit.page(""), [rows(n, more=pager) for n in range(3)])

    assert len(sent) == 3
    [page] = [kit.page(rows("z", more=pager), paging={"n": 9, "at": 1204})]
    assert stop(rule(page)) == ["paging one stopped: last page"]
    assert last.verdict is Verdict.OK


def test_without_a_pager_the_last_page_is_unknown_and_paging_goes_on(kit):
    rule = listing(kit, kit.paginate("page", param="p", last=".pager"))

    assert len(rule(kit.page(rows("a"))).requests) == 1


def test_max_pages_counts_the_first_page_too(kit):
    rule = listing(kit, kit.paginate("page", param="p", max_pages=3))

    sent, last = walk(kit, rule, kit.page(""), [rows(n) for n in range(9)])

    assert len(sent) == 2
    assert stop(last) == ["paging one stopped: max_pages"]


def test_a_page_that_comes_again_stops_paging_and_none_of_it_is_kept_twice(kit):
    rule = listing(kit, kit.paginate("page", param="p"))
    clock = ["<i>12:00</i>", "<i>12:01</i>"]

    sent, last = walk(
        kit, rule, kit.page(""), [rows("a", more=clock[0]), rows("b"), rows("b", more=clock[1])]
    )

    assert len(sent) == 2
    assert (last.verdict, last.items, last.reason) == (Verdict.EMPTY, (), "repeated page")
    assert stop(last) == ["paging one stopped: repeated page"]


def test_pages_of_rows_that_look_alike_are_not_taken_for_repeated_ones(kit):
    rule = listing(kit, kit.paginate("page", param="p"))

    sent, last = walk(
        kit, rule, kit.page(""), [rows("in stock", "in stock", more=f"<i>{n}</i>") for n in range(4)]
    )

    assert (len(sent), len(last.items)) == (4, 2)


def test_a_site_that_starts_again_at_its_first_page_is_noticed(kit):
    rule = listing(kit, kit.paginate("page", param="p"))

    sent, last = walk(kit, rule, kit.page(""), [rows("a"), rows("b"), rows("c"), rows("a")])

    assert (len(sent), last.reason) == (3, "repeated page")


def test_pages_whose_rows_are_all_left_out_are_not_taken_for_repeated_ones(kit):
    item = kit.item(kit.field("name", "xpath|."), each="li", where="name == 'z'")
    rule = kit.rule(item, kit.paginate("page", param="p"))

    sent, last = walk(kit, rule, kit.page(""), [rows("a"), rows("b"), rows("c"), "<p>"])

    assert (len(sent), stop(last)) == (3, ["paging one stopped: empty page"])


def test_records_that_hold_their_own_address_do_not_hide_a_repeated_page(kit):
    item = kit.item(kit.field("name", "xpath|."), kit.field("url", template="{{ page.url }}"), each="li")
    rule = kit.rule(item, kit.paginate("page", param="p"))

    assert walk(kit, rule, kit.page(""), [rows("a"), rows("a")])[1].reason == "repeated page"


def test_pages_with_equal_headings_but_different_text_are_not_repeated(kit):
    rule = kit.rule(kit.item(kit.field("heading", "h1")), kit.paginate("next", "a"))
    bodies = [f"<h1>Chapter</h1><p>{n}</p><a href=p{n}>" for n in range(4)]

    sent, last = walk(kit, rule, kit.page(""), bodies)

    assert len(sent) == 4
    assert len(last.items) == 1


def test_links_alone_show_progress_where_a_page_has_no_rows(kit):
    rule = kit.rule(kit.link("product", "li a"), kit.paginate("page", param="p"))
    page = kit.page("<li><a href=/1>")

    first = rule(page)
    again = rule(kit.again(first.requests[-1], "<li><a href=/1>"))
    empty = rule(kit.again(first.requests[-1], "<p>"))

    assert [request.url for request in first.requests] == [
        "https://shop.test/1",
        "https://shop.test/list/?p=2",
    ]
    assert again.reason == "repeated page"
    assert stop(empty) == ["paging one stopped: empty page"]


def test_with_until_repeat_an_empty_page_does_not_stop_but_two_do(kit):
    rule = listing(kit, kit.paginate("page", param="p", until="repeat"))

    sent, last = walk(kit, rule, kit.page(""), [rows("a"), "<p>", rows("b"), "<p>", "<p>!"])

    assert (len(sent), last.reason) == (4, "repeated page")


def test_an_offset_grows_by_the_size_until_the_total(kit):
    paginate = kit.paginate("offset", param="from", size_param="limit", size=20, first=0, total=".total")
    rule = listing(kit, paginate)
    bodies = [rows(n, more="<b class=total>45 books</b>") for n in range(9)]

    sent, last = walk(kit, rule, compile_page(kit, paginate), bodies)

    assert [request.url for request in sent] == [
        "https://shop.test/list/?limit=20&from=20",
        "https://shop.test/list/?limit=20&from=40",
    ]
    assert stop(last)[0] == "paging one stopped: total reached"
    assert last.notes["rows missing of the total that the site claims: one"] == 42


def compile_page(kit, paginate):
    first = compile_begin(paginate)(Request("https://shop.test/list/", "one"))
    return kit.again(first, "")


def test_an_offset_without_a_size_grows_by_the_rows_of_the_page(kit):
    rule = listing(kit, kit.paginate("offset", param="from", first=0))

    sent, last = walk(kit, rule, kit.page(""), [rows("a", "b", "c"), rows("d"), "<p>"])

    assert [request.url for request in sent] == [
        "https://shop.test/list/?from=3",
        "https://shop.test/list/?from=4",
    ]
    assert stop(last) == ["paging one stopped: empty page"]


def test_a_cursor_is_taken_from_the_page_until_there_is_none(kit):
    rule = kit.rule(
        kit.item(kit.field("id", "id"), each="rows[*]"),
        kit.paginate("cursor", "next", param="c"),
        parser="json",
    )
    bodies = [
        '{"rows": [{"id": 1}], "next": "x/="}',
        '{"rows": [{"id": 2}], "next": 7}',
        '{"rows": [{"id": 3}]}',
    ]

    sent, last = walk(kit, rule, kit.page(""), bodies)

    assert [request.url for request in sent] == [
        "https://shop.test/list/?c=x%2F%3D",
        "https://shop.test/list/?c=7",
    ]
    assert stop(last) == ["paging one stopped: no cursor"]


def test_the_same_cursor_twice_stops(kit):
    rule = kit.rule(
        kit.item(kit.field("id", "id"), each="rows[*]"),
        kit.paginate("cursor", "next", param="c"),
        parser="json",
    )

    sent, last = walk(
        kit, rule, kit.page(""), [json.dumps({"rows": [{"id": n}], "next": "x"}) for n in range(5)]
    )

    assert (len(sent), stop(last)) == (1, ["paging one stopped: the same cursor again"])


@pytest.mark.parametrize("more", ["false", "null", "0", '"no"', '"False"', "[]"])
def test_more_that_is_false_stops(kit, more):
    paginate = kit.paginate("page", param="p", more="more")
    rule = kit.rule(kit.item(kit.field("id", "id"), each="rows[*]"), paginate, parser="json")

    assert stop(rule(kit.page(f'{{"rows": [{{"id": 1}}], "more": {more}}}'))) == [
        "paging one stopped: more is false"
    ]
    assert len(rule(kit.page('{"rows": [{"id": 1}], "more": true}')).requests) == 1


def test_an_element_that_is_there_means_more_even_without_a_text(kit):
    rule = listing(kit, kit.paginate("page", param="p", more="button"))

    assert len(rule(kit.page(rows("a", more="<button><img></button>"))).requests) == 1
    assert stop(rule(kit.page(rows("a")))) == ["paging one stopped: more is false"]


def test_the_number_may_go_into_a_form(kit):
    rule = listing(kit, kit.paginate("page", param="page", into="form"))

    [request] = rule(kit.page(rows("a"), method="POST", body=b"q=%C3%A4&page=4")).requests

    assert (request.method, request.body) == ("POST", b"q=%C3%A4&page=5")


def test_the_number_may_go_deep_into_a_json_body(kit):
    rule = listing(kit, kit.paginate("page", param="variables.page", into="json"))
    body = json.dumps({"query": "books", "variables": {"page": 1, "size": 5}}).encode()

    [request] = rule(kit.page(rows("a"), method="POST", body=body)).requests

    assert json.loads(request.body) == {"query": "books", "variables": {"page": 2, "size": 5}}


def test_the_number_may_go_into_a_header_and_the_state_tells_the_requests_apart(kit):
    rule = listing(kit, kit.paginate("page", param="X-Page", into="header"))

    [request] = rule(kit.page(rows("a"), headers=(("Accept", "x"), ("x-page", "1")))).requests

    assert request.headers == (("Accept", "x"), ("X-Page", "2"))
    assert request.paging["key"] == "2"


def test_the_number_may_replace_a_placeholder_in_the_path(kit):
    paginate = kit.paginate("page", param="page", into="path", first=1)
    begun = compile_begin(paginate)(Request("https://shop.test/list/p%7Bpage%7D.html?x=1", "one"))

    sent, _ = walk(kit, listing(kit, paginate), kit.again(begun, ""), [rows("a"), rows("b")])

    assert [request.url for request in (begun, *sent)] == [
        "https://shop.test/list/p1.html?x=1",
        "https://shop.test/list/p2.html?x=1",
        "https://shop.test/list/p3.html?x=1",
    ]


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("/list/", "/list/page/2/", "/list/page/3/"),
        ("/list?x=1", "/list/page/2?x=1", "/list/page/3?x=1"),
        ("/list/page/4/", "/list/page/5/", "/list/page/6/"),
    ],
)
def test_without_a_placeholder_the_number_follows_its_name_in_the_path(kit, first, second, third):
    paginate = kit.paginate("page", param="page", into="path")

    sent, _ = walk(
        kit, listing(kit, paginate), kit.page("", url=f"https://shop.test{first}"), [rows("a"), rows("b")]
    )

    assert [request.url for request in sent] == [f"https://shop.test{second}", f"https://shop.test{third}"]


def test_a_body_that_should_be_json_but_is_not_fails_the_page(kit):
    rule = listing(kit, kit.paginate("page", param="p", into="json"))

    outcome = rule(kit.page(rows("a"), method="POST", body=b"{"))

    assert outcome.verdict is Verdict.FAILED
    assert outcome.reason.startswith("pages.one.paginate: parser html: the request's body is not JSON: ")


def test_a_mistake_in_any_selector_of_a_paginator_is_a_problem(kit):
    kit.compile(kit.paginate("page", param="p", last="x::bad", more="y::bad"))

    assert [problem.path for problem in kit.found()] == [
        "pages.one.paginate.more",
        "pages.one.paginate.last",
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Page 3 of 1,204", [3, 1204]),
        ("9.300 Treffer", [9300]),
        ("1 2 3 … 294", [1, 2, 3, 294]),
        ("12\u00a0345 résultats", [12345]),
        ("1.5", [1, 5]),
        ("none", []),
        (7, [7]),
        ("9" * 5000, []),
    ],
)
def test_numbers_are_found_with_their_thousands_separators(text, numbers):
    assert numbers_in(text) == numbers


def test_pairs_keep_their_place_and_other_pairs_their_spelling():
    assert with_pairs("a=%2f&p[n]=1&b&p%5Bn%5D=2", [("p[n]", "3")]) == "a=%2f&p[n]=3&b"


names = st.text(min_size=1, max_size=8).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))


@given(name=names, value=names, other=names)
@pytest.mark.parametrize("place", ["query", "form", "json"])
def test_a_parameter_that_was_set_is_read_back_and_setting_it_again_changes_nothing_else(
    place, name, value, other
):
    if place == "json":
        name, other = name.replace(".", "_"), other.replace(".", "_")
    request = Request("https://a.test/x?a=1&b=2", "one")

    once = set_param(set_param(request, place, other, "o"), place, name, "first")
    twice = set_param(once, place, name, value)

    assert get_param(twice, place, name) == value
    assert name == other or get_param(twice, place, other) == "o"
    assert set_param(twice, place, name, value) == twice


def test_an_address_may_stand_in_the_page_as_a_value(kit):
    rule = kit.rule(
        kit.item(kit.field("id", "id"), each="rows[*]"),
        kit.paginate("next_url", "paging.next"),
        parser="json",
    )
    bodies = ['{"rows": [{"id": 1}], "paging": {"next": "?after=1"}}', '{"rows": [{"id": 2}], "paging": {}}']

    sent, last = walk(kit, rule, kit.page(""), bodies)

    assert [request.url for request in sent] == ["https://shop.test/list/?after=1"]
    assert stop(last) == ["paging one stopped: no next url"]


def test_a_link_of_the_header_is_followed(kit):
    rule = listing(kit, kit.paginate("link_header", param="next"))
    page = kit.page(rows("a"))
    page.headers = {"link": '</list/2>; rel="next", </list/9>; rel="last"'}

    assert [request.url for request in rule(page).requests] == ["https://shop.test/list/2"]
    assert stop(rule(kit.page(rows("a")))) == ["paging one stopped: no next link in the header"]


def windows(kit, over, **params):
    ends = tuple((name, end) for name, end in params.items())
    return kit.paginate("window", window=Window(over, ends), until="repeat")


def test_windows_of_days_go_on_over_empty_ones_until_the_last(kit):
    days = Days(Day(date(2024, 1, 30)), Day(date(2024, 2, 12)), Span(7))
    paginate = windows(kit, days, since="from", until="to", before="next")
    first = compile_begin(paginate)(Request("https://shop.test/l", "one"))
    rule = listing(kit, paginate)

    sent, last = walk(kit, rule, kit.again(first, ""), [rows("a"), "<p>"])

    assert [request.url.partition("?")[2] for request in (first, *sent)] == [
        "since=2024-01-30&until=2024-02-05&before=2024-02-06",
        "since=2024-02-06&until=2024-02-12&before=2024-02-13",
    ]
    assert stop(last) == ["paging one stopped: last window"]


def test_the_last_window_ends_with_the_last_day(kit):
    days = Days(Day(date(2024, 1, 31)), Day(date(2024, 3, 5)), Span(1, "mo"), format="%d.%m.%Y")
    paginate = windows(kit, days, a="from", b="to")
    first = compile_begin(paginate)(Request("https://shop.test/l", "one"))

    sent, _ = walk(kit, listing(kit, paginate), kit.again(first, ""), ["<p>"] * 3)

    assert [request.url.partition("?")[2] for request in (first, *sent)] == [
        "a=31.01.2024&b=28.02.2024",
        "a=29.02.2024&b=05.03.2024",
    ]


def test_windows_of_numbers_go_on_until_the_last(kit):
    paginate = windows(kit, range(1, 251, 100), min="from", max="to")
    first = compile_begin(paginate)(Request("https://shop.test/l", "one"))

    sent, last = walk(kit, listing(kit, paginate), kit.again(first, ""), ["<p>", rows("a"), "<p>"])

    assert [request.url.partition("?")[2] for request in (first, *sent)] == [
        "min=1&max=100",
        "min=101&max=200",
        "min=201&max=250",
    ]
    assert stop(last) == ["paging one stopped: last window"]


def test_rows_that_the_site_claims_and_that_did_not_come_are_counted(kit):
    rule = listing(kit, kit.paginate("next", ".next", total=".total"))
    bodies = [
        rows("a", "b", more="<p class=total>5 results</p><a class=next href=p2>"),
        rows("c", more="<a class=next href=p3>"),
        rows("d"),
    ]

    _, last = walk(kit, rule, kit.page(""), bodies)

    assert dict(last.notes) == {
        "paging one stopped: no next link": 1,
        "rows missing of the total that the site claims: one": 1,
    }


def test_a_sequence_that_was_seen_whole_has_nothing_missing(kit):
    rule = listing(kit, kit.paginate("next", ".next", total=".total"))

    _, last = walk(kit, rule, kit.page(""), [rows("a", "b", more="<p class=total>2 results</p>")])

    assert stop(last) == ["paging one stopped: no next link"]


def test_a_sequence_that_was_cut_by_max_pages_claims_nothing(kit):
    rule = listing(kit, kit.paginate("next", ".next", total=".total", max_pages=1))

    outcome = rule(kit.page(rows("a", more="<p class=total>5 results</p><a class=next href=p2>")))

    assert stop(outcome) == ["paging one stopped: max_pages"]


def test_every_way_to_follow_pages_can_be_read_and_done():
    ways = list(get_args(PagingKind))

    assert list(paging._READERS) == ways
    assert list(pagination._STEPS) == ways
