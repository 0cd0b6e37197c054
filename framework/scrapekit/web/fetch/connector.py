"""Opens connections: to guarded addresses, and over TLS that is verified unless the recipe names the host."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from functools import cache, partial

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.client_proto import ResponseHandler

from scrapekit.web.fetch.connection import CountingHandler
from scrapekit.web.fetch.kept import Kept
from scrapekit.web.fetch.names import Names
from scrapekit.web.guard import Guard, guarded_socket
from scrapekit.web.named_hosts import NamedHosts

_log = logging.getLogger("scrapekit.fetch")

# getaddrinfo tells no TTL, so none can be kept to. Answers of so few seconds outlive hardly any record
# that is published, while one look-up serves the requests that a host gets in a burst; a connection
# that is kept needs none.
_NAMES_KEPT = 10


class Connector(aiohttp.TCPConnector):
    """Connections of one run; made inside the running loop.

    *unverified* are the hosts whose certificate is not checked; *note* is told of each, once.
    """

    def __init__(
        self,
        guard: Guard,
        kept: Kept,
        unverified: NamedHosts,
        note: Callable[[str], None],
        resolver: AbstractResolver | None,
    ) -> None:
        super().__init__(
            limit=0,  # how many at once is for the frontier to say
            ttl_dns_cache=_NAMES_KEPT,
            keepalive_timeout=30,
            resolver=resolver or Names(),
            socket_factory=guarded_socket(guard),
        )
        self._unverified = unverified
        self._note = note
        self._told: set[str] = set()
        # aiohttp has no other way to see what comes before the head is complete.
        handler: Callable[..., ResponseHandler] = CountingHandler
        self._factory = partial(handler, asyncio.get_running_loop(), kept)

    def _get_ssl_context(self, req: aiohttp.ClientRequest) -> ssl.SSLContext | None:
        """What TLS is opened with; asked for each connection, to a proxy as well as through it.

        aiohttp's own way is by request, and would leave a proxy unverified along with the host. Should it
        ask here no more, every host is verified.
        """
        context = super()._get_ssl_context(req)
        host, port = req.url.raw_host or "", req.url.port or 443
        if context is None or not self._unverified.names(host, port):
            return context
        self._tell(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        return _unverified()

    def _tell(self, label: str) -> None:
        if label not in self._told:
            self._told.add(label)
            self._note(f"the TLS certificate of {label} was not checked")
            _log.warning("the TLS certificate of %s is not checked: http.unverified_hosts names it", label)


@cache
def _unverified() -> ssl.SSLContext:
    """Encrypted, but with whoever answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context
