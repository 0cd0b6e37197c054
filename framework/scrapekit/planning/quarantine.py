"""The quarantine file: an export for records that are none, which is there only when it holds any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, Literal

from scrapekit.extract.draft import Terms
from scrapekit.extract.records.judging import COLUMNS, QUARANTINED
from scrapekit.model import Item
from scrapekit.parts import Exporter, KeepsEarlier, Position
from scrapekit.planning.export import KindInfo, PlannedExport, Select, compile_export
from scrapekit.recipe.model import Export, ItemRule, Recipe


def compile_quarantine(
    terms: Terms, recipe: Recipe, inputs: Mapping[str, Any], output: Path
) -> PlannedExport | None:
    """The export that invalid records go to; None where no item rule wants one, or where there is a problem.

    It lies beside the first export: ``out/books.quarantine.jsonl``.
    """
    rule = next((rule for page in recipe.pages.values() for rule in page.items if _quarantines(rule)), None)
    if rule is None or not recipe.exports:
        return None
    folder = PurePosixPath(recipe.exports[0].target).parent
    target = str(folder / f"{recipe.name}.quarantine.jsonl")
    path = f"{rule.path}.on_invalid"
    if any(PurePosixPath(export.target) == PurePosixPath(target) for export in recipe.exports):
        message = f'the quarantine file and an export are both "{target}"'
        terms.problems.add(rule.mark, path, message, "give the export another name")
        return None
    written = Export("jsonl", path, rule.mark, target, rule.mark)
    planned = compile_export(terms, written, {QUARANTINED: KindInfo(COLUMNS)}, inputs, output)
    if planned is None:
        return None
    lazy = QuarantineFile(planned.exporter, planned.path)
    return PlannedExport(planned.name, planned.path, lazy, _only_quarantined)


def _quarantines(rule: ItemRule) -> bool:
    return rule.on_invalid == "quarantine"


def _only_quarantined(items: Sequence[Item]) -> Sequence[Item]:
    return [item for item in items if item.kind == QUARANTINED]


def without_quarantined(select: Select) -> Select:
    """*select*, for an export beside a quarantine."""
    return lambda items: select([item for item in items if item.kind != QUARANTINED])


class QuarantineFile:
    """An exporter that begins its file with the first record, and leaves none where there was no record."""

    guarantee: ClassVar[Literal["exactly once", "at least once"]] = "exactly once"

    def __init__(self, exporter: Exporter, path: Path) -> None:
        self._exporter = exporter
        self._path = path
        self._opened = False

    def open(self, position: Position | None) -> None:
        """Go on at *position*; without one there is nothing to open yet."""
        if position is not None:
            self._begin(position)

    def _begin(self, position: Position | None) -> None:
        self._exporter.open(position)
        self._opened = True

    def write(self, items: Sequence[Item]) -> None:
        """Add records, the first of which begins the file."""
        if not self._opened:
            self._begin(None)
        self._exporter.write(items)

    def checkpoint(self) -> Position:
        """Where the file stands; asked only after something was written."""
        return self._exporter.checkpoint()

    def close(self, finished: bool) -> None:
        """Let go; when *finished* with nothing to tell, the file of an earlier run would tell of another."""
        if self._opened:
            self._opened = False
            self._exporter.close(finished)
        elif finished:
            self._remove(self._path)
            self._remove_part()

    def keep_earlier(self) -> bool:
        """The run brought nothing: what an earlier one put into quarantine stays beside its records."""
        if self._opened:
            return isinstance(self._exporter, KeepsEarlier) and self._exporter.keep_earlier()
        self._remove_part()
        return self._path.exists()

    def _remove_part(self) -> None:
        # A run that was killed before its first position was stored may have begun one.
        self._remove(self._path.with_name(f"{self._path.name}.part"))

    @staticmethod
    def _remove(path: Path) -> None:
        if path.is_file():
            path.unlink(missing_ok=True)
