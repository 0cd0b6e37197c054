"""Response rules of whole recipes, with the real parsers: which answer means what."""

from __future__ import annotations

from textwrap import dedent

import pytest

from scrapekit.errors import FetchError, Patience, Problems, RecipeError
from scrapekit.extract.responses.conditions import seconds_in
from scrapekit.model import Outcome, Verdict
from scrapekit.page import Page
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.load import load_recipe
from scrapekit.request import Request
from scrapekit_json.parser import JsonParser

HTML = """\
scrapekit: 1
name: shop
seeds: { list: https://shop.test/ }
pages:
  list:
    item: tea
    each: li
    fields: { name: b }
    links: { list: li a }
    paginate: { next: a.next }
"""
JSON = """\
scrapekit: 1
name: shop
seeds: { list: https://shop.test/ }
pages:
  list:
    parser: json
    item: tea
    each: $.teas[*]
    fields: { name: $.name }
"""


@pytest.fixture
def answered(tmp_path):
    """``answered(recipe, body, …)``: what becomes of one answer."""

    def make(text, body="", status=200, headers=None, **request):
        path, problems = tmp_path / "recipe.yaml", Problems()
        path.write_text(dedent(text), encoding="utf-8")
        recipe = load_recipe(path, inputs={}, overrides=(), environ={}, problems=problems)
        plan = compile_plan(recipe, Plugins(), problems, output=tmp_path) if recipe else None
        problems.raise_if_any()
        asked = Request("https://shop.test/", "list", **request)
        return plan.callback("list")(Page(asked, asked.url, status, headers or {}, body.encode()))

    return make


def ruled(found):
    """What an answer came to, in short."""
    if isinstance(found, Outcome):
        return found.verdict.value, found.reason
    return ("retry" if found.retry else "fail"), str(found)


TEAS = "<li><b>Assam</b></li>"


def test_without_a_rule_that_fits_the_status_speaks(answered):
    recipe = HTML + "responses: [{ when: css:.gone, then: skip }]"

    assert ruled(answered(recipe, TEAS)) == ("ok", "")
    assert ruled(answered(recipe, TEAS, 404)) == ("fail", "HTTP 404 Not Found")
    assert ruled(answered(recipe, TEAS, 503)) == ("retry", "HTTP 503 Service Unavailable")


def test_the_first_rule_that_fits_counts(answered):
    recipe = HTML + "responses: [{ status: 404, then: skip }, { status: 4xx, then: fail }]"

    assert ruled(answered(recipe, "", 404)) == ("skipped", "HTTP 404 Not Found (responses[0])")
    assert ruled(answered(recipe, "", 410)) == ("fail", "HTTP 410 Gone (responses[1])")


@pytest.mark.parametrize(
    ("condition", "body", "headers"),
    [
        ("status: 200", "x", {}),
        ("status: [404, 200-299]", "x", {}),
        ("when: status == 200 and size < 10", "x", {}),
        ("when: text contains 'no tea'", "<p>no tea today", {}),
        ("when: text matches '(?i)NO.TEA'", "<p>no tea today", {}),
        ("when: type == 'text/plain'", "x", {"content-type": "Text/Plain; charset=utf-8"}),
        ("when: header.x_state == 'locked'", "x", {"x-state": "locked"}),
        ("when: \"header['X-State'] == 'locked'\"", "x", {"x-state": "locked"}),
        ("when: url matches '^https://shop' and number == 1 and rule == 'list'", "x", {}),
        ("when: css:.none", "<p class=none>", {}),
        ('when: "xpath://p[@class]"', "<p class=none>", {}),
        ('when: "re:no (tea|milk)"', "<p>no milk", {}),
        ("css: .none", "<p class=none>", {}),
        ('select: "xpath://p"', "<p>", {}),
        ("css: p, equals: locked", "<p> locked </p>", {}),
        ("css: p@data-state, equals: [shut, locked]", "<p data-state=locked>", {}),
        ("css: p@data-state", "<p data-state=locked>", {}),
        ("regex: 'left: (\\d+)', when: value < 3", "<p>left: 2", {}),
        ("css: .gone, equals: null", "<p>", {}),
        ("css: p, when: 'status == 200 and value == null'", "<p></p>", {}),
    ],
)
def test_a_condition_may_ask_about_anything_in_an_answer(answered, condition, body, headers):
    found = answered(HTML + f"responses: [{{ {condition}, then: skip }}]", body, headers=headers)

    assert ruled(found) == ("skipped", "HTTP 200 OK (responses[0])")


@pytest.mark.parametrize(
    ("condition", "body"),
    [
        ("json: $.error", '{"error": null}'),
        ("json: $.error", '{"error": ""}'),
        ("json: $.error", '{"error": {}}'),
        ("json: $.error", "{}"),
        ("json: $.error", "this is no JSON"),
        ("jsonpath: $.ok, equals: false", '{"ok": true}'),
        ("jsonpath: $.ok, equals: false", '{"ok": null}'),
        ("jsonpath: $.left, when: value < 3", '{"left": 3}'),
        ("jsonpath: $.left, when: value < 3", "{}"),
    ],
)
def test_what_is_not_so_in_a_json_page_does_not_fit(answered, condition, body):
    condition = condition.replace("json: ", "when: json:")
    found = answered(JSON + f"responses: [{{ {condition}, then: skip }}]", body, 404)

    assert ruled(found) == ("fail", "HTTP 404 Not Found")


@pytest.mark.parametrize(
    ("condition", "body"),
    [
        ("when: json:$.error", '{"error": "ratelimited"}'),
        ("when: json:$.error.code", '{"error": {"code": 7}}'),
        ("jsonpath: $.ok, equals: false", '{"ok": false}'),
        ("jsonpath: $.error, equals: [ratelimited, busy]", '{"error": "busy"}'),
        ("jsonpath: $.left, when: value < 3", '{"left": 2}'),
        ("jsonpath: $.left, equals: 0", '{"left": 0}'),
    ],
)
def test_an_error_in_a_200_body_is_found_by_its_value(answered, condition, body):
    found = answered(JSON + f"responses: [{{ {condition}, then: fail, reason: it says no }}]", body)

    assert ruled(found) == ("fail", "it says no (responses[0])")


def test_ok_reads_a_page_whatever_its_status(answered):
    found = answered(HTML + "responses: [{ status: 404, then: ok }]", TEAS, 404)

    assert (ruled(found), [item.fields["name"] for item in found.items]) == (("ok", ""), ["Assam"])


def test_empty_gives_nothing_and_is_remembered_as_meant(answered):
    found = answered(
        HTML + "responses: [{ when: css:.none, then: empty, reason: no results }]", "<p class=none>"
    )

    assert ruled(found) == ("empty", "no results (responses[0])")
    assert dict(found.notes) == {"declared empty: responses[0]": 1, "paging list stopped: responses[0]": 1}


def test_stop_paging_keeps_the_records_of_a_good_page_and_says_why_it_stopped(answered):
    recipe = HTML + "responses: [{ when: css:.last, then: stop_paging }]"

    found = answered(recipe, TEAS + "<i class=last></i><a class=next href=/2>")

    assert (len(found.items), found.requests) == (1, [])
    assert dict(found.notes) == {"paging list stopped: responses[0]": 1}


def test_stop_paging_on_a_bad_status_reads_nothing_and_is_no_failure(answered):
    found = answered(HTML + "responses: [{ status: 404, then: stop_paging }]", TEAS, 404)

    assert (ruled(found), found.items) == (("empty", "HTTP 404 Not Found (responses[0])"), ())
    assert dict(found.notes) == {"paging list stopped: responses[0]": 1}


def test_a_page_that_fits_no_rule_is_read_on(answered):
    recipe = HTML + "responses: [{ when: css:.last, then: stop_paging }]"

    found = answered(recipe, TEAS + "<a class=next href=/2>")

    assert [request.url for request in found.requests] == ["https://shop.test/2"]


def wish(error):
    """What an error asks of whoever tries again."""
    assert isinstance(error, FetchError)
    return error.throttled, error.retry_after, error.patience, error.verdict


def test_a_retry_without_more_goes_by_the_retries_of_the_run(answered):
    found = answered(HTML + "responses: [{ status: 200, then: retry }]", TEAS)

    assert wish(found) == (False, None, Patience(), Verdict.FAILED)


def test_a_retry_with_a_duration_waits_alone(answered):
    found = answered(HTML + "responses: [{ status: 202, then: retry, after: 5s, times: 9 }]", "", 202)

    assert wish(found) == (False, None, Patience(wait=5.0, times=9), Verdict.FAILED)


def test_a_retry_may_hold_the_whole_host(answered):
    recipe = HTML + "responses: [{ when: 're:maintenance', then: retry, after: 30s, pause: host }]"

    assert wish(answered(recipe, "maintenance")) == (False, None, Patience(30.0, True), Verdict.FAILED)


def test_a_wait_that_the_server_names_is_a_host_that_asks_for_patience(answered):
    recipe = HTML + "responses: [{ when: status == 200, then: retry, after: header:X-Wait }]"

    assert wish(answered(recipe, headers={"x-wait": "7"})) == (True, None, Patience(7.0), Verdict.FAILED)
    assert wish(answered(recipe)) == (False, None, Patience(), Verdict.FAILED)


def test_a_wait_may_stand_in_the_page(answered):
    recipe = JSON + "responses: [{ jsonpath: $.ok, equals: false, then: retry, after: 'json:$.retry_after' }]"

    found = answered(recipe, '{"ok": false, "retry_after": 0.25}')

    assert wish(found) == (True, None, Patience(0.25), Verdict.FAILED)


def test_a_429_keeps_what_its_status_and_headers_mean(answered):
    found = answered(HTML + "responses: [{ status: 429, then: retry }]", "", 429, {"retry-after": "9"})

    assert wish(found) == (True, 9.0, Patience(), Verdict.BLOCKED)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("12", 12.0),
        (12, 12.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        (1_000_000_060, 60.0),
        ("1000000060000", 60.0),
        (999_999_000_000_000, 3600.0),
        ("Sun, 09 Sep 2001 01:46:50 GMT", 10.0),
        ("99999", 3600.0),
        ("soon", None),
        ("nan", None),
        ("inf", 3600.0),
        (True, None),
        (None, None),
        ([1], None),
        ("9" * 5000, 3600.0),
    ],
)
def test_a_wait_is_seconds_a_moment_or_a_date(value, seconds):
    assert seconds_in(value, now=1_000_000_000.0) == seconds


def test_a_named_set_stands_where_it_is_named_and_the_rules_for_all_come_last(answered):
    recipe = HTML.replace(
        "    each: li\n", "    each: li\n    responses: [{ status: 400, then: skip }, gone]\n"
    )
    named = recipe + "responses: { gone: [{ status: 410, then: skip }] }"

    assert ruled(answered(named, "", 400)) == ("skipped", "HTTP 400 Bad Request (pages.list.responses[0])")
    assert ruled(answered(named, "", 410)) == ("skipped", "HTTP 410 Gone (responses.gone[0])")

    common = recipe.replace(", gone]", "]") + "responses: [{ status: 4xx, then: fail }]"

    assert ruled(answered(common, "", 400)) == ("skipped", "HTTP 400 Bad Request (pages.list.responses[0])")
    assert ruled(answered(common, "", 410)) == ("fail", "HTTP 410 Gone (responses[0])")


def test_a_page_is_parsed_once_and_only_when_a_rule_looks_into_it(answered, monkeypatch):
    parsed = []
    original = JsonParser.parse
    monkeypatch.setattr(JsonParser, "parse", lambda self, page: parsed.append(page) or original(self, page))
    rules = "[{ jsonpath: $.a, equals: 1, then: skip }, { when: 'json:$.b', then: skip }]"

    answered(JSON + f"responses: {rules}", '{"teas": [{"name": "Assam"}]}')
    assert len(parsed) == 1

    answered(JSON + "responses: [{ status: 404, then: skip }]", '{"teas": []}', 404)
    assert len(parsed) == 1


def complaint(answered, recipe):
    with pytest.raises(RecipeError) as caught:
        answered(recipe)
    return str(caught.value)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            "{ when: stauts == 404, then: skip }",
            """\
:11:21: responses[0].when: page has no "stauts"
   11 | responses: [{ when: stauts == 404, then: skip }]
      |                     ^^^^^^
  hint: did you mean "status"?""",
        ),
        (
            "{ when: value > 1, then: skip }",
            """\
:11:21: responses[0].when: page has no "value"
   11 | responses: [{ when: value > 1, then: skip }]
      |                     ^^^^^
  hint: known here: number, rule, size, status, text, type, url""",
        ),
        (
            "{ when: 'css:p::bad', then: skip }",
            """\
:11:27: responses[0]: unknown pseudo-element ::bad
   11 | responses: [{ when: 'css:p::bad', then: skip }]
      |                           ^^^^^
  hint: ::text takes the text, ::attr(NAME) an attribute""",
        ),
        (
            "{ when: 're:(', then: skip }",
            """\
:11:25: responses[0]: not a regular expression: missing ), unterminated subpattern
   11 | responses: [{ when: 're:(', then: skip }]
      |                         ^""",
        ),
        (
            "{ status: 500, then: retry, after: 'css:p::bad' }",
            """\
:11:54: responses[0].after: unknown pseudo-element ::bad
   11 | responses: [{ status: 500, then: retry, after: 'css:p::bad' }]
      |                                                      ^^^^^
  hint: ::text takes the text, ::attr(NAME) an attribute""",
        ),
    ],
)
def test_what_does_not_compile_is_told_with_its_place(answered, tmp_path, rule, words):
    more = HTML.replace("pages:\n", "pages:\n  more: { item: tea, fields: { name: b } }\n")
    more = more.replace("name: shop\n", "")

    # Two page rules share the rule, and its mistake is told once.
    with pytest.raises(RecipeError) as caught:
        answered(more + f"responses: [{rule}]")
    assert str(caught.value) == f"{tmp_path / 'recipe.yaml'}{words}"
