"""Complaints 36 to 43 of users of other systems: recipes for many sites, and whether they can be trusted.

- 37: there is no server with an API of its own. A recipe is data, which the command and Python read alike.
- 39: nothing is learnt from the last good run, and nothing healed. A recipe states its coverage, and a field
  that no record has is noted; more in tests/unit/records/test_contracts.py.
- 40: no language model writes recipes here. Every example of the documentation is run by tests/docs, every
  recipe that is shipped by tests/recipes.
- 41: there is no schema for editors. Errors say where and what; more in tests/unit/recipe/test_broken.py.
  That each key is described is held by tests/docs/test_reference.py.
- 42: there is no `try` for one selector, nor help in editors. `scrapekit test` shows what a page gives.
- 43: no language model reads pages; what a page gives is the same each time.
"""

from __future__ import annotations

import subprocess
import sys

import pytest


def test_a_thousand_addresses_share_one_recipe(desk):
    """c36: one job for each of 1,500 addresses, all with the same options (urlwatch#719, #381)."""
    (desk.folder / "shops.csv").write_text("url\n" + "".join(f"https://s{n}.test/\n" for n in range(1000)))
    recipe = """\
        seeds:
          p:
            - { file: shops.csv }
            - { url: "https://shop.test/{{ each.n }}", each: { n: { range: [1, 500] } }, headers: { X-A: b } }
        pages: { p: { item: it, fields: { t: h1 } } }
    """

    seeds = list(desk.prepare(recipe).plan.seeds())

    assert len(seeds) == 1500
    assert (seeds[0].url, seeds[-1].url) == ("https://s0.test/", "https://shop.test/500")


def test_a_recipe_for_another_site_says_only_what_differs(desk):
    """c36: the same options had to be written again (ha-multiscrape#20)."""
    desk.prepare(desk.one("item: tea\nfields: { name: h1, price: .price }"))
    (desk.folder / "shop.yaml").rename(desk.folder / "base.yaml")
    recipe = "extends: base.yaml\nseeds: https://other.test/\n"
    recipe += "pages: { one: { fields: { price: { css: .cost } } } }"

    [item] = desk.read(recipe, "<h1>Assam</h1><i class=cost>3</i>").items

    assert item.fields == {"name": "Assam", "price": "3"}


def test_command_file_and_python_set_the_same_things(desk):
    """c37: filters could not be set by the API (changedetection#3654)."""
    recipe = desk.one("item: tea\nfields: { name: { css: h1, pipe: [upper] } }")
    written = desk.read(recipe, "<h1>Assam</h1>").items
    plain = recipe.replace("[upper]", "[lower]")
    by_python = desk.read(
        plain, "<h1>Assam</h1>", overrides=[("pages.one.fields.name.pipe", "[upper]")]
    ).items
    command = ["resolve", "--plain", "shop.yaml", "--set", "pages.one.fields.name.pipe=[upper]"]
    done = scrapekit(desk, *command)

    assert written[0].fields == by_python[0].fields == {"name": "ASSAM"}
    assert "pipe:\n          - upper" in done.stdout


def scrapekit(desk, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The real command, in the folder of the recipe."""
    command = [sys.executable, "-m", "scrapekit", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=desk.folder, check=False, timeout=60)


async def test_what_an_error_looks_like_is_written_once(desk, site):
    """c38: source-slack spells the same five conditions three times (airbyte, its manifest)."""
    site.pages = {"/a": '{"ok": false}', "/b": '{"ok": false}', "/c": '{"ok": true, "n": 1}'}
    recipe = """\
        responses: { chat: [{ jsonpath: $.ok, equals: false, then: fail, reason: it says no }] }
        seeds: { a: [SITE/a, SITE/c], b: SITE/b }
        pages:
          a: { parser: json, responses: chat, item: a, fields: { n: $.n } }
          b:
            { parser: json, responses: [chat, { when: size == 0, then: empty }], item: b, fields: { n: $.n } }
    """

    assert await desk.run(recipe) == [{"n": 1}]
    assert [failure.reason for failure in desk.report.failures] == ["it says no (responses.chat[0])"] * 2


TEAS = """\
seeds: SITE/
pages: { p: { item: tea, each: li, fields: { name: b, price: .price } } }
"""
RENAMED = "".join(f"<li><b>{n}</b><i class=cost>3</i></li>" for n in range(20))


async def test_a_renamed_class_breaks_the_coverage_that_a_recipe_states(desk, site):
    """c39: twenty rows with an empty column, and no signal (crawl4ai PR#2106, scrapy#2360, Scrapling#209)."""
    site.pages = {"/": RENAMED}

    await desk.run(TEAS + "expect: { tea: { min: 20, coverage: { price: 95% } } }\n")

    assert desk.report.exit_code == 1
    assert desk.report.broken == ["price is there in 0 of 20 tea records (0 %), expected 95 %"]


async def test_a_field_that_no_record_has_is_noted_though_nothing_was_expected(desk, site):
    """c39: the same where nobody thought of it."""
    site.pages = {"/": RENAMED}

    await desk.run(TEAS)

    assert desk.report.notes == {"tea records, all without price": 20}


async def test_a_field_that_one_record_has_is_not_noted(desk, site):
    """c39: optional fields are no news."""
    site.pages = {"/": RENAMED.replace("cost", "price", 1)}

    await desk.run(TEAS)

    assert desk.report.notes == {}


async def test_a_run_without_records_says_which_rows_were_not_there(desk, site):
    """c39: "no record was found" leaves its reader with every selector of the recipe to doubt."""
    site.pages = {"/": "<p class=tea>Assam</p>"}

    await desk.run(TEAS)

    assert desk.report.broken == ["no tea record was found"]
    assert desk.report.notes == {"p: no rows match li": 1}


async def test_records_without_any_value_are_no_success(desk, site):
    """c39: eight rows were there, none of the fields was, and all went well."""
    site.pages = {"/": "<li>Assam</li>" * 8}

    await desk.run(TEAS)

    assert (desk.report.exit_code, desk.report.records) == (1, {"tea": 8})
    assert desk.report.broken == ["8 tea records, without a value in any field"]


async def test_json_that_is_read_as_html_is_noted(desk, site):
    """c40: the page rule of an API that lacks its parser finds nothing, for HTML can be made of anything."""
    site.pages = {"/": '{"teas": []}'}

    await desk.run(TEAS)

    assert desk.report.notes == {
        "p: no rows match li": 1,
        "p: nothing found in application/json, read as HTML; its page rule lacks `parser: json`": 1,
    }


def test_a_selector_of_another_language_is_told_before_the_first_request(desk):
    """c40: a generator gave XPath for a CSS schema, and nothing was found (crawl4ai#651, #921)."""
    assert desk.mistake(desk.one("item: it\nfields: { t: //h1 }")) == (
        'shop.yaml:7:18: pages.one.fields.t: expected a selector, found "/"\n'
        "    7 |     fields: { t: //h1 }\n"
        "      |                  ^\n"
        "  hint: an XPath is marked as one: xpath://h1"
    )


def test_every_mistake_has_its_line_its_column_and_the_word_that_was_meant(desk):
    """c41: a bad file just did not show up in the list (Jackett#12793, Prowlarr/Indexers#6, #206)."""
    assert desk.mistake(desk.one("item: it\nfeilds: { t: h1 }\nfields: { t: { css: h1, pip: [trim] } }")) == (
        'shop.yaml:7:5: pages.one.feilds: unknown key "feilds"\n'
        "    7 |     feilds: { t: h1 }\n"
        "      |     ^^^^^^\n"
        '  hint: did you mean "fields"?\n'
        'shop.yaml:8:29: pages.one.fields.t.pip: unknown key "pip"\n'
        "    8 |     fields: { t: { css: h1, pip: [trim] } }\n"
        "      |                             ^^^\n"
        '  hint: did you mean "pipe"?'
    )


@pytest.mark.slow
def test_a_bad_file_among_good_ones_is_named(desk):
    """c41: the command says which of many is wrong, and how."""
    good = "scrapekit: 1\n" + desk.one("item: it\nfields: { t: h1 }")
    (desk.folder / "good.yaml").write_text(good)
    (desk.folder / "bad.yaml").write_text(good.replace("item:", "itme:"))

    done = scrapekit(desk, "check", "good.yaml", "bad.yaml")

    assert done.returncode == 2
    assert "good.yaml" in done.stdout
    assert done.stderr.startswith('bad.yaml:5:5: pages.one.itme: unknown key "itme"\n')


@pytest.mark.slow
def test_what_a_rule_matches_is_seen_on_a_saved_page_before_it_is_used(desk):
    """c42: there was no way to see it (changedetection#92)."""
    (desk.folder / "saved.html").write_text("<h1>Assam</h1>")
    recipe = "scrapekit: 1\n" + desk.one("item: it\nfields: { t: h1 }")
    (desk.folder / "r.yaml").write_text(recipe + "tests: [{ file: saved.html, records: [{ t: Ceylon }] }]\n")

    done = scrapekit(desk, "test", "r.yaml")

    assert done.returncode == 1
    assert "Assam" in done.stdout + done.stderr
    assert "Ceylon" in done.stdout + done.stderr


def test_a_long_list_is_read_whole_and_the_same_each_time(desk):
    """c43: models lost half of long lists or made rows up (fetchfox#120, crawl4ai#712)."""
    page = "".join(f"<li><b>{n}</b></li>" for n in range(5000))
    rule = "item: it\neach: li\nfields: { n: { css: b, type: int } }"

    first, second = desk.rows(rule, page), desk.rows(rule, page)

    assert first == second == [{"n": n} for n in range(5000)]
