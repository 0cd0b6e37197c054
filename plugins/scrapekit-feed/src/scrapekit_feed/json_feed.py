"""JSON Feed 1.0 and 1.1 to the names of a feed."""

from __future__ import annotations

import json
from typing import Any

from scrapekit import Page, PageError, resolve

_FEED = {"home_page_url": "link", "icon": "image", "next_url": "next"}
_ENTRY = {
    "url": "link",
    "date_published": "published",
    "date_modified": "updated",
    "content_html": "content",
    "tags": "categories",
}
_ADDRESSES = ("link", "next", "image")
_DROPPED = frozenset({"items", "attachments", "authors", "author", "content_text", "version", "feed_url"})


def read_json_feed(page: Page) -> dict[str, Any]:
    """The feed as names to values; raises PageError when the page is no JSON Feed."""
    try:
        data = json.loads(page.text)
    except RecursionError:
        raise PageError("not a feed: it is nested too deeply") from None
    except ValueError as error:
        raise PageError(f"not a feed: not JSON: {error}") from None
    items = data.get("items")
    if not isinstance(items, list):
        raise PageError("not a feed: the JSON has no list of items")
    feed = _named(data, _FEED, page.url)
    feed["entries"] = [_entry(item, page.url) for item in items if isinstance(item, dict)]
    return feed


def _entry(item: dict[str, Any], url: str) -> dict[str, Any]:
    entry = _named(item, _ENTRY, url)
    entry.setdefault("content", item.get("content_text"))
    authors = item.get("authors") or [item.get("author")]
    first = authors[0] if isinstance(authors, list) and authors else None
    entry["author"] = first.get("name") if isinstance(first, dict) else None
    files = item.get("attachments")
    entry["enclosures"] = [_enclosure(file, url) for file in _objects(files)]
    if not isinstance(entry.get("categories"), list):
        entry["categories"] = []
    return entry


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _named(data: dict[str, Any], names: dict[str, str], url: str) -> dict[str, Any]:
    found = {names.get(key, key): value for key, value in data.items() if key not in _DROPPED}
    for name in _ADDRESSES:
        if isinstance(found.get(name), str):
            found[name] = resolve(url, found[name])
    return found


def _enclosure(file: dict[str, Any], url: str) -> dict[str, Any]:
    address = file.get("url")
    return {
        "url": resolve(url, address) if isinstance(address, str) else None,
        "type": file.get("mime_type"),
        "length": file.get("size_in_bytes"),
    }
