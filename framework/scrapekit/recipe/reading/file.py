"""``file``: a file whose rows are seeds, read only where a recipe may read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from scrapekit.node import ScalarNode, shown
from scrapekit.options import Options
from scrapekit.recipe.model import FileSource
from scrapekit.recipe.reading.request import read_encoding
from scrapekit.sources.rows import URL, digest_of, read_header

_FORMATS: tuple[Literal["csv", "tsv", "jsonl", "text"], ...] = ("csv", "tsv", "jsonl", "text")
_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jl": "jsonl",
}
_OUTSIDE = (
    'a recipe reads files of its own folder; name another on the command line: file: "{{ inputs.file }}"'
)


@dataclass(frozen=True, slots=True)
class Files:
    """Which files may be read: those in the recipe's folder, and those that the command line names."""

    recipe: str = ""
    given: Collection[str] = ()
    """The values given with ``-i``: whoever runs a recipe may read what they like."""

    def find(self, node: ScalarNode) -> Path | None:
        """The file that *node* names; None for one that the recipe may not read."""
        text, written_in = str(node.value), node.mark.source.name
        by_set = written_in.startswith("--set ") and written_in != self.recipe
        if by_set or (node.literal and text in self.given):
            return Path(text)
        folder = Path(self.recipe).resolve().parent
        # A recipe that another extends names files beside itself.
        path = Path(written_in).parent / text
        # Resolved, a link that leads out of the folder is known as such.
        return path if path.resolve().is_relative_to(folder) else None


def read_file(options: Options, files: Files) -> FileSource | None:
    """The file under ``file``, its columns read; None, and a problem, where it is not to be had."""
    own = options.section("file", short="path")
    own.require("path", "write file: urls.csv")
    node = own.scalar("path", "a file's name")
    path = None if node is None or node.broken else _path(own, node, files)
    kind = own.choice("format", _FORMATS, _kind_of(path))
    delimiter, encoding = _delimiter(own, kind), read_encoding(own) or "utf-8"
    given = tuple(str(name.value) for name in own.texts("columns"))
    if given and kind not in ("csv", "tsv"):
        own.problem("columns", '"columns" names those of a csv file that has no header')
    own.close()
    column, most = options.text("column"), options.integer("max", least=1)
    if path is None or node is None:
        return None
    format: Literal["csv", "jsonl", "text"] = "csv" if kind == "tsv" else kind
    mark = options.where("file")
    source = FileSource(
        path, str(node.value), mark, format, encoding, delimiter, given, headed=not given, max=most
    )
    opened = _opened(own, source)
    return opened and replace(opened, column=_column(options, column, opened.columns))


def _opened(own: Options, source: FileSource) -> FileSource | None:
    """The source with what its file says: the columns, the delimiter, the digest."""
    delimiter, columns = source.delimiter or ",", source.columns
    try:
        if source.format == "csv":
            header, delimiter = read_header(source.path, source.encoding, source.delimiter)
            columns = columns or _header(own, header)
        digest = digest_of(source.path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        own.problem("path", f'cannot read "{shown(source.shown)}": {reason}')
        return None
    named = {"csv": columns, "text": (URL,), "jsonl": ()}
    return replace(source, delimiter=delimiter, columns=named[source.format], digest=digest)


def _path(own: Options, node: ScalarNode, files: Files) -> Path | None:
    path = files.find(node)
    if path is None:
        own.problem("path", f'"{shown(node.value)}" is outside the recipe\'s folder', _OUTSIDE)
    elif not path.is_file():
        near = own.problems.near(path.name, _beside(path)) if path.parent.is_dir() else ""
        own.problem("path", f'there is no file "{shown(node.value)}"', near)
    else:
        return path
    return None


def _beside(path: Path) -> Iterable[str]:
    return [each.name for each in path.parent.iterdir() if each.suffix in (*_BY_SUFFIX, ".txt", path.suffix)]


def _kind_of(path: Path | None) -> Literal["csv", "tsv", "jsonl", "text"]:
    found = _BY_SUFFIX.get(path.suffix.lower(), "text") if path is not None else "text"
    return next(kind for kind in _FORMATS if kind == found)


def _delimiter(own: Options, kind: str) -> str:
    node = own.scalar("delimiter", "one character")
    if node is None:
        return "\t" if kind == "tsv" else ""
    text = str(node.value)
    if len(text) != 1 or text in '"\r\n':
        own.problem("delimiter", f'expected one character, found "{shown(text)}"', 'a tab is "\\t"')
        return ""
    if kind in ("jsonl", "text"):
        own.problem("delimiter", f"a {kind} file has no delimiter")
    return text


def _header(own: Options, header: tuple[str, ...]) -> tuple[str, ...]:
    twice = [name for at, name in enumerate(header) if name and name in header[:at]]
    if twice:
        own.problem("path", f'two columns are named "{shown(twice[0])}"')
    if not any(header):
        own.problem("path", "the file is empty")
    return header


def _column(options: Options, column: str, names: tuple[str, ...]) -> str:
    """The column of the address; empty where a template makes it."""
    if "url" in options:
        if column:
            options.problem(
                "column", '"column" stands beside "url"', "{{ each.NAME }} in url is the column NAME"
            )
        return ""
    if not column and len(names) == 1:
        return names[0]
    if not column and (URL in names or not names):
        return URL
    if not column:
        known = ", ".join(filter(None, names))
        options.problem(
            "file", "which column holds the address?", f"name it with column; known here: {known}"
        )
    elif names and column not in names:
        hint = options.problems.near(column, filter(None, names))
        options.problem("column", f'there is no column "{shown(column)}"', hint)
    return column
