"""The demo shop shows what a real shop shows, and is the same every time."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import Counter
from urllib.parse import urljoin

import aiohttp
import pytest

from scrapekit import UsageError
from scrapekit.demo import recipe_path
from scrapekit.demo.catalogue import books
from scrapekit.demo.shop import BookShop


async def get(shop: BookShop, path: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(shop.url + path) as answer:
        assert answer.status == 200, path
        return await answer.text()


async def get_json(shop: BookShop, path: str) -> dict:
    async with aiohttp.ClientSession() as session, session.get(shop.url + path) as answer:
        return await answer.json()


def links(html: str) -> list[str]:
    return re.findall(r'(?:href|src)="([^"]+)"', html)


def test_every_book_has_a_title_and_an_address_of_its_own():
    assert len(books()) == 60
    assert len({book.title for book in books()}) == 60
    assert len({book.path for book in books()}) == 60
    assert len({book.upc for book in books()}) == 60


def test_the_stock_is_the_same_every_time():
    first = books()[0]

    assert (first.title, first.upc, str(first.price)) == ("The Crooked Orchard", "1df2a98e9fa0d412", "29.23")


def test_the_recipe_of_the_demo_is_found():
    assert recipe_path().name == "bookshop.yaml"
    assert "scrapekit: 1" in recipe_path().read_text(encoding="utf-8")


async def test_each_book_stands_on_exactly_one_listing_page():
    listed: Counter[str] = Counter()
    async with BookShop() as shop:
        for path in ("/", "/page/2/", "/page/3/"):
            listed.update(set(re.findall(r'<h3><a href="([^"]+)"', await get(shop, path))))

    assert listed == Counter(book.path for book in books())


async def test_the_last_listing_page_has_no_next_link():
    async with BookShop() as shop:
        pages = [await get(shop, path) for path in ("/", "/page/2/", "/page/3/")]

    assert ['class="next"' in page for page in pages] == [True, True, False]


async def test_a_book_page_shows_what_the_catalogue_holds():
    book = books()[6]
    async with BookShop() as shop:
        page = await get(shop, book.path)

    assert f"<h1>{book.title}</h1>" in page
    assert f'<p class="price_color">£{book.price}</p>' in page
    assert f"<tr><th>UPC</th><td>{book.upc}</td></tr>" in page
    assert f'<p class="availability">{book.availability}</p>' in page


async def test_no_link_of_the_shop_is_dead():
    async with BookShop() as shop, aiohttp.ClientSession() as session:
        seen, queue = {shop.url + "/"}, [shop.url + "/"]
        while queue:
            async with session.get(url := queue.pop()) as answer:
                assert answer.status == 200, url
                found = links(await answer.text()) if answer.content_type == "text/html" else []
            new = {urljoin(url, link) for link in found} - seen
            seen |= new
            queue += new

    assert len(seen) == 3 + 6 + 60 * 2 + 2


async def test_an_unknown_page_or_book_is_not_found():
    async with BookShop() as shop, aiohttp.ClientSession() as session:
        for path in (
            "/page/4/",
            "/page/0/",
            "/book/61-x.html",
            "/book/1-wrong.html",
            "/old/99",
            "/api/books/0",
        ):
            async with session.get(shop.url + path) as answer:
                assert answer.status == 404, path


async def test_an_old_address_leads_to_the_new_one():
    async with BookShop() as shop, aiohttp.ClientSession() as session:
        answer = await session.get(f"{shop.url}/old/7", allow_redirects=False)

        assert (answer.status, answer.headers["Location"]) == (301, books()[6].path)


async def test_the_api_gives_every_book_by_cursor():
    async with BookShop() as shop:
        found, path = [], "/api/books"
        while path:
            page = await get_json(shop, path)
            found += [row["id"] for row in page["books"]]
            path = page["next_cursor"] and f"/api/books?cursor={page['next_cursor']}"

    assert found == list(range(1, 61))


async def test_the_api_also_counts_pages_and_offsets():
    async with BookShop() as shop:
        by_page = await get_json(shop, "/api/books?page=2")
        by_offset = await get_json(shop, "/api/books?offset=20")
        beyond = await get_json(shop, "/api/books?page=9")

    assert by_page == by_offset
    assert [row["id"] for row in by_page["books"]] == list(range(21, 41))
    assert (beyond["books"], beyond["next_cursor"]) == ([], None)


@pytest.mark.parametrize("query", ["page=x", "page=0", "cursor=after-", "offset=-1"])
async def test_a_wrong_api_request_is_refused_in_words(query):
    async with BookShop() as shop, aiohttp.ClientSession() as session:
        answer = await session.get(f"{shop.url}/api/books?{query}")

        assert answer.status == 400
        assert set(await answer.json()) == {"error"}


async def test_the_shop_asks_robots_to_keep_out_of_the_ledger():
    async with BookShop() as shop:
        robots = await get(shop, "/robots.txt")

        assert robots == f"User-agent: *\nDisallow: /private/\n\nSitemap: {shop.url}/sitemap.xml\n"


async def test_the_shop_counts_what_is_asked_for():
    async with BookShop() as shop:
        await get(shop, "/")
        await get(shop, "/")
        await get(shop, "/style.css")

        assert shop.hits == {"/": 2, "/style.css": 1}


async def test_a_port_in_use_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(UsageError) as caught:
            await BookShop(port).__aenter__()

    assert str(caught.value) == f"port {port} is already in use"
    assert caught.value.hint == "choose another with --port"


async def test_a_number_that_is_no_port_is_refused():
    with pytest.raises(UsageError) as caught:
        await BookShop(70000).__aenter__()

    assert str(caught.value) == "70000 is not a port number"


async def test_a_closed_shop_lets_go_of_its_port():
    async with BookShop() as shop:
        port = shop.port

    async with BookShop(port) as again:
        assert await asyncio.wait_for(get(again, "/robots.txt"), 5)
