"""Whether two readings of a recipe would yield the same records: one short text to compare."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b

from scrapekit.node import ListNode, MapNode, Node, ScalarNode, plain
from scrapekit.recipe.model import Export, FileSource, Seed
from scrapekit.recipe.substitute import SecretText

_LEFT_OUT = ("scrapekit", "name", "inputs", "export", "expect", "tests")
_PACE = (
    "concurrency", "per_host", "delay", "max_delay", "park_after", "park_probes", "allow_failed", "order",
    "parse_timeout",
)  # fmt: skip
_PATIENCE = (
    "timeout", "connect_timeout", "min_rate", "min_rate_over", "retries", "proxy", "conditional", "cache",
    "contact",
)  # fmt: skip


def fingerprint(tree: MapNode, inputs: Mapping[str, object], exports: Sequence[Export]) -> str:
    """32 hexadecimal digits that change when the recipe would yield other records, or write them otherwise.

    *tree* has its inputs put in. Left out are the name, where exports go, what is expected, tests, the
    pace and patience of requests, and every secret: a job can be resumed with another token. What is
    counted for ``expect`` is in: half a job's counts are worth nothing.
    """
    data = {key: _data(node) for key, node in tree.entries.items() if key not in _LEFT_OUT}
    for section, keys in (("crawl", _PACE), ("http", _PATIENCE)):
        if isinstance(settings := data.get(section), dict):
            data[section] = {key: value for key, value in settings.items() if key not in keys}
    data = {key: value for key, value in data.items() if value not in ({}, None)}
    if counted := sorted(_counted(tree.get("expect"))):
        data["counted"] = counted
    data["inputs"] = inputs
    data["export"] = [_export(export) for export in exports]
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _counted(node: Node | None, path: str = "") -> Iterator[str]:
    """The fields whose coverage or uniqueness is expected, with their place."""
    match node:
        case MapNode() if path.endswith(".coverage"):
            yield from (f"{path}.{name}" for name in node.entries)
        case MapNode():
            for key, value in node.entries.items():
                yield from _counted(value, f"{path}.{key}")
        case ListNode():
            for item in node.items:
                yield from _counted(item, path)
        case ScalarNode() if path.endswith(".unique"):
            yield f"{path}.{node.text}"


def with_files(text: str, seeds: Iterable[Seed]) -> str:
    """A fingerprint that changes with the content of the files too that seeds are drawn from.

    What follows its plus is theirs alone, so that a change there can be told from one of the recipe.
    """
    digests = [seed.source.digest for seed in seeds if isinstance(seed.source, FileSource)]
    if not digests:
        return text
    return f"{text}+{blake2b(' '.join(digests).encode(), digest_size=16).hexdigest()}"


def _data(node: Node) -> object:
    match node:
        case ScalarNode():
            return str(node.value) if isinstance(node.value, SecretText) else node.value
        case ListNode():
            return [_data(item) for item in node.items]
        case MapNode():
            return {key: _data(value) for key, value in node.entries.items()}


def _export(export: Export) -> object:
    where = None if export.where is None else export.where.value
    return [export.exporter, export.kinds, export.fields, where, export.meta, plain(export.options)]
