"""A record from several pages, page by page: what waits, what is asked, and what it becomes."""

from __future__ import annotations

import json

import pytest

from scrapekit.errors import Problems
from scrapekit.model import Answered, Verdict
from scrapekit.page import Page
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.load import load_recipe
from scrapekit.request import Request

SHOP = """\
scrapekit: 1
name: shop
seeds: { listing: https://shop.test/ }
pages:
  listing:
    item: product
    each: li
    detail: { css: a, page: product }
    fields: { name: b, url: a@href, size: { css: i, type: int } }
  product:
    fields:
      title: h1
      maker: { at: "/makers/{{ item.by }}", css: b }
      by: .by
      label: "{{ item.name }} by {{ item.maker }}"
    links: { listing: a.next }
"""


@pytest.fixture
def plan(tmp_path):
    def make(text=SHOP):
        path, problems = tmp_path / "recipe.yaml", Problems()
        path.write_text(text, encoding="utf-8")
        recipe = load_recipe(path, inputs={}, overrides=(), environ={}, problems=problems)
        made = compile_plan(recipe, Plugins(), problems, output=tmp_path)
        problems.raise_if_any()
        return made

    return make


def read(plan, request, body):
    page = Page(request, request.url, 200, {"content-type": "text/html"}, body.encode())
    return plan.callback(request.page)(page)


def begin(plan, body, **more):
    return read(plan, Request("https://shop.test/", "listing", **more), body)


ROW = "<li><b>Tea</b><a href='/tea'></a><i>3</i></li>"


def test_a_row_waits_and_asks_for_its_page(plan):
    outcome = begin(plan(), ROW, depth=2, priority=5)
    [pending] = outcome.pending
    [ask] = pending.asks

    assert (outcome.verdict, outcome.items, pending.joiner) == (Verdict.OK, [], "pages.listing")
    assert (ask.request.url, ask.request.page) == ("https://shop.test/tea", "listing detail: product")
    assert (ask.request.depth, ask.request.priority) == (3, 5)
    assert json.loads(pending.state)["values"] == {"name": "Tea", "url": "/tea", "size": 3}


def test_equal_questions_have_one_key_and_others_have_another(plan):
    made = plan()
    rows = (
        ROW + ROW.replace("Tea", "Black tea") + ROW.replace("/tea", "/tea#leaf") + ROW.replace("/tea", "/cup")
    )
    keys = [pending.asks[0].request.ask for pending in begin(made, rows).pending]

    assert keys[0] == keys[1] == keys[2] != keys[3]
    assert len(keys[0]) == 32


def test_answers_lead_to_further_questions_and_to_the_record(plan):
    made = plan()
    [pending] = begin(made, ROW).pending
    first = read(made, pending.asks[0].request, "<h1>Green tea</h1><p class=by>ann</p><a class=next href=/2>")
    joiner = made.joiners[pending.joiner]
    step = joiner.advance(pending.state, {1: Answered([first.answer])})
    [ask] = step.asks
    second = read(made, ask.request, "<b>Ann</b>")
    last = joiner.advance(pending.state, {1: Answered([first.answer]), ask.place: Answered([second.answer])})
    [item] = last.items

    assert [request.url for request in first.requests] == ["https://shop.test/2"]
    assert (ask.request.url, ask.request.page, ask.request.depth) == (
        "https://shop.test/makers/ann", "listing at: maker", 2
    )  # fmt: skip
    assert dict(item.fields) == {
        "name": "Tea", "url": "/tea", "size": 3, "title": "Green tea", "maker": "Ann", "by": "ann",
        "label": "Tea by Ann",
    }  # fmt: skip
    assert (item.origin.url, item.origin.page, item.origin.row) == ("https://shop.test/", "listing", 0)


def test_the_same_answers_always_give_the_same_record(plan):
    made = plan()
    [pending] = begin(made, ROW).pending
    joiner = made.joiners[pending.joiner]
    gone = {1: Answered(whole=False)}

    assert joiner.advance(pending.state, gone) == joiner.advance(pending.state, gone)
    assert dict(joiner.advance(pending.state, gone).notes) == {
        "product without its page: listing detail: product": 1
    }


def test_a_row_that_is_invalid_or_left_out_by_its_own_page_asks_for_nothing(plan):
    text = SHOP.replace("each: li\n", "each: li\n    where: name != 'Cup'\n")
    outcome = begin(plan(text), ROW.replace("3", "many") + ROW.replace("Tea", "Cup") + ROW)

    assert len(outcome.pending) == 1
    assert outcome.notes == {"product dropped: size is not an int": 1, "product left out by where": 1}


def test_an_address_that_lacks_a_field_is_no_address(plan):
    made = plan()
    [pending] = begin(made, ROW).pending
    answer = read(made, pending.asks[0].request, "<h1>Green tea</h1>").answer
    step = made.joiners[pending.joiner].advance(pending.state, {1: Answered([answer])})

    assert ([item.fields["maker"] for item in step.items], step.asks) == ([None], ())
    assert step.notes == {"product without an address: listing at: maker": 1}


def test_a_row_without_a_link_is_a_record_at_once(plan):
    outcome = begin(plan(), "<li><b>Tea</b><i>3</i></li>")
    [item] = outcome.items

    assert (outcome.pending, item.fields["label"], item.fields["title"]) == ((), "Tea by ", None)
    assert outcome.notes["product without an address: listing detail: product"] == 1


def test_a_page_that_shows_the_same_rows_again_is_known_by_them(plan):
    text = SHOP.replace("each: li\n", "each: li\n    paginate: { next: a.next }\n")
    made, body = plan(text), ROW + "<a class=next href='/2'>"
    [following] = begin(made, body).requests
    again = read(made, following, body)

    assert (again.reason, again.pending) == ("repeated page", ())


def test_a_filter_that_breaks_costs_the_record_and_never_the_run(plan, monkeypatch):
    made = plan()
    [pending] = begin(made, ROW).pending
    joiner = made.joiners[pending.joiner]

    def broken(known):
        raise ZeroDivisionError("by hand")

    monkeypatch.setattr(joiner, "_finish", broken)
    monkeypatch.setattr(joiner._draft.plugins, "maker_of", lambda error: "some-plugin 1.0")
    step = joiner.advance(pending.state, {1: Answered(whole=False)})

    assert step.fault == "pages.listing: some-plugin 1.0 failed: ZeroDivisionError: by hand"
