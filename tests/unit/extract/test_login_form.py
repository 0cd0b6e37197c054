"""Logins of whole recipes, compiled: which form is filled in with what, and how an answer is judged."""

from __future__ import annotations

from textwrap import indent
from urllib.parse import parse_qsl

import pytest

from scrapekit.errors import Problems, RecipeError
from scrapekit.page import Page
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.load import load_recipe
from scrapekit.request import Request
from scrapekit.web.session.steps import Refused

URL = "https://shop.test/login"
HEAD = """\
scrapekit: 1
name: shop
inputs: { user: ann, password: { type: secret, env: PASSWORD } }
seeds: { list: https://shop.test/ }
pages: { list: { item: tea, fields: { name: h1 } } }
"""
FORM = """
<form action="/search"><input name=q value=tea></form>
<form action="/session" method=post>
  <input type=hidden name=csrf value=abc><input name=user value=bob><input type=password name=password>
  <input type=radio name=lasts value=day><input type=radio name=lasts value=week checked>
  <input type=checkbox name=terms checked><input disabled name=off value=1><input value=nameless>
  <select name=shop><option value=1>One<option>Two</select><button name=go value=1>Go</button>
</form>"""


@pytest.fixture
def session(tmp_path):
    """``session(login)``: what the recipe with this section makes of sessions."""

    def make(text):
        path, problems = tmp_path / "recipe.yaml", Problems()
        path.write_text(HEAD + text, encoding="utf-8")
        environ = {"PASSWORD": "pass word"}
        recipe = load_recipe(path, inputs={}, overrides=(), environ=environ, problems=problems)
        plan = compile_plan(recipe, Plugins(), problems, output=tmp_path) if recipe else None
        problems.raise_if_any()
        return plan.session

    return make


@pytest.fixture
def login(session):
    return lambda text: session("login:\n" + indent(text, "  ")).login


def page(body, status=200, url=URL, **headers):
    return Page(Request(url), url, status, headers, body.encode())


def sent(request):
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def test_the_form_with_a_password_is_filled_in_and_the_rest_is_sent_as_a_browser_would(login):
    request = login(f"page: {URL}\nfields: {{ user: ann, password: x }}").fill_in(page(FORM))

    assert (request.method, request.url) == ("POST", "https://shop.test/session")
    assert sent(request) == {
        "csrf": "abc",
        "lasts": "week",
        "terms": "on",
        "shop": "1",
        "user": "ann",
        "password": "x",
    }
    assert request.headers == (("Content-Type", "application/x-www-form-urlencoded"),)


def test_a_form_may_be_named_by_a_selector_and_sent_without_what_it_holds(login):
    steps = login(f"page: {URL}\nform: 'form[action=\"/search\"]'\nharvest: false\nfields: {{ user: ann }}")
    request = steps.fill_in(page(FORM))

    assert (request.url, sent(request)) == ("https://shop.test/search", {"user": "ann"})


def test_a_field_that_is_null_takes_out_what_the_form_holds(login):
    request = login(f"page: {URL}\nfields: {{ password: x, terms: null, user: [] }}").fill_in(page(FORM))

    assert sent(request) == {"csrf": "abc", "lasts": "week", "shop": "1", "password": "x"}


def test_a_secret_is_a_placeholder_until_the_form_is_sent(login):
    request = login(f"page: {URL}\nfields: {{ password: '{{{{ inputs.password }}}}' }}").fill_in(page(FORM))

    assert request.late == ("inputs.password",)
    assert b"pass" not in request.body.replace(b"password=", b"")


def test_a_token_is_a_field_of_its_name_unless_a_template_names_it(login):
    text = f"""\
page: {URL}
tokens: {{ csrf: 'meta[name=t]@content', key: 're:key=(\\d+)' }}
fields: {{ signed: "{{{{ inputs.user }}}}:{{{{ tokens.key }}}}" }}
headers: {{ X-Key: "{{{{ tokens.key }}}}" }}
harvest: false
"""
    request = login(text).fill_in(page("<meta name=t content=xyz><script>key=7</script>" + FORM))

    assert sent(request) == {"csrf": "xyz", "signed": "ann:7"}
    assert request.headers[0] == ("X-Key", "7")


@pytest.mark.parametrize(
    ("form", "submit", "target"),
    [
        ("<form><input type=password>", "", URL),
        ("<base href=/a/><form action=b><input type=password>", "", "https://shop.test/a/b"),
        ("<form action=/b><input type=password>", "submit: /c", "https://shop.test/c"),
        ("<form action=/b><input type=password>", "submit: https://id.test/c", "https://id.test/c"),
    ],
)
def test_a_form_is_sent_where_it_says_or_where_the_recipe_says(login, form, submit, target):
    assert login(f"page: {URL}\n{submit}").fill_in(page(form)).url == target


@pytest.mark.parametrize(
    ("text", "body", "reason"),
    [
        ("", "<p>closed", f"there is no form on {URL}"),
        ("form: form#in", FORM, f"there is no such form on {URL}"),
        ("tokens: { csrf: .gone }", FORM, f"login.tokens.csrf found nothing on {URL}"),
        (
            "",
            "<form action='mailto:a@b.test'><input type=password>",
            f"the form on {URL} is sent to no http(s) address",
        ),
        (
            "",
            "<form action=https://evil.test/><input type=password>",
            f"the form on {URL} is sent to https://evil.test; if that is right, write it under login.submit",
        ),
    ],
)
def test_a_form_that_cannot_be_filled_in_is_refused(login, text, body, reason):
    with pytest.raises(Refused) as caught:
        login(f"page: {URL}\n{text}").fill_in(page(body))

    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("text", "answer", "reason"),
    [
        ("", page("welcome"), ""),
        ("", page("no", 403), "HTTP 403 Forbidden"),
        ("", page(FORM), "the answer shows the form again, HTTP 200 OK"),
        ("fail: css:.error", page("<p class=error>"), "login.fail fits the answer, HTTP 200 OK"),
        ("fail: [css:.error, 're:locked']", page("locked"), "login.fail[1] fits the answer, HTTP 200 OK"),
        ("fail: 200", page(FORM), "login.fail fits the answer, HTTP 200 OK"),
        ("fail: css:.error", page(FORM), ""),
        ("check: css:.out", page("<a class=out>"), ""),
        ("check: css:.out", page("<a>"), "login.check does not fit the answer, HTTP 200 OK"),
        ("take: { name: h1 }", page("<h1></h1>"), "login.take.name found nothing in the answer, HTTP 200 OK"),
    ],
)
def test_an_answer_to_a_login_is_believed_or_not(login, text, answer, reason):
    steps, found = login(f"page: {URL}\n{text}"), ""
    try:
        steps.read(answer)
        if steps.prove is not None:
            steps.prove(answer)
    except Refused as refused:
        found = str(refused)

    assert found == reason


def test_values_are_taken_as_text(login):
    steps = login(
        "url: https://shop.test/api\njson: { a: 1 }\ntake: { token: $.t, until: { jsonpath: $.n } }"
    )

    assert steps.read(page('{"t": "abc", "n": 12}')) == {"token": "abc", "until": "12"}
    assert (steps.first.method, steps.first.body) == ("POST", b'{"a": 1}')


def test_what_is_logged_out_is_known_by_status_and_address(login):
    steps = login(f"page: {URL}?next=/\nexpired: {{ status: [401, 4xx], redirect: /bye }}")
    places = [URL, f"{URL}?next=/a", "https://shop.test/bye?x", "https://shop.test/tea"]

    assert (401 in steps.expired, 499 in steps.expired, 500 in steps.expired) == (True, True, False)
    assert [steps.logged_out_at(place) for place in places] == [True, True, True, False]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "login: { page: https://id.test/login }",
            """\
:6:8: login: no seed is at https://id.test, which this logs in to
    6 | login: { page: https://id.test/login }
      |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  hint: say what it is for: origins: [https://shop.test]""",
        ),
        (
            "login: { page: https://shop.test/in, fields: { a: '{{ tokens.b }}' }, tokens: { c: h1 } }",
            """\
:6:55: login.fields.a: tokens has no "b"
    6 | login: { page: https://shop.test/in, fields: { a: '{{ tokens.b }}' }, tokens: { c: h1 } }
      |                                                       ^^^^^^^^
  hint: known here: c""",
        ),
        (
            "vars: { t: { url: https://shop.test/t, css: 'a::bad' } }",
            """\
:6:47: vars.t: unknown pseudo-element ::bad
    6 | vars: { t: { url: https://shop.test/t, css: 'a::bad' } }
      |                                               ^^^^^
  hint: ::text takes the text, ::attr(NAME) an attribute""",
        ),
        (
            "vars: { a: { url: 'https://b.test/{{ vars.b }}', css: a }, b: { url: https://b.test, css: b } }",
            """\
:6:38: vars.a: unknown name "vars"
    6 | vars: { a: { url: 'https://b.test/{{ vars.b }}', css: a }, b: { url: https://b.test, css: b } }
      |                                      ^^^^
  hint: known here: inputs""",
        ),
        (
            "http: { headers: { X-Token: 'T {{ vars.tken }}' } }\n"
            "vars: { token: { url: https://b.test, css: a } }",
            """\
:6:35: http.headers.X-Token: vars has no "tken"
    6 | http: { headers: { X-Token: 'T {{ vars.tken }}' } }
      |                                   ^^^^^^^^^
  hint: did you mean "token"?""",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(session, tmp_path, text, words):
    with pytest.raises(RecipeError) as caught:
        session(text)

    assert str(caught.value) == f"{tmp_path / 'recipe.yaml'}{words}"


def test_a_recipe_without_any_of_it_has_no_session(session):
    assert session("") is None
