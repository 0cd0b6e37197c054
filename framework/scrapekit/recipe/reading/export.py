"""``export``: which files the records go to, and how."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from scrapekit.errors import Problems
from scrapekit.mark import Mark, SourceText
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import Export

_BY_SUFFIX = {"ndjson": "jsonl", "db": "sqlite", "sqlite3": "sqlite"}
_NAME = re.compile(r"[^\W\d][\w.:-]*\Z")
_CORE_KEYS = ("path", "items", "fields", "where", "meta")

Kinds = Mapping[str, Sequence[str]]
"""Record kind → its field names."""


def read_exports(node: Node | None, kinds: Kinds, problems: Problems) -> tuple[Export, ...]:
    """Every export, in the order written.

    Forms: ``out/x.jsonl``, whose suffix names the exporter; ``{csv: out/x.csv}``;
    ``{csv: {path: …, items, fields, where, meta, …}}`` with what the exporter itself understands;
    or a list of those.
    """
    items = node.items if isinstance(node, ListNode) else () if node is None else (node,)
    found: list[Export] = []
    if isinstance(node, ListNode | MapNode) and not len(node):
        problems.add(node.mark, "export", "there are no files here", "write out/items.jsonl")
    for at, item in enumerate(items):
        found += _entry(item, f"export[{at}]" if isinstance(node, ListNode) else "export", kinds, problems)
    _check_targets(found, problems)
    return tuple(found)


def _entry(node: Node, path: str, kinds: Kinds, problems: Problems) -> Iterator[Export]:
    match node:
        case ScalarNode(broken=True):
            return
        case ScalarNode(value=str() as text):
            if exporter := _by_suffix(text, node.mark, path, problems):
                _check_path(text, node.mark, path, problems)
                yield Export(exporter, path, node.mark, text, node.mark)
        case MapNode():
            for name, value in node.entries.items():
                if (export := _long(node, name, value, f"{path}.{name}", kinds, problems)) is not None:
                    yield export
        case _:
            problems.add(node.mark, path, f"expected a file, found {describe(node)}", "write out/items.jsonl")


def _by_suffix(text: str, mark: Mark, path: str, problems: Problems) -> str:
    suffix = PurePosixPath(text).suffix[1:].lower()
    exporter = _BY_SUFFIX.get(suffix, suffix)
    if not _NAME.match(exporter):
        hint = "a suffix such as .jsonl, .csv or .sqlite says how"
        problems.add(mark, path, f'"{shown(text)}" does not say how to write the records', hint)
        return ""
    return exporter


def _long(
    node: MapNode, name: str, value: Node, path: str, kinds: Kinds, problems: Problems
) -> Export | None:
    mark = node.key_mark(name)
    if name in _CORE_KEYS or not _NAME.match(name):
        hint = "write csv: { path: out/items.csv, ... }"
        problems.add(mark, path, f'"{shown(name)}" stands where an exporter is named', hint)
        return None
    options = Options(value, problems, path, mark=mark, short="path")
    if "path" not in options and isinstance(value, MapNode) and (slip := _meant_path(value, problems)):
        slipped = f'unknown key "{shown(slip)}"'
        problems.add(value.key_mark(slip), f"{path}.{slip}", slipped, 'did you mean "path"?')
        return None
    target = options.scalar("path", "a file") if options.require("path") else None
    if target is None:
        return None
    _check_path(str(target.value), target.mark, options.at("path"), problems)
    named = tuple(_known(options, "items", kinds, "record kind"))
    columns = dict.fromkeys(field for kind in named or kinds for field in kinds.get(kind, ()))
    return Export(
        name,
        path,
        mark,
        str(target.value),
        target.mark,
        kinds=named,
        fields=tuple(_known(options, "fields", columns, "field")),
        where=options.scalar("where", "a condition"),
        meta=options.flag("meta"),
        options=_rest(value),
    )


def _meant_path(node: MapNode, problems: Problems) -> str:
    """The key that was most likely meant to be ``path``; empty when there is none."""
    unknown = [key for key in node.entries if key not in _CORE_KEYS]
    return next((key for key in unknown if problems.near(key, _CORE_KEYS) == 'did you mean "path"?'), "")


def _rest(node: Node) -> MapNode | None:
    if not isinstance(node, MapNode):
        return None
    rest = {key: value for key, value in node.entries.items() if key not in _CORE_KEYS}
    return MapNode(rest, node.mark, {key: node.key_mark(key) for key in rest})


def _known(options: Options, key: str, known: Collection[str], what: str) -> Iterator[str]:
    for node in options.texts(key):
        name = str(node.value)
        if node.broken:
            continue
        if name not in known:
            message = f'there is no {what} "{shown(name)}"'
            options.problems.add(node.mark, options.at(key), message, options.problems.near(name, known))
        else:
            yield name


def _check_path(text: str, mark: Mark, path: str, problems: Problems) -> None:
    """A recipe may be a stranger's: its files stay below the output folder."""
    parts = re.split(r"[/\\]", text)
    hint = "only -o may name a file anywhere"
    if text.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:", text) or ".." in parts:
        problems.add(mark, path, f'"{shown(text)}" leads out of the output folder', hint)
    elif not text.isprintable() or not parts[-1] or any(part != part.strip() for part in parts):
        problems.add(mark, path, f'"{shown(text)}" cannot name a file')


def _check_targets(exports: Sequence[Export], problems: Problems) -> None:
    first: dict[str, Export] = {}
    for export in exports:
        known = first.setdefault(str(PurePosixPath(export.target)), export)
        if known is not export:
            message = f'two exports write "{shown(export.target)}"'
            problems.add(export.target_mark, export.path, message, f"the first is {known.path}")


def default_export(name: str, mark: Mark) -> Export:
    """Where records go when the recipe does not say."""
    return Export("jsonl", "export", mark, f"out/{name}.jsonl", mark)


def redirected(exports: Sequence[Export], outputs: Sequence[str], problems: Problems) -> tuple[Export, ...]:
    """The exports that ``-o`` asks for, at any place the user names, instead of the recipe's."""
    found = [_redirected(exports, output, problems) for output in outputs]
    chosen = [export for export in found if export is not None]
    _check_targets(chosen, problems)
    return tuple(chosen)


def _redirected(exports: Sequence[Export], output: str, problems: Problems) -> Export | None:
    """It keeps the options of the recipe's one export by the same exporter.

    Of several no one is meant: each may write some of the records only, and `-o` takes them all.
    """
    mark = Mark(SourceText(f"-o {shown(output)}", ()), 1, 1)
    exporter = _by_suffix(output, mark, "", problems)
    if not exporter:
        return None
    same = [export for export in exports if export.exporter == exporter]
    export = same[0] if len(same) == 1 else Export(exporter, "export", mark, output, mark)
    return replace(export, target=output, target_mark=mark)
