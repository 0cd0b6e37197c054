"""The option ``namespaces`` of the parser xml: prefixes for selectors, or none at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from scrapekit import Options

_PREFIX = re.compile(r"[^\W\d][\w.-]*\Z")


@dataclass(frozen=True, slots=True)
class Namespaces:
    """What selectors may say of namespaces."""

    prefixes: Mapping[str, str] = field(default_factory=dict)
    ignored: bool = False
    """True when every element and attribute loses its namespace before it is looked at."""


def read_namespaces(options: Options) -> Namespaces:
    """The option's value; mistakes are noted as problems of the recipe."""
    value = options.value("namespaces")
    if value is None:
        return Namespaces()
    if value == "ignore":
        return Namespaces(ignored=True)
    if not isinstance(value, dict):
        options.problem("namespaces", "expected a mapping from prefixes to addresses, or the word ignore")
        return Namespaces()
    section = options.section("namespaces")
    prefixes = {prefix: section.text(prefix) for prefix in section.keys()}  # noqa: SIM118 (no mapping)
    for prefix, address in prefixes.items():
        if not _PREFIX.match(prefix) or prefix in ("xml", "xmlns"):
            section.problem(prefix, f'"{prefix}" cannot be a prefix')
        elif not address:
            section.problem(prefix, "expected the address of a namespace")
    return Namespaces(prefixes)


def drop_namespaces(root: Any) -> None:
    """Give every element and attribute its local name alone."""
    for element in root.iter("{*}*"):
        element.tag = etree.QName(element).localname
        for name in [name for name in element.attrib if name[0] == "{"]:
            local = etree.QName(name).localname
            if local not in element.attrib:
                element.set(local, element.attrib.pop(name))
    etree.cleanup_namespaces(root)
