"""A connection that counts what comes over it, and breaks off answers that go on and on without a body."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_parser import RawResponseMessage
from aiohttp.streams import StreamReader

from scrapekit.web.fetch.kept import Kept
from scrapekit.web.guard import OPENING

LONGEST_HEADER = 64 * 1024
"""Bytes of a line. Sites with a giant Content-Security-Policy exceed aiohttp's 8,190."""

MOST_HEADERS = 256
"""With that a head is no larger than a body may be by default."""

_MOST_INTERIM = 100
"""Answers such as 100 and 103 (RFC 9110 15.2) before the final one."""

_LARGEST_HEAD = LONGEST_HEADER * MOST_HEADERS
_FRAMING = 8  # a chunk of a single byte takes six


class EndlessAnswerError(aiohttp.ClientPayloadError):
    """An answer that goes on and on, though no body grows: interim answers, or what is around chunks."""


class CountingHandler(ResponseHandler):
    """A connection that knows how many bytes of the present answer have come, as they came."""

    received = 0

    def __init__(self, loop: asyncio.AbstractEventLoop, kept: Kept) -> None:
        super().__init__(loop)
        self._kept = kept
        self._most = _LARGEST_HEAD
        self._interim = 0

    def set_response_params(self, **params: Any) -> None:
        """Called in the task that is about to send a request over this connection."""
        self.received = self._interim = 0
        self._most = _LARGEST_HEAD
        self._kept.use(self)
        OPENING.get().wire = self
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        """Count; once for each read of the socket, a quarter of a megabyte at most."""
        self.received += len(data)
        if self.received > self._most and self._is_endless():
            self._break_off()
        else:
            super().data_received(data)

    def _is_endless(self) -> bool:
        """True where what has come is out of all proportion to the body in it; else more of it may come."""
        body = 0 if self._payload is None else self._payload.total_bytes
        self._most = _LARGEST_HEAD + _FRAMING * body
        return self.received > self._most

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """Called with each head that has come, interim ones too."""
        if data[0].code < 200:
            self._interim += 1
        if self._interim <= _MOST_INTERIM:
            super().feed_data(data, size)
        elif self.exception() is None:
            self._break_off()

    def _break_off(self) -> None:
        """Let whoever waits for the head or the body know, and close."""
        error = EndlessAnswerError()
        self.set_exception(error)
        if self._payload is not None:
            self._payload.set_exception(error)
        if self.transport is not None:
            self.transport.abort()
