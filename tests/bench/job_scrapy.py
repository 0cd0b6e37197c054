"""The job as a Scrapy spider; compare.py runs it with Scrapy's default settings and with tuned ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import scrapy
from scrapy.http import Response


class ShopSpider(scrapy.Spider):
    name = "shop"

    def __init__(self, site: str, **others: Any) -> None:
        super().__init__(**others)
        self.start_urls = [f"{site}/"]

    def parse(self, response: Response, **_: Any) -> Iterator[scrapy.Request]:
        yield from response.follow_all(css="h3 a", callback=self.parse_product)
        yield from response.follow_all(css="li.next a")

    def parse_product(self, response: Response) -> Iterator[dict[str, Any]]:
        yield {
            "title": response.css("h1::text").get("").strip(),
            "price": float(response.css(".product_main .price_color::text").get("").lstrip("£")),
            "upc": response.css("th:contains('UPC') + td::text").get(),
            "image": response.css("#gallery img::attr(src)").get(),
            "category": response.css(".breadcrumb a.category::text").get(),
            "availability": "".join(response.css(".availability ::text").getall()).strip(),
            "description": response.css("#description p::text").get(),
        }
