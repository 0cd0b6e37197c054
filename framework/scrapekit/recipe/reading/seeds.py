"""``seeds``: where to start, and what makes many requests from one."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from scrapekit.errors import Problems
from scrapekit.language.template import has_placeholder
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.quoting import quote_hint
from scrapekit.recipe.model import Alternative, FileSource, Listing, Seed
from scrapekit.recipe.reading.each import read_each
from scrapekit.recipe.reading.file import Files, read_file
from scrapekit.recipe.reading.listing import read_feed, read_sitemap
from scrapekit.recipe.reading.request import read_shape
from scrapekit.web.url import resolve

ANY = "any"
_OF_A_REQUEST = ("url", "method", "query", "headers", "form", "json", "body", "graphql", "encoding")


def read_seeds(
    node: Node | None, pages: Collection[str], problems: Problems, files: Files | None = None
) -> tuple[Seed, ...]:
    """The seeds in order. An address that names no page rule is read by the first one.

    *files* says which files on this machine seeds may be read from.
    """
    files = files or Files()
    first = next(iter(pages), "")
    if node is None:
        return ()
    if isinstance(node, MapNode) and not _is_long(node, pages):
        found = list(_by_page(node, pages, files, problems))
    else:
        found = list(_several(node, first, "seeds", files, problems))
    if isinstance(node, (ListNode, MapNode)) and not len(node):
        problems.add(node.mark, "seeds", "there are no seeds here", "write PAGE_RULE: https://...")
    return tuple(found)


def _is_long(node: MapNode, pages: Collection[str]) -> bool:
    """True for one long seed where a mapping of page rules could stand."""
    return any(key in node.entries and key not in pages for key in ("url", *_LONG))


def _by_page(node: MapNode, pages: Collection[str], files: Files, problems: Problems) -> Iterator[Seed]:
    for page, value in node.entries.items():
        path = f"seeds.{page}"
        if page not in pages:
            message = f'there is no page rule "{shown(page)}"'
            problems.add(node.key_mark(page), path, message, problems.near(page, pages))
        yield from _several(value, page, path, files, problems)


def _several(node: Node, page: str, path: str, files: Files, problems: Problems) -> Iterator[Seed]:
    if not isinstance(node, ListNode):
        yield from filter(None, [_seed(node, page, path, files, problems)])
        return
    for at, item in enumerate(node.items):
        if (seed := _seed(item, page, f"{path}[{at}]", files, problems)) is not None:
            yield seed


def _seed(node: Node, page: str, path: str, files: Files, problems: Problems) -> Seed | None:
    if isinstance(node, MapNode):
        return _long(node, page, path, files, problems)
    if not isinstance(node, ScalarNode) or node.value is None:
        problems.add(node.mark, path, f"expected an address, found {describe(node)}", quote_hint(node))
        return None
    check_address(node, path, problems)
    return Seed(page, path, node.mark, node)


def check_address(node: ScalarNode, path: str, problems: Problems) -> None:
    """Note a problem where the text is no address that could be fetched, and no template either."""
    text = str(node.value)
    if node.broken or (not node.literal and has_placeholder(text)):
        return
    if not text.lower().startswith(("http://", "https://")):
        looks_like_a_host = re.match(r"[\w-]+(\.[\w-]+)+(/|:|\Z)", text)
        hint = f"write https://{shown(text)}" if looks_like_a_host else ""
        problems.add(
            node.mark, path, f'an address starts with http:// or https://, found "{shown(text)}"', hint
        )
    elif resolve(text, text) is None or (not node.literal and re.search(r"\s", text)):
        problems.add(node.mark, path, f'"{shown(text)}" is not an address that can be fetched')


def _long(node: MapNode, page: str, path: str, files: Files, problems: Problems) -> Seed | None:
    options = Options(node, problems, path, mark=node.mark)
    written = [key for key in _LONG if key in options]
    for key in written[1:]:
        options.problem(key, f'"{key}" stands beside "{written[0]}"', "make two seeds of them")
    kind = written[0] if written else "url"
    if kind == ANY:
        return _with_others(options, page, path)
    source = _SOURCES[kind](options, files) if kind in _SOURCES else None
    if kind == "url":
        options.require("url")
    url = _url(options)
    shape, carry = read_shape(options), _carry(options)
    each, combine = read_each(options)
    options.close(*(_LONG if kind == "url" else written))
    if kind in _SOURCES:
        if source is None:
            return None
        url = url or ScalarNode("{{ each.url }}", options.where(kind), "{{ each.url }}")
    if url is None:
        return None
    return Seed(page, path, node.mark, url, shape, each, combine, carry, source)


def _with_others(options: Options, page: str, path: str) -> Seed | None:
    """A seed under ``any``: the first is asked for, the others are for when it fails."""
    node, carry = options.node(ANY), _carry(options)
    for key in _OF_A_REQUEST:
        if key in options:
            options.problem(key, f'"{key}" is said of each address of any', "write any: [{ url: …, … }, …]")
    found = []
    for at, item in enumerate(node.items if isinstance(node, ListNode) else ()):
        own = Options(item, options.problems, f"{path}.{ANY}[{at}]", mark=item.mark, short="url")
        own.require("url")
        url, shape = _url(own), read_shape(own)
        own.close()
        if url is not None:
            found.append(Alternative(own.path, url, shape))
    if not isinstance(node, ListNode) or len(node) < 2:
        options.problem(ANY, f"expected a list of two or more, found {describe(node)}", "write any: [A, B]")
    each, combine = read_each(options)
    options.close()
    if not found:
        return None
    first, *others = found
    mark = options.mark
    return Seed(page, path, mark, first.url, first.shape, each, combine, carry, others=tuple(others))


def _url(options: Options) -> ScalarNode | None:
    url = options.scalar("url", "an address")
    if url is not None:
        check_address(url, options.at("url"), options.problems)
    return url


def _sitemap(options: Options, _: Files) -> Listing | None:
    return _checked(options, read_sitemap(options))


def _feed(options: Options, _: Files) -> Listing | None:
    return _checked(options, read_feed(options))


def _checked(options: Options, listing: Listing | None) -> Listing | None:
    if listing is not None:
        check_address(listing.url, options.at(listing.kind), options.problems)
    return listing


_SOURCES: Mapping[str, Callable[[Options, Files], FileSource | Listing | None]] = {
    "sitemap": _sitemap,
    "feed": _feed,
    "file": read_file,
}
_LONG = (*_SOURCES, ANY)


def _carry(options: Options) -> MapNode | None:
    node = options.node("carry")
    if node is None or isinstance(node, MapNode):
        return node
    options.problem("carry", f"expected a mapping, found {describe(node)}")
    return None
