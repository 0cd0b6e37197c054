"""``links``: which links of a page become requests, and which page rule reads them."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from scrapekit.language.template import has_placeholder
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import LinkRule, Pattern, Selector
from scrapekit.recipe.model.languages import REGEX, TEXTS
from scrapekit.recipe.patterns import read_patterns
from scrapekit.recipe.reading.fields import read_fields
from scrapekit.recipe.reading.joins import refuse_other_pages
from scrapekit.recipe.reading.request import read_shape
from scrapekit.recipe.reading.selector import Ground, read_selector
from scrapekit.recipe.reading.source import NODES, ground_in, read_rows, read_source, read_ways, sources_in

_NOFOLLOW: tuple[Literal["ignore", "respect"], ...] = ("ignore", "respect")
_UNIQUE: tuple[Literal["url", "carry"], ...] = ("url", "carry")
_SEEN: tuple[Literal["fetch", "skip"], ...] = ("fetch", "skip")
_ENDING = re.compile(r"[a-z0-9_-]{1,12}\Z")
_HOST = re.compile(r"(?:[\w-]+\.)*[\w-]+\Z|\[[0-9a-f:.]+\]\Z", re.IGNORECASE)


def read_links(ground: Ground, options: Options, pages: Collection[str]) -> tuple[LinkRule, ...]:
    """The link rules under ``links``, in order; those with a problem in their source are left out.

    *pages* are the recipe's page rules: a link leads to one of them.
    """
    node = options.node("links")
    if not isinstance(node, MapNode):
        if node is not None:
            hint = "write PAGE_RULE: SELECTOR"
            options.problem("links", f"expected a mapping of page rules, found {describe(node)}", hint)
        return ()
    found: list[LinkRule] = []
    for page, value in node.entries.items():
        path = f"{options.at('links')}.{page}"
        if page not in pages:
            message = f'there is no page rule "{shown(page)}"'
            ground.problems.add(node.key_mark(page), path, message, ground.problems.near(page, pages))
        rules = value.items if isinstance(value, ListNode) else (value,)
        for at, rule in enumerate(rules):
            where = f"{path}[{at}]" if isinstance(value, ListNode) else path
            if (read := _read(ground, page, rule, where)) is not None:
                found.append(read)
    return tuple(found)


def _read(ground: Ground, page: str, node: Node, path: str) -> LinkRule | None:
    if isinstance(node, MapNode):
        return _long(ground, page, node, path)
    match node:
        case ScalarNode(value=str() as text, broken=False) if node.literal or has_placeholder(text):
            return LinkRule(page, path, node.mark, url=node)
    found = read_selector(ground, node, path)
    if found is None or _is_text(ground, found.selector, path):
        return None
    return LinkRule(page, path, node.mark, selector=found.selector, reads=found.reads)


def _is_text(ground: Ground, selector: Selector, path: str) -> bool:
    if selector.language not in TEXTS:
        return False
    hint = ""
    if selector.language == REGEX:
        hint = "a regular expression that filters addresses is written allow: re:..."
    message = f"links are found by css, xpath or jsonpath, not by {selector.language}"
    ground.problems.add(selector.text.mark, path, message, hint)
    return True


def _long(ground: Ground, page: str, node: MapNode, path: str) -> LinkRule | None:
    options = Options(node, ground.problems, path, mark=node.mark)
    _check_source(options)
    each = read_rows(ground, options.node("each"), options.at("each"))
    ground = ground_in(ground, each)
    found = read_source(ground, options, (*NODES, REGEX))
    if found is not None and found.selector.language != REGEX and _is_text(ground, found.selector, path):
        found = None
    # One line for each key, in the order of the reference: in pieces nobody could see that all are read.
    rule = LinkRule(
        page,
        path,
        node.mark,
        selector=found.selector if found else None,
        url=options.scalar("url", "an address"),
        each=each,
        reads=read_ways(options, found),
        allow=read_patterns(options, "allow"),
        deny=read_patterns(options, "deny"),
        domains=read_hosts(options, "domains"),
        text=_text(options),
        rel=tuple(str(node.value).lower() for node in options.texts("rel")),
        nofollow=options.choice("nofollow", _NOFOLLOW, "ignore"),
        extensions=_extensions(options),
        unique=_unique(options),
        max=options.integer("max", least=1),
        priority=options.integer("priority", 0, least=-1_000_000, most=1_000_000) or 0,
        when=options.scalar("when", "a condition"),
        seen=options.choice("seen", _SEEN, "fetch"),
        carry=read_fields(ground, options.node("carry"), options.at("carry")),
        shape=read_shape(options),
    )
    refuse_other_pages(rule.carry, ground.problems, "in carry")
    options.close()
    return rule if rule.selector or rule.url else None


def _unique(options: Options) -> Literal["url", "carry"]:
    node = options.node("unique")
    if isinstance(node, ScalarNode) and node.value is True:
        return "url"
    return options.choice("unique", _UNIQUE, "url")


def _extensions(options: Options) -> tuple[str, ...]:
    """Endings of files, without their dots."""
    found = []
    for node in options.texts("extensions"):
        ending = str(node.value).lower().removeprefix(".")
        if _ENDING.match(ending):
            found.append(ending)
        else:
            message = f'"{shown(ending)}" is no ending of a file'
            options.problems.add(node.mark, options.at("extensions"), message, "extensions: [pdf, zip]")
    return tuple(found)


def _text(options: Options) -> Pattern | None:
    patterns = read_patterns(options, "text")
    if len(patterns) > 1:
        options.problem("text", "a link has one text: give one pattern", "re:one|two matches either")
    return patterns[0] if patterns else None


def _check_source(options: Options) -> None:
    if "any" in options:
        hint = "write a list of rules; what one of them has found is not followed twice"
        options.misplaced("any", '"any" is for seeds, where a request gives way to the next one', hint)
        return
    sources = sources_in(options, (*NODES, REGEX, "url"))
    for key in sources[1:]:
        hint = "write a list of two rules to follow both"
        options.problem(key, f'links have one source: "{key}" stands beside "{sources[0]}"', hint)
    if not sources:
        message = f"a link rule needs one of {', '.join(NODES)}, regex, url"
        options.problems.add(options.mark, options.path, message)
    if "url" in sources and "attr" in options:
        options.problem("attr", '"attr" is about what a selector finds; this rule has url')


def is_host(text: str) -> bool:
    """True for a host's name or address, without a port."""
    return _HOST.match(text) is not None


def read_hosts(options: Options, key: str) -> tuple[str, ...]:
    """Host names under *key*, one or a list, in lower case."""
    found = []
    for node in options.texts(key):
        name = str(node.value).lower()
        if is_host(name):
            found.append(name)
        else:
            hint = "a name or address alone, such as shop.example"
            options.problems.add(node.mark, options.at(key), f'"{shown(name)}" is not a host', hint)
    return tuple(found)
