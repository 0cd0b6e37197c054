"""The servers' side of a kept-alive connection, as thin as asyncio allows."""

from __future__ import annotations

import asyncio


class KeptAlive(asyncio.Protocol):
    """Splits what arrives into requests, and hands on the path of each."""

    def __init__(self) -> None:
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        # Requests have no bodies here, so a blank line ends each.
        *heads, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for head in heads:
            self._answer(head.split(b" ", 2)[1])

    def _answer(self, target: bytes) -> None:
        raise NotImplementedError
