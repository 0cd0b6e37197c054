"""One export made ready: its exporter with its options, and which records it takes, in which shape."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from scrapekit.errors import Problems
from scrapekit.extract.draft import Terms
from scrapekit.extract.texts import compile_condition
from scrapekit.model import Item
from scrapekit.node import ScalarNode, shown
from scrapekit.options import Options
from scrapekit.parts import Adds, ExportContext, Exporter, KeepsEarlier
from scrapekit.recipe.model import Export, Recipe

META = ("_url", "_page", "_row", "_time")
"""The fields that ``meta: true`` adds: where a record was found, and when (ISO 8601, UTC)."""

META_SEEN = "_seen"
"""What it adds too where the recipe compares jobs: ``new``, ``changed`` or ``same``."""

Select: TypeAlias = Callable[[Sequence[Item]], Sequence[Item]]


@dataclass(frozen=True, slots=True)
class KindInfo:
    """A record kind over all page rules: its fields in order, their types, its key field."""

    columns: tuple[str, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    seen: bool = False
    """True when it is compared with earlier jobs."""

    @property
    def meta(self) -> tuple[str, ...]:
        """What ``meta: true`` adds to its columns."""
        return (*META, META_SEEN) if self.seen else META


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
    taken = _taken(export, kinds)
    select = _compile_select(terms, export, kinds, taken, inputs)
    factory = terms.load("exporters", export.exporter, export.mark, export.path)
    if factory is None:
        return None
    # Reading the recipe has made sure that its files stay below; only -o may lead elsewhere.
    path = output / export.target
    context = ExportContext(
        path=path,
        kinds={kind: info.columns + (info.meta if export.meta else ()) for kind, info in taken.items()},
        keys={kind: info.key for kind, info in taken.items() if info.key in info.columns and info.key},
        types={
            kind: {name: type_ for name, type_ in info.types.items() if name in info.columns}
            for kind, info in taken.items()
        },
    )
    options = Options(export.options, terms.problems, export.path, mark=export.mark)
    exporter = factory(options, context)
    if len(terms.problems) > before:
        return None
    return PlannedExport(f"{export.exporter}:{export.target}", path, exporter, select)


def check_kept(recipe: Recipe, export: Export, planned: PlannedExport, problems: Problems) -> None:
    """Note a problem where records of earlier jobs would go with a file that holds only what is new."""
    exporter = planned.exporter
    if not isinstance(exporter, KeepsEarlier) or (isinstance(exporter, Adds) and exporter.adds):
        return
    rules = [recipe.seen.get(kind) for kind in export.kinds or recipe.kinds]
    if all(rule.replace or not (rule.drops or recipe.skips) if rule else not recipe.skips for rule in rules):
        return
    message = f'each run would leave in "{shown(export.target)}" only what is new'
    hint = (
        "let it add to the file (jsonl: append: true, sqlite: mode: update), "
        "or write seen: { replace: true } if that is meant"
    )
    problems.add(export.mark, export.path, message, hint)


def _taken(export: Export, kinds: Mapping[str, KindInfo]) -> dict[str, KindInfo]:
    """The kinds this export takes, each with the fields it takes of them."""
    chosen = {kind: info for kind, info in kinds.items() if not export.kinds or kind in export.kinds}
    if not export.fields:
        return chosen
    return {
        kind: replace(info, columns=tuple(name for name in export.fields if name in info.columns))
        for kind, info in chosen.items()
    }


def _compile_select(
    terms: Terms,
    export: Export,
    kinds: Mapping[str, KindInfo],
    taken: Mapping[str, KindInfo],
    inputs: Mapping[str, Any],
) -> Select:
    steps: list[Select] = []
    if len(taken) < len(kinds):
        steps.append(lambda items: [item for item in items if item.kind in taken])
    if export.where is not None:
        names = [name for kind in taken for name in kinds[kind].columns]
        inside = replace(terms, names={**terms.names, "item": names})
        steps.append(_where(inside, export, export.where, inputs))
    if export.fields or export.meta:
        seen = frozenset(kind for kind, info in taken.items() if info.seen and export.meta)
        steps.append(_shaped(taken if export.fields else {}, export.meta, seen))

    def select(items: Sequence[Item]) -> Sequence[Item]:
        for step in steps:
            items = step(items)
        return items

    return select


def _where(terms: Terms, export: Export, where: ScalarNode, inputs: Mapping[str, Any]) -> Select:
    condition = compile_condition(terms, where, f"{export.path}.where", bare="item").render

    def holds(item: Item) -> bool:
        try:
            return bool(condition({"item": item.fields, "inputs": inputs}))
        except ValueError:
            return False

    return lambda items: [item for item in items if holds(item)]


def _shaped(taken: Mapping[str, KindInfo], meta: bool, seen: Collection[str]) -> Select:
    def shape(item: Item) -> Item:
        info = taken.get(item.kind)
        fields = dict(item.fields) if info is None else {name: item.fields[name] for name in info.columns}
        if meta:
            fields |= zip(META, _origin(item), strict=True)
            if item.kind in seen:
                fields[META_SEEN] = item.seen or None
        return replace(item, fields=fields)

    return lambda items: [shape(item) for item in items]


def _origin(item: Item) -> tuple[str, str, int, str]:
    origin = item.origin
    time = datetime.fromtimestamp(origin.time, UTC).isoformat(timespec="seconds")
    return origin.url, origin.page, origin.row, time
