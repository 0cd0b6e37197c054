"""``at``, ``detail`` and ``pages``: the further pages that a record is read from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from scrapekit.errors import Problems
from scrapekit.language.template import has_placeholder
from scrapekit.node import MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import Field, ItemRule, PageRule, Paginate
from scrapekit.recipe.model.joins import Address
from scrapekit.recipe.model.languages import REGEX
from scrapekit.recipe.reading.paging import read_paginate
from scrapekit.recipe.reading.request import read_shape
from scrapekit.recipe.reading.selector import Ground, read_selector
from scrapekit.recipe.reading.source import NODES, read_parser, read_source, read_ways, sources_in

_LINKS = (*NODES[:-1], REGEX, "select")

MOST_PAGES = 100
"""How many pages a value goes on over where the recipe does not say."""


def read_at(ground: Ground, options: Options) -> tuple[Address | None, Ground]:
    """The page a field is read on, and what its selectors there are read with."""
    node = options.node("at")
    if node is None:
        return None, ground
    path = options.at("at")
    if isinstance(node, MapNode):
        own = Options(node, ground.problems, path, mark=node.mark)
        address = _address(ground, own)
        parser, parser_options = read_parser(own, "")
        mark = own.where("parser") if "parser" in own else None
        own.close()
        address = address and replace(address, parser=parser, parser_mark=mark, parser_options=parser_options)
        return address, replace(ground, parser=parser) if parser else ground
    return _short(ground, node, path), ground


def _short(ground: Ground, node: Node, path: str) -> Address | None:
    """An address, or what finds the link to it."""
    match node:
        case ScalarNode(value=str() as text, broken=False) if node.literal or _is_address(ground, text):
            return Address(path, node.mark, url=node)
    found = read_selector(ground, node, path)
    if found is None:
        return None
    return Address(path, node.mark, selector=found.selector, reads=found.reads)


def _is_address(ground: Ground, text: str) -> bool:
    """True for a template, and for what cannot be a selector: a whole address, or with CSS one's path."""
    if has_placeholder(text) or text.startswith(("http://", "https://")):
        return True
    return text.startswith("/") and not text.startswith("//") and ground.splits_attributes


def read_detail(ground: Ground, options: Options) -> Address | None:
    """The page that completes a record with all fields of its page rule."""
    node = options.node("detail")
    if node is None:
        return None
    if not isinstance(node, MapNode):
        hint = 'detail: { url: "{{ item.url }}", page: PAGE_RULE }'
        options.problem("detail", f"expected a mapping, found {describe(node)}", hint)
        return None
    own = options.section("detail")
    own.require("page", "the page rule whose fields complete the record")
    page, mark = own.text("page"), own.where("page")
    address = _address(ground, own)
    own.close()
    return address and replace(address, page=page, page_mark=mark) if page else None


def _address(ground: Ground, options: Options) -> Address | None:
    """``url``, or a selector for the link, with the shape of the request."""
    written = sources_in(options, ("url", *_LINKS))
    for key in written[1:]:
        message = f'a page has one address: "{key}" stands beside "{written[0]}"'
        options.problem(key, message, "leave out one of the two")
    if not written:
        message = f"expected one of url, {', '.join(_LINKS)}"
        options.problems.add(options.mark, options.path, message)
    found = read_source(ground, options, _LINKS)
    reads = read_ways(options, found)
    url = options.scalar("url", "an address")
    shape = read_shape(options)
    if url is None and found is None:
        return None
    return Address(
        options.path,
        options.mark,
        url=url,
        selector=found.selector if found else None,
        reads=reads,
        shape=shape,
    )


def read_following(ground: Ground, options: Options) -> Paginate | None:
    """How the pages are found over which a field's value goes on."""
    found = read_paginate(ground, options, "pages")
    if found is not None and found.max_pages is None:
        return replace(found, max_pages=MOST_PAGES)
    return found


def refuse_other_pages(fields: Iterable[Field], problems: Problems, where: str) -> None:
    """Fields that are no record's own cannot be read on other pages."""
    for field in fields:
        for key, part in (("at", field.at), ("pages", field.pages), ("download", field.download)):
            if part is not None:
                message = f'"{key}" stands on a field of a record, not {where}'
                problems.add(part.mark, part.path, message)


def detail_pages(node: Node | None) -> set[str]:
    """The names of the page rules that a ``detail`` names, wherever it is written below ``pages``."""
    if not isinstance(node, MapNode):
        return set()
    found = {name for each in node.entries.values() for name in detail_pages(each)}
    detail = node.entries.get("detail")
    page = detail.entries.get("page") if isinstance(detail, MapNode) else None
    return found | {str(page.value)} if isinstance(page, ScalarNode) else found


def join_pages(rules: Mapping[str, PageRule], problems: Problems) -> dict[str, PageRule]:
    """The page rules with each record's fields in one place, its details' fields after its own."""
    filled = {
        name: replace(
            rule,
            fields=_with_parser(rule.fields, rule),
            items=tuple(replace(item, fields=_with_parser(item.fields, rule)) for item in rule.items),
        )
        for name, rule in rules.items()
    }
    return {
        name: replace(rule, items=tuple(_joined(item, rule, filled, problems) for item in rule.items))
        for name, rule in filled.items()
    }


def _with_parser(fields: tuple[Field, ...], rule: PageRule) -> tuple[Field, ...]:
    """A field is read by the parser of its page rule, wherever it does not say otherwise."""
    if all(field.at is None for field in fields):
        return fields
    return tuple(_parsed(field, rule) for field in fields)


def _parsed(field: Field, rule: PageRule) -> Field:
    if field.at is None:
        return field
    if field.at.parser:
        return replace(field, at=replace(field.at, rule=rule.name))
    return replace(field, at=replace(field.at, **_read_by(rule)))


def _read_by(rule: PageRule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "parser": rule.parser,
        "parser_mark": rule.parser_mark,
        "parser_options": rule.parser_options,
    }


def _joined(item: ItemRule, rule: PageRule, rules: Mapping[str, PageRule], problems: Problems) -> ItemRule:
    if item.detail is None:
        return item
    more = _detail_fields(item.detail, (rule.name,), rules, problems)
    names = {field.name for field in item.fields}
    for field in more:
        if field.name in names:
            message = f'the field "{shown(field.name)}" stands here and in pages.{item.detail.page}'
            hint = "leave out one of the two, or give it another name"
            problems.add(item.detail.mark, item.detail.path, message, hint)
        names.add(field.name)
    if item.key is not None and item.key not in names:
        hint = problems.near(item.key, names)
        problems.add(item.mark, f"{item.path}.key", f'there is no field "{shown(item.key)}"', hint)
    return replace(item, fields=item.fields + more)


def _detail_fields(
    detail: Address, passed: tuple[str, ...], rules: Mapping[str, PageRule], problems: Problems
) -> tuple[Field, ...]:
    """The fields of a detail's page rule, each read behind that page; those of its own detail after them."""
    mark, path = detail.page_mark or detail.mark, f"{detail.path}.page"
    rule = rules.get(detail.page)
    if rule is None:
        message, hint = f'there is no page rule "{shown(detail.page)}"', problems.near(detail.page, rules)
        problems.add(mark, path, message, hint)
        return ()
    if rule.name in passed:
        message = f"details lead in a circle: {' → '.join([*passed, rule.name])}"
        problems.add(mark, path, message)
        return ()
    fault = _unfit(rule)
    if fault:
        problems.add(mark, path, f"pages.{rule.name} {fault}")
        return ()
    address = replace(detail, **_read_by(rule))
    of = rule if rule.fields else rule.items[0]
    fields, inner = of.fields, of.detail
    if inner is not None:
        fields += _detail_fields(inner, (*passed, rule.name), rules, problems)
    return tuple(replace(field, at=_behind(field.at, address)) for field in fields)


def _unfit(rule: PageRule) -> str:
    """Why a page rule cannot be a detail, "" when it can."""
    if not rule.fields and not rule.items:
        return "has no fields"
    if len(rule.items) > 1 or any(item.each is not None for item in rule.items):
        return "gives several records; a detail is the rest of one"
    if rule.paginate is not None:
        return "has pagination; a value that goes on over several pages is written with pages"
    return ""


def _behind(address: Address | None, first: Address) -> Address:
    """*address* as it is found from *first* on, which is the page before it."""
    return first if address is None else replace(address, after=_behind(address.after, first))
