"""Serves the benchmark's shop from memory, on one core, as fast as asyncio allows.

Run by compare.py in a process of its own: prints its address, then serves until its standard
input closes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

import bench_shop
from kept_alive import KeptAlive

_MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_ROBOTS = "User-agent: *\nDisallow: /private/\n"


def answers(count: int, size: int) -> dict[bytes, bytes]:
    """Path → the whole answer, head and body."""
    texts = {b"/robots.txt": _answer(_ROBOTS, "text/plain")}
    for number in range(1, bench_shop.listings(count) + 1):
        texts[bench_shop.listing_path(number).encode()] = _answer(bench_shop.listing(number, count))
    for number in range(count):
        texts[bench_shop.detail_path(number).encode()] = _answer(bench_shop.detail(number, count, size))
    return texts


def _answer(text: str, content_type: str = "text/html; charset=utf-8") -> bytes:
    body = text.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Connection(KeptAlive):
    """One kept-alive connection: a request in, the prepared answer out."""

    def __init__(self, known: dict[bytes, bytes]) -> None:
        super().__init__()
        self._known = known

    def _answer(self, target: bytes) -> None:
        self._transport.write(self._known.get(target, _MISSING))


async def serve(count: int, size: int) -> None:
    loop = asyncio.get_running_loop()
    known = answers(count, size)
    server = await loop.create_server(lambda: Connection(known), "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--page-bytes", type=int, default=bench_shop.DETAIL_BYTES)
    parser.add_argument("--core", type=int, help="the core to stay on")
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    asyncio.run(serve(options.pages, options.page_bytes))


if __name__ == "__main__":
    main()
