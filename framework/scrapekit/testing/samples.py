"""Records, contexts and exporters to test with: made of plain values, as a recipe would make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from scrapekit.errors import Problems
from scrapekit.mark import Mark, SourceText
from scrapekit.model import Item, Origin
from scrapekit.node import ListNode, MapNode, Node, ScalarNode
from scrapekit.options import Options
from scrapekit.parts import ExportContext, Exporter

_E = TypeVar("_E", bound=Exporter)

KIND = "thing"
FIELDS = ("number", "title", "price", "share", "day", "time", "sold", "note", "tags", "detail")

_TITLES = (
    "plain",
    "Grüße, 世界 🙂 \u2028 e\u0301",
    "comma, \"quotes\", 'apostrophes'; and\ttab",
    "line one\nline two\r\nline three\rline four",
    "=1+1",
    "-5",
    " spaces around ",
    "NULL",
    "007",
    '{"looks": "like JSON"}',
    "'); DROP TABLE thing; --",
    "long " * 2000,
)


def sample_items(count: int, edition: int = 1, first: int = 0) -> list[Item]:
    """So many records of kind ``thing``, numbered from *first*, holding every kind of value.

    Another *edition* of the same record has another ``note``.
    """
    return [
        Item(KIND, _fields(number, edition), Origin(f"https://shop.test/{number}", "thing", 0, 1e9))
        for number in range(first, first + count)
    ]


def _fields(number: int, edition: int) -> dict[str, Any]:
    return {
        "number": number,
        "title": _TITLES[number % len(_TITLES)],
        "price": Decimal(number) + Decimal("0.50"),
        "share": number / 7,
        "day": date(2024, 2, 29),
        "time": datetime(2024, 2, 29, 23, 59, 58, tzinfo=UTC),
        "sold": bool(number % 2),
        "note": None if number % 3 == 0 else f"edition {edition}",
        "tags": ["a", "b c", 'd"e'][: number % 4],
        "detail": {"edition": edition, "deep": {"list": [1, None, {"x": "ä"}]}},
    }


def sample_context(path: Path) -> ExportContext:
    """The context of an export to *path* that receives `sample_items`."""
    return ExportContext(path=path, kinds={KIND: FIELDS}, keys={}, types={})


def make_exporter(
    factory: Callable[[Options, ExportContext], _E],
    where: Path | ExportContext,
    options: Mapping[str, Any] | None = None,
) -> _E:
    """The exporter a recipe would get with these *options*; RecipeError when it refuses them.

    *where* is a path, for an export of `sample_items`, or a whole context.
    """
    context = sample_context(where) if isinstance(where, Path) else where
    problems = Problems()
    lines = [f"{name}: {value}" for name, value in (options or {}).items()]
    source = SourceText("options", tuple(lines))
    entries = {
        name: _node(value, Mark(source, line, len(name) + 3))
        for line, (name, value) in enumerate((options or {}).items(), 1)
    }
    keys = {name: Mark(source, line, 1) for line, name in enumerate(entries, 1)}
    node = MapNode(entries, Mark(source, 1, 1), keys)
    made = factory(Options(node, problems, "export", mark=node.mark), context)
    problems.raise_if_any()
    return made


def _node(value: Any, mark: Mark) -> Node:
    if isinstance(value, Mapping):
        return MapNode({name: _node(inner, mark) for name, inner in value.items()}, mark)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ListNode(tuple(_node(inner, mark) for inner in value), mark)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return ScalarNode(value, mark, text, quoted=isinstance(value, str))
