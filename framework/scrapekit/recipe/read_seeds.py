"""``seeds``: where to start, and what makes many requests from one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from scrapekit.errors import Problems
from scrapekit.language.template import has_placeholder
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.quoting import quote_hint
from scrapekit.recipe.model import Seed
from scrapekit.recipe.read_each import read_each
from scrapekit.recipe.read_request import read_shape
from scrapekit.web.url import resolve

_SOURCES_TO_COME = ("sitemap", "feed", "file", "column")


def read_seeds(node: Node | None, pages: Collection[str], problems: Problems) -> tuple[Seed, ...]:
    """The seeds in order. An address that names no page rule is read by the first one."""
    first = next(iter(pages), "")
    if node is None:
        return ()
    if isinstance(node, MapNode) and not _is_long(node, pages):
        found = list(_by_page(node, pages, problems))
    else:
        found = list(_several(node, first, "seeds", problems))
    if isinstance(node, (ListNode, MapNode)) and not len(node):
        problems.add(node.mark, "seeds", "there are no seeds here", "write PAGE_RULE: https://...")
    return tuple(found)


def _is_long(node: MapNode, pages: Collection[str]) -> bool:
    """True for one long seed where a mapping of page rules could stand."""
    return any(key in node.entries and key not in pages for key in ("url", *_SOURCES_TO_COME[:3]))


def _by_page(node: MapNode, pages: Collection[str], problems: Problems) -> Iterator[Seed]:
    for page, value in node.entries.items():
        path = f"seeds.{page}"
        if page not in pages:
            message = f'there is no page rule "{shown(page)}"'
            problems.add(node.key_mark(page), path, message, problems.near(page, pages))
        yield from _several(value, page, path, problems)


def _several(node: Node, page: str, path: str, problems: Problems) -> Iterator[Seed]:
    if not isinstance(node, ListNode):
        yield from filter(None, [_seed(node, page, path, problems)])
        return
    for at, item in enumerate(node.items):
        if (seed := _seed(item, page, f"{path}[{at}]", problems)) is not None:
            yield seed


def _seed(node: Node, page: str, path: str, problems: Problems) -> Seed | None:
    if isinstance(node, MapNode):
        return _long(node, page, path, problems)
    if not isinstance(node, ScalarNode) or node.value is None:
        problems.add(node.mark, path, f"expected an address, found {describe(node)}", quote_hint(node))
        return None
    _check_address(node, path, problems)
    return Seed(page, path, node.mark, node)


def _check_address(node: ScalarNode, path: str, problems: Problems) -> None:
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


def _long(node: MapNode, page: str, path: str, problems: Problems) -> Seed | None:
    options = Options(node, problems, path, mark=node.mark)
    options.not_yet(*_SOURCES_TO_COME)
    if not any(key in options for key in _SOURCES_TO_COME):
        options.require("url")
    url = options.scalar("url", "an address")
    if url is not None:
        _check_address(url, options.at("url"), problems)
    shape, carry = read_shape(options), _carry(options)
    each, combine = read_each(options)
    options.close()
    if url is None:
        return None
    return Seed(page, path, node.mark, url, shape=shape, each=each, combine=combine, carry=carry)


def _carry(options: Options) -> MapNode | None:
    node = options.node("carry")
    if node is None or isinstance(node, MapNode):
        return node
    options.problem("carry", f"expected a mapping, found {describe(node)}")
    return None
