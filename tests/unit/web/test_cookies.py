"""Cookies: which are kept, which go where, and the file they are kept in."""

from __future__ import annotations

import pytest

from scrapekit.errors import UsageError
from scrapekit.web.cookie_dates import read_cookie_date
from scrapekit.web.cookie_files import read_cookies, write_cookies
from scrapekit.web.cookies import MOST_OF_A_HOST, Cookie, Jar

NOW = 1_000_000.0


def sent(set_by: str, header: str, to: str, later: float = 0) -> dict[str, str]:
    """What goes to *to* after an answer from *set_by* with this Set-Cookie."""
    jar = Jar()
    jar.take(set_by, header, NOW)
    return jar.pairs(to, NOW + later)


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
        ("__Secure-a=1", "https://shop.test/", False),
        ("=1", "https://shop.test/", False),
        ("a", "https://shop.test/", False),
        ("a=1\x00", "https://shop.test/", False),
        ("a=" + "x" * 5000, "https://shop.test/", False),
    ],
)
def test_a_cookie_goes_where_it_belongs(header: str, to: str, goes: bool):
    assert bool(sent("https://shop.test/", header, to)) is goes


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


def test_a_list_of_public_suffixes_may_say_more():
    jar = Jar(lambda domain: domain in ("co.test", "test"))
    jar.take("https://shop.co.test/", "a=1; Domain=co.test\nb=2; Domain=shop.co.test", NOW)

    assert jar.pairs("https://www.shop.co.test/", NOW) == {"b": "2"}


def test_what_is_secure_cannot_be_set_in_the_clear():
    assert sent("http://shop.test/", "a=1; Secure", "https://shop.test/") == {}


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

    assert list(jar.pairs("https://a.test/x/z", NOW).items()) == [("b", "2"), ("a", "9"), ("c", "3")]


def test_values_go_back_to_the_letter():
    value = 'a"b, c\\d=é%20'

    assert sent("https://a.test/", f"x={value}", "https://a.test/") == {"x": value}


def test_a_server_can_fill_no_more_than_its_share():
    jar = Jar()
    for number in range(MOST_OF_A_HOST + 20):
        jar.take("https://a.test/", f"c{number}=1", NOW)

    assert len(list(jar)) == MOST_OF_A_HOST


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
