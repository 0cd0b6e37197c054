"""The parser feed: RSS, Atom and JSON Feed, all read into the same names."""

from __future__ import annotations

from typing import ClassVar

from scrapekit import Options, Page, PageError, Read, Select, SimpleDocument
from scrapekit_feed.atom import read_atom
from scrapekit_feed.document import read_tree
from scrapekit_feed.json_feed import read_json_feed
from scrapekit_feed.names import compile_names, read_member
from scrapekit_feed.rss import read_rss

NAMES = frozenset(
    (
        *("title", "link", "description", "updated", "language", "image", "next", "entries"),
        *("id", "published", "summary", "content", "author", "categories", "comments", "enclosures"),
        *("url", "type", "length"),
    )
)
"""What a feed, an entry, or an enclosure has."""


class FeedParser:
    """Reads RSS 0.9 to 2.0, Atom 1.0 and JSON Feed 1, told apart by the body. It has no options.

    The page is the feed; ``entries`` are its rows. The one language, ``name``, is dotted names:
    ``title``, ``enclosures.url``, an extension's with its usual prefix (``itunes:duration``). Links
    are absolute, dates ISO 8601. Reads: ``text`` gives a value as it is; any other name gives that
    member of an object.
    """

    languages: ClassVar = ("name",)

    def __init__(self, options: Options) -> None:
        options.close()

    def compile(self, selector: str, language: str, first: bool) -> Select:
        """Names as a function; see `Parser.compile`."""
        return compile_names(selector, NAMES)

    def read(self, name: str) -> Read:
        """``text``: the value itself; else the member of that name."""
        return read_member(name)

    def parse(self, page: Page) -> SimpleDocument:
        """The feed; raises PageError when the page is none."""
        if page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
            return SimpleDocument(read_json_feed(page), page.url)
        root = read_tree(page)
        name = root.tag.rpartition("}")[2] if isinstance(root.tag, str) else ""
        if name == "feed":
            return SimpleDocument(read_atom(root, page.url), page.url)
        if name in ("rss", "RDF"):
            return SimpleDocument(read_rss(root, page.url), page.url)
        raise PageError(f"not a feed: its first element is <{name[:40]}>")
