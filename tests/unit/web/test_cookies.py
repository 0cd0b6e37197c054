"""Cookies: which are kept, which go where, and the file they are kept in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit.errors import UsageError
from scrapekit.web.cookie_dates import read_cookie_date
from scrapekit.web.cookie_files import read_cookies, write_cookies
from scrapekit.web.cookies import MOST, MOST_OF_A_DOMAIN, MOST_SENT, Jar
from scrapekit.web.set_cookie import Cookie
from scrapekit.web.suffixes import registrable_domain

NOW = 1_000_000.0


def sent(set_by: str, header: str, to: str, later: float = 0) -> dict[str, str]:
    """What goes to *to* after an answer from *set_by* with this Set-Cookie."""
    jar = Jar()
    jar.take(set_by, header, NOW)
    return dict(jar.pairs(to, NOW + later))


@pytest.mark.parametrize(
    ("header", "to", "goes"),
    [
        ("a=1", "https://shop.test/", True),
        ("a=1", "http://shop.test:8080/x", True),
        ("a=1", "https://www.shop.test/", False),
        ("a=1", "https://evilshop.test/", False),
        ("a=1; Domain=shop.test", "https://www.shop.test/", True),
        ("a=1; Domain=.shop.test", "https://www.shop.test/", True),
        ("a=1; Domain=SHOP.test", "https://shop.test/", True),
        ("a=1; Domain=shop.test", "https://evilshop.test/", False),
        ("a=1; Domain=www.shop.test", "https://www.shop.test/", False),
        ("a=1; Domain=other.test", "https://other.test/", False),
        ("a=1; Domain=test", "https://other.test/", False),
        ("a=1; Path=/x", "https://shop.test/x", True),
        ("a=1; Path=/x", "https://shop.test/x/y", True),
        ("a=1; Path=/x", "https://shop.test/xy", False),
        ("a=1; Path=x", "https://shop.test/", True),
        ("a=1; Secure", "https://shop.test/", True),
        ("a=1; Secure", "http://shop.test/", False),
        ("a=1; HttpOnly; SameSite=Strict", "https://shop.test/", True),
        ("__Host-a=1; Secure; Path=/", "https://shop.test/", True),
        ("__Host-a=1; Secure; Path=/; Domain=shop.test", "https://shop.test/", False),
        ("__Host-a=1; Secure", "https://shop.test/", False),
        ("__host-a=1; Path=/", "https://shop.test/", False),
        ("__Secure-a=1; Secure", "https://shop.test/", True),
        ("__Secure-a=1", "https://shop.test/", False),
        ("=1", "https://shop.test/", False),
        ("a", "https://shop.test/", False),
        ("a=1\x00", "https://shop.test/", False),
        ("a=" + "x" * 5000, "https://shop.test/", False),
    ],
)
def test_a_cookie_goes_where_it_belongs(header: str, to: str, goes: bool):
    assert bool(sent("https://shop.test/", header, to)) is goes


HOSTS = st.sampled_from(
    [
        *("shop.co.uk", "www.shop.co.uk", "my.www.shop.co.uk", "evil.co.uk", "co.uk", "uk", "me.github.io"),
        *(
            "you.github.io",
            "github.io",
            "localhost",
            "127.0.0.1",
            "0.0.1",
            "[::1]",
            "shop.test",
            "myshop.test",
        ),
    ]
)
ATTRIBUTES = st.one_of(
    HOSTS.map("Domain={}".format),
    HOSTS.map("Domain=.{}".format),
    st.sampled_from(
        ["Path=/", "Path=/x", "Secure", "HttpOnly", "Max-Age=9", "Max-Age=x", "Expires=soon", "=", ""]
    ),
    st.text(max_size=20),
)


@given(HOSTS, st.text(max_size=10), st.text(max_size=10), st.lists(ATTRIBUTES, max_size=4), HOSTS)
def test_whatever_is_set_goes_to_hosts_of_the_same_owner_only(host, name, value, attributes, other):
    jar = Jar()
    jar.take(f"https://{host}/", "; ".join([f"{name}={value}", *attributes]), NOW)
    jar.take(f"https://{host}/", "; ".join(["a=1", *attributes]), NOW)
    pairs = jar.pairs(f"https://{other}/", NOW)

    assert not pairs or host == other or registrable_domain(host) == registrable_domain(other) != ""
    assert not any(sign in text for pair in pairs for text in pair for sign in "\r\n\x00;")


def test_a_cookie_of_a_deep_page_goes_below_its_folder():
    assert sent("https://shop.test/a/b?c=/d", "x=1", "https://shop.test/a/z") == {"x": "1"}
    assert sent("https://shop.test/a/b", "x=1", "https://shop.test/") == {}


def test_hosts_that_are_addresses_have_no_domains():
    assert sent("http://127.0.0.1:80/", "a=1", "http://127.0.0.1:99/") == {"a": "1"}
    assert sent("http://127.0.0.1/", "a=1; Domain=0.0.1", "http://127.0.0.1/") == {}
    assert sent("http://[::1]/", "a=1", "http://[::1]/") == {"a": "1"}


def test_a_host_of_one_label_may_set_cookies_for_itself():
    assert sent("http://localhost/", "a=1; Domain=localhost", "http://localhost/") == {"a": "1"}
    assert sent("http://localhost/", "a=1; Domain=localhost", "http://x.localhost/") == {}


@pytest.mark.parametrize("suffix", ["co.uk", "github.io", "s3.amazonaws.com", "xn--55qx5d.cn", "公司.cn"])
def test_no_cookie_is_set_for_the_hosts_of_a_public_suffix(suffix: str):
    header = f"a=1; Domain={suffix}\nb=2; Domain=.{suffix}\nc=3; Domain=shop.{suffix}"

    assert sent(f"https://www.shop.{suffix}/", header, f"https://you.{suffix}/") == {}
    assert sent(f"https://www.shop.{suffix}/", header, f"https://my.shop.{suffix}/") == {"c": "3"}


def test_a_public_suffix_may_set_cookies_for_itself():
    header = "a=1; Domain=github.io"

    assert sent("https://github.io/", header, "https://github.io/") == {"a": "1"}
    assert sent("https://github.io/", header, "https://you.github.io/") == {}


def test_what_is_secure_cannot_be_set_in_the_clear():
    assert sent("http://shop.test/", "a=1; Secure", "https://shop.test/") == {}


@pytest.mark.parametrize(
    ("first", "then", "value"),
    [
        ("a=1; Secure", "a=2", "1"),
        ("a=1; Secure; Domain=shop.test", "a=2", "1"),
        ("a=1; Secure", "a=2; Domain=shop.test", "1"),
        ("a=1; Secure", "a=2; Path=/x", "1"),
        ("a=1; Secure; Path=/x", "a=2; Path=/", "2"),
        ("a=1", "a=2", "2"),
    ],
)
def test_what_comes_in_the_clear_does_not_stand_in_for_a_secure_cookie(first: str, then: str, value: str):
    jar = Jar()
    jar.take("https://www.shop.test/", first, NOW)
    jar.take("http://www.shop.test/", then, NOW)

    assert jar.pairs("https://www.shop.test/", NOW) == [("a", value)]


@pytest.mark.parametrize(
    ("header", "later", "goes"),
    [
        ("a=1; Max-Age=60; Max-Age=soon", 70, False),
        ("a=1; Max-Age=60; Max-Age=90", 70, True),
        ("a=1; Expires=Mon, 12 Jan 1970 13:47:00 GMT; Expires=soon", 70, False),
        ("a=1; Max-Age=90; Expires=Mon, 12 Jan 1970 13:47:00 GMT", 70, True),
        ("a=1; Max-Age=-1", 0, False),
        ("a=1; Max-Age=999999999999999999", 10**9, True),
        ("a=1; Domain=other.test; Domain=", 0, False),
        ("a=1; Domain=..shop.test", 0, False),
    ],
)
def test_of_an_attribute_the_last_that_means_something_counts(header: str, later: float, goes: bool):
    assert bool(sent("https://shop.test/", header, "https://shop.test/", later)) is goes


def test_cookies_end_when_they_said():
    header = "a=1; Max-Age=60\nb=2; Expires=Mon, 12 Jan 1970 13:48:00 GMT\nc=3; Max-Age=9; Expires=soon\nd=4"

    assert sent("https://a.test/", header, "https://a.test/") == {"a": "1", "b": "2", "c": "3", "d": "4"}
    assert sent("https://a.test/", header, "https://a.test/", later=70) == {"b": "2", "d": "4"}
    assert sent("https://a.test/", header, "https://a.test/", later=99) == {"d": "4"}


def test_a_cookie_is_taken_back_by_an_end_that_has_passed():
    jar = Jar()
    jar.take("https://a.test/", "a=1\nb=2", NOW)
    jar.take("https://a.test/", "a=; Max-Age=0\nb=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", NOW)

    assert list(jar) == []


def test_longer_paths_go_first_then_those_that_were_set_first():
    jar = Jar()
    jar.take("https://a.test/x/y", "a=1; Path=/\nb=2; Path=/x\nc=3; Path=/\na=9; Path=/", NOW)

    assert jar.pairs("https://a.test/x/z", NOW) == [("b", "2"), ("a", "9"), ("c", "3")]


def test_cookies_of_one_name_and_several_paths_all_go():
    jar = Jar()
    jar.take("https://a.test/x/y", "a=1; Path=/\na=2; Path=/x", NOW)

    assert jar.pairs("https://a.test/x/z", NOW) == [("a", "2"), ("a", "1")]


def test_values_go_back_to_the_letter():
    value = 'a"b, c\\d=é%20'

    assert sent("https://a.test/", f"x={value}", "https://a.test/") == {"x": value}


def names(cookies) -> set[str]:
    return {cookie.name for cookie in cookies}


def test_a_domain_can_fill_no_more_than_its_share():
    jar = Jar()
    jar.take("https://b.test/", "b=1", NOW)
    for number in range(MOST_OF_A_DOMAIN + 20):
        jar.take("https://a.test/", f"c{number}=1", NOW)

    assert names(jar) == {"b"} | {f"c{number}" for number in range(20, MOST_OF_A_DOMAIN + 20)}


def test_what_has_expired_makes_room_first_then_what_was_not_sent_for_longest():
    jar = Jar()
    jar.take("https://a.test/", "session=1; Path=/x\nold=1", NOW)
    for number in range(MOST_OF_A_DOMAIN - 3):
        jar.take("https://a.test/", f"c{number}=1; Path=/c", NOW)
    jar.take("https://a.test/", "short=1; Max-Age=5", NOW)
    jar.pairs("https://a.test/x", NOW)
    jar.take("https://a.test/", "one=1", NOW + 9)
    after_one = names(jar)
    jar.take("https://a.test/", "two=1", NOW + 9)

    assert {"session", "old", "c0", "one"} <= after_one
    assert "short" not in after_one
    assert after_one - names(jar) == {"c0"}


def test_all_hosts_together_fill_no_more_than_the_jar_holds():
    jar = Jar()
    for number in range(MOST):
        jar.take(f"https://h{number}.test/", "a=1", NOW)
    jar.pairs("https://h0.test/", NOW)
    jar.take("https://last.test/", "a=1", NOW)
    domains = {cookie.domain for cookie in jar}

    assert len(domains) == MOST - MOST // 10
    assert {"h0.test", "last.test", f"h{MOST - 1}.test"} <= domains
    assert "h1.test" not in domains


def test_a_cookie_bomb_is_not_carried_back():
    jar = Jar()
    for number in range(100):
        jar.take("https://a.test/", f"c{number:03}={'x' * 1000}", NOW)
    jar.take("https://a.test/", "small=1", NOW)
    pairs = jar.pairs("https://a.test/", NOW)

    assert [name for name, _ in pairs] == [f"c{number:03}" for number in range(7)] + ["small"]
    assert len("Cookie: " + "; ".join(map("=".join, pairs))) < 8190


def test_no_more_than_fifty_cookies_go_with_a_request():
    jar = Jar()
    for number in range(100):
        jar.take("https://a.test/", f"c{number}=1", NOW)

    assert len(jar.pairs("https://a.test/", NOW)) == MOST_SENT == 50


def test_a_cookie_that_is_always_sent_outlives_a_bomb():
    jar = Jar()
    jar.take("https://a.test/", "session=1", NOW)
    for number in range(1000):
        jar.pairs("https://a.test/", NOW)
        jar.take("https://a.test/", f"c{number}=1", NOW)

    assert "session" in names(jar)


def test_changes_are_counted_only_where_something_changes():
    jar = Jar()
    jar.take("https://a.test/", "a=1", NOW)
    jar.take("https://a.test/", "a=1", NOW)

    assert jar.changes == 1


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784111777),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784111777),
        ("Sun Nov  6 08:49:37 1994", 784111777),
        ("6 nov 1994 8:49:37", 784111777),
        ("Wed, 31 Feb 2020 00:00:00 GMT", None),
        ("06 Nov 1994", None),
        ("never", None),
        ("", None),
    ],
)
def test_dates_are_read_as_browsers_read_them(text: str, time: float | None):
    assert read_cookie_date(text) == time


KEPT = [
    Cookie("a", "1", "shop.test"),
    Cookie("b", "x=y z", "shop.test", "/p", host_only=False, secure=True, http_only=True, expires=NOW + 5),
    Cookie("empty", "", "shop.test"),
]


def test_what_is_written_is_read_again():
    text = write_cookies(KEPT, NOW)

    assert text == (
        "# Netscape HTTP Cookie File\n"
        "shop.test\tFALSE\t/\tFALSE\t0\ta\t1\n"
        "#HttpOnly_.shop.test\tTRUE\t/p\tTRUE\t1000005\tb\tx=y z\n"
        "shop.test\tFALSE\t/\tFALSE\t0\tempty\t\n"
    )
    assert list(read_cookies(text, "c")) == KEPT


def test_what_has_expired_is_not_written():
    assert write_cookies(KEPT[1:2], NOW + 6) == "# Netscape HTTP Cookie File\n"


def test_a_file_s_cookie_for_a_public_suffix_is_its_host_s_alone():
    (cookie,) = read_cookies(".github.io\tTRUE\t/\tFALSE\t0\ta\t1\n", "c")

    assert (cookie.domain, cookie.host_only) == ("github.io", True)


def test_a_file_of_another_format_is_refused_with_its_line():
    with pytest.raises(UsageError) as caught:
        list(read_cookies('# comment\n\n[{"name": "a"}]', "c.json"))

    assert str(caught.value) == "c.json:3: not a line of a cookies.txt"


def test_only_the_cookies_of_some_hosts_may_be_kept():
    jar = Jar()
    for domain, below in (("shop.test", True), ("www.shop.test", True), ("bank.test", True)):
        jar.put(Cookie("a", "1", domain, host_only=not below), NOW)
    jar.only_for(["www.shop.test"])

    assert [cookie.domain for cookie in jar] == ["shop.test", "www.shop.test"]
