"""The job as a good engineer writes it by hand: aiohttp, lxml, sixteen workers, compiled selectors."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO, cast
from urllib.parse import urljoin

import aiohttp
from cssselect import HTMLTranslator
from lxml import etree

WORKERS = 16


def compiled(css: str) -> etree.XPath:
    # Not lxml.cssselect.CSSSelector: its :contains() raises UnicodeDecodeError in lxml 6.1.3.
    return etree.XPath(HTMLTranslator().css_to_xpath(css))


NEXT, PRODUCTS = compiled("li.next a"), compiled("h3 a")
TEXTS = {
    "title": compiled("h1"),
    "price": compiled(".product_main .price_color"),
    "upc": compiled("th:contains('UPC') + td"),
    "category": compiled(".breadcrumb a.category"),
    "availability": compiled(".availability"),
    "description": compiled("#description p"),
}
IMAGE = compiled("#gallery img")


class Crawl:
    """A queue, a set of what was seen, a file, and the session all workers share."""

    def __init__(self, site: str, out: TextIO) -> None:
        self.queue: asyncio.Queue[str] = asyncio.Queue()
        self.seen: set[str] = set()
        self.out = out
        self.parser = etree.HTMLParser(encoding="utf-8")
        self.add(f"{site}/")

    def add(self, url: str) -> None:
        if url not in self.seen:
            self.seen.add(url)
            self.queue.put_nowait(url)

    async def run(self) -> None:
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            workers = [group.create_task(self.work(session)) for _ in range(WORKERS)]
            await self.queue.join()
            for worker in workers:
                worker.cancel()

    async def work(self, session: aiohttp.ClientSession) -> None:
        while True:
            url = await self.queue.get()
            async with session.get(url) as answer:
                answer.raise_for_status()
                body = await answer.read()
            self.take(url, etree.fromstring(body, self.parser))
            self.queue.task_done()

    def take(self, url: str, root: Any) -> None:
        if "/product/" in url:
            self.out.write(json.dumps(record(root), ensure_ascii=False) + "\n")
            return
        for link in follow(root):
            self.add(urljoin(url, link))


def follow(root: Any) -> Iterator[str]:
    for selector in (NEXT, PRODUCTS):
        for link in elements(selector, root):
            yield link.get("href")


def record(root: Any) -> dict[str, Any]:
    found: dict[str, Any] = {name: text(selector, root) for name, selector in TEXTS.items()}
    found["price"] = float(found["price"].lstrip("£"))
    found["image"] = elements(IMAGE, root)[0].get("src")
    return found


def text(selector: etree.XPath, root: Any) -> str:
    return "".join(elements(selector, root)[0].itertext()).strip()


def elements(selector: etree.XPath, root: Any) -> list[Any]:
    return cast("list[Any]", selector(root))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    with options.out.open("w", encoding="utf-8") as out:

        async def crawl() -> None:
            await Crawl(options.site, out).run()

        asyncio.run(crawl())


if __name__ == "__main__":
    main()
