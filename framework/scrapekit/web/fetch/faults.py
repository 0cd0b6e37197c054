"""What can go wrong between us and a server: aiohttp's errors, told in our words."""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Callable
from typing import Any

import aiohttp

from scrapekit.errors import FetchError, StuckError
from scrapekit.model import Verdict
from scrapekit.web.fetch.connection import EndlessAnswerError
from scrapekit.web.guard import Opening


def fault(error: Exception, label: str, opening: Opening, connect_timeout: float) -> FetchError:
    """The error that *error* stands for, on the way to *label* (a host and port).

    Raises StuckError for one that is ours alone: no page is lost because this process has no room for it.
    """
    cause = getattr(error, "os_error", error)
    if isinstance(cause, OSError) and cause.errno in (errno.EMFILE, errno.ENFILE):
        hint = "allow more with `ulimit -n`, or lower crawl.concurrency, and run the same command again"
        raise StuckError("too many open files", hint=hint) from error
    if opening.refused and not opening.opened:
        return _refused(opening.host, opening.refused)
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return FetchError(f"no connection to {label} within {connect_timeout:g} s", retry=True)
    for kind, describe in _FAULTS.items():
        if isinstance(error, kind):
            return describe(error, label)
    return FetchError(f"the request cannot be sent: {_cleaned(str(error))}")


def _refused(host: str, address: str) -> FetchError:
    found = address if address == host else f"{host} leads to {address}, which"
    message = f"{found} is not public, and http.allow_hosts does not name it"
    return FetchError(message, verdict=Verdict.REFUSED)


def _unknown_host(error: aiohttp.ClientConnectorDNSError, label: str) -> FetchError:
    # EAI_NONAME is an answer: there is no such name. Everything else is a name server in trouble.
    final = error.os_error.errno == socket.EAI_NONAME
    return FetchError(f"no address is known for {label.rpartition(':')[0]}", retry=not final)


def _bad_certificate(error: aiohttp.ClientConnectorCertificateError, label: str) -> FetchError:
    reason = getattr(error.certificate_error, "verify_message", "") or str(error.certificate_error)
    return FetchError(f"the TLS certificate of {_peer(error, label)} is not accepted: {_cleaned(reason)}")


def _no_tls(error: aiohttp.ClientConnectorSSLError, label: str) -> FetchError:
    reason = getattr(error.os_error, "reason", None) or str(error.os_error)
    said = _cleaned(str(reason)).replace("_", " ").lower()
    return FetchError(f"no TLS connection to {_peer(error, label)}: {said}")


def _peer(
    error: aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError, label: str
) -> str:
    """Whose TLS it was: the host's, or that of the proxy on the way there."""
    return label if f"{error.host}:{error.port}" == re.sub(r"[][]", "", label) else "the proxy"


def _no_proxy(error: aiohttp.ClientProxyConnectionError, label: str) -> FetchError:
    return FetchError(f"no connection to the proxy: {_reason(error.os_error)}", retry=True)


def _proxy_refused(error: aiohttp.ClientHttpProxyError, label: str) -> FetchError:
    return FetchError(
        f"the proxy does not connect to {label}: HTTP {error.status}", retry=error.status >= 500
    )


def _no_connection(error: aiohttp.ClientConnectorError, label: str) -> FetchError:
    if isinstance(error.os_error, ConnectionRefusedError):
        return FetchError(f"connection refused by {label}", retry=True)
    return FetchError(f"no connection to {label}: {_reason(error.os_error)}", retry=True)


def _broke_off(error: aiohttp.ClientPayloadError, label: str) -> FetchError:
    return FetchError("the body broke off before its end", retry=True)


def _endless(error: EndlessAnswerError, label: str) -> FetchError:
    return FetchError(f"the answer of {label} goes on and on, though its body does not grow")


def _bad_http(error: aiohttp.ClientResponseError, label: str) -> FetchError:
    # Only the parser's own words, which end at the first colon; then it quotes what the server sent.
    reason = _cleaned(error.message).partition(":")[0]
    return FetchError(f"{label} does not answer in valid HTTP: {reason[:1].lower()}{reason[1:]}")


def _closed(error: Exception, label: str) -> FetchError:
    return FetchError(f"{label} closed the connection before it answered", retry=True)


def _was_reset(error: Exception, label: str) -> FetchError:
    return FetchError(f"connection reset by {label}", retry=True)


def _no_network(error: OSError, label: str) -> FetchError:
    return FetchError(f"no connection to {label}: {_reason(error)}", retry=True)


_FAULTS: dict[type[Exception], Callable[[Any, str], FetchError]] = {
    # The first that fits counts: special errors stand before general ones.
    aiohttp.ClientConnectorDNSError: _unknown_host,
    aiohttp.ClientConnectorCertificateError: _bad_certificate,
    aiohttp.ClientConnectorSSLError: _no_tls,
    aiohttp.ClientProxyConnectionError: _no_proxy,
    aiohttp.ClientHttpProxyError: _proxy_refused,
    aiohttp.ClientConnectorError: _no_connection,
    EndlessAnswerError: _endless,
    aiohttp.ClientPayloadError: _broke_off,
    aiohttp.ClientResponseError: _bad_http,
    aiohttp.ServerDisconnectedError: _closed,
    ConnectionResetError: _was_reset,
    BrokenPipeError: _was_reset,
    aiohttp.ClientOSError: _was_reset,
    OSError: _no_network,
}


def _reason(error: OSError) -> str:
    # asyncio's own words for a failed connection are those of a call, and it has none for a TLS
    # handshake that the other side breaks off.
    number = error.errno or 0
    text = os.strerror(number) if number in errno.errorcode else error.strerror or str(error)
    return _cleaned(text).lower() or "the connection was closed"


def _cleaned(text: str) -> str:
    """The first line of *text*, printable and short: it may hold what a server sent."""
    return "".join(c if c.isprintable() else "?" for c in text.split("\n", 1)[0][:200])
