"""Serves the soak's hosts from one process, the answers made from the path alone.

Prints its port, then serves until its standard input closes, and ends with a line of JSON: how often the
pages were handed out whole.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
from functools import partial

from kept_alive import KeptAlive
from soak_site import Site

_ROBOTS = b"User-agent: *\nDisallow: /private/\n"


class Served:
    """What was handed out, and which passing faults have passed."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.whole = bytearray(site.pages)
        """How often each page was handed out whole, up to 255."""
        self.failed_once: set[int] = set()
        self.requests = 0

    def summary(self) -> dict[str, int]:
        return {
            "requests": self.requests,
            "pages": sum(1 for count in self.whole if count),
            "refetched": sum(count - 1 for count in self.whole if count),
        }


class Connection(KeptAlive):
    """One kept-alive connection."""

    def __init__(self, served: Served, port: int) -> None:
        super().__init__()
        self._served = served
        self._port = port

    def _answer(self, target: bytes) -> None:
        served, site, path = self._served, self._served.site, target.decode()
        served.requests += 1
        page = site.id(path)
        if page is None:
            self._send_other(path)
            return
        fault = site.fault(page)
        if fault.startswith("once") and page not in served.failed_once:
            served.failed_once.add(page)
            self._fail(fault.removeprefix("once "), page)
        elif fault == "missing":
            self._send(404, b"no such page")
        elif fault == "always cut":
            self._fail("cut", page)
        elif fault == "slow":
            asyncio.get_running_loop().call_later(0.5, self._send_page, page)
        else:
            self._send_page(page)

    def _send_other(self, path: str) -> None:
        if path == "/robots.txt":
            self._send(200, _ROBOTS, b"text/plain")
        elif path.startswith("/hosts/"):
            self._send(200, self._served.site.index(int(path.removeprefix("/hosts/")), self._port).encode())
        else:
            self._send(404, b"no such page")

    def _send_page(self, page: int) -> None:
        self._send(200, self._served.site.text(page).encode())
        self._served.whole[page] = min(255, self._served.whole[page] + 1)

    def _send(self, status: int, body: bytes, kind: bytes = b"text/html") -> None:
        head = b"HTTP/1.1 %d OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n" % (status, kind, len(body))
        self._transport.write(head + body)

    def _fail(self, how: str, page: int) -> None:
        if how == "unavailable":
            self._send(503, b"not now")
        elif how == "reset":
            self._transport.abort()
        else:
            body = self._served.site.text(page).encode()
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body[: len(body) // 2])
            self._transport.close()


async def serve(site: Site, port: int) -> None:
    """Listen on every host's address, on one port."""
    loop = asyncio.get_running_loop()
    served = Served(site)
    hosts = [site.host(number) for number in range(site.hosts)]
    first = await loop.create_server(lambda: Connection(served, port), hosts[0], port, backlog=1024)
    port = first.sockets[0].getsockname()[1]
    if hosts[1:]:
        await loop.create_server(partial(Connection, served, port), hosts[1:], port, backlog=256)
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps(served.summary()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, required=True)
    parser.add_argument("--each", type=int, required=True, help="pages of a host")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(serve(Site(options.hosts, options.each), options.port))


if __name__ == "__main__":
    main()
