"""A server on the loopback that answers each path with exactly the bytes a test wants."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from wire import Wire

Answer = bytes | Callable[[Wire], Awaitable[None]]


def page(body: bytes = b"<p>hello</p>", status: str = "200 OK", *headers: str) -> bytes:
    """A complete answer with a Content-Length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass
class Site:
    """What is served, by path, and what was asked for: heads and bodies in order, connections counted."""

    port: int = 0
    scheme: str = "http"
    answers: dict[str, Answer] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def serve(self, answer: Answer, path: str = "/") -> str:
        """Answer *path* so, and give its URL."""
        self.answers[path] = answer
        return self.url(path)

    def sent(self, name: str) -> list[str]:
        """The values of one header, over all requests."""
        lines = [line for head in self.heads for line in head.split("\r\n")[1:]]
        return [line.partition(": ")[2] for line in lines if line.lower().startswith(name.lower() + ":")]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        wire = Wire(reader, writer)
        try:
            while not wire.closed:
                await self._answer(wire)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, wire: Wire) -> None:
        head = (await wire.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.heads.append(head)
        length = [line[16:] for line in head.split("\r\n") if line.lower().startswith("content-length: ")]
        self.bodies.append(await wire.reader.readexactly(int(length[0])) if length else b"")
        answer = self.answers.get(head.split(" ")[1], page(b"not here", "404 Not Found"))
        if isinstance(answer, bytes):
            await wire.send(answer)
        else:
            await answer(wire)


async def _started(site: Site, context: ssl.SSLContext | None = None) -> asyncio.Server:
    server = await asyncio.start_server(site.handle, "127.0.0.1", 0, ssl=context, limit=2**20)
    site.port = server.sockets[0].getsockname()[1]
    return server


@pytest.fixture
async def site():
    """A site on the loopback, over plain HTTP."""
    site = Site()
    server = await _started(site)
    yield site
    server.close()


@pytest.fixture
async def tls_site():
    """A site on the loopback whose certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parent / "localhost.pem")
    site = Site(scheme="https")
    server = await _started(site, context)
    yield site
    server.close()
