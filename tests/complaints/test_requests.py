"""Complaints 30 to 35 of users of other systems: requests that cannot be made, sessions that get lost.

Of 31, there are no steps that log out at the end, and every run with a `login` logs in once; cookies that are
kept between runs, and those that a browser lends (35), are tested in tests/integration/test_cookies.py.
"""

from __future__ import annotations

import json

import pytest


def test_a_graphql_operation_is_a_post_without_code(desk):
    """c30: no POST, so that GraphQL sites needed a script (stash#3361)."""
    recipe = """\
        seeds:
          p:
            url: https://shop.test/graphql
            graphql: { query: "query Teas($n: Int!) { teas(n: $n) { name } }", variables: { n: 5 } }
        pages: { p: { parser: json, item: tea, each: "$.data.teas[*]", fields: { name: $.name } } }
    """

    [seed] = desk.prepare(recipe).plan.seeds()

    assert (seed.method, dict(seed.headers)["Content-Type"]) == ("POST", "application/json")
    assert json.loads(seed.body) == {
        "query": "query Teas($n: Int!) { teas(n: $n) { name } }",
        "variables": {"n": 5},
    }
    assert desk.read(recipe, '{"data": {"teas": [{"name": "Assam"}]}}').items[0].fields == {"name": "Assam"}


FORM = "<form method=post action=/in><input name=user><input type=password name=password></form>"
LOGIN = """\
login:
  page: SITE/login
  fields: { user: ann, password: word }
  fail: css:.error
"""


def members(site) -> None:
    """A site whose pages are for those who sent its form; others get the form, with status 200."""
    inside: set[str] = set()

    def sign_in(method, body, headers):
        inside.add("yes")
        return "<p class=welcome>"

    def page(number):
        return lambda method, body, headers: f"<h1>{number}</h1>" if inside else FORM

    site.pages = {"/login": FORM, "/in": sign_in} | {f"/{n}": page(n) for n in range(6)}


async def test_one_login_serves_all_addresses_of_a_run(desk, site):
    """c31: it was repeated for each check, cookies were not shared (changedetection#3690, #1475, #1517)."""
    members(site)
    seeds = ", ".join(f"SITE/{n}" for n in range(6))

    records = await desk.run(f"seeds: [{seeds}]\n{LOGIN}pages: {{ p: {{ item: it, fields: {{ t: h1 }} }} }}")

    assert sorted(record["t"] for record in records) == [*"012345"]
    assert (site.asked.count("/login"), site.asked.count("/in")) == (1, 1)


async def test_a_login_page_with_status_200_is_no_success(desk, site):
    """c32: with an empty list it counted as one (ha-multiscrape#332)."""
    members(site)

    records = await desk.run("seeds: SITE/1\npages: { p: { item: it, fields: { t: h1 } } }")

    assert (records, desk.report.outcome) == ([], "broken contract")
    assert (desk.report.exit_code, desk.report.broken) == (1, ["no it record was found"])


async def test_a_rule_says_that_such_a_page_asks_for_a_new_login(desk, site):
    """c32: nobody logged in anew."""
    members(site)
    out = iter([FORM, "<h1>1</h1>"])
    site.pages["/1"] = lambda method, body, headers: next(out)

    records = await desk.run(
        "seeds: SITE/1\nresponses: [{ css: 'input[type=password]', then: login }]\n"
        f"{LOGIN}pages: {{ p: {{ item: it, fields: {{ t: h1 }} }} }}"
    )

    assert (records, site.asked.count("/in")) == ([{"t": "1"}], 2)


async def test_a_login_that_shows_its_form_again_is_no_login(desk, site):
    """c32: and it was believed."""
    members(site)
    site.pages["/in"] = FORM

    await desk.run(
        "seeds: SITE/1\nlogin: { page: SITE/login, fields: { user: ann } }\n"
        "pages: { p: { item: it, fields: { t: h1 } } }"
    )

    assert (desk.report.exit_code, desk.report.outcome) == (3, "stuck")
    assert "/1" not in site.asked


SHOP = """\
inputs: { key: { type: secret, env: SHOP_KEY } }
seeds: SITE/1
http: { headers: { X-Key: "{{ inputs.key }}" } }
pages: { p: { item: it, fields: { t: h1 } } }
"""


async def test_a_key_is_given_from_outside_and_the_shared_file_stays_as_it_is(desk, site, monkeypatch):
    """c33: people edited it into the recipe, and updates took it out (CommunityScrapers#1110, #123)."""
    site.pages = {"/1": lambda method, body, headers: f"<h1>{headers['x-key'] == 'k-e-y'}</h1>"}
    monkeypatch.setenv("SHOP_KEY", "k-e-y")

    assert await desk.run(SHOP) == [{"t": "True"}]
    assert "k-e-y" not in (desk.folder / "shop.yaml").read_text()


def test_a_key_in_the_file_is_refused_as_a_default(desk):
    """c33: so nobody is tempted."""
    recipe = SHOP.replace("SITE", "https://shop.test").replace("env: SHOP_KEY", "default: k-e-y")

    assert desk.mistakes(recipe) == [
        "inputs.key.default: a secret has no default: a recipe is no place for it"
    ]


def test_the_environment_may_be_part_of_an_address_where_an_input_says_so(desk, monkeypatch):
    """c34: it could not be (urlwatch#701)."""
    monkeypatch.setenv("SCRAPEKIT_CITY", "köln")
    recipe = """\
        inputs: { city: { type: string, env: SCRAPEKIT_CITY } }
        seeds: "https://shop.test/{{ inputs.city }}/list?in={{ inputs.city }}"
        pages: { p: { item: it, fields: { t: h1 } } }
    """

    assert [seed.url for seed in desk.prepare(recipe).plan.seeds()] == [
        "https://shop.test/k%C3%B6ln/list?in=k%C3%B6ln"
    ]


@pytest.mark.parametrize("place", ["http: { cookies: { sid: '{{ inputs.sid }}' } }", "one seed"])
async def test_a_cookie_is_passed_by_its_name(desk, site, monkeypatch, place):
    """c35: nobody knew how (RSS-Bridge#2210)."""
    site.pages = {"/1": lambda method, body, headers: f"<h1>{headers['cookie'] == 'sid=abc'}</h1>"}
    monkeypatch.setenv("SID", "abc")
    seed = "SITE/1" if place != "one seed" else "[{ url: SITE/1, cookies: { sid: '{{ inputs.sid }}' } }]"
    http = "" if place == "one seed" else place

    records = await desk.run(
        f"inputs: {{ sid: {{ type: secret, env: SID }} }}\nseeds: {seed}\n"
        "pages: { p: { item: it, fields: { t: h1 } } }\n",
        overrides=[("http.cookies", "{ sid: '{{ inputs.sid }}' }")] if http else [],
    )

    assert records == [{"t": "True"}]
