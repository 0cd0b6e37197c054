"""A place in a recipe, and its excerpt with a caret."""

from __future__ import annotations

from dataclasses import dataclass, replace

_WIDEST_EXCERPT = 120


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text a mark points into, under the name people know it by (a path, or ``--set crawl.delay``).

    Without lines it is a word of the command line: its name says all, so marks show no position.
    """

    name: str
    lines: tuple[str, ...]

    @classmethod
    def of(cls, name: str, text: str) -> SourceText:
        """Split *text* into the lines that marks count."""
        return cls(name, tuple(text.split("\n")))


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of one line: line and column count from 1, width in characters."""

    source: SourceText
    line: int
    column: int
    width: int = 1

    def __str__(self) -> str:
        if not self.source.lines:
            return self.source.name
        return f"{self.source.name}:{self.line}:{self.column}"

    def moved(self, offset: int, width: int = 1) -> Mark:
        """The place *offset* characters further along the same line."""
        return replace(self, column=self.column + offset, width=max(1, width))

    def excerpt(self) -> str:
        """The marked line and a caret line under it; empty where the source has no such line.

        A tab is shown as an arrow and control characters as ``?``, so that a recipe from a
        stranger cannot drive the terminal; a long line is cut round the mark.
        """
        if not 1 <= self.line <= len(self.source.lines):
            return ""
        line = self.source.lines[self.line - 1]
        column, gutter = self.column, f"{self.line:>3} | "
        if len(line) > _WIDEST_EXCERPT and column > _WIDEST_EXCERPT // 2:
            cut = column - _WIDEST_EXCERPT // 2
            line, column = "…" + line[cut : cut + _WIDEST_EXCERPT], column - cut + 1
        line = line[:_WIDEST_EXCERPT].replace("\t", "→")
        line = "".join(c if c.isprintable() else "?" for c in line)
        width = max(1, min(self.width, len(line) - column + 1))
        return f"{gutter}{line}\n{' ' * (len(gutter) - 2)}| {' ' * (column - 1)}{'^' * width}"
