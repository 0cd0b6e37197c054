"""Where a crawl may go, and whose a host is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit.web import suffixes
from scrapekit.web.cookies import Jar
from scrapekit.web.host import read_host
from scrapekit.web.scope import Scope
from scrapekit.web.suffixes import is_public_suffix, registrable_domain

CASES = re.findall(
    r"^checkPublicSuffix\('([^']+)', (?:null|'([^']+)')\)",
    Path(__file__).with_name("public_suffix_cases.txt").read_text(encoding="utf-8"),
    re.MULTILINE,
)


def test_the_list_s_own_cases_come_out_as_written():
    """The cases that begin with a dot or name no host at all are no hosts of an address."""
    wrong = [
        (host, found)
        for host, domain in CASES
        if (name := read_host(host.lower()))
        and (found := registrable_domain(name)) != ((read_host(domain) or "") if domain else "")
    ]

    assert (wrong, len(CASES)) == ([], 77)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "", ".", "1.2.3.4."])
def test_what_is_no_name_has_no_domain(host):
    assert registrable_domain(host) == ""
    assert not is_public_suffix(host)


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("com", True),
        ("co.uk", True),
        ("co.uk.", True),
        ("github.io", True),
        ("localhost", True),
        ("anything.ck", True),
        ("www.ck", False),
        ("shop.com", False),
        ("me.github.io", False),
    ],
)
def test_a_public_suffix_is_a_name_below_which_anybody_may_be(host, public):
    assert is_public_suffix(host) is public


def test_the_list_is_read_only_where_it_is_asked(monkeypatch):
    def read():
        raise AssertionError("the list was read")

    monkeypatch.setattr(suffixes, "_rules", read)
    assert Scope.of("site", ["https://unlisted.lazy.test/"]).allows("https://below.unlisted.lazy.test/")
    assert Scope.of("host", ["https://www.lazy.test/"]).allows("https://www.lazy.test/")
    jar = Jar()
    jar.take("https://unlisted.lazy.test/", "a=1; Path=/", 0)

    assert jar.pairs("https://unlisted.lazy.test/", 0) == [("a", "1")]
    with pytest.raises(AssertionError, match="the list was read"):
        is_public_suffix("unlisted.lazy.test")


def test_a_site_is_a_host_without_www_and_all_below_it():
    scope = Scope.of("site", ["https://www.shop.test/x"])

    assert scope.allows("http://shop.test/")
    assert scope.allows("https://a.b.shop.test:8443/")
    assert not scope.allows("https://myshop.test/")
    assert not scope.allows("https://test/")
    assert not scope.allows("https://shop.test.evil.test/")


@pytest.mark.parametrize("host", ["www.test", "www.gov.uk", "www.ck"])
def test_www_before_a_public_suffix_is_kept(host):
    scope = Scope.of("site", [f"https://{host}/"])

    assert scope.allows(f"https://{host}/x")
    assert scope.allows(f"https://below.{host}/")
    assert not scope.allows(f"https://other.{host.partition('.')[2]}/")


def test_the_scope_host_allows_exactly_the_seeds_hosts():
    scope = Scope.of("host", ["https://www.shop.test/x", "http://127.0.0.1:8000/"])

    assert scope.allows("https://www.shop.test:8443/")
    assert scope.allows("http://127.0.0.1:9000/")
    assert not scope.allows("https://shop.test/")


def test_the_scope_domain_allows_all_hosts_of_the_domain_that_the_seed_s_owner_registered():
    scope = Scope.of("domain", ["https://catalogue.shop.co.uk/x", "https://me.github.io/"])

    assert scope.allows("https://shop.co.uk/")
    assert scope.allows("http://images.eu.shop.co.uk:8080/")
    assert scope.allows("https://shop.co.uk./")
    assert scope.allows("https://www.me.github.io/")
    assert not scope.allows("https://other.co.uk/")
    assert not scope.allows("https://co.uk/")
    assert not scope.allows("https://you.github.io/")
    assert not scope.allows("https://myshop.co.uk/")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "co.uk", "github.io"])
def test_a_host_without_a_domain_of_its_own_is_alone_in_the_scope_domain(host):
    scope = Scope.of("domain", [f"http://{host}/"])

    assert scope.allows(f"http://{host}:8080/x")
    assert not scope.allows("http://0.0.1/")
    assert not scope.allows("http://below.localhost/")
    assert not scope.allows("http://shop.co.uk/")
    assert not scope.allows("http://me.github.io/")


def test_the_scope_any_allows_everything():
    assert Scope.of("any", []).allows("https://elsewhere.test/")


def test_no_seeds_allow_nothing():
    assert not Scope.of("site", []).allows("https://elsewhere.test/")
    assert not Scope.of("domain", []).allows("https://elsewhere.test/")
    assert not Scope.of("host", []).allows("mailto:x")


NAMES = st.lists(
    st.sampled_from(["a", "b", "www", "shop", "co", "com", "uk", "ck", "github", "io", "test"]),
    min_size=1,
    max_size=5,
)


@given(NAMES.map(".".join), NAMES.map(".".join))
def test_each_scope_is_at_least_as_wide_as_the_one_before(seed, other):
    url, seeds = f"https://{other}/", [f"https://{seed}/"]
    allowed = [Scope.of(kind, seeds).allows(url) for kind in ("host", "domain", "any")]

    assert allowed == sorted(allowed)
    assert Scope.of("domain", seeds).allows(url) == (
        other == seed or registrable_domain(seed) == registrable_domain(other) != ""
    )
