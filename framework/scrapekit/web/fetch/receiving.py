"""The body of an answer: unpacked within its limit, handed on as a file, or let go."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress

import aiohttp

from scrapekit.web.body import Unpacker, packing_of, too_large
from scrapekit.web.fetch.limits import AnswerLimits
from scrapekit.web.sinks import Sink

_DRAINED = 64 * 1024  # an unwanted body this small is read to keep the connection
_LEAST_IN_TIME = 64 * 1024  # what goes to disk may take long, while so much comes within the time-out


async def read(response: aiohttp.ClientResponse, headers: Mapping[str, str], limit: int) -> bytes:
    """The whole body, unpacked, of *limit* bytes at most; raises FetchError."""
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit and response.method != "HEAD":
        raise too_large(limit)
    packing = packing_of(headers)
    if announced and not packing and "transfer-encoding" not in headers:
        return await response.read()  # no more comes than was announced
    unpacker = Unpacker(packing, limit)
    while data := await response.content.readany():
        unpacker.feed(data)
    return unpacker.finish()


async def pour(response: aiohttp.ClientResponse, sink: Sink, limits: AnswerLimits) -> None:
    """Hand the body on as it comes. It may take its time, but has to keep coming."""
    task = asyncio.current_task()
    assert task is not None
    came = 0
    while data := await response.content.readany():
        came += len(data)
        if came >= _LEAST_IN_TIME:
            limits.extend(task)
            came = 0
        await sink.write(data)
    await sink.finish()


async def drain(response: aiohttp.ClientResponse, headers: Mapping[str, str]) -> None:
    """Read a small body that nobody wants, so that its connection can be used again."""
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) <= _DRAINED and "transfer-encoding" not in headers:
        with suppress(aiohttp.ClientError):
            await response.read()
