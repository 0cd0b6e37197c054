"""Which proxy asks which host: a host keeps to one of them until an answer sends it to the next."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from scrapekit.page import Page
from scrapekit.web.url import host_of


class Proxies:
    """The proxies of one recipe, in its order; each is an identity of its own to the hosts it asks.

    Hosts are spread over them by their names, the same in each run. Where there is none or one, every
    host keeps to number 0.
    """

    def __init__(self, addresses: Sequence[str] = ()) -> None:
        self.addresses = tuple(addresses)
        self._moved: dict[str, int] = {}

    def number(self, host: str) -> int:
        """Which proxy asks *host* now."""
        if len(self.addresses) < 2:
            return 0
        moved = self._moved.get(host)
        return crc32(host.encode()) % len(self.addresses) if moved is None else moved

    def leave(self, host: str, number: int) -> None:
        """Send *host* on from proxy *number*, unless somebody else has done that already."""
        if len(self.addresses) > 1 and self.number(host) == number:
            self._moved[host] = (number + 1) % len(self.addresses)

    def rotate(self, page: Page) -> None:
        """Send the host of a page on from the proxy by which it came."""
        self.leave(host_of(page.url), page.proxy)
