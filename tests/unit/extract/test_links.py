"""Which links of a page become requests, and what each request carries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from scrapekit.crawl.entries import identity
from scrapekit.extract.links.checks import is_binary
from scrapekit.extract.links.links import MOST_LINKS
from scrapekit.model import Verdict


def urls(outcome):
    return [request.url for request in outcome.requests]


def test_a_link_is_the_href_of_what_was_selected_resolved_against_the_page(kit):
    outcome = kit.rule(kit.link("product", "h3 a"))(
        kit.page('<h3><a href="b/1#top">1</a></h3><h3><a href="/c?x=1">2</a></h3><a href=no>3</a>')
    )

    assert outcome.verdict is Verdict.OK
    assert urls(outcome) == ["https://shop.test/list/b/1", "https://shop.test/c?x=1"]
    assert [(request.page, request.depth) for request in outcome.requests] == [("product", 1)] * 2


def test_a_page_without_links_is_empty(kit):
    outcome = kit.rule(kit.link("product", "a"))(kit.page("<p>"))

    assert (outcome.verdict, outcome.reason) == (Verdict.EMPTY, "no links found")


def test_what_is_no_web_address_is_skipped_and_counted(kit):
    outcome = kit.rule(kit.link("product", "a"))(
        kit.page(
            "<a href=mailto:x@y.test><a href='javascript:go()'><a href='http://[bad'><a name=x><a href=/ok>"
        )
    )

    assert urls(outcome) == ["https://shop.test/ok"]
    assert outcome.notes == {"links to product: not http(s)": 3, "links to product: no address": 1}


def test_a_link_that_stands_twice_is_followed_once(kit):
    outcome = kit.rule(kit.link("product", "a"), kit.link("other", "a"))(
        kit.page("<a href=/x><a href=/x#a><a href=https://shop.test/x>")
    )

    assert [(request.url, request.page) for request in outcome.requests] == [
        ("https://shop.test/x", "product")
    ]


def test_allow_and_deny_choose_by_the_whole_address(kit):
    link = kit.link("product", "a", allow=[r"/p/", r"/q/"], deny=[r"\?print"])

    outcome = kit.rule(link)(kit.page("<a href=/p/1><a href=/p/1?print=1><a href=/q/2><a href=/z>"))

    assert urls(outcome) == ["https://shop.test/p/1", "https://shop.test/q/2"]
    assert outcome.notes == {"links to product: denied": 1, "links to product: not allowed": 1}


def test_domains_choose_by_host_and_the_hosts_below(kit):
    body = "<a href=http://A.test/><a href=http://b.a.test/><a href=http://nota.test/>"

    outcome = kit.rule(kit.link("product", "a", domains=("a.test",)))(kit.page(body))

    assert urls(outcome) == ["http://a.test/", "http://b.a.test/"]
    assert outcome.notes == {"links to product: on another domain": 1}


def test_the_text_of_a_link_may_choose_it(kit):
    outcome = kit.rule(kit.link("product", "a", text="^More"))(
        kit.page("<a href=/1><img></a><a href=/1>More</a><a href=/2>Less</a>")
    )

    assert urls(outcome) == ["https://shop.test/1"]
    assert outcome.notes == {"links to product: other text": 2}


def test_max_keeps_the_first_so_many_and_says_that_there_were_more(kit):
    outcome = kit.rule(kit.link("product", "a", max=2))(
        kit.page("<a href=/1><a href=/1><a href=/2><a href=/3>")
    )

    assert urls(outcome) == ["https://shop.test/1", "https://shop.test/2"]
    assert outcome.notes == {"links to product: more than max on a page": 1}


def test_files_that_are_no_pages_are_not_followed_unless_allowed_by_name(kit):
    body = "<a href=/a.PDF><a href=/b.jpg?size=1><a href=/c.html><a href=/d>"

    plain = kit.rule(kit.link("product", "a"))(kit.page(body))
    allowed = kit.rule(kit.link("product", "a", allow=[r"\.PDF$"]))(kit.page(body))

    assert urls(plain) == ["https://shop.test/c.html", "https://shop.test/d"]
    assert plain.notes == {"links to product: a file, not a page": 2}
    assert urls(allowed) == ["https://shop.test/a.PDF"]


@pytest.mark.parametrize(
    ("url", "binary"),
    [
        ("https://a.test/x.jpg", True),
        ("https://a.test/x.tar.GZ?v=1", True),
        ("https://films.zip/", False),
        ("https://films.zip", False),
        ("https://a.test/x.json", False),
        ("https://a.test/jpg", False),
        ("https://a.test/x.jpg/view", False),
        ("https://a.test/?file=x.jpg", False),
    ],
)
def test_the_ending_of_the_path_tells_a_file_from_a_page(url, binary):
    assert is_binary(url) is binary


def test_a_condition_may_stop_all_links_of_a_page(kit):
    rule = kit.rule(kit.link("product", "a", when="page.number < 3"))

    assert urls(rule(kit.page("<a href=/1>", paging={"n": 2}))) == ["https://shop.test/1"]
    stopped = rule(kit.page("<a href=/1>", paging={"n": 3}))
    assert stopped.notes == {"links to product: left out by when": 1}


def test_a_link_may_be_read_from_another_attribute(kit):
    outcome = kit.rule(kit.link("product", "li", reads=("data-url", "data-href")))(
        kit.page("<li data-href=/1><li data-url=/2 data-href=/3>")
    )

    assert urls(outcome) == ["https://shop.test/1", "https://shop.test/2"]


def test_a_selector_may_find_the_address_itself(kit):
    outcome = kit.rule(kit.link("product", "xpath|//a/@href"))(kit.page("<a href=/1>"))

    assert urls(outcome) == ["https://shop.test/1"]


def test_where_nodes_have_no_attributes_the_value_is_the_address(kit):
    rule = kit.rule(kit.link("product", "items[*].url"), parser="json")

    outcome = rule(kit.page('{"items": [{"url": "/1"}, {"url": null}, {"url": ["/2"]}, {"url": 3}]}'))

    assert urls(outcome) == ["https://shop.test/1", "https://shop.test/list/3"]
    assert outcome.notes == {"links to product: no address": 1}


def test_a_link_carries_data_of_its_row_to_the_page_it_leads_to(kit):
    link = kit.link(
        "product", "a", each="li", carry=(kit.field("name", "b"), kit.field("price", "i", type="decimal"))
    )

    outcome = kit.rule(link)(kit.page("<li><b>A</b><i>1.5</i><a href=/1></a><li><b>B</b><a href=/2></a>"))

    assert [(request.url, dict(request.carry)) for request in outcome.requests] == [
        ("https://shop.test/1", {"name": "A", "price": 1.5}),
        ("https://shop.test/2", {"name": "B", "price": None}),
    ]


def test_what_is_carried_survives_the_store(kit):
    from scrapekit.request import Request

    link = kit.link(
        "product", "a", carry=(kit.field("price", "i", type="decimal"), kit.field("all", "i", all=True))
    )

    [request] = kit.rule(link)(kit.page("<i>2</i><i>3.25</i><a href=/1>")).requests

    assert Request.from_json(request.to_json()) == request
    assert request.carry == {"price": 2, "all": ["2", "3.25"]}


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        ("2.50", 2.5),
        ("100", 100),
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("12345678901234567890", 12345678901234567890),
        ("1e999999", "1E+999999"),
    ],
)
def test_no_digit_of_a_carried_decimal_is_lost(kit, text, carried):
    link = kit.link("product", "a", carry=(kit.field("price", "i", type="decimal"),))

    [request] = kit.rule(link)(kit.page(f"<i>{text}</i><a href=/1>")).requests

    assert request.carry == {"price": carried}


def test_a_row_whose_carried_field_is_invalid_gives_no_link(kit):
    link = kit.link("product", "a", each="li", carry=(kit.field("name", "b", required=True),))

    outcome = kit.rule(link)(kit.page("<li><b>A</b><a href=/1></a><li><a href=/2></a>"))

    assert urls(outcome) == ["https://shop.test/1"]
    assert outcome.notes == {"links to product dropped: pages.one.fields.name is required": 1}


def test_a_link_to_the_same_page_rule_hands_on_what_it_was_handed(kit):
    rule = kit.rule(
        kit.link("one", "a", carry=(kit.field("shelf", "b"),)),
        kit.link("one", "i"),
        parents=["shelf", "shop"],
    )

    outcome = rule(kit.page("<b>new</b><a href=/1></a><i href=/2></i>", carry={"shelf": "old", "shop": "S"}))

    assert [dict(request.carry) for request in outcome.requests] == [
        {"shelf": "new", "shop": "S"},
        {"shelf": "old", "shop": "S"},
    ]


def test_an_address_may_be_made_from_what_a_row_carries(kit):
    link = kit.link(
        "product", url="/api/{{ item.id }}?q={{ inputs.q }}", each="rows[*]", carry=(kit.field("id", "id"),)
    )

    outcome = kit.rule(link, parser="json", inputs={"q": "tea"})(kit.page('{"rows": [{"id": 7}, {"id": 8}]}'))

    assert urls(outcome) == ["https://shop.test/api/7?q=tea", "https://shop.test/api/8?q=tea"]
    assert [dict(request.carry) for request in outcome.requests] == [{"id": 7}, {"id": 8}]


def test_a_request_may_be_a_form_with_values_of_its_row(kit):
    link = kit.link(
        "product",
        url="/search",
        each="li",
        carry=(kit.field("id", "b"),),
        shape=kit.shape(
            form={"id": "{{ item.id }}", "page": 1, "none": "{{ item.id | reject('7') }}", "exact": True}
        ),
    )

    [request] = kit.rule(link)(kit.page("<li><b>a 7</b>")).requests

    assert (request.url, request.method) == ("https://shop.test/search", "POST")
    assert request.headers == (("Content-Type", "application/x-www-form-urlencoded"),)
    assert request.body == b"id=a+7&page=1&exact=true"


def test_a_json_body_keeps_the_types_of_its_values_to_any_depth(kit):
    body = {"query": {"ids": ["{{ item.id }}", 2], "text": "no {{ item.id }}"}, "size": 20, "deep": None}
    link = kit.link("product", url="/api", carry=(kit.field("id", "id"),), shape=kit.shape(json=body))

    [request] = kit.rule(link, parser="json")(kit.page('{"id": 5}')).requests

    assert request.method == "POST"
    assert json.loads(request.body) == {"query": {"ids": [5, 2], "text": "no 5"}, "size": 20, "deep": None}


def test_query_and_headers_are_added_and_replace_what_has_their_name(kit):
    shape = kit.shape(
        query={"lang": "de", "tag": ["a b", "c"], "none": "{{ parent.x }}"},
        headers={"X-Name": "{{ page.rule }}\r\nEvil: 1", "X-None": "{{ parent.x }}"},
    )
    link = kit.link("product", "a", shape=shape)

    [request] = kit.rule(link, parents=["x"])(kit.page("<a href='/p?lang=en&q=%C3%A4'>")).requests

    assert request.url == "https://shop.test/p?lang=de&q=%C3%A4&tag=a+b&tag=c"
    assert request.headers == (("X-Name", "one Evil: 1"),)
    assert request.method == "GET"


def test_two_requests_to_one_address_with_different_bodies_are_two(kit):
    shape = kit.shape(method="PUT", body="{{ item.id }}")
    link = kit.link("product", url="/api", each="li", carry=(kit.field("id", "b"),), shape=shape)

    outcome = kit.rule(link)(kit.page("<li><b>1</b><li><b>2</b><li><b>1</b>"))

    assert [(request.method, request.body) for request in outcome.requests] == [("PUT", b"1"), ("PUT", b"2")]


def test_priority_travels_with_the_request(kit):
    [request] = kit.rule(kit.link("product", "a", priority=5))(kit.page("<a href=/1>")).requests

    assert request.priority == 5


def test_a_page_with_endless_links_gives_a_bounded_number_and_says_so(kit):
    body = "<a href=/1>x</a>" * 3 + "".join(f"<a href=/p/{n}>" for n in range(MOST_LINKS + 5))

    outcome = kit.rule(kit.link("product", "a"))(kit.page(body))

    assert len(outcome.requests) == MOST_LINKS - 2
    assert outcome.notes == {"links to product: more than 10000 links on a page": 1}


def test_records_and_links_of_a_page_come_in_one_outcome(kit):
    outcome = kit.rule(kit.item(kit.field("title", "h1")), kit.link("product", "a"))(
        kit.page("<h1>T</h1><a href=/1>")
    )

    assert (len(outcome.items), len(outcome.requests)) == (1, 1)


def test_an_unknown_name_in_a_json_body_is_a_problem_at_its_place(kit):
    kit.compile(kit.link("product", url="/api", shape=kit.shape(json={"a": [{"b": "{{ item.id }}"}]})))

    [problem] = kit.found()
    assert (problem.path, problem.message) == ("pages.one.links.product.json.a.b", 'item has no "id"')


def test_a_broken_pattern_is_a_problem(kit):
    kit.compile(kit.link("product", "a", allow=["("], text="["))

    assert [problem.path for problem in kit.found()] == [
        "pages.one.links.product.text",
        "pages.one.links.product.allow",
    ]


def test_carried_values_are_a_mapping_even_when_there_are_none(kit):
    [request] = kit.rule(kit.link("product", "a"))(kit.page("<a href=/1>")).requests

    assert isinstance(request.carry, Mapping)
    assert not request.carry


def test_a_link_may_have_to_have_a_relation(kit):
    rule = kit.rule(kit.link("product", "a", rel=("next", "prev")))

    outcome = rule(kit.page("<a rel='Next up' href=1>1</a><a href=2>2</a><a rel=last href=3>3</a>"))

    assert urls(outcome) == ["https://shop.test/list/1"]
    assert outcome.notes == {"links to product: another rel": 2}


def test_nofollow_is_respected_on_request(kit):
    body = "<a rel='nofollow ugc' href=1>1</a><a href=2>2</a>"

    assert len(urls(kit.rule(kit.link("product", "a"))(kit.page(body)))) == 2
    outcome = kit.rule(kit.link("product", "a", nofollow="respect"))(kit.page(body))
    assert urls(outcome) == ["https://shop.test/list/2"]
    assert outcome.notes == {"links to product: nofollow": 1}


@pytest.mark.parametrize(
    ("header", "body"),
    [("noindex, NoFollow", ""), ("none", "")],
)
def test_a_page_may_say_nofollow_for_all_its_links(kit, header, body):
    page = kit.page(f"<html><head>{body}</head><body><a href=1>1</a></body></html>")
    page.headers = {"x-robots-tag": header}

    outcome = kit.rule(kit.link("product", "a", nofollow="respect"))(page)

    assert (urls(outcome), outcome.notes) == ([], {"links to product: the page says nofollow": 1})


def test_files_are_followed_where_their_ending_is_named(kit):
    rule = kit.rule(kit.link("product", "a", extensions=("pdf",)))

    assert urls(rule(kit.page("<a href=a.pdf>1</a><a href=b.zip>2</a>"))) == ["https://shop.test/list/a.pdf"]


def test_links_that_carry_something_else_can_be_other_links(kit):
    rows = "<li><b>x</b><a href=1>1</a></li><li><b>y</b><a href=1>1</a></li><li><b>x</b><a href=1>1</a></li>"
    more = {"each": "li", "carry": (kit.field("of", "b"),)}

    once = kit.rule(kit.link("product", "a", **more))(kit.page(rows)).requests
    both = kit.rule(kit.link("product", "a", unique="carry", **more))(kit.page(rows)).requests

    assert [dict(request.carry) for request in once] == [{"of": "x"}]
    assert [dict(request.carry) for request in both] == [{"of": "x"}, {"of": "y"}]
    assert len({identity(request) for request in (*once, *both)}) == 3


def test_addresses_may_be_searched_in_the_source(kit):
    rule = kit.rule(replace(kit.link("product"), selector=kit.select("regex|open\\('([^']+)'\\)")))

    assert urls(rule(kit.page("<p onclick=\"open('/a')\">a</p>"))) == ["https://shop.test/a"]
