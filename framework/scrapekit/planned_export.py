"""One export made ready: its exporter with its options, and which records it takes, in which shape."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from scrapekit.errors import did_you_mean
from scrapekit.extract.draft import Terms
from scrapekit.extract.texts import compile_condition
from scrapekit.model import Item
from scrapekit.options import Options
from scrapekit.parts import ExportContext, Exporter
from scrapekit.recipe.model import Export

META = ("_url", "_page", "_row", "_time")
"""The fields that ``meta: true`` adds: where a record was found, and when (ISO 8601, UTC)."""

Select: TypeAlias = Callable[[Sequence[Item]], Sequence[Item]]


@dataclass(frozen=True, slots=True)
class KindInfo:
    """A record kind over all page rules: its fields in order, their types, its key field."""

    columns: tuple[str, ...] = ()
    types: Mapping[str, str] | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedExport:
    """An export ready to be opened; ``name`` is its own in the job, the same in every run."""

    name: str
    path: Path
    exporter: Exporter
    select: Select
    """The records this export takes, in the shape it takes them in, in the same order."""


def compile_export(
    terms: Terms, export: Export, kinds: Mapping[str, KindInfo], inputs: Mapping[str, Any], output: Path
) -> PlannedExport | None:
    """The export with its exporter made; None, and problems, when it cannot be. Opens nothing."""
    before = len(terms.problems)
    path = _path(terms, export, output)
    taken = _taken(terms, export, kinds)
    select = _compile_select(terms, export, taken, len(taken) == len(kinds), inputs)
    factory = terms.load("exporters", export.exporter, export.mark, export.path)
    if factory is None or path is None:
        return None
    context = ExportContext(
        path=path,
        kinds={kind: info.columns + (META if export.meta else ()) for kind, info in taken.items()},
        keys={kind: info.key for kind, info in taken.items() if info.key in info.columns and info.key},
        types={
            kind: {name: type_ for name, type_ in (info.types or {}).items() if name in info.columns}
            for kind, info in taken.items()
        },
    )
    options = Options(export.options, terms.problems, export.path, mark=export.mark)
    exporter = factory(options, context)
    if len(terms.problems) > before:
        return None
    return PlannedExport(f"{export.exporter}:{export.target}", path, exporter, select)


def _path(terms: Terms, export: Export, output: Path) -> Path | None:
    # By the text alone, for a plan touches no disk; the exporter refuses to follow links.
    target = os.path.normpath(export.target)
    if Path(target).is_absolute() or Path(target).parts[:1] == ("..",) or "\0" in target:
        message = f'"{export.target}" is not below the output folder'
        terms.problems.add(export.target_mark, export.path, message, "write a path such as out/books.jsonl")
        return None
    if target == "." or export.target.endswith(("/", os.sep)):
        terms.problems.add(export.target_mark, export.path, f'"{export.target}" is a folder, not a file')
        return None
    return output / target


def _taken(terms: Terms, export: Export, kinds: Mapping[str, KindInfo]) -> dict[str, KindInfo]:
    """The kinds this export takes, each with the fields it takes of them."""
    for kind in export.kinds:
        if kind not in kinds:
            hint = did_you_mean(kind, kinds)
            terms.problems.add(export.mark, f"{export.path}.items", f'no page gives "{kind}" records', hint)
    chosen = {kind: info for kind, info in kinds.items() if not export.kinds or kind in export.kinds}
    if not export.fields:
        return chosen
    known = [name for info in chosen.values() for name in info.columns]
    for name in export.fields:
        if name not in known:
            hint = did_you_mean(name, known)
            terms.problems.add(export.mark, f"{export.path}.fields", f'no record has a field "{name}"', hint)
    return {
        kind: KindInfo(tuple(n for n in export.fields if n in info.columns), info.types, info.key)
        for kind, info in chosen.items()
    }


def _compile_select(
    terms: Terms, export: Export, taken: Mapping[str, KindInfo], all_kinds: bool, inputs: Mapping[str, Any]
) -> Select:
    steps: list[Select] = []
    if not all_kinds:
        steps.append(lambda items: [item for item in items if item.kind in taken])
    if export.where is not None:
        steps.append(_where(terms, export, inputs))
    if export.fields or export.meta:
        steps.append(_shaped(taken if export.fields else {}, export.meta))

    def select(items: Sequence[Item]) -> Sequence[Item]:
        for step in steps:
            items = step(items)
        return items

    return select


def _where(terms: Terms, export: Export, inputs: Mapping[str, Any]) -> Select:
    assert export.where is not None
    condition = compile_condition(terms, export.where, f"{export.path}.where", bare="item").render

    def holds(item: Item) -> bool:
        try:
            return bool(condition({"item": item.fields, "inputs": inputs}))
        except ValueError:
            return False

    return lambda items: [item for item in items if holds(item)]


def _shaped(taken: Mapping[str, KindInfo], meta: bool) -> Select:
    def shape(item: Item) -> Item:
        info = taken.get(item.kind)
        fields = dict(item.fields) if info is None else {name: item.fields[name] for name in info.columns}
        if meta:
            fields |= zip(META, _origin(item), strict=True)
        return Item(item.kind, fields, item.origin, item.key)

    return lambda items: [shape(item) for item in items]


def _origin(item: Item) -> tuple[str, str, int, str]:
    origin = item.origin
    time = datetime.fromtimestamp(origin.time, UTC).isoformat(timespec="seconds")
    return origin.url, origin.page, origin.row, time
