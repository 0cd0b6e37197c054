"""What robots.txt lets us do."""

from __future__ import annotations

import gc
import json
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from protego import Protego

from scrapekit.web.robots import ALLOW_ALL, DENY_ALL, LARGEST_ROBOTS, RobotsNotNow, read_robots

SITE = "https://shop.test"


GOOGLE = json.loads((Path(__file__).parent / "robots_google.json").read_text())["files"]
"""What the robots.txt of Google's own tests allow: [agent, address, allowed]; the file names their source."""

RFC_SAYS_OTHERWISE = {
    # RFC 9309 2.2.2: both sides are compared percent-encoded, and letters that need no encoding decoded.
    # Google's matcher leaves that to whoever calls it.
    ("/foo/bar/\u30c4", "http://foo.bar/foo/bar/\u30c4"),
    ("/foo/bar/%E3%83%84", "http://foo.bar/foo/bar/\u30c4"),
    ("/foo/bar/%62%61%7A", "http://foo.bar/foo/bar/baz"),
}


def robots(text, agent="scrapekit"):
    return read_robots(200, text.encode(), agent)


def allowed(text, *paths, agent="scrapekit"):
    rules = robots(text, agent)
    return [rules.allows(SITE + path) for path in paths]


def test_the_longest_rule_decides_and_allow_wins_a_draw():
    text = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /c\nAllow: /c"

    assert allowed(text, "/", "/a", "/a/x", "/a/b", "/c") == [True, False, False, True, True]


def test_wildcards_and_the_end_anchor_are_understood():
    text = "User-agent: *\nDisallow: /*.pdf$\nDisallow: /*?sort="

    assert allowed(text, "/x.pdf", "/x.pdf?y", "/l?sort=up", "/l?a=b") == [False, True, False, True]


def test_a_group_for_us_replaces_the_one_for_everyone():
    text = "User-agent: *\nDisallow: /\n\nUser-agent: ScrapeKit\nDisallow: /private"

    assert allowed(text, "/a", "/private") == [True, False]
    assert allowed(text, "/a", agent="other") == [False]


@pytest.mark.parametrize("name", ["SCRAPEKIT", "scrapekit/1.0", "scrapekit*", "Scrapekit Bot"])
def test_our_name_is_matched_without_case_and_version(name):
    assert allowed(f"User-agent: {name}\nDisallow: /", "/") == [False]


@pytest.mark.parametrize("name", ["scrape", "kit", "scrapekit-pro", "scrapekitten", "s"])
def test_a_name_like_ours_is_not_ours(name):
    assert allowed(f"User-agent: {name}\nDisallow: /", "/") == [True]


def test_groups_of_the_same_agent_are_one():
    text = (
        "User-agent: scrapekit\nDisallow: /a\nUser-agent: x\nDisallow: /\nUser-agent: scrapekit\nDisallow: /b"
    )

    assert allowed(text, "/a", "/b", "/c") == [False, False, True]


def test_a_sitemap_or_crawl_delay_does_not_end_a_list_of_agents():
    text = "User-agent: x\nCrawl-delay: 3\nSitemap: /s\nUser-agent: scrapekit\nDisallow: /a\n"

    assert allowed(text, "/a") == [False]
    assert allowed(text, "/a", agent="x") == [False]


def test_an_empty_group_for_us_allows_everything():
    assert allowed("User-agent: *\nDisallow: /\nUser-agent: scrapekit\nDisallow:", "/a") == [True]


def test_rules_before_any_agent_are_for_nobody():
    assert allowed("Disallow: /\nUser-agent: x\nAllow: /a", "/b") == [True]


def test_comments_line_ends_and_a_byte_order_mark_are_no_obstacle():
    text = "\ufeffUser-agent: * # all\r\nDisallow : /a # this\rdisalow /b\n  ALLOW: /a/c  \n"

    assert allowed(text, "/a", "/b", "/a/c", "/d") == [False, False, True, True]


def test_robots_txt_itself_is_always_allowed():
    assert allowed("User-agent: *\nDisallow: /", "/robots.txt") == [True]
    assert DENY_ALL.allows(SITE + "/robots.txt")


def test_the_delay_is_the_longer_of_crawl_delay_and_request_rate():
    assert robots("User-agent: *\nCrawl-delay: 2.5").crawl_delay == 2.5
    assert robots("User-agent: *\nRequest-rate: 1/10s").crawl_delay == 10
    assert robots("User-agent: *\nCrawl-delay: 2\nRequest-rate: 4/1m").crawl_delay == 15
    assert robots("User-agent: *\nDisallow: /a").crawl_delay is None


@pytest.mark.parametrize("value", ["-1", "soon", "nan", "inf", ""])
def test_a_delay_that_is_no_duration_is_ignored(value):
    assert robots(f"User-agent: *\nCrawl-delay: {value}").crawl_delay is None


def test_the_delay_of_other_agents_is_not_ours():
    assert robots("User-agent: x\nCrawl-delay: 9\n\nUser-agent: *\nCrawl-delay: 1").crawl_delay == 1


def test_sitemaps_are_for_everyone_and_listed_once():
    text = "Sitemap: https://shop.test/a.xml\nUser-agent: x\nsitemap: https://shop.test/b.xml\n"
    text += "Sitemap: https://shop.test/a.xml"

    assert robots(text).sitemaps == ("https://shop.test/a.xml", "https://shop.test/b.xml")


def test_no_robots_txt_means_no_restrictions():
    for status in (400, 401, 403, 404, 410, 451):
        assert read_robots(status, b"User-agent: *\nDisallow: /", "scrapekit") is ALLOW_ALL
    assert ALLOW_ALL.allows(SITE + "/x")
    assert ALLOW_ALL.crawl_delay is None
    assert ALLOW_ALL.sitemaps == ()


@pytest.mark.parametrize("status", [429, 500, 503, 599, 304, 999])
def test_a_server_that_cannot_answer_means_not_now(status):
    with pytest.raises(RobotsNotNow, match=rf"^HTTP {status}$"):
        read_robots(status, b"", "scrapekit")


def test_a_server_that_cannot_answer_may_say_when_it_can():
    with pytest.raises(RobotsNotNow) as caught:
        read_robots(503, b"", "scrapekit", retry_after=30.0)

    assert caught.value.retry_after == 30.0


def test_nothing_may_be_fetched_while_robots_txt_is_out_of_reach():
    assert not DENY_ALL.allows(SITE + "/x")


def test_what_lies_beyond_500_kib_is_ignored():
    head = b"User-agent: *\nDisallow: /a\n"
    body = head + b"#" * (LARGEST_ROBOTS - len(head) - 20) + b"\nDisallow: /beyond-the-limit\nDisallow: /c"

    rules = read_robots(200, body, "scrapekit")
    assert [rules.allows(SITE + path) for path in ("/a", "/beyond-the-limit", "/bey", "/c")] == [
        False,
        True,
        True,
        True,
    ]


def test_an_html_page_or_any_other_bytes_allow_everything():
    assert allowed("<html><body>User-agent: *</body>\n<p>Disallow: /</p>", "/x") == [True]
    assert read_robots(200, bytes(range(256)), "scrapekit").allows(SITE + "/x")


def test_what_is_no_address_is_left_to_the_fetcher():
    assert robots("User-agent: *\nDisallow: /a").allows("//[0-9]")


@pytest.mark.slow
def test_a_hostile_file_costs_little():
    agents = "".join(f"User-agent: a{n}\n" for n in range(4000))
    rules = "".join(f"Disallow: /x{n}\n" for n in range(4000))
    start = time.process_time()

    assert allowed(agents + rules, "/x1", "/y") == [True, True]
    assert time.process_time() - start < 2


@given(
    st.lists(
        st.sampled_from(
            [
                "User-agent: *",
                "scrapekit",
                "Disallow: /",
                ":",
                "*",
                "$",
                "%",
                "\n",
                "\r",
                "\u2028",
                "\x0c",
                "#",
                " ",
                "é",
                "Crawl-delay: ",
                "9" * 20,
                "Request-rate: 1/",
            ]
        )
    )
)
def test_any_text_is_read(pieces):
    rules = robots("".join(pieces))

    assert rules.allows(SITE + "/x") in (True, False)
    assert rules.crawl_delay is None or rules.crawl_delay >= 0
    assert rules.allows(SITE + "/robots.txt")


def test_the_parsed_rules_of_many_hosts_are_not_all_kept():
    """Parsed rules are twenty times as large as their text: 100,000 hosts would take gigabytes."""
    many = [robots(f"User-agent: *\nDisallow: /{n}\n") for n in range(1_500)]

    assert [n for n, rules in enumerate(many) if rules.allows(f"{SITE}/{n}")] == []
    gc.collect()
    assert sum(isinstance(each, Protego) for each in gc.get_objects()) <= 512


def test_the_file_itself_is_always_allowed():
    assert allowed("User-agent: *\nDisallow: /", "/robots.txt", "/x/robots.txt", "/") == [True, False, False]


PATHS = st.text("/ab*$", min_size=1, max_size=6)


@given(
    st.lists(st.tuples(st.sampled_from(["Allow", "Disallow"]), PATHS), max_size=6), st.text("/ab", max_size=6)
)
@example([("Disallow", "/*a$")], "aba")
@example([("Disallow", "/a*b*"), ("Disallow", "/a")], "aab")
def test_the_line_that_is_named_is_one_that_forbids_the_address(lines, path):
    text = "".join(f"{name}: /{pattern}\n" for name, pattern in lines)
    rules = robots(f"User-agent: *\n{text}")

    if rules.allows(f"{SITE}/{path}"):
        return
    line = rules.line_against(f"{SITE}/{path}")
    assert line in text.splitlines()
    assert allowed(f"User-agent: *\n{line}", f"/{path}") == [False]


def test_a_file_too_long_to_be_looked_through_still_forbids():
    rules = robots("User-agent: *\n" + "".join(f"Disallow: /x{n}\n" for n in range(9_000)))

    assert not rules.allows(f"{SITE}/x7")
    assert rules.line_against(f"{SITE}/x7") == ""


@pytest.mark.parametrize("file", GOOGLE, ids=[f"{n}-{file['test']}" for n, file in enumerate(GOOGLE)])
def test_what_google_s_own_tests_allow_is_allowed(file):
    rules = file["robots"].rpartition("llow: ")[2].strip()
    said = [[agent, url, robots(file["robots"], agent).allows(url)] for agent, url, _ in file["allows"]]

    assert said == [
        [agent, url, expected or (rules, url) in RFC_SAYS_OTHERWISE]
        for agent, url, expected in file["allows"]
    ]


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_mark_at_the_beginning_says_how_the_text_is_written(coding):
    mark = "" if coding in ("utf-8-sig", "utf-16") else "\ufeff"
    body = f"{mark}User-agent: *\nDisallow: /a\n".encode(coding)

    rules = read_robots(200, body, "scrapekit")
    assert (rules.allows(SITE + "/a"), rules.allows(SITE + "/b")) == (False, True)
