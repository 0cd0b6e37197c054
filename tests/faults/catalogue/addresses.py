"""Faults 61 to 64: addresses that lead inside: to this machine, its network, its cloud."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult
from catalogue.fault import Fault, Ground, Happened, Right
from fault_site import answer, book, links, redirect
from job_runner import Ended, recipe

from scrapekit.errors import FetchError
from scrapekit.recipe.model import Http
from scrapekit.request import Request
from scrapekit.web.fetch import HttpFetcher
from scrapekit.web.guard import OPENING, Guard, Opening, guarded_socket

_fault = partial(Fault, group="addresses")

FORBIDDEN = "127.9.9.9"
"""An address of this machine that no recipe names."""
SPELLINGS = (
    "127.9.9.9",
    "127.9.2313",
    "127.592137",
    "2131298569",
    "0177.011.011.011",
    "0x7f.9.9.9",
    "0x7F090909",
    "127.9.9.9.",
    "127%2E9%2e9.9",
    "１２７。9。9。9",
    "word@127.9.9.9",
    "shop.example:80@127.9.9.9",
    "[::ffff:127.9.9.9]",
    "[::ffff:7f09:909]",
    "[::127.9.9.9]",
    "[64:ff9b::127.9.9.9]",
    "[2002:7f09:909::1]",
    "[2001:0:7f09:909::1]",
    "localhost",
    "0",
    "[::1]",
    "[::]",
)
SPECIAL = (
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "ff02::1",
)


@contextmanager
def forbidden() -> Iterator[tuple[int, Callable[[], int]]]:
    """Listens where nobody may come: a port, and how often somebody came."""
    first = socket.create_server((FORBIDDEN, 0))
    port = first.getsockname()[1]
    listening = [first]
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with suppress(OSError):  # taken, or there is no IPv6
            listening.append(socket.create_server((address, port), family=family))
    try:
        yield port, lambda: sum(map(_knocks, listening))
    finally:
        for each in listening:
            each.close()


def _knocks(server: socket.socket) -> int:
    server.setblocking(False)
    count = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            count += 1
    return count


def nobody_came(refused: int) -> Right:
    """So many addresses were refused by name, and nothing reached the forbidden listener."""
    words = f"{refused} refused, nobody came"
    return Right(words, lambda h: h.told == f"{refused} refused" and h.asked == 0)


def _seen(ended: Ended, knocks: int) -> Happened:
    failures = ended.report["failures"]
    refused = [f for f in failures if f["verdict"] == "refused" and "is not public" in f["reason"]]
    rest = [f"{f['url']}: {f['reason']}" for f in failures if f not in refused]
    return Happened(ended, "; ".join([f"{len(refused)} refused", *rest]), (), knocks)


def _by_link(ground: Ground) -> Happened:
    with forbidden() as (port, knocks):
        targets = [f"http://{each}:{port}/{n}" for n, each in enumerate(SPELLINGS)]
        return _followed(ground, targets, knocks)


def _by_redirect(ground: Ground) -> Happened:
    with forbidden() as (port, knocks):
        for n, each in enumerate(SPELLINGS):
            target = f"http://{each}:{port}/{n}".encode().decode("latin-1")
            ground.site.serve(f"/to/{n}", redirect(target), ground.host)
        return _followed(ground, [f"/to/{n}" for n in range(len(SPELLINGS))], knocks)


def _by_base(ground: Ground) -> Happened:
    """The page says that all its references start from the forbidden host."""
    with forbidden() as (port, knocks):
        base = f'<base href="http://shop.example@2131298569:{port}/">'
        page = base + '<a href="a">a</a><a href="/b">b</a><a href="?c">c</a>'
        ground.site.serve("/", answer(page), ground.host)
        return _seen(ground.run(ground.job(plain_recipe(ground))), knocks())


def _followed(ground: Ground, targets: Sequence[str], knocks: Callable[[], int]) -> Happened:
    ground.site.serve("/", links(*targets), ground.host)
    ended = ground.run(ground.job(plain_recipe(ground)))
    return _seen(ended, knocks())


def plain_recipe(ground: Ground) -> str:
    """Begins at the root of the fault's host, and may go anywhere."""
    http = "retries: 0, timeout: 3s"
    return recipe([ground.site.url("/", ground.host)], http=http, crawl="delay: 0, robots: ignore")


class _Rebinding(AbstractResolver):
    """A name server whose first answer is allowed, and every later one is not."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [ResolveResult(hostname=host, host=address, port=port, family=family, proto=6, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


def _rebinding(ground: Ground) -> Happened:
    """The same name twice: the first address is allowed as a network, the second is not."""
    with forbidden() as (port, knocks):
        told = asyncio.run(_asked_twice(ground, port))
        return Happened(Ended(0, "", 0, 0), told, (), knocks())


async def _asked_twice(ground: Ground, port: int) -> str:
    ground.site.serve("/", book("first"), ground.host)
    http = Http(timeout=5, allow_hosts=(f"{ground.host}/32",))
    fetcher = HttpFetcher(http, [], agent="x", resolver=_Rebinding(ground.host, FORBIDDEN))
    await fetcher.open()
    try:
        assert (await fetcher.fetch(Request(ground.site.url("/", "flip.example")))).status == 200
        await fetcher.fetch(Request(f"http://flip.example:{port}/"))
    except FetchError as error:
        return "1 refused" if f"leads to {FORBIDDEN}, which is not public" in str(error) else str(error)
    finally:
        await fetcher.close()
    return "0 refused"


def _special(ground: Ground) -> Happened:
    """Asked of the guard itself: were it wrong, a crawl would knock at strangers' doors."""
    open_socket = guarded_socket(Guard(["http://shop.example/"]))
    refused = 0
    for address in SPECIAL:
        OPENING.set(Opening("cdn.example", 80))
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            open_socket((family, socket.SOCK_STREAM, 6, "", (address, 80))).close()
        except PermissionError:
            refused += 1
    return Happened(Ended(0, "", 0, 0), f"{refused} refused")


_INSIDE = (
    *("127.0.0.1", "2130706433", "[::ffff:7f00:1]", "169.254.169.254", "10.0.0.1", "[fd00:ec2::254]"),
    *("localhost", "a.localhost", "intranet", "nas.local", "metadata.google.internal", "wiki.corp"),
)


def _by_proxy(ground: Ground) -> Happened:
    """The site is the proxy too, and knows every name; private ones it is never asked for."""
    outside = ["http://shop.example/", "http://cdn.example/"]
    inside = [f"http://{host}/{n}" for n, host in enumerate(_INSIDE)]
    ground.site.serve(outside[0], links(*inside, outside[1]), ground.host)
    ground.site.serve(outside[1], book("cdn"), ground.host)
    proxied = f"retries: 0, proxy: '{ground.site.url('', ground.host)}'"
    text = recipe(outside[:1], http=proxied, crawl="delay: 0, robots: ignore")
    ended = ground.run(ground.job(text))
    asked = {exchange.path for exchange in ground.site.asked(host=ground.host)}
    return _seen(ended, len(asked - set(outside)))


FAULTS = [
    _fault(61, "links-inside", right=nobody_came(len(SPELLINGS)), alone=_by_link),
    _fault(61, "redirects-inside", right=nobody_came(len(SPELLINGS)), alone=_by_redirect),
    _fault(61, "base-inside", right=nobody_came(3), alone=_by_base),
    _fault(62, "rebinding", right=nobody_came(1), alone=_rebinding),
    _fault(63, "special-addresses", right=nobody_came(len(SPECIAL)), alone=_special),
    _fault(64, "inside-by-proxy", right=nobody_came(len(_INSIDE)), alone=_by_proxy),
]
