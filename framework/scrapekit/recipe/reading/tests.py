"""``tests``: recorded pages, and the records that they must give."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePath

from scrapekit.errors import Problems
from scrapekit.node import ListNode, MapNode, Node, describe, plain, shown
from scrapekit.options import Options
from scrapekit.recipe.model import PageRule, RecordedPage
from scrapekit.recipe.model.recorded import Record
from scrapekit.recipe.reading.file import Files

_TYPES = {".json": "application/json", ".xml": "application/xml", ".csv": "text/csv", ".txt": "text/plain"}


def read_tests(
    node: Node | None, pages: Mapping[str, PageRule], problems: Problems, files: Files
) -> tuple[RecordedPage, ...]:
    """Every test that can be read; *pages* are the recipe's page rules."""
    if node is None or not pages:
        return ()
    if not isinstance(node, ListNode):
        hint = "write tests: [{ page: …, file: …, records: […] }]"
        problems.add(node.mark, "tests", f"expected a list of recorded pages, found {describe(node)}", hint)
        return ()
    read = (_test(item, f"tests[{at}]", pages, problems, files) for at, item in enumerate(node.items))
    return tuple(test for test in read if test is not None)


def _test(
    node: Node, path: str, pages: Mapping[str, PageRule], problems: Problems, files: Files
) -> RecordedPage | None:
    options = Options(node, problems, path, mark=node.mark)
    name = options.text("page", next(iter(pages)))
    if name not in pages:
        options.problem("page", f'there is no page rule "{shown(name)}"', problems.near(name, pages))
    found = _file(options, files) if options.require("file", "file: tests/page.html") else None
    options.require("records", "records: [] for a page that gives none")
    records = _records(options, pages.get(name))
    headers = {key: str(value) for key, value in options.mapping("headers").items()}
    test = found and RecordedPage(
        name,
        path,
        node.mark,
        found,
        options.text("file"),
        options.text("url"),
        records,
        status=options.integer("status", 200, least=100, most=599) or 200,
        headers={"content-type": _TYPES.get(found.suffix.lower(), "text/html")}
        | {key.lower(): value for key, value in headers.items()},
        carry=options.mapping("carry"),
    )
    options.close("url", "status", "carry")
    return test or None


def _file(options: Options, files: Files) -> Path | None:
    node = options.scalar("file", "a file's name")
    if node is None or node.broken:
        return None
    path = files.find(node)
    if path is None:
        options.problem("file", f'"{shown(node.value)}" is outside the recipe\'s folder')
    elif not path.is_file():
        # Named as the recipe names it, with its folder.
        folder = PurePath(str(node.value)).parent
        there = [str(folder / each.name) for each in path.parent.iterdir()] if path.parent.is_dir() else []
        hint = options.problems.near(str(node.value), there) if there else ""
        options.problem("file", f'there is no file "{shown(node.value)}"', hint)
    else:
        return path
    return None


def _records(options: Options, rule: PageRule | None) -> Mapping[str, tuple[Record, ...]]:
    """``records``: a list where the page rule gives one kind, or a mapping from kinds to lists."""
    node = options.node("records")
    if node is None or rule is None:
        return {}
    kinds = {item.kind: tuple(item.columns) for item in rule.items}
    if isinstance(node, ListNode) and len(kinds) == 1:
        return {kind: tuple(_listed(options, node, "records", names)) for kind, names in kinds.items()}
    if not isinstance(node, MapNode):
        named = ", ".join(kinds) or "none"
        said = f"expected a mapping from record kinds to lists, found {describe(node)}"
        options.problem("records", said, f"the page rule gives: {named}")
        return {}
    found = {}
    for kind, items in node.entries.items():
        path = f"records.{kind}"
        if kind not in kinds:
            hint = options.problems.near(kind, kinds)
            message = f'the page rule gives no "{shown(kind)}"'
            options.problems.add(node.key_mark(kind), options.at(path), message, hint)
        elif not isinstance(items, ListNode):
            message = f"expected a list of records, found {describe(items)}"
            options.problems.add(items.mark, options.at(path), message)
        else:
            found[kind] = tuple(_listed(options, items, path, kinds[kind]))
    return found


def _listed(options: Options, node: ListNode, path: str, names: Collection[str]) -> Iterator[Record]:
    for at, item in enumerate(node.items):
        where = f"{options.at(path)}[{at}]"
        if not isinstance(item, MapNode):
            options.problems.add(item.mark, where, f"expected a record, found {describe(item)}")
            continue
        for name in item.entries:
            if name not in names:
                hint = options.problems.near(name, names)
                message = f'there is no field "{shown(name)}"'
                options.problems.add(item.key_mark(name), f"{where}.{name}", message, hint)
        yield {name: plain(value) for name, value in item.entries.items()}
