"""What is sent: bodies of every kind, with the types of their values and the encoding asked for."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent, indent

import pytest

from scrapekit.errors import Problems, RecipeError
from scrapekit.extract.requests.params import get_param, set_param
from scrapekit.page import Page
from scrapekit.planning.plan import Plan, compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree
from scrapekit.request import Request

RULE = "pages: { listing: { item: row, fields: { t: h1 } } }"


def planned(seeds: str, rest: str = RULE, **inputs: str) -> Plan:
    text = f"scrapekit: 1\nname: r\n{rest}\nseeds:\n{indent(dedent(seeds), '  ')}\n"
    problems = Problems()
    tree = parse_tree(text, "r.yaml", problems)
    problems.raise_if_any()
    assert tree is not None
    recipe = read_recipe(tree, problems, file="r.yaml", inputs=inputs, environ={})
    plan = recipe and compile_plan(recipe, Plugins(), problems, output=Path("/nowhere"))
    problems.raise_if_any()
    assert plan is not None
    return plan


def sent(seeds: str, **inputs: str) -> list[Request]:
    return list(planned(seeds, **inputs).seeds())


def complaints(seeds: str) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        planned(seeds)
    return [f"{p.mark.line}:{p.mark.column}: {p.path}: {p.message} ({p.hint})" for p in caught.value.problems]


NESTED = '{ n: "{{ each.n }}", deep: [{ "on": "{{ each.yes }}", text: "n {{ each.n }}" }] }'
EACH = "{ n: [7], yes: [true] }"


@pytest.mark.parametrize(
    ("written", "body"),
    [
        (f"json: {NESTED}", {"n": 7, "deep": [{"on": True, "text": "n 7"}]}),
        (
            f'graphql: {{ query: "{{ a }}", extensions: {NESTED} }}',
            {"query": "{ a }", "extensions": {"n": 7, "deep": [{"on": True, "text": "n 7"}]}},
        ),
    ],
)
def test_a_lone_placeholder_keeps_its_type_however_deep_it_stands(written: str, body: object):
    (request,) = sent(f"listing:\n  url: https://a.test/\n  {written}\n  each: {EACH}")

    assert json.loads(request.body or b"") == body


def test_a_parameter_that_is_null_is_taken_out_of_the_address():
    """A session's id in each link makes a new address of every page."""
    (request,) = sent(
        "listing: { url: 'https://a.test/?a=1&sid=2&b=3&SID=4&sid', query: { sid: null, utm: null } }"
    )

    assert request.url == "https://a.test/?a=1&b=3&SID=4"


def test_a_template_that_gives_null_leaves_the_address_as_it_is():
    (request,) = sent(
        """
        listing: { url: "https://a.test/?q=a", query: { q: "{{ each.q | reject('x') }}" }, each: { q: [x] } }
        """
    )

    assert request.url == "https://a.test/?q=a"


def test_a_form_and_a_raw_body_hold_values_as_text():
    form, raw = sent(
        """
        listing:
          - { url: https://a.test/, form: { n: "{{ each.n }}", l: ["{{ each.n }}", x] }, each: { n: [7] } }
          - { url: https://a.test/, body: "{{ each.c }}", each: { c: [{ id: 7, on: true }] } }
        """
    )

    assert (form.body, raw.body) == (b"n=7&l=7&l=x", b'{"id": 7, "on": true}')


def test_a_graphql_query_is_posted_with_its_variables():
    (request,) = sent(
        """
        listing:
          url: https://a.test/graphql
          graphql:
            query: |
              query Books($shelf: String!, $after: String) {
                books(shelf: $shelf, after: $after, sort: {by: {year: ASC}}) { nodes { title } }
              }
            variables: { shelf: "{{ each.shelf }}", after: null }
            operation: Books
          each: { shelf: [sea] }
        """
    )

    assert (request.method, request.headers) == ("POST", (("Content-Type", "application/json"),))
    assert json.loads(request.body or b"") == {
        "query": "query Books($shelf: String!, $after: String) {\n"
        "  books(shelf: $shelf, after: $after, sort: {by: {year: ASC}}) { nodes { title } }\n}\n",
        "operationName": "Books",
        "variables": {"shelf": "sea", "after": None},
    }


def test_a_graphql_query_by_get_stands_in_the_address():
    (request,) = sent(
        """
        listing:
          url: https://a.test/graphql?v=2
          method: GET
          graphql: { query: "query($n: Int) { a(n: $n) }", variables: { n: "{{ each.n }}" } }
          each: { n: [7] }
        """
    )

    assert (request.method, request.headers, request.body) == ("GET", (), None)
    assert request.url == (
        "https://a.test/graphql?v=2&query=query%28%24n%3A+Int%29+%7B+a%28n%3A+%24n%29+%7D"
        "&variables=%7B%22n%22%3A+7%7D"
    )


def test_a_persisted_query_is_named_by_its_hash_alone():
    (request,) = sent(
        """
        listing:
          url: https://a.test/graphql
          graphql: { extensions: { persistedQuery: { version: 1, sha256Hash: abc } } }
        """
    )

    assert json.loads(request.body or b"") == {
        "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "abc"}}
    }


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (
            '{ query: "{ a ", variables: {} }',
            '7:23: seeds.listing.graphql.query: this is no GraphQL query: a "{" is not closed ()',
        ),
        (
            '{ query: "a }" }',
            '7:23: seeds.listing.graphql.query: this is no GraphQL query: a "}" closes nothing ()',
        ),
        ("viewer", "7:14: seeds.listing.graphql.query: this is no GraphQL query: it selects nothing ()"),
        (
            '{ query: "query($after: ID) { a }", variables: { aftr: 1 } }',
            "7:63: seeds.listing.graphql.variables.aftr: the query declares no variable $aftr"
            ' (did you mean "after"?)',
        ),
        (
            '{ query: "query Books { a }", operation: Boks }',
            '7:55: seeds.listing.graphql.operation: the query has no operation "Boks"'
            ' (did you mean "Books"?)',
        ),
        (
            '{ qery: "{ a }" }',
            '7:14: seeds.listing.graphql.query: "query" is missing'
            " (only a persisted query, which is in extensions, goes without)",
        ),
    ],
)
def test_a_graphql_mistake_is_found_before_anything_is_sent(written: str, complaint: str):
    found = complaints(f"listing:\n  url: https://a.test/\n  graphql: {written}")

    assert [line for line in found if "unknown key" not in line] == [complaint]


def test_a_brace_in_a_string_or_comment_of_a_graphql_query_is_no_bracket():
    query = '"{ a(t: \\"}}\\") # ]\\n }"'

    assert len(sent(f"listing:\n  url: https://a.test/\n  graphql: {query}")) == 1


def test_a_cursor_goes_into_the_variables_of_a_graphql_query():
    plan = planned(
        "listing: { url: https://a.test/, graphql: { query: 'query($after: ID) { a(after: $after) }' } }",
        """
pages:
  listing:
    parser: json
    item: row
    each: $.rows[*]
    fields: { t: t }
    paginate: { cursor: { from: $.next, param: variables.after, in: json } }
""",
    )
    (first,) = plan.seeds()
    page = Page(first, first.url, 200, {}, b'{"rows": [{"t": 1}], "next": "xyz"}')

    (second,) = plan.callback("listing")(page).requests

    assert json.loads(second.body or b"") == {
        "query": "query($after: ID) { a(after: $after) }",
        "variables": {"after": "xyz"},
    }


def test_a_cursor_goes_into_json_that_stands_in_the_address():
    url = "https://a.test/?variables=%7B%22n%22%3A%207%7D&x=1"

    following = set_param(Request(url), "json", "variables.page.after", "é")

    assert following.method == "GET"
    assert get_param(following, "json", "variables.page.after") == "é"
    assert get_param(following, "json", "variables.n") == "7"
    assert following.url.endswith("&x=1")


def test_a_parameter_that_holds_no_json_leaves_the_body_in_charge():
    following = set_param(Request("https://a.test/?variables={oops"), "json", "variables.after", "x")

    assert (following.method, following.body) == ("POST", b'{"variables": {"after": "x"}}')


def test_query_form_and_body_are_sent_in_the_encoding_asked_for():
    query, form, body = sent(
        """
        listing:
          - { url: "https://a.test/?t=чай", query: { q: чай, w: 茶 }, encoding: windows-1251 }
          - { url: https://a.test/, form: { q: чай }, encoding: cp1251 }
          - { url: https://a.test/, body: чай, encoding: koi8-r }
        """
    )

    assert query.url == "https://a.test/?t=%F7%E0%E9&q=%F7%E0%E9&w=%26%2333590%3B"
    assert (form.body, body.body) == (b"q=%F7%E0%E9", "чай".encode("koi8-r"))


def test_an_encoding_nobody_knows_is_refused():
    assert complaints("listing: { url: https://a.test/, encoding: windos-1251 }") == [
        '5:46: seeds.listing.encoding: unknown encoding "windos-1251" (did you mean "windows-1251"?)'
    ]
