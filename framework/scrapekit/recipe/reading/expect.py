"""``expect``: what the records of a job must be for it to count as complete."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from scrapekit.errors import Problems
from scrapekit.node import MapNode, Node, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import Expect

_KEYS = ("min", "max", "coverage", "unique")


def read_expect(
    node: Node | None, kinds: Mapping[str, Collection[str]], problems: Problems
) -> dict[str, Expect]:
    """What is expected of each kind that the section names; *kinds* says which fields each has.

    Forms: ``{book: {min: 20, max: 30}}``, ``{book: 20}``, and ``{min: 20}`` where there is one kind.
    """
    if node is None:
        return {}
    if not isinstance(node, MapNode):
        hint = "write KIND: { min: 20 }"
        problems.add(node.mark, "expect", f"expected a mapping of record kinds, found {describe(node)}", hint)
        return {}
    if _is_short(node, kinds):
        if len(kinds) == 1:
            kind, columns = next(iter(kinds.items()))
            return {kind: _expected(node, "expect", columns, problems)}
        message = "this recipe has several record kinds: which one is meant?"
        problems.add(node.mark, "expect", message, f"name it: {', '.join(sorted(kinds))}")
        return {}
    found = {}
    for kind, value in node.entries.items():
        path = f"expect.{kind}"
        if kind in kinds:
            found[kind] = _expected(value, path, kinds[kind], problems)
        else:
            message = f'no page rule gives records of kind "{shown(kind)}"'
            problems.add(node.key_mark(kind), path, message, problems.near(kind, kinds))
    return found


def _is_short(node: MapNode, kinds: Collection[str]) -> bool:
    return any(key in _KEYS and key not in kinds for key in node.entries) and bool(kinds)


def _expected(node: Node, path: str, columns: Collection[str], problems: Problems) -> Expect:
    options = Options(node, problems, path, mark=node.mark, short="min")
    least = options.integer("min", 1, least=0)
    most = options.integer("max", least=0)
    coverage, unique = _coverage(options, columns), tuple(_unique(options, columns))
    options.close()
    if most is not None and least is not None and most < least:
        options.problem("max", f"the most, {most}, is less than the least, {least}")
    return Expect(least if least is not None else 1, most, coverage, unique)


def _coverage(options: Options, columns: Collection[str]) -> tuple[tuple[str, float], ...]:
    node = options.node("coverage")
    if node is not None and not isinstance(node, MapNode):
        said = f"expected a mapping from fields to shares, found {describe(node)}"
        options.problem("coverage", said, "write coverage: { FIELD: 95% }")
        return ()
    inside, found = options.section("coverage"), []
    for name in node.entries if node is not None else ():
        share = inside.share(name, 0.0)
        if name in columns:
            found.append((name, share))
        else:
            message, hint = f'there is no field "{shown(name)}"', options.problems.near(name, columns)
            options.problems.add(inside.key_mark(name), inside.at(name), message, hint)
    return tuple(found)


def _unique(options: Options, columns: Collection[str]) -> Iterator[str]:
    for name in options.texts("unique"):
        if name.value in columns:
            yield str(name.value)
        elif not name.broken:
            hint = options.problems.near(str(name.value), columns)
            message = f'there is no field "{shown(str(name.value))}"'
            options.problems.add(name.mark, options.at("unique"), message, hint)
