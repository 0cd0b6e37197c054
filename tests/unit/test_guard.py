"""The addresses a connection may go to."""

from __future__ import annotations

import socket
from ipaddress import ip_network

import pytest

from scrapekit.web.guard import OPENING, Guard, Opening, guarded_socket, is_public

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "168.63.129.15",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]
NOT_PUBLIC = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::6440:1",
    "64:ff9b::a83f:8110",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:c0a8:101::",
    "2002:a83f:8110::1",
    "::ffff:0:7f00:1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "5f00::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_public_internet(address):
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


def test_any_host_may_be_reached_at_a_public_address():
    assert Guard([]).allows("elsewhere.test", 80, "8.8.8.8")


def test_a_host_nobody_named_stays_away_from_private_addresses():
    guard = Guard(["http://localhost:8000/"], ["intranet"])

    assert not guard.allows("elsewhere.test", 80, "127.0.0.1")
    assert not guard.allows("127.0.0.1", 80, "127.0.0.1")
    assert not guard.allows("", 80, "127.0.0.1")


def test_the_host_of_a_seed_is_allowed_on_every_port():
    guard = Guard(["http://Localhost:8000/", "http://[::1]:8000/", "http://0x7f.1/"])

    assert guard.allows("localhost", 8000, "127.0.0.1")
    assert guard.allows("localhost", 9000, "::1")
    assert guard.allows("::1", 80, "::1")
    assert guard.allows("127.0.0.1", 80, "127.0.0.1")


def test_a_seed_that_moves_from_a_public_to_a_private_address_is_refused():
    guard = Guard(["http://shop.test/"])

    assert guard.allows("shop.test", 80, "8.8.8.8")
    assert not guard.allows("shop.test", 80, "127.0.0.1")


def test_a_seed_that_was_private_from_the_start_may_be_public_as_well():
    guard = Guard(["http://shop.test/"])

    assert guard.allows("shop.test", 80, "10.0.0.1")
    assert guard.allows("shop.test", 80, "8.8.8.8")


def test_hosts_ports_and_networks_can_be_allowed():
    guard = Guard(
        [], ["Intranet", "db.test:8080", "10.1.0.0/16", "::1", "[fd00::1]:81", "fd00:2::/32", "192.168.0.9"]
    )

    assert guard.allows("intranet", 80, "10.0.0.1")
    assert guard.allows("db.test", 8080, "10.0.0.1")
    assert not guard.allows("db.test", 80, "10.0.0.1")
    assert guard.allows("elsewhere.test", 80, "10.1.2.3")
    assert not guard.allows("elsewhere.test", 80, "10.2.2.3")
    assert guard.allows("::1", 9000, "::1")
    assert guard.allows("fd00::1", 81, "fd00::1")
    assert not guard.allows("fd00::1", 80, "fd00::1")
    assert guard.allows("elsewhere.test", 80, "fd00:2::7")
    assert guard.allows("192.168.0.9", 80, "192.168.0.9")


def test_an_address_that_is_allowed_as_a_host_is_not_allowed_for_other_names():
    assert not Guard([], ["127.0.0.1"]).allows("elsewhere.test", 80, "127.0.0.1")


def test_an_allowed_host_may_move_as_it_likes():
    guard = Guard(["http://shop.test/"], ["shop.test"])

    assert guard.allows("shop.test", 80, "8.8.8.8")
    assert guard.allows("shop.test", 80, "10.0.0.1")


@pytest.mark.parametrize("entry", ["", "/", "10.0.0.0/99", "a b", "http://intranet/", "[::1"])
def test_an_entry_that_means_nothing_allows_nothing(entry):
    guard = Guard([], [entry])

    assert not guard.allows("intranet", 80, "10.0.0.1")
    assert not guard.allows("::1", 80, "::1")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "::1",
        "169.254.169.254",
        "localhost",
        "a.localhost",
        "metadata.google.internal",
        "nas.local.",
        "intranet",
        "metadata.",
        "wiki.corp",
        "nas.home",
        "host.localdomain",
    ],
)
def test_a_proxy_is_not_asked_for_hosts_that_are_plainly_private(host):
    assert not Guard([]).allows_unseen(host, 80)
    assert Guard([], [host]).allows_unseen(host, 80)


@pytest.mark.parametrize(
    "host", ["shop.test", "8.8.8.8", "2606:4700::1111", "shop.mylocal", "shop.notlocalhost", "corp.test"]
)
def test_a_proxy_is_asked_for_every_other_host(host):
    assert Guard([]).allows_unseen(host, 80)


def info(address, family=socket.AF_INET):
    return (family, socket.SOCK_STREAM, 6, "", (address, 80))


def test_a_socket_is_opened_for_an_allowed_address_only():
    opening = Opening("elsewhere.test", 80)
    OPENING.set(opening)
    open_socket = guarded_socket(Guard([]))

    open_socket(info("8.8.8.8")).close()
    with pytest.raises(PermissionError, match=r"not a public address: '169\.254\.169\.254'$"):
        open_socket(info("169.254.169.254"))

    assert (opening.opened, opening.refused) == (1, "169.254.169.254")


def test_the_socket_to_the_recipes_own_proxy_is_opened_wherever_that_is():
    OPENING.set(Opening("elsewhere.test", 80, proxied=True))

    guarded_socket(Guard([]))(info("127.0.0.1")).close()


def test_every_address_that_python_calls_private_is_refused():
    """Ours is a list of its own, as what `is_global` says differs by version; it is never the laxer one."""
    edges = (edge for network in _private_networks() for edge in (network[0], network[-1]))

    assert [str(address) for address in edges if not address.is_global and is_public(str(address))] == []


def _private_networks():
    for first in range(256):
        for second in (0, 2, 18, 19, 31, 51, 64, 88, 100, 127, 168, 254, 255):
            yield ip_network(f"{first}.{second}.0.0/16")
            yield ip_network(f"{first}.{second}.100.0/24")
            yield ip_network(f"{first}.{second}.113.0/24")
    for first in range(0, 65536, 16):
        yield ip_network(f"{first:x}::/16")
    for second in (0, 1, 2, 3, 4, 0x10, 0x20, 0x1FF, 0xDB8):
        yield ip_network(f"2001:{second:x}::/32")


def test_the_guard_asks_about_each_address_that_a_name_has():
    OPENING.set(opening := Opening("shop.test", 80))
    open_socket = guarded_socket(Guard([], ["10.0.0.0/8"]))

    open_socket(info("10.0.0.1")).close()
    with pytest.raises(PermissionError):
        open_socket(info("127.0.0.1"))
    with pytest.raises(PermissionError):
        open_socket(info("::1", socket.AF_INET6))

    assert opening.opened == 1
