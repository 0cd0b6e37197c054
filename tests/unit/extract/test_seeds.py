"""Requests drawn from files, sitemaps and feeds, and what is done to a page before it is parsed."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

from scrapekit.crawl.entries import identity
from scrapekit.errors import Problems, RecipeError
from scrapekit.extract.seeds import files as seed_files
from scrapekit.model import Outcome, Verdict
from scrapekit.page import Page
from scrapekit.planning.plan import Plan, compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree
from scrapekit.request import Request

RULE = "pages: { listing: { item: row, fields: { t: h1 } } }"
BEGAN = 1709632800.0
"""5 March 2024, 10:00 UTC."""

Draw = Callable[..., Plan]


@pytest.fixture
def planned(tmp_path: Path) -> Draw:
    """Read a recipe of these seeds in a folder of its own."""

    def read(seeds: str, rest: str = RULE) -> Plan:
        text = f"scrapekit: 1\nname: r\n{rest}\nseeds:\n{indent(dedent(seeds), '  ')}\n"
        problems, name = Problems(), str(tmp_path / "r.yaml")
        (tmp_path / "r.yaml").write_text(text)
        tree = parse_tree(text, name, problems)
        assert tree is not None
        recipe = read_recipe(tree, problems, file=name, inputs={}, environ={})
        plan = recipe and compile_plan(recipe, Plugins(), problems, output=tmp_path)
        problems.raise_if_any()
        assert plan is not None
        return plan

    return read


def urls(plan: Plan) -> list[str]:
    return [seed if isinstance(seed, str) else seed.url for seed in plan.seeds(BEGAN)]


def first(plan: Plan) -> Request:
    request = next(plan.seeds(BEGAN))
    assert isinstance(request, Request)
    return request


def answer(plan: Plan, request: Request, body: str | bytes, **headers: str) -> Outcome:
    content = body.encode() if isinstance(body, str) else body
    page = Page(request, request.url, 200, {"content-type": "text/html", **headers}, content)
    outcome = plan.callback(request.page)(page)
    assert isinstance(outcome, Outcome)
    return outcome


def test_every_row_of_a_file_is_a_request(planned, tmp_path):
    (tmp_path / "urls.csv").write_text("sku,url,stock\n7,https://a.test/7,3\n8,https://b.test/8,\n")

    plan = planned('listing: { file: urls.csv, carry: { sku: "{{ each.sku }}", stock: "{{ each.stock }}" } }')

    assert [(each.url, each.carry) for each in plan.seeds() if isinstance(each, Request)] == [
        ("https://a.test/7", {"sku": "7", "stock": "3"}),
        ("https://b.test/8", {"sku": "8", "stock": None}),
    ]
    assert plan.seed_urls == ("https://a.test/", "https://b.test/")
    assert plan.scope.allows("https://www.b.test/x")


def test_a_row_may_be_combined_with_variables_and_stand_in_every_part_of_a_request(planned, tmp_path):
    (tmp_path / "skus.jsonl").write_text('{"sku": 7, "tags": ["x"]}\n{"sku": 8}\n')

    plan = planned(
        """
        listing:
          file: skus.jsonl
          url: "https://a.test/{{ each.n }}"
          json: { sku: "{{ each.sku }}", tags: "{{ each.tags }}" }
          headers: { X-Sku: "{{ each.sku }}" }
          each: { n: [1, 2] }
        """
    )
    found = [each for each in plan.seeds() if isinstance(each, Request)]

    assert [each.url for each in found] == ["https://a.test/1", "https://a.test/2"] * 2
    assert [each.body for each in found[1:3]] == [b'{"sku": 7, "tags": ["x"]}', b'{"sku": 8, "tags": null}']
    assert found[3].headers[0] == ("X-Sku", "8")


def test_a_row_without_an_address_is_a_remark_that_names_its_line(planned, tmp_path):
    (tmp_path / "urls.txt").write_text("https://a.test/1\n" + "nonsense\n" * 12 + "https://a.test/2\n")

    found = urls(planned("listing: { file: urls.txt }"))

    assert (found[0], found[-1], len(found)) == ("https://a.test/1", "https://a.test/2", 14)
    assert found[1:3] == [
        "urls.txt: line 2 skipped, it holds no http(s) address",
        "urls.txt: line 3 skipped, it holds no http(s) address",
    ]
    assert found[10:13] == [
        "urls.txt: line 11 skipped, it holds no http(s) address",
        "urls.txt: further lines skipped",
        "urls.txt: further lines skipped",
    ]


def test_max_ends_a_file_early(planned, tmp_path):
    (tmp_path / "urls.txt").write_text("https://a.test/1\nhttps://a.test/2\nhttps://b.test/3\n")

    plan = planned("listing: { file: urls.txt, max: 2 }")

    assert urls(plan) == ["https://a.test/1", "https://a.test/2"]
    assert plan.seed_urls == ("https://a.test/",)


@pytest.mark.parametrize(
    ("written", "content", "complaint"),
    [
        ("{ file: urls.csv }", "url\nnone\n", 'no line of urls.csv holds an http(s) address in column "url"'),
        (
            '{ file: urls.csv, url: "https://a.test/{{ each.skuu }}" }',
            "sku\n1\n",
            'each has no "skuu"',
        ),
        (
            '{ file: urls.csv, url: "https://a.test/{{ each.sku }}", each: { sku: [1] } }',
            "sku\n1\n",
            '"sku" is a column of the file too',
        ),
    ],
)
def test_a_file_that_gives_no_request_is_refused(planned, tmp_path, written, content, complaint):
    (tmp_path / "urls.csv").write_text(content)

    with pytest.raises(RecipeError) as caught:
        planned(f"listing: {written}")

    assert [problem.message for problem in caught.value.problems] == [complaint]


def test_a_file_of_more_hosts_than_memory_should_hold_is_refused(planned, tmp_path, monkeypatch):
    monkeypatch.setattr(seed_files, "MOST_HOSTS", 3)
    (tmp_path / "urls.txt").write_text("".join(f"https://h{n}.test/\n" for n in range(4)))

    with pytest.raises(RecipeError, match="the file names more than 3 hosts"):
        planned("listing: { file: urls.txt }")


def test_the_fingerprint_changes_with_the_file(planned, tmp_path):
    path = tmp_path / "urls.txt"
    path.write_text("https://a.test/1\n")
    before = planned("listing: { file: urls.txt }").recipe.fingerprint
    path.write_text("https://a.test/2\n")

    after = planned("listing: { file: urls.txt }").recipe.fingerprint

    assert before != after
    assert before.partition("+")[0] == after.partition("+")[0]


SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://a.test/p/1</loc><lastmod>2024-03-04</lastmod><priority>0.9</priority></url>
<url><loc>https://a.test/p/2</loc><lastmod>2024-01-01</lastmod><priority>0.9</priority></url>
<url><loc>https://a.test/p/3</loc></url>
<url><loc>https://a.test/p/4</loc><lastmod>2024-03-05</lastmod><priority>0.1</priority></url>
<url><loc>https://a.test/about</loc></url>
</urlset>"""


def test_a_sitemaps_entries_are_requests_of_the_page_rule(planned):
    plan = planned("listing: { sitemap: https://a.test/sitemap.xml, carry: { seen: '{{ each.lastmod }}' } }")
    request = first(plan)

    outcome = answer(plan, request, SITEMAP)

    assert (request.url, request.page) == ("https://a.test/sitemap.xml", "sitemap: seeds.listing")
    assert outcome.verdict is Verdict.OK
    assert [each.url[-3:] for each in outcome.requests] == ["p/1", "p/2", "p/3", "p/4", "out"]
    assert (outcome.requests[0].page, outcome.requests[0].depth) == ("listing", 0)
    assert outcome.requests[0].carry == {"seen": "2024-03-04"}


def test_a_sitemaps_entries_are_chosen_by_address_date_and_priority(planned):
    plan = planned(
        "listing: { sitemap: https://a.test/sitemap.xml, allow: /p/, lastmod: { after: -7d }, priority: 0.5 }"
    )

    outcome = answer(plan, first(plan), SITEMAP)

    assert [each.url for each in outcome.requests] == ["https://a.test/p/1", "https://a.test/p/3"]
    assert outcome.notes == {
        "seeds.listing: lastmod out of range": 1,
        "seeds.listing: priority too low": 1,
        "seeds.listing: not allowed": 1,
    }


def test_the_days_a_sitemap_is_asked_for_are_those_of_the_day_the_job_began(planned):
    plan = planned("listing: { sitemap: https://a.test/sitemap.xml, lastmod: { after: -7d, before: today } }")

    request = Request.from_json(first(plan).to_json())

    assert request.carry == {"each": {}, "level": 1, "after": 1708992000.0, "before": 1709683199.0}
    assert [each.url[-3:] for each in answer(plan, request, SITEMAP).requests] == ["p/1", "p/3", "p/4", "out"]


def test_an_index_leads_to_its_sitemaps_but_not_without_end(planned):
    plan = planned(
        "listing: { sitemap: https://a.test/i.xml, follow: '*.xml.gz', lastmod: { after: 2024-03-01 } }"
    )
    index = """<sitemapindex><sitemap><loc>/a.xml.gz</loc></sitemap><sitemap><loc>/b.xml</loc></sitemap>
        <sitemap><loc>/old.xml.gz</loc><lastmod>2024-02-01</lastmod></sitemap></sitemapindex>"""

    seen, request, notes = [], first(plan), {}
    while True:
        outcome = answer(plan, request, index)
        if not outcome.requests:
            notes = outcome.notes
            break
        (request,) = outcome.requests
        seen.append(request.url)

    assert seen == ["https://a.test/a.xml.gz"] * 3
    assert notes == {"seeds.listing: sitemaps nested too deeply": 3}


def test_a_packed_sitemap_is_unpacked(planned):
    plan = planned("listing: { sitemap: https://a.test/sitemap.xml.gz }")

    outcome = answer(plan, first(plan), gzip.compress(SITEMAP.encode()))

    assert len(outcome.requests) == 5


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            gzip.compress(SITEMAP.encode())[:-20],
            "the packed document cannot be read: the body broke off: its gzip data has no end",
        ),
        (b"<urlset><url>", "not well-formed XML: no element found, line 1, column 14"),
    ],
)
def test_a_broken_sitemap_fails_with_its_reason(planned, body, reason):
    plan = planned("listing: { sitemap: https://a.test/sitemap.xml }")

    outcome = answer(plan, first(plan), body)

    assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, reason)


def test_a_robots_txt_names_the_sitemaps_of_its_site(planned):
    plan = planned("listing: { sitemap: https://a.test/robots.txt }")
    robots = "User-agent: x\nDisallow: /\nSitemap: https://a.test/a.xml\nsitemap: /b.xml\n"

    outcome = answer(plan, first(plan), robots)
    nothing = answer(plan, first(plan), "User-agent: *\n")

    assert [(each.url, each.page) for each in outcome.requests] == [
        ("https://a.test/a.xml", "sitemap: seeds.listing"),
        ("https://a.test/b.xml", "sitemap: seeds.listing"),
    ]
    assert (nothing.verdict, nothing.reason) == (Verdict.EMPTY, "it lists nothing")


def test_two_seeds_may_read_one_sitemap_each_with_its_own_eyes(planned):
    plan = planned(
        """
        listing:
          - { sitemap: https://a.test/s.xml, allow: /p/ }
          - { sitemap: https://a.test/s.xml, allow: about }
        """
    )
    one, two = (each for each in plan.seeds() if isinstance(each, Request))

    assert identity(one) != identity(two)
    assert [len(answer(plan, each, SITEMAP).requests) for each in (one, two)] == [4, 1]


def test_a_sitemap_may_be_one_of_many_and_its_entries_be_asked_for_in_another_way(planned):
    plan = planned(
        """
        listing:
          sitemap: "https://a.test/sitemap-{{ each.n }}.xml"
          each: { n: [1, 2] }
          url: "{{ each.url }}?print={{ each.n }}"
          headers: { X-From: sitemap }
          max: 1
        """
    )
    requests = [each for each in plan.seeds() if isinstance(each, Request)]

    outcome = answer(plan, requests[1], SITEMAP)

    assert [each.url for each in requests] == ["https://a.test/sitemap-1.xml", "https://a.test/sitemap-2.xml"]
    assert [(each.url, each.headers) for each in outcome.requests] == [
        ("https://a.test/p/1?print=2", (("X-From", "sitemap"),))
    ]
    assert outcome.notes == {"seeds.listing: more than max": 4}


def test_a_feeds_entries_are_requests_that_carry_what_it_says(planned):
    plan = planned(
        """
        listing:
          feed: https://a.test/feed
          date: { after: yesterday }
          carry: { title: "{{ each.title }}", date: "{{ each.date }}" }
        """
    )
    feed = """<rss><channel>
        <item><title>{{ inputs.x }}</title><link>/1</link>
        <pubDate>Tue, 05 Mar 2024 09:00:00 GMT</pubDate></item>
        <item><title>Old</title><link>/2</link><pubDate>Tue, 05 Mar 2019 09:00:00 GMT</pubDate></item>
        </channel></rss>"""

    outcome = answer(plan, first(plan), feed)

    assert [(each.url, dict(each.carry)) for each in outcome.requests] == [
        ("https://a.test/1", {"title": "{{ inputs.x }}", "date": "2024-03-05T09:00:00+00:00"})
    ]
    assert outcome.notes == {"seeds.listing: date out of range": 1}


def test_alternatives_travel_with_their_request(planned):
    plan = planned(
        """
        listing:
          any: ["https://a.test/{{ each.n }}", { url: "https://b.test/{{ each.n }}", form: { q: 1 } }]
          each: { n: [1] }
          carry: { n: "{{ each.n }}" }
        """
    )

    request = Request.from_json(first(plan).to_json())
    (other,) = map(Request.from_json, request.otherwise)

    assert (request.url, request.carry) == ("https://a.test/1", {"n": 1})
    assert (other.url, other.method, other.body, other.carry) == (
        "https://b.test/1",
        "POST",
        b"q=1",
        {"n": 1},
    )
    assert plan.seed_urls == ("https://a.test/1", "https://b.test/1")


def test_a_page_is_read_in_the_encoding_that_its_rule_names(planned):
    body = "<meta charset=utf-8><h1>чай</h1>".encode("cp1251")
    rule = RULE.replace("item:", "encoding: windows-1251, item:")

    told, misread = (planned("listing: https://a.test/", each) for each in (rule, RULE))

    assert answer(told, first(told), body).items[0].fields == {"t": "чай"}
    assert answer(misread, first(misread), body).items[0].fields != {"t": "чай"}


def test_a_pages_text_is_edited_before_it_is_parsed(planned):
    rule = RULE.replace("item:", "before_parse: [{ sub: { pattern: '<!--|-->', with: '' } }], item:")
    body = "<p>é</p><!--<h1>Gréen tea</h1>-->".encode("latin-1")

    plan = planned("listing: https://a.test/", rule)

    assert answer(plan, first(plan), body).items[0].fields == {"t": "Gréen tea"}


def test_an_edit_that_gives_no_text_is_refused(planned):
    with pytest.raises(RecipeError) as caught:
        planned("listing: https://a.test/", RULE.replace("item:", "before_parse: [int], item:"))

    assert [problem.message for problem in caught.value.problems] == [
        "a page is text, and what comes out here is number"
    ]
