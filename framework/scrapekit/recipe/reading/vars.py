"""``vars``: values that are fetched when a request first needs them."""

from __future__ import annotations

import re
from dataclasses import replace

from scrapekit.node import MapNode, Node, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import Field
from scrapekit.recipe.model.session import Var
from scrapekit.recipe.reading.call import REQUEST, mapping_without, read_call, read_reader
from scrapekit.recipe.reading.condition import read_statuses
from scrapekit.recipe.reading.fields import read_field
from scrapekit.recipe.reading.joins import refuse_other_pages
from scrapekit.recipe.reading.selector import Ground

_NAME = re.compile(r"[^\W\d]\w*\Z")
OWN_KEYS = (*REQUEST, "parser", "expires", "renew", "from")
"""The keys beside those of the field that is read."""


def read_vars(top: Options) -> tuple[Var, ...]:
    """The section ``vars``, in order; values with a problem in their request are left out."""
    node = top.node("vars")
    if node is None:
        return ()
    section = top.section("vars")
    entries = node.entries if isinstance(node, MapNode) else {}
    read = (_var(section, name, each) for name, each in entries.items())
    return tuple(var for var in read if var is not None)


def _var(section: Options, name: str, node: Node) -> Var | None:
    path, mark = section.at(name), section.key_mark(name)
    if not _NAME.match(name):
        hint = "a letter, then letters, digits and _"
        section.problems.add(mark, path, f'a value cannot be named "{shown(name)}"', hint)
    if not isinstance(node, MapNode):
        hint = "write { url: ADDRESS, css: SELECTOR }"
        section.problems.add(node.mark, path, f"expected a mapping, found {describe(node)}", hint)
        return None
    options = Options(node, section.problems, path, mark=mark)
    source = mapping_without(node, OWN_KEYS, node.mark)
    reader = read_reader(options, (source, node.get("from")))
    call = read_call(options)
    expires, statuses = options.seconds("expires", 0), read_statuses(options, "renew")
    if "expires" in options and expires <= 0:
        options.problem("expires", "must be longer than 0")
    field = _field(Ground(section.problems, reader.name), options, name, source)
    options.close(*source.entries)
    refuse_other_pages([field] if field else (), options.problems, "in vars")
    if call is None or field is None:
        return None
    var = Var(name, path, mark, call, reader, field, expires or None)
    return replace(var, renew=statuses) if statuses else var


def _field(ground: Ground, options: Options, name: str, source: MapNode) -> Field | None:
    """What is read from the answer: a field's own keys beside the request's, or any field under ``from``."""
    short = options.node("from")
    if short is None and not source.entries:
        message, hint = (
            "what is read from the answer?",
            "such as jsonpath: $.token, css: SELECTOR, header: NAME",
        )
        options.problems.add(options.mark, options.path, message, hint)
        return None
    if short is None:
        return read_field(ground, name, source, options.path)
    for key in source.entries:
        options.problem(key, f'"{key}" stands beside "from"', "write it inside: from: { ... }")
    return read_field(ground, name, short, options.at("from"))
