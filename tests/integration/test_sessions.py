"""Whole runs against a site that throttles, logs out and hands out tokens: what it counts is what matters."""

from __future__ import annotations

import json

import pytest

from scrapekit.errors import ExitCode, RecipeError
from scrapekit.report import Report
from scrapekit.run import RunSettings, prepare, run
from session_site import Answer, SessionSite

HEAD = """\
scrapekit: 1
name: shop
inputs:
  site: { type: string }
  user: { type: string, default: ann }
  password: { type: secret, env: SHOP_PASSWORD }
seeds: { list: "{{ inputs.site }}/" }
crawl: { delay: 0, per_host: 16, robots: ignore, allow_failed: 0 }
http: { retries: 1 }
export: out/shop.jsonl
"""
PAGES = """\
pages:
  list: { links: { page: a } }
  page: { item: page, fields: { title: h1 } }
"""
LOGIN = """\
login:
  page: "{{ inputs.site }}/login"
  form: "form#login"
  fields: { user: "{{ inputs.user }}", password: "{{ inputs.password }}" }
  tokens: { csrf: 're:"csrf": "([^"]+)"' }
  submit: /session
  fail: css:.error
  check: { url: "{{ inputs.site }}/home", css: .logout }
"""


@pytest.fixture
def site():
    with SessionSite().served() as site:
        yield site


@pytest.fixture
def crawl(tmp_path, site, monkeypatch):
    """``crawl(recipe)``: a run of the recipe against the site, and the records it wrote."""
    monkeypatch.setenv("SHOP_PASSWORD", site.password)

    async def go(
        recipe: str, offline: bool = False, cache: bool = False, **more
    ) -> tuple[Report, list[dict[str, object]]]:
        path = tmp_path / "shop.yaml"
        path.write_text(recipe)
        inputs = {"site": site.url, **more}
        settings = RunSettings(path, inputs, out_dir=tmp_path, cache=cache, offline=offline)
        report = await run(prepare(settings))
        out = tmp_path / "out" / "shop.jsonl"
        return report, [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []

    return go


def titles(records):
    return sorted(record["title"] for record in records)


ALL = sorted(f"Page /p/{n}" for n in range(60))


async def test_a_form_is_filled_in_with_what_it_holds_and_a_token_from_a_script(crawl, site):
    report, records = await crawl(HEAD + PAGES + LOGIN)

    assert (report.outcome, titles(records)) == ("complete", ALL)
    [login] = [question for question in site.questions if question.path == "/session"]
    assert login.form == {
        "return_to": "/home",
        "stay": "1",
        "lang": "de",
        "note": "hi",
        "csrf": "t-1",
        "user": "ann",
        "password": site.password,
    }
    assert report.notes["logged in"] == 1


async def test_sixteen_tasks_that_learn_at_once_that_they_are_logged_out_log_in_once(crawl, site):
    site.lasts = 25
    report, records = await crawl(HEAD + PAGES + LOGIN)

    assert (report.outcome, titles(records)) == ("complete", ALL)
    # 61 pages, 25 to a session.
    assert (site.asked["POST /session"], report.notes["logged in"]) == (3, 3)
    assert report.verdicts == {"ok": 61}


@pytest.mark.parametrize(
    ("gone", "rules"),
    [
        (lambda: Answer("", 302, Location="/login?next=/x"), ""),
        (lambda: Answer("<p class=out>Please log in"), "responses: [{ when: css:.out, then: login }]\n"),
        (lambda: Answer("", 302, Location="/out?from=/x"), "  expired: { redirect: /out }\n"),
        (lambda: Answer("Who are you?", 403), "responses: [{ status: 403, then: login }]\n"),
    ],
)
async def test_a_session_is_over_by_a_redirect_to_the_login_or_as_a_rule_says(crawl, site, gone, rules):
    site.lasts, site.gone = 40, gone
    report, records = await crawl(HEAD + PAGES + LOGIN + rules)

    assert (report.outcome, titles(records)) == ("complete", ALL)
    assert site.asked["POST /session"] == 2


async def test_a_wrong_password_stops_the_run_after_one_try_and_is_never_shown(crawl, site, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "wrong-password")
    report, records = await crawl(HEAD + PAGES + LOGIN)

    assert (report.exit_code, report.outcome, records) == (ExitCode.STUCK, "stuck", [])
    assert report.reason == (
        f"could not log in at {site.url}: login.fail fits the answer, HTTP 200 OK; "
        "nothing was tried again, so that no account gets locked; mend it and run the same command"
    )
    assert (site.asked["POST /session"], site.asked["GET /"]) == (1, 0)
    assert "wrong-password" not in json.dumps(report.to_json())


async def test_a_run_that_could_not_log_in_goes_on_with_the_right_password(crawl, site, monkeypatch):
    site.password = "changed meanwhile"
    assert (await crawl(HEAD + PAGES + LOGIN))[0].outcome == "stuck"
    monkeypatch.setenv("SHOP_PASSWORD", "changed meanwhile")

    report, records = await crawl(HEAD + PAGES + LOGIN)

    assert (report.outcome, report.resumed, titles(records)) == ("complete", True, ALL)


async def test_a_check_that_does_not_fit_is_a_login_that_failed(crawl, site):
    report, _ = await crawl(HEAD + PAGES + LOGIN.replace("css: .logout", "css: .profile"))

    assert report.reason.startswith(
        f"could not log in at {site.url}: login.check does not fit the answer, HTTP 200 OK;"
    )


async def test_a_page_that_refuses_us_whoever_we_are_costs_one_more_login_and_fails(crawl, site):
    site.pages["/p/7"] = lambda question: Answer("not for you", 401)
    report, _ = await crawl(HEAD + PAGES + LOGIN)

    assert (report.verdicts, site.asked["POST /session"]) == ({"ok": 60, "blocked": 1}, 2)
    [failure] = report.failures
    assert (failure.url, failure.reason) == (
        f"{site.url}/p/7",
        "HTTP 401 Unauthorized (also in a new session)",
    )


async def test_a_site_full_of_pages_that_refuse_us_is_not_logged_in_to_for_each(crawl, site):
    for n in range(30):
        site.pages[f"/p/{n}"] = lambda question: Answer("not for you", 401)
    report, _ = await crawl(HEAD + PAGES + LOGIN)

    assert report.verdicts == {"ok": 31, "blocked": 30}
    assert site.asked["POST /session"] <= 5


async def test_no_password_reaches_the_job_folder(crawl, site, tmp_path):
    await crawl(HEAD + PAGES + LOGIN)

    files = [path for path in (tmp_path / ".scrapekit").rglob("*") if path.is_file()]
    assert files
    assert all(site.password.encode() not in path.read_bytes() for path in files)


async def test_a_form_that_leads_to_another_place_is_not_followed_unless_the_recipe_says_so(crawl, site):
    evil = '<form action="https://evil.test/take"><input name=user><input type=password name=password></form>'
    site.pages["/login"] = lambda question: Answer(evil)
    report, _ = await crawl(
        HEAD
        + PAGES
        + LOGIN.replace("  submit: /session\n", "")
        .replace('  form: "form#login"\n', "")
        .replace("""  tokens: { csrf: 're:"csrf": "([^"]+)"' }\n""", "")
    )

    assert report.reason.startswith(
        f"could not log in at {site.url}: the form on {site.url}/login is sent to https://evil.test; "
        "if that is right, write it under login.submit"
    )


TOKEN = """\
login:
  url: "{{ inputs.site }}/api/token"
  json: { name: "{{ inputs.user }}", secret: "{{ inputs.password }}" }
  take: { token: $.access.token }
  expired: [401, 403]
"""
API = """\
pages:
  list:
    links: { page: a }
  page: { parser: json, item: page, fields: { title: $.title } }
http: { headers: { Authorization: "Bearer {{ vars.token }}" } }
"""


def with_tokens(site, lasts=10_000, status=403):
    """Let the site hand out tokens, each good for so many pages."""
    given = []

    def token(question):
        asked = json.loads(question.body) if question.body else {}
        if question.method == "POST" and asked != {"name": site.user, "secret": site.password}:
            return Answer({"error": "wrong"}, 401)
        given.append(lasts)
        return Answer({"access": {"token": f"token-{len(given)}"}}, X_Token=f"token-{len(given)}")

    def guarded(body):
        def page(question):
            if question.headers.get("authorization") != f"Bearer token-{len(given)}" or given[-1] <= 0:
                return Answer({"error": "who?"}, status)
            given[-1] -= 1
            return body(question)

        return page

    site.pages["/api/token"] = token
    site.pages["/"] = guarded(lambda q: Answer("".join(f"<a href='/p/{n}'>{n}</a>" for n in range(60))))
    for n in range(60):
        site.pages[f"/p/{n}"] = guarded(lambda question: Answer({"title": f"Page {question.path}"}))
    return given


async def test_a_login_by_request_gives_a_token_for_the_headers_of_all_requests(crawl, site):
    with_tokens(site, lasts=25)
    recipe = HEAD.replace("http: { retries: 1 }\n", "") + API + TOKEN

    report, records = await crawl(recipe)

    assert (report.outcome, titles(records)) == ("complete", ALL)
    assert site.asked["POST /api/token"] == 3


async def test_a_value_is_fetched_once_and_anew_when_it_is_refused(crawl, site):
    given = with_tokens(site, lasts=25)
    fetched = 'vars: { token: { url: "{{ inputs.site }}/api/token", jsonpath: $.access.token } }\n'
    recipe = HEAD.replace("http: { retries: 1 }\n", "") + API + fetched

    report, records = await crawl(recipe)

    assert (report.outcome, titles(records)) == ("complete", ALL)
    assert (site.asked["GET /api/token"], report.notes["fetched vars.token"], len(given)) == (3, 3, 3)


async def test_a_value_may_come_from_a_header_and_go_into_a_seed(crawl, site):
    with_tokens(site)
    seed = '{ url: "{{ inputs.site }}/p/1", headers: { Authorization: "Bearer {{ vars.token }}" } }'
    recipe = HEAD.replace('"{{ inputs.site }}/" }', f"{seed} }}")
    fetched = 'vars: { token: { url: "{{ inputs.site }}/api/token", header: X-Token } }\n'

    report, records = await crawl(
        recipe + "pages: { list: { parser: json, item: page, fields: { title: $.title } } }\n" + fetched
    )

    assert (report.outcome, records) == ("complete", [{"title": "Page /p/1"}])


async def test_a_value_that_is_not_there_fails_the_requests_that_need_it_and_is_asked_for_once(crawl, site):
    with_tokens(site)
    fetched = 'vars: { token: { url: "{{ inputs.site }}/api/token", jsonpath: $.nothing } }\n'
    recipe = HEAD.replace("http: { retries: 1 }\n", "") + API + fetched

    report, _ = await crawl(recipe)

    [failure] = report.failures
    assert failure.reason == "vars.token: vars.token found nothing in the answer, HTTP 200 OK"
    assert site.asked["GET /api/token"] == 1


async def test_a_throttle_in_a_200_body_holds_the_host_as_long_as_the_header_says(crawl, site):
    said = []

    def busy(question):
        if len(said) < 3:
            said.append(question.path)
            return Answer({"ok": False, "error": "ratelimited"}, Retry_After="1")
        return Answer({"ok": True, "title": "there"})

    site.pages["/"] = busy
    rules = """\
responses:
  api:
    - { jsonpath: $.error, equals: ratelimited, then: retry, after: header:retry-after }
    - { jsonpath: $.ok, equals: false, then: fail }
pages: { list: { parser: json, responses: api, item: page, fields: { title: $.title } } }
"""
    report, records = await crawl(HEAD.replace("retries: 1", "retries: 0") + rules)

    assert (report.outcome, records) == ("complete", [{"title": "there"}])
    assert (report.retries, site.asked["GET /"]) == (3, 4)
    assert report.elapsed >= 3


async def test_a_page_that_is_declared_empty_makes_a_run_without_records_complete(crawl, site):
    site.pages["/"] = lambda question: Answer("<p class=none>Nothing found")
    pages = "pages: { list: { item: page, each: li, fields: { title: h1 } } }\n"

    report, _ = await crawl(HEAD + pages + "responses: [{ when: css:.none, then: empty }]\n")

    assert (report.exit_code, report.verdicts) == (ExitCode.COMPLETE, {"empty": 1})


async def test_a_page_without_records_that_no_rule_calls_empty_still_breaks_the_contract(crawl, site):
    site.pages["/"] = lambda question: Answer("<p>Nothing found")
    pages = "pages: { list: { item: page, each: li, fields: { title: h1 } } }\n"

    report, _ = await crawl(HEAD + pages + "responses: [{ when: css:.none, then: empty }]\n")

    assert report.exit_code == ExitCode.BROKEN_CONTRACT


async def test_a_large_page_is_judged_in_its_thread_just_the_same(crawl, site):
    answers = [Answer("<p class=busy>" + "x" * 300_000), Answer("<h1>there</h1>" + "x" * 300_000)]
    site.pages["/"] = lambda question: answers.pop(0)
    pages = "pages: { list: { item: page, fields: { title: h1 } } }\n"

    report, records = await crawl(HEAD + pages + "responses: [{ when: css:.busy, then: retry, after: 0 }]\n")

    assert (report.outcome, report.retries, records) == ("complete", 1, [{"title": "there"}])


async def test_a_secret_may_not_be_put_where_the_login_sends_nothing(crawl):
    with pytest.raises(RecipeError) as caught:
        await crawl(HEAD + PAGES + LOGIN.replace("fail: css:.error", 'fail: "css:.{{ inputs.password }}"'))
    assert 'the secret "password" cannot stand here' in str(caught.value)


async def test_what_a_session_brought_is_given_again_without_a_login(crawl, site):
    first, kept = await crawl(HEAD + PAGES + LOGIN, cache=True)
    asked = site.asked.total()

    again, with_cache = await crawl(HEAD + PAGES + LOGIN, cache=True)
    offline, without = await crawl(HEAD + PAGES + LOGIN, offline=True)

    assert titles(kept) == titles(with_cache) == titles(without) == ALL
    assert (site.asked.total(), again.exit_code, offline.exit_code) == (asked, 0, 0)
    assert first.cache["stored"] == 61


async def test_a_session_that_is_over_is_not_kept_and_one_login_serves_what_is_missing(crawl, site):
    site.lasts = 25
    await crawl(HEAD + PAGES + LOGIN, cache=True)

    report, records = await crawl(HEAD + PAGES + LOGIN, offline=True)

    assert (titles(records), report.cache["misses"]) == (ALL, 0)


@pytest.mark.parametrize(
    ("query", "withheld"), [("{ key: '{{ inputs.password }}' }", 1), ("{ key: public }", 0)]
)
async def test_an_answer_that_repeats_what_a_secret_brought_is_not_kept(crawl, site, query, withheld):
    site.pages["/api/token"] = lambda question: Answer({"access": {"token": "token-4711"}})
    site.pages["/"] = lambda question: Answer("<a href=/p/0>0</a><a href=/p/1>1</a>")
    site.pages["/p/0"] = lambda question: Answer({"title": "plain"})
    site.pages["/p/1"] = lambda question: Answer({"title": question.headers["authorization"]})
    url = '"{{ inputs.site }}/api/token"'
    fetched = f"vars: {{ token: {{ url: {url}, query: {query}, jsonpath: $.access.token }} }}\n"

    report, records = await crawl(HEAD.replace("http: { retries: 1 }\n", "") + API + fetched, cache=True)

    assert titles(records) == ["Bearer token-4711", "plain"]
    assert report.cache["withheld"] == withheld
