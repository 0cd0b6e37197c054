"""The ways to a fault's host that are no plain connection: TLS gone wrong, strange names, nobody there."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from catalogue.fault import Door
from fault_site import FaultSite

CERTIFICATE = Path(__file__).parent.parent / "unit" / "fetch" / "localhost.pem"
"""It vouches for itself, and for the name localhost only."""


@contextmanager
def self_signed(site: FaultSite, host: str) -> Iterator[str]:
    """The site itself, over TLS, with a certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with site.another_port(host, context) as port:
        yield f"https://{host}:{port}"


@contextmanager
def nobody_there(site: FaultSite, host: str) -> Iterator[str]:
    """A port that refuses connections: bound, so that nobody else takes it, but not listening."""
    with socket.socket() as bound:
        bound.bind((host, 0))
        yield f"http://{host}:{bound.getsockname()[1]}"


def named(manner: str) -> Door:
    """By a name of `strange_names`."""

    @contextmanager
    def door(site: FaultSite, host: str) -> Iterator[str]:
        yield f"http://{manner}.{host.replace('.', '-')}.test:{site.port}"

    return door


def at_once(do: Callable[[socket.socket], None], scheme: str = "http") -> Door:
    """Whoever connects meets *do*, before anything was asked for."""

    @contextmanager
    def door(site: FaultSite, host: str) -> Iterator[str]:
        with socket.create_server((host, 0)) as listener:
            thread = threading.Thread(target=_take, args=(listener, do), daemon=True)
            thread.start()
            try:
                yield f"{scheme}://{host}:{listener.getsockname()[1]}"
            finally:
                listener.shutdown(socket.SHUT_RDWR)
                thread.join()

    return door


def _take(listener: socket.socket, do: Callable[[socket.socket], None]) -> None:
    with suppress(OSError):  # the listener was closed
        while True:
            connection, _ = listener.accept()
            with connection, suppress(ConnectionError):
                do(connection)


def close(connection: socket.socket) -> None:
    """End in an orderly way."""


def reset(connection: socket.socket) -> None:
    """End with a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def cut_handshake(connection: socket.socket) -> None:
    """Begin to answer the client's hello, and end in the middle of a TLS record (RFC 8446 5.1)."""
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + bytes(20))


def alert(connection: socket.socket) -> None:
    """Refuse the handshake (RFC 8446 6.2: a fatal handshake_failure)."""
    connection.recv(4096)
    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")


def plain_http(connection: socket.socket) -> None:
    """Answer in plain HTTP whatever was said."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port")
