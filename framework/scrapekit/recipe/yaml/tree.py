"""YAML text to nodes that know their line: the door to PyYAML.

It works from parser events, never from PyYAML's constructors: no tag is ever looked up, nothing
recurses, and the limits bite before the text is read whole. Where YAML reads something else than
was meant, the problem says so and the tree goes on with what was meant, so that one slip is
reported once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scrapekit.errors import Problems, UsageError
from scrapekit.mark import Mark, SourceText
from scrapekit.node import MapNode
from scrapekit.recipe.yaml.build import Builder, TooMuch
from scrapekit.recipe.yaml.slip import diagnose

LARGEST = 2**20
"""The most bytes a recipe may have."""

_TOO_LARGE = "the recipe is larger than 1 MiB"

# libyaml is ten times as fast; PyYAML built without it has only its own parser.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What PyYAML refuses, and three line breaks of YAML 1.1 that no editor counts as lines.
_UNREADABLE = re.compile(
    "[^\t\n\r -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def load_tree(path: Path, problems: Problems) -> MapNode | None:
    """The tree of the file at *path*; None when it has no mapping to go on with.

    Raises UsageError when there is no such file or it cannot be read.
    """
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise UsageError(f'there is no recipe "{path}"') from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f'cannot read the recipe "{path}": {reason}') from error
    if len(body) > LARGEST:
        beginning = _source(str(path), body[:500].decode("utf-8-sig", "replace"))
        problems.add(Mark(beginning, 1, 1), "", _TOO_LARGE)
        return None
    text = _decode(body, str(path), problems)
    return None if text is None else parse_tree(text, str(path), problems)


def _decode(body: bytes, name: str, problems: Problems) -> str | None:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8-sig")
        source = _source(name, body.decode("utf-8-sig", "replace"))
        hint = "save the file as UTF-8"
        message = f"the file is not UTF-8 text: byte 0x{body[error.start]:02x} is not part of any character"
        problems.add(_mark_at_end(source, before), "", message, hint)
        return None


def parse_tree(text: str, name: str, problems: Problems, *, loader: Any = None) -> MapNode | None:
    """The tree of *text*; None when it has no mapping to go on with. *name* is what marks show.

    Every mistake becomes a problem. Refused: more than 1 MiB, 100,000 values or 64 levels,
    characters that do not print, aliases, anchors, tags, merge keys, keys given twice, keys that
    are not text, several documents.
    """
    text = text.removeprefix("\ufeff")
    source = _source(name, text)
    start = Mark(source, 1, 1)
    if len(text.encode("utf-8", "replace")) > LARGEST:
        problems.add(start, "", _TOO_LARGE)
        return None
    if found := _UNREADABLE.search(text):
        mark = _mark_at_end(source, text[: found.start()])
        hint = 'inside double quotes it can be written as "\\u....", its number in hexadecimal'
        problems.add(mark, "", f"a recipe cannot hold the character U+{ord(found[0]):04X}", hint)
        return None
    root = _build(Builder(source, problems), "\n".join(source.lines), loader or LOADER)
    if isinstance(root, MapNode):
        return root
    if not problems:
        message = "the recipe is empty" if root is None else "a recipe is a mapping: NAME: VALUE on each line"
        problems.add(start, "", message, "start it with `scrapekit: 1`")
    return None


def _build(builder: Builder, text: str, loader: Any) -> object:
    # What was read before a syntax error is dropped: its end is missing, so reading it would
    # complain about settings that stand further down.
    try:
        for event in _events(text, loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        _add_slip(builder, error)
        return None
    except TooMuch as error:
        builder.problems.add(error.mark, builder.path, str(error))
        return None
    return builder.root


def _events(text: str, loader: Any) -> Iterator[Any]:
    parser = loader(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    finally:
        parser.dispose()


def _add_slip(builder: Builder, error: yaml.MarkedYAMLError) -> None:
    lines = builder.source.lines
    at, opened = error.problem_mark or error.context_mark, error.context_mark
    line, column = (at.line + 1, at.column + 1) if at else (1, 1)
    if line > len(lines):
        line, column = len(lines), len(lines[-1]) + 1
    place = (opened.line + 1, opened.column + 1) if opened else None
    if "flow node" in (error.context or "") and builder.bracket is not None and line == len(lines):
        # Behind a comma or an opening bracket, the parser names the end of the text alone.
        place = (builder.bracket.line, builder.bracket.column)
    slip = diagnose(lines, f"{error.context or ''}: {error.problem or ''}", (line, column), place)
    # YAML often trips over the rest of a line whose start was already explained.
    if slip.line not in builder.explained:
        mark = Mark(builder.source, slip.line, slip.column, slip.width)
        builder.problems.add(mark, re.sub(r"(\[\d+\])+\Z", "", builder.path), slip.message, slip.hint)


def _source(name: str, text: str) -> SourceText:
    return SourceText.of(name, text.replace("\r\n", "\n").replace("\r", "\n"))


def _mark_at_end(source: SourceText, before: str) -> Mark:
    lines = _source("", before).lines
    return Mark(source, len(lines), len(lines[-1]) + 1)
