"""Which addresses a connection may go to: public ones, and those of hosts the recipe names.

Asked at the socket, for the address that is being connected: whatever a link, a redirect or a name
server says before that cannot get round it.
"""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Protocol, TypeAlias

from scrapekit.web.named_hosts import NamedHosts
from scrapekit.web.url import host_of

AddrInfo: TypeAlias = tuple[int, int, int, str, tuple[Any, ...]]
"""What getaddrinfo gives: family, type, protocol, canonical name, socket address."""

# IANA IPv4 Special-Purpose Address Registry, multicast, and the address through which one large
# cloud serves its machines' metadata. Not left to `is_global`: what that says differs by version.
_NOT_PUBLIC = [
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
# RFC 4291 2.4: all global unicast addresses so far. Everything else, ULA and link-local, is not public.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Teredo (2001::/32) and other protocol assignments, documentation.
_NOT_PUBLIC_6 = [IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "3fff::/20")]
_NAT64 = IPv6Network("64:ff9b::/96")
_6TO4 = IPv6Network("2002::/16")
# RFC 6761 6.3, RFC 6762 3, RFC 8375 and what routers and clouds call their own hosts.
_LOCAL_NAME = re.compile(r"(?:.*\.)?(?:localhost|local|internal|lan|home\.arpa)\.?\Z")
# What no public name is spelled like: a single label, and what networks call their own hosts (RFC 6762 G).
_UNSEEN_NAME = re.compile(r"(?:[^.]*|.*\.(?:localdomain|intranet|private|corp|home))\.?\Z")


@lru_cache(maxsize=4096)
def is_public(address: str) -> bool:
    """True for an address that belongs to the public internet; False for text that is no address.

    An IPv6 address that stands for an IPv4 one (mapped, NAT64, 6to4) is judged by that.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        inner = _inside(parsed)
        if inner is None:
            return parsed in _GLOBAL_UNICAST and not any(parsed in network for network in _NOT_PUBLIC_6)
        parsed = inner
    return not any(parsed in network for network in _NOT_PUBLIC)


def is_local(host: str) -> bool:
    """True for a host that by its name or address is not on the public internet."""
    try:
        return not is_public(str(ip_address(host)))
    except ValueError:
        return _LOCAL_NAME.match(host) is not None


def _inside(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _6TO4:  # RFC 3056 2
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    if address in _NAT64:  # RFC 6052 2.1
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


class Guard:
    """The hosts and networks that one recipe may reach although they are not public.

    *allow_hosts* holds hosts (``intranet``), hosts with a port (``localhost:8080``) and networks
    (``10.0.0.0/8``). A seed's host is allowed too, unless it was public before: a name that moves
    from a public to a private address while we look is an attack, not a home network.
    """

    def __init__(self, seed_urls: Iterable[str], allow_hosts: Iterable[str] = ()) -> None:
        self._seeds = {host_of(url) for url in seed_urls} - {""}
        self._seen_public: set[str] = set()
        entries = [entry.strip() for entry in allow_hosts]
        self._hosts = NamedHosts(entry for entry in entries if "/" not in entry)
        self._networks: list[IPv4Network | IPv6Network] = []
        for entry in entries:
            if "/" in entry:
                with suppress(ValueError):
                    self._networks.append(ip_network(entry, strict=False))

    def allows(self, host: str, port: int, address: str) -> bool:
        """True when a connection made for *host* may go to *address*."""
        if is_public(address):
            if host in self._seeds:
                self._seen_public.add(host)
            return True
        return self._names(host, port) or any(_is_in(address, network) for network in self._networks)

    def allows_unseen(self, host: str, port: int) -> bool:
        """True when *host* may be asked for through a proxy, where its address is out of our sight.

        A name is judged by its spelling alone: what it leads to, only the proxy knows.
        """
        if self._names(host, port):
            return True
        try:
            return self.allows(host, port, str(ip_address(host)))
        except ValueError:
            return not (_LOCAL_NAME.match(host) or _UNSEEN_NAME.match(host))

    def _names(self, host: str, port: int) -> bool:
        if self._hosts.names(host, port):
            return True
        return host in self._seeds and host not in self._seen_public


def _is_in(address: str, network: IPv4Network | IPv6Network) -> bool:
    try:
        return ip_address(address.partition("%")[0]) in network
    except ValueError:
        return False


class Wire(Protocol):
    """A connection, as far as what comes over it is counted, and as it is kept for another request."""

    received: int
    """Bytes of the answer that have come."""

    def is_connected(self) -> bool:
        """False once it is of no more use."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


@dataclass(slots=True)
class Opening:
    """What came of one request so far: for whom, connections opened, the address refused last."""

    host: str
    port: int
    proxied: bool = False
    """The socket goes to the recipe's own proxy, wherever that is."""
    opened: int = 0
    refused: str = ""
    answered: bool = False
    """The head of an answer has come."""
    wire: Wire | None = None
    """The connection that the request was sent over."""


OPENING: ContextVar[Opening] = ContextVar("scrapekit_opening")
"""Set by whoever sends a request; the tasks that connect for it inherit it."""


def guarded_socket(guard: Guard) -> Callable[[AddrInfo], socket.socket]:
    """The one way to open a socket: gives one, or raises PermissionError and notes the address."""

    def open_socket(info: AddrInfo) -> socket.socket:
        opening, address = OPENING.get(), str(info[4][0])
        if not opening.proxied and not guard.allows(opening.host, opening.port, address):
            opening.refused = address
            raise PermissionError(errno.EACCES, "not a public address", address)
        opening.opened += 1
        return socket.socket(info[0], info[1], info[2])

    return open_socket
