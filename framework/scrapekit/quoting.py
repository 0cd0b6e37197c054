"""How to quote what YAML would read in its own way, so that a hint can be pasted into the recipe."""

from __future__ import annotations

import re

from scrapekit.node import ListNode, MapNode, Node, shown

_COMMENT_AT_END = re.compile(r"\s+#.*\Z")


def quoted(text: str) -> str:
    """*text* in double quotes, or in single ones where it holds a double quote or a backslash."""
    words = shown(text)
    return f'"{words}"' if '"' not in words and "\\" not in words else "'" + words.replace("'", "''") + "'"


def rest_of_line(line: str, column: int) -> str:
    """What stands on *line* from *column* (from 1) on, without a comment; at most 300 characters."""
    rest = line[column - 1 : column + 300]
    return _COMMENT_AT_END.sub("", rest).rstrip() if rest.strip() else ""


def quote_hint(node: Node) -> str:
    """A hint for a list or mapping in brackets that may have been meant as text; empty for anything else."""
    mark = node.mark
    if not isinstance(node, (ListNode, MapNode)) or mark.line > len(mark.source.lines):
        return ""
    text = mark.source.lines[mark.line - 1][mark.column - 1 : mark.column - 1 + mark.width]
    return f"quote it if it is text: {quoted(text)}" if text[:1] in ("[", "{") and len(text) > 1 else ""
