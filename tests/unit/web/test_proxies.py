"""Which proxy asks which host."""

from __future__ import annotations

from scrapekit.page import Page
from scrapekit.request import Request
from scrapekit.web.proxies import Proxies

THREE = ("http://a.test", "http://b.test", "http://c.test")
HOSTS = [f"h{number}.test" for number in range(60)]


def test_hosts_are_spread_over_the_proxies_the_same_each_time():
    numbers = [Proxies(THREE).number(host) for host in HOSTS]

    assert numbers == [Proxies(THREE).number(host) for host in HOSTS]
    assert all(numbers.count(number) >= 10 for number in range(3))


def test_without_a_choice_every_host_keeps_to_the_first():
    for proxies in (Proxies(), Proxies(THREE[:1])):
        proxies.leave("h.test", 0)
        assert proxies.number("h.test") == 0


def test_many_answers_by_one_proxy_send_its_host_on_once():
    proxies = Proxies(THREE)
    first = proxies.number("h.test")
    page = Page(Request("https://h.test/x"), "https://h.test/x", 200, {}, b"")
    page.proxy = first

    for _ in range(5):
        proxies.rotate(page)

    assert proxies.number("h.test") == (first + 1) % 3


def test_behind_the_last_comes_the_first():
    proxies = Proxies(THREE)
    seen = []
    for _ in range(4):
        seen.append(number := proxies.number("h.test"))
        proxies.leave("h.test", number)

    assert sorted(seen[:3]) == [0, 1, 2]
    assert seen[3] == seen[0]
