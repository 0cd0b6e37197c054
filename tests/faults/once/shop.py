"""A shop on the loopback that logs every request with its time: what the killed jobs crawl."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager

from wire import listening, loop_in_a_thread

ROWS = 20
MAKERS = 7
SHARED = 3
"""So many products have one file."""
SPOILT = 10
"""Every so manyth product says no price, which makes its record invalid."""


class Shop:
    """Listings of products, products with a second page, and the makers that they share.

    *latency* is in seconds; *size* is how long a product's text is, in characters.
    """

    def __init__(self, pages: int, latency: float = 0.004, size: int = 400) -> None:
        self.pages = pages
        self.latency = latency
        self.size = size
        self.log: list[tuple[float, str]] = []
        """When, by the loop's clock (`time.monotonic`), and which path."""
        self.url = ""

    def text(self, number: int) -> str:
        """What the page of a product says."""
        words = f"text of {number}, "
        return (words * (self.size // len(words) + 1)).strip()

    def price(self, number: int) -> str:
        """What it costs; not always a number."""
        return str(number + 1) if number % SPOILT else "ask us"

    def file(self, number: int) -> str:
        """What the file says that products share; every second one is short."""
        return f"file {number}, " * (3_000 if number % 2 else 20)

    def has_long_file(self, number: int) -> bool:
        """True for a product whose file is a long one."""
        return bool(number // SHARED % 2)

    def _listing(self, number: int) -> str:
        first = (number - 1) * ROWS
        rows = [f'<li><a href="/product/{n}">{n}</a>' for n in range(first, min(first + ROWS, self.pages))]
        more = f'<a class=next href="/listing/{number + 1}">' if first + ROWS < self.pages else ""
        return f"<ul>{''.join(rows)}</ul>{more}"

    def body(self, path: str) -> str | None:
        """The page at *path*, None when there is none."""
        kind, _, rest = path.removeprefix("/").partition("/")
        if not (found := re.fullmatch(r"(\d+)(/2)?", rest)):
            return None
        number, second = int(found[1]), bool(found[2])
        if kind == "listing" and not second:
            return self._listing(number)
        if kind == "maker" and not second:
            return f"<b>maker {number}</b>"
        if kind == "file" and not second:
            return self.file(number)
        if kind != "product" or number >= self.pages:
            return None
        if second:
            return f"<p>more of {number}</p>"
        links = f"<a class=maker href=/maker/{number % MAKERS}><a class=more href={path}/2>"
        links += f"<a class=file href=/file/{number // SHARED}>"
        return f"<h1>{number}</h1><i>{self.price(number)}</i><p>{self.text(number)}</p>{links}"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                self.log.append((asyncio.get_running_loop().time(), path))
                await asyncio.sleep(self.latency)
                writer.write(_whole(self.body(path)))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    @contextmanager
    def served(self) -> Iterator[Shop]:
        """The shop, served from a thread of its own."""
        with loop_in_a_thread() as loop, listening(loop, self._answer, "127.0.0.1") as port:
            self.url = f"http://127.0.0.1:{port}"
            yield self


def _whole(text: str | None) -> bytes:
    body = (text or "no such page").encode()
    status = b"200 OK" if text is not None else b"404 Not Found"
    head = b"HTTP/1.1 %s\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % (status, len(body))
    return head + body
