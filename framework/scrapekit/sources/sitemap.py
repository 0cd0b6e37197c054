"""What a sitemap lists (sitemaps.org protocol 0.9): pages, or the further sitemaps of an index."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from scrapekit.errors import PageError
from scrapekit.sources.feed import read_feed
from scrapekit.sources.markup import Child, read_markup
from scrapekit.web.url import resolve

MOST_ENTRIES = 50_000
"""What one file may list by the protocol; what is beyond is left out, and counted."""

LARGEST = 50 * 2**20
"""Bytes of one file, unpacked, by the protocol."""

Entry: TypeAlias = dict[str, Any]
"""What is said of one page: its ``url``, and what else is known, by name."""


@dataclass(slots=True)
class Listed:
    """The entries of one document, in its order."""

    entries: list[Entry] = field(default_factory=list)
    further: list[Entry] = field(default_factory=list)
    """Documents of the same kind that are to be read too."""
    notes: dict[str, int] = field(default_factory=dict)

    def note(self, remark: str, count: int = 1) -> None:
        """Count a remark; nothing where the count is 0."""
        if count:
            self.notes[remark] = self.notes.get(remark, 0) + count


def read_sitemap(text: str, url: str) -> Listed:
    """What a sitemap at *url* lists: XML, an index, a feed, or a text of one address a line.

    Raises PageError for anything else.
    """
    start = text[:1000].lstrip("\ufeff \t\r\n")
    if start[:1] != "<":
        return _lines(text, url)
    found = read_markup(text, ("url", "sitemap", "item", "entry"), MOST_ENTRIES)
    prefix, _, root = found.root.rpartition(":")
    if root in ("rss", "feed", "RDF"):
        # The protocol takes feeds for sitemaps.
        entries, remarks = read_feed(text, url)
        feed = Listed([{"url": each["url"], "lastmod": each["date"], "priority": None} for each in entries])
        feed.notes.update(remarks)
        return feed
    if root not in ("urlset", "sitemapindex"):
        raise PageError(f"no sitemap: the document is <{found.root[:40]}>")
    listed = Listed()
    listed.note("mended XML", found.repaired)
    listed.note(f"more than {MOST_ENTRIES} entries in one sitemap", found.left_out)
    target = listed.entries if root == "urlset" else listed.further
    for record in found.records:
        entry = _entry(record.children, f"{prefix}:" if prefix else "", url)
        if entry is None:
            listed.note("entry without an address")
        else:
            target.append(entry)
    return listed


def _entry(children: list[Child], prefix: str, url: str) -> Entry | None:
    # A child with another prefix, such as image:loc, belongs to an extension.
    values = {child.name.removeprefix(prefix): child.text for child in reversed(children)}
    address = resolve(url, values.get("loc", "")) if values.get("loc") else None
    if address is None:
        return None
    return {"url": address, "lastmod": values.get("lastmod") or None, "priority": _priority(values)}


def _priority(values: dict[str, str]) -> float | None:
    try:
        found = float(values.get("priority", ""))
    except ValueError:
        return None
    return found if 0 <= found <= 1 else None


def _lines(text: str, url: str) -> Listed:
    """A text sitemap: one address a line, in UTF-8."""
    listed = Listed()
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines()]
    for line in filter(None, lines):
        address = resolve("", line)
        if address is None:
            listed.note("line without an address")
        elif len(listed.entries) >= MOST_ENTRIES:
            listed.note(f"more than {MOST_ENTRIES} entries in one sitemap")
        else:
            listed.entries.append({"url": address, "lastmod": None, "priority": None})
    if not listed.entries and any(lines):
        raise PageError("no sitemap: the document is neither XML nor a list of addresses")
    return listed
