"""What robots.txt lets us do."""

from __future__ import annotations

import gc
import json
import re
import time
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapekit.web.robots import ALLOW_ALL, DENY_ALL, LARGEST_ROBOTS, Line, RobotsNotNow, read_robots
from scrapekit.web.robots_rules import MOST_STEPS, Rules

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


BY_SECTION = [
    # RFC 9309 section, rules for everyone, path, allowed
    ("2.1", "Disallow: /A", "/a", True),
    ("2.2", "Disallow: /a # no\n\tAllow\t:\t/a/b\t", "/a/b", True),
    ("2.2", "Disallow: a", "/a", True),
    ("2.2", "Disallow: https://shop.test/a", "/a", True),
    ("2.2", "Disallow /a", "/a", False),
    ("2.2", "Disallow /a b", "/a", True),
    ("2.2", "Disallow:\n", "/", True),
    ("2.2", "Disallow: /a\nNoindex: /b\nDisallow: /c", "/c", False),
    ("2.2.2", "Disallow: /a\nAllow: /a", "/a", True),
    ("2.2.2", "Allow: /a/\nDisallow: /a/b.html", "/a/b.html", False),
    ("2.2.2", "Allow: /a?\nDisallow: /a", "/a?b", True),
    ("2.2.2", "Disallow: /foo/bar?baz=quz", "/foo/bar?baz=quz", False),
    ("2.2.2", "Disallow: /foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar", False),
    ("2.2.2", "Disallow: /foo/\u30c4", "/foo/%e3%83%84", False),
    ("2.2.2", "Disallow: /foo/%E3%83%84", "/foo/\u30c4", False),
    ("2.2.2", "Disallow: /foo/%62%61%7a", "/foo/baz", False),
    ("2.2.2", "Disallow: /foo/baz", "/foo/%62%61%7A", False),
    ("2.2.2", "Disallow: /a/b", "/a%2Fb", True),
    ("2.2.2", "Disallow: /a%2fb", "/a%2Fb", False),
    ("2.2.2", "Disallow: /a b{", "/a%20b%7B", False),
    ("2.2.2", "Disallow: /*%", "/100%25", False),
    ("2.2.3", "Disallow: /a$", "/ab", True),
    ("2.2.3", "Disallow: /a$", "/a", False),
    ("2.2.3", "Disallow: /a$b", "/a$b", False),
    ("2.2.3", "Disallow: /*.gif$", "/x.gif?.gif", False),
    ("2.2.3", "Disallow: /*.gif$", "/x.gif?y", True),
    ("2.2.3", "Disallow: /this/*/exactly", "/this/path/exactly/x", False),
    ("2.2.3", "Disallow: /file-with-a-%2A.html", "/file-with-a-*.html", False),
    ("2.2.3", "Disallow: /file-with-a-%2A.html", "/file-with-a-b.html", True),
    ("2.2.3", "Disallow: /foo-%24", "/foo-$", False),
    ("2.2.3", "Disallow: *a**b*$", "/aXb/c", False),
    ("2.2.4", "Sitemap: /s\nCrawl-delay: 1\nDisallow: /a", "/a", False),
]


@pytest.mark.parametrize(("section", "rules", "path", "expected"), BY_SECTION)
def test_rfc_9309_section_by_section(section, rules, path, expected):
    assert allowed(f"User-agent: *\n{rules}", path) == [expected]


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
    assert robots("User-agent: *\nCrawl-delay: 1/10").crawl_delay == 10
    assert robots("User-agent: *\nCrawl-delay: nan\nCrawl-delay: .5").crawl_delay == 0.5
    assert robots("User-agent: *\nDisallow: /a").crawl_delay is None


def test_a_delay_of_thirty_years_is_as_long_as_any():
    assert robots("User-agent: *\nCrawl-delay: " + "9" * 5_000).crawl_delay == 1e9


@pytest.mark.parametrize("value", ["-1", "soon", "nan", "inf", ""])
def test_a_delay_that_is_no_duration_is_ignored(value):
    assert robots(f"User-agent: *\nCrawl-delay: {value}").crawl_delay is None


def test_the_delay_of_other_agents_is_not_ours():
    assert robots("User-agent: x\nCrawl-delay: 9\n\nUser-agent: *\nCrawl-delay: 1").crawl_delay == 1
    assert robots("User-agent: *\nCrawl-delay: 1\n\nUser-agent: x\nCrawl-delay: 9").crawl_delay == 1


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


def many(line: str) -> str:
    """500 KiB of lines; "{}" in them is a number in letters."""
    words = (f"{number:x}" for number in range(500 * 1024))
    lines = iter(lambda: line.replace("{}", next(words)), "")
    return "User-agent: *\n" + "".join(islice(lines, 500 * 1024 // len(line)))


HOSTILE = {
    "rules": lambda: many("Allow:/{}\n"),
    "wildcards": lambda: many("Allow:/*{}\n"),
    "beginnings": lambda: many("Allow:/{}*a\n"),
    "wildcards in one": lambda: "User-agent: *\nDisallow: /" + "*a" * 250_000 + "b",
    "wildcards in each": lambda: many("Disallow: /" + "*a" * 1000 + "{}b\n"),
    "stars": lambda: "User-agent: *\nDisallow: /" + "*" * 500_000 + "b",
    "groups": lambda: many("User-agent:*\nAllow:/a\n"),
    "agents": lambda: many("User-agent:*\n"),
    "delays": lambda: many("Crawl-delay:1\n"),
    "digits": lambda: "User-agent: *\nCrawl-delay: " + "9" * 500_000,
    "sitemaps": lambda: many("Sitemap:{}\n"),
    "escapes": lambda: "User-agent: *\nAllow: /" + "%41" * 160_000,
    "white space": lambda: "User-agent: *\nAllow: /a" + " " * 500_000 + "b",
    "white space for a colon": lambda: "User-agent: *\nallow" + " " * 500_000 + "b c",
    "indexes": lambda: "User-agent: *\nAllow: " + "/index.htm" * 50_000,
    "lengths": lambda: "User-agent: *\n" + "".join(f"Allow: /{'a' * n}\n" for n in range(990)),
    "newlines": lambda: "\n" * 500_000,
    "names that do not end": lambda: "user agent " * 45_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_costs_little(kind):
    """Ten times what it takes, and far less than what anything quadratic would."""
    text = HOSTILE[kind]()
    ends = [f"{SITE}/shop?page=2", f"{SITE}/" + "a" * 16_000, f"{SITE}/" + "ab" * 8_000]
    start = time.process_time()

    rules = robots(text)
    assert all(rules.allows(url) in (True, False) and rules.line_against(url) is not ... for url in ends)
    assert time.process_time() - start < 2


@given(st.binary(max_size=300), st.text(max_size=30))
@example(b"\xff\xfe\n", "")
@example(b"User-agent:*\nDisallow:/%", "%")
@example(b"User-agent: *", "\ud800")
def test_any_bytes_are_read(body, path):
    for agent in ("scrapekit", "*"):
        rules = read_robots(200, body, agent)
        assert rules.allows(f"{SITE}/{path}") == (rules.line_against(f"{SITE}/{path}") is None)


@given(
    st.lists(st.tuples(st.booleans(), st.text("/ab*$", max_size=6).map("/{}".format)), max_size=6),
    st.text("/ab", max_size=7).map("/{}".format),
)
def test_the_decision_is_that_of_trying_every_rule(rules, path):
    """RFC 9309 2.2.2 and 2.2.3, said with regular expressions: the longest that fits, Allow in a draw."""
    fitting = [(0, True)]
    for allow, pattern in rules:
        body, end = (pattern[:-1], r"\Z") if pattern.endswith("$") else (pattern, "")
        expression = ".*".join(map(re.escape, body.split("*"))) + end
        if re.match(expression, path):
            fitting.append((len(pattern), allow))
    text = "".join(f"{'Allow' if allow else 'Disallow'}: {pattern}\n" for allow, pattern in rules)

    assert allowed(f"User-agent: *\n{text}", path) == [max(fitting)[1]]


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
    """Rules that are ready to be asked are many times as large as their text."""
    many = [robots(f"User-agent: *\nDisallow: /{n}\n") for n in range(1_500)]

    assert [n for n, rules in enumerate(many) if rules.allows(f"{SITE}/{n}")] == []
    gc.collect()
    assert sum(isinstance(each, Rules) for each in gc.get_objects()) <= 520


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

    line = rules.line_against(f"{SITE}/{path}")
    assert (line is None) == rules.allows(f"{SITE}/{path}")
    if line is not None:
        assert line.text == text.splitlines()[line.number - 2]
        assert allowed(f"User-agent: *\n{line.text}", f"/{path}") == [False]


def test_the_line_is_counted_in_the_file_and_told_as_it_is_written():
    file = "User-agent: x\rDisallow: /\r\n\r\nuser-agent: ScrapeKit # us\nUser-agent: y\nAllow: /%61\n"
    file += "\tDISALOW : /\u00e9%7a # no\nUser-agent: z\nDisallow: /\nUser-agent: scrapekit\n\nDisallow: /b"

    assert robots(file).line_against(f"{SITE}/%c3%a9z") == Line(7, "DISALOW : /\u00e9%7a")
    assert robots(file).line_against(f"{SITE}/bb") == Line(12, "Disallow: /b")
    assert robots(file).line_against(f"{SITE}/a") is None


def test_a_long_file_s_line_is_told_too():
    rules = robots("User-agent: *\n" + "".join(f"Disallow: /x{n}\n" for n in range(9_000)))

    assert rules.line_against(f"{SITE}/x7999y") == Line(8001, "Disallow: /x7999")


def test_what_would_take_too_long_to_judge_is_forbidden():
    """No file that anyone meant has thousands of wildcards and addresses of thousands of characters."""
    rules = robots("User-agent: *\n" + "".join(f"Allow: /*{n}x\n" for n in range(9_000)))
    longest = MOST_STEPS // 9_000

    assert rules.allows(f"{SITE}/" + "a" * (longest - 10))
    assert not rules.allows(f"{SITE}/" + "a" * (longest + 10))
    assert rules.line_against(f"{SITE}/" + "a" * (longest + 10)) is None


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
