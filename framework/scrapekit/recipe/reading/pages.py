"""``pages``: page rules and the records they give."""

from __future__ import annotations

from scrapekit.errors import Problems
from scrapekit.node import MapNode, Node, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import ItemRule, PageRule
from scrapekit.recipe.reading.fields import read_fields
from scrapekit.recipe.reading.items import ITEM_KEYS, read_items
from scrapekit.recipe.reading.joins import detail_pages, join_pages, read_detail
from scrapekit.recipe.reading.links import read_links
from scrapekit.recipe.reading.paging import read_paginate
from scrapekit.recipe.reading.pipe import read_pipe
from scrapekit.recipe.reading.request import read_encoding
from scrapekit.recipe.reading.responses import read_page_responses
from scrapekit.recipe.reading.selector import Ground
from scrapekit.recipe.reading.source import read_parser, read_remove

# The engine reads robots.txt as a page of this name.
_RESERVED = "robots.txt"


def read_pages(node: Node | None, problems: Problems) -> dict[str, PageRule]:
    """Every page rule by name, in the order written."""
    if not isinstance(node, MapNode):
        if node is not None:
            problems.add(node.mark, "pages", f"expected a mapping of page rules, found {describe(node)}")
        return {}
    if not node.entries:
        problems.add(
            node.mark, "pages", "there are no page rules here", "write how each kind of page is read"
        )
    details = detail_pages(node)
    rules = join_pages(
        {name: _page(node, name, problems, name in details) for name in node.entries}, problems
    )
    _check_keys(rules, problems)
    return rules


def _page(pages: MapNode, name: str, problems: Problems, is_detail: bool) -> PageRule:
    mark = pages.key_mark(name)
    options = Options(pages.get(name), problems, f"pages.{name}", mark=mark)
    if name == _RESERVED:
        problems.add(mark, options.path, f'a page rule cannot be named "{_RESERVED}"')
    parser, parser_options = read_parser(options, "html")
    ground = Ground(problems, parser)
    is_part = is_detail and not any(key in options for key in ("item", "items"))
    rule = PageRule(
        name,
        options.path,
        mark,
        parser=parser,
        parser_mark=options.where("parser") if "parser" in options else None,
        parser_options=parser_options,
        items=() if is_part else tuple(read_items(ground, options)),
        fields=read_fields(ground, options.node("fields"), options.at("fields")) if is_part else (),
        detail=read_detail(ground, options) if is_part else None,
        links=read_links(ground, options, pages.entries),
        paginate=read_paginate(ground, options),
        remove=read_remove(ground, options),
        responses=read_page_responses(ground, options),
        encoding=read_encoding(options),
        before_parse=read_pipe(options.node("before_parse"), problems, options.at("before_parse")),
    )
    if not any(key in options for key in ("item", "items", "fields", "links", "paginate")):
        message = f'the page rule "{shown(name)}" does nothing'
        problems.add(mark, options.path, message, "give it item and fields, links, or both")
    options.close("item", "items", *ITEM_KEYS)
    return rule


def _check_keys(rules: dict[str, PageRule], problems: Problems) -> None:
    """A kind that several page rules give is one kind: its records have one identity."""
    first: dict[str, ItemRule] = {}
    for rule in rules.values():
        for item in rule.items:
            known = first.setdefault(item.kind, item)
            if known.key != item.key:
                message = f"{item.kind} has another key here than in {known.path}: {item.key or 'none'}"
                hint = f"its key there is {known.key or 'none'}; a record kind has one key"
                problems.add(item.mark, f"{item.path}.key", message, hint)
