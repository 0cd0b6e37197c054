"""What was meant where YAML reads something else than was written, and the words to say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scrapekit.mark import Mark, SourceText
from scrapekit.node import Node, ScalarNode, shown
from scrapekit.quoting import quoted, rest_of_line

_COMMENT = re.compile(r"\s+#(\S.*)\Z")


@dataclass(frozen=True, slots=True)
class Meant:
    """A slip that YAML let pass: where, our words, and the node to go on with, if there is one."""

    mark: Mark
    message: str
    hint: str
    node: ScalarNode | None = None


def commented_out(source: SourceText, mark: Mark) -> Meant | None:
    """``title: #main`` gives nothing: the text behind an empty value at *mark* became a comment.

    A comment with a space after its ``#`` is taken for one.
    """
    comment = _COMMENT.match(source.lines[mark.line - 1], mark.column - 1)
    if comment is None:
        return None
    text = "#" + comment[1]
    at = Mark(source, mark.line, comment.start(1), len(text))
    message = f'there is no value here: YAML reads "{shown(text)}" as a comment'
    return Meant(at, message, f"quote it: {quoted(text)}", _text(text, at))


def grown_key(key: str, mark: Mark, before: Node | None) -> Meant:
    """``{css: h3 a, h4 a}`` grows a key: *key* at *mark* has no colon, *before* is the value ahead of it."""
    if not isinstance(before, ScalarNode) or before.mark.line != mark.line:
        return Meant(mark, f'"{shown(key)}" has no value', "")
    start, end = before.mark.column, mark.column + mark.width
    text = mark.source.lines[mark.line - 1][start - 1 : end - 1]
    message = f'"{shown(key)}" is a key without a value: the comma before it ended the text'
    whole = Mark(mark.source, mark.line, start, end - start)
    return Meant(mark, message, f"quote the whole value: {quoted(text)}", _text(text, whole))


def alias(mark: Mark, *, inside: bool) -> Meant:
    """``*x`` is an alias; *inside* brackets the text that was meant ends with it."""
    line = mark.source.lines[mark.line - 1]
    written = line[mark.column - 1 : mark.column - 1 + mark.width]
    whole = written if inside else rest_of_line(line, mark.column)
    message = f'"{shown(written)}" is a YAML alias, which recipes do without'
    return Meant(mark, message, f"if it is text, quote it: {quoted(whole)}", _text(written, mark))


def sign(kind: str, mark: Mark, *, scalar: bool) -> Meant:
    """``&x`` is an anchor and ``!x`` a tag (*kind*), before a scalar or before a collection."""
    line = mark.source.lines[mark.line - 1]
    words = line[mark.column - 1 : mark.column + 200].split(maxsplit=1)
    word = words[0] if words else ""
    message = f'"{shown(word)}" is a YAML {kind}, which recipes do without'
    hint = f"if it is text, quote it: {quoted(rest_of_line(line, mark.column))}" if scalar else "leave it out"
    return Meant(mark.moved(0, len(word)), message, hint)


def template(mark: Mark, *, inside: bool) -> Meant | None:
    """``{{ inputs.q }}`` opens a mapping; *inside* other brackets the text ends at ``}}``."""
    line = mark.source.lines[mark.line - 1]
    if not line.startswith("{{", mark.column - 1):
        return None
    text = rest_of_line(line, mark.column)
    if inside and "}}" in text:
        text = text[: text.find("}}") + 2]
    return Meant(
        mark.moved(0, 2), 'unquoted, "{{" opens a mapping in YAML', f"quote the value: {quoted(text)}"
    )


def _text(text: str, mark: Mark) -> ScalarNode:
    return ScalarNode(text, mark, text, quoted=True)
