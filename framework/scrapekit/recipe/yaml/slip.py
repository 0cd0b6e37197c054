"""What a syntax error of YAML most likely means to someone who wrote a recipe."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scrapekit.quoting import quoted, rest_of_line

_NO_SPACE = re.compile(r"\s*(?:- +)*([\w.-]+):(?=[^\s/])")
_SECOND_COLON = re.compile(r"\s*(?:- +)*[^\s\"'{\[#][^:#]*:\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Slip:
    """One mistake in YAML: its place (line and column from 1) and our words for it."""

    line: int
    column: int
    width: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Fault:
    """What the parser said: its words, where it stood, where the thing it was reading began."""

    lines: Sequence[str]
    words: str
    line: int
    column: int
    opened: tuple[int, int] | None

    def text(self, line: int) -> str:
        return self.lines[line - 1] if 1 <= line <= len(self.lines) else ""

    @property
    def sign(self) -> str:
        """The character the parser stopped at; empty at the end of a line."""
        return self.text(self.line)[self.column - 1 : self.column]


def diagnose(lines: Sequence[str], words: str, at: tuple[int, int], opened: tuple[int, int] | None) -> Slip:
    """Our words for what YAML's parser said in *words*, at the place where the mistake was made.

    The two parsers of PyYAML word most faults differently, so a few words common to both and the
    text itself decide.
    """
    fault = _Fault(lines, words, *at, opened)
    for pattern, explain in _KINDS:
        if re.search(pattern, words) and (slip := explain(fault)):
            return slip
    problem = words.split(": ", 1)[-1]
    return Slip(*at, 1, f"this is not YAML: {problem}")


def _escape(fault: _Fault) -> Slip:
    line = fault.text(fault.line)
    column = fault.column if fault.sign == "\\" else max(1, line.rfind("\\", 0, fault.column) + 1)
    escape = line[column - 1 : column + 1]
    hint = "in single quotes a backslash is only a backslash: '...'"
    return Slip(fault.line, column, 2, f'"{escape}" is not an escape in double quotes', hint)


def _digits(fault: _Fault) -> Slip:
    message = "an escape in double quotes lacks hexadecimal digits"
    return Slip(fault.line, fault.column, 1, message, "write \\\\ for a backslash, or use single quotes")


def _open_quote(fault: _Fault) -> Slip:
    line, column = fault.opened or (fault.line, fault.column)
    return Slip(line, column, 1, "the quote that opens here is not closed")


def _tab(fault: _Fault) -> Slip | None:
    line = fault.text(fault.line)
    column = line.find("\t") + 1
    if column and not line[: column - 1].strip():
        return Slip(fault.line, column, 1, "a tab cannot indent a setting", "use spaces")
    if fault.sign == "\t":
        return Slip(fault.line, fault.column, 1, "a tab cannot stand before a value", "use spaces")
    return None


def _leading_sign(fault: _Fault) -> Slip | None:
    here = fault.sign and fault.sign in "@`%,}]?"
    line, column = (fault.line, fault.column) if here else fault.opened or (0, 0)
    sign = fault.text(line)[column - 1 : column]
    if not sign or sign not in "@`%,}]?*&!>|":
        return None
    meant = quoted(rest_of_line(fault.text(line), column))
    return Slip(
        line, column, 1, f'a value cannot start with "{sign}" unless it is quoted', f"quote it: {meant}"
    )


def _dash(fault: _Fault) -> Slip:
    meant = rest_of_line(fault.text(fault.line), fault.column)
    hint = f"start the list on the next line; if it is text, quote it: {quoted(meant)}"
    return Slip(fault.line, fault.column, 1, "a list cannot start on the line of its key", hint)


def _missing_space(fault: _Fault) -> Slip | None:
    for line in (fault.line, fault.line - 1, (fault.opened or (0, 0))[0]):
        if found := _NO_SPACE.match(fault.text(line)):
            return Slip(
                line, found.end(1) + 1, 1, "a space is missing after the colon", f"write `{found[1]}: ...`"
            )
    return None


def _tight_colon(fault: _Fault) -> Slip:
    message = "a space is missing after the colon"
    return Slip(fault.line, fault.column, 1, message, "quote the text if the colon is part of it")


def _colon(fault: _Fault) -> Slip | None:
    line = fault.text(fault.line)
    found = _SECOND_COLON.match(line)
    if found and found.end() < fault.column:
        meant = rest_of_line(line, found.end() + 1)
        message = 'an unquoted value cannot hold ": "'
        return Slip(fault.line, fault.column, 1, message, f"quote the value: {quoted(meant)}")
    before = fault.text(fault.line - 1)
    if _SECOND_COLON.match(before):
        indent = len(line) - len(line.lstrip()) + 1
        message = "this line is indented under a setting that already has a value"
        return Slip(fault.line, indent, 1, message, "line it up with the settings it belongs to")
    return Slip(fault.line, fault.column, 1, "a colon is not expected here", "quote the value if it is text")


def _no_colon(fault: _Fault) -> Slip:
    line, column = fault.opened or (fault.line, fault.column)
    text = rest_of_line(fault.text(line), column)
    return Slip(line, column, max(1, len(text)), "this line has no colon", "a setting is written NAME: VALUE")


def _flow(fault: _Fault) -> Slip:
    line, column = fault.opened or (fault.line, fault.column)
    if fault.line != line or not fault.sign:
        sign = fault.text(line)[column - 1 : column]
        message = f'the "{sign}" that opens here is not closed' if sign else "a bracket is not closed"
        return Slip(line, column, 1, message)
    text = fault.text(line)
    start = (
        max(text.rfind(": ", column, fault.column), text.rfind(", ", column, fault.column), column - 2) + 2
    )
    ends = [end for end in (text.find(", ", fault.column), text.find("}", fault.column)) if end >= 0]
    meant = text[start : min(ends, default=len(text))].strip()
    message = f'"{fault.sign}" is not expected inside brackets'
    return Slip(fault.line, fault.column, 1, message, f"quote the value: {quoted(meant)}")


def _block(fault: _Fault) -> Slip:
    line = fault.text(fault.line)
    rest = rest_of_line(line, fault.column)
    if line[: fault.column - 1].strip(" -"):
        message = "the value ended before this"
        return Slip(fault.line, fault.column, max(1, len(rest)), message, "quote the whole value")
    if fault.sign == ":":
        return Slip(fault.line, fault.column, 1, "a key is missing before the colon")
    message = "this line fits none of the settings above it"
    return Slip(fault.line, fault.column, max(1, len(rest)), message, "check its indentation")


def _document(fault: _Fault) -> Slip:
    text = rest_of_line(fault.text(fault.line), fault.column)
    if text.startswith("%"):
        return Slip(
            fault.line, fault.column, len(text), 'a line cannot start with "%"', "quote it if it is text"
        )
    return Slip(
        fault.line, fault.column, max(1, len(text)), "a recipe is one document: nothing may follow its end"
    )


_Explain = Callable[[_Fault], Slip | None]
_KINDS: Sequence[tuple[str, _Explain]] = (
    (r"unknown escape", _escape),
    (r"quoted scalar: .*hex|quoted scalar: .*escape seq|invalid Unicode", _digits),
    (r"quoted scalar: .*(end of stream|document (indicator|separator))", _open_quote),
    (r"cannot start any token|tab character", _tab),
    (r"cannot start any token|node content|mapping keys are not", _leading_sign),
    (r"scanning an? (alias|anchor|tag|block scalar)|parsing a (tag|node)", _leading_sign),
    (r"sequence entries are not allowed", _dash),
    (r"mapping values are not allowed|could not find expected ':'", _missing_space),
    (r"mapping values are not allowed", _colon),
    (r"found unexpected ':'", _tight_colon),
    (r"could not find expected ':'", _no_colon),
    (r"flow (sequence|mapping|node)", _flow),
    (r"block (mapping|collection)", _block),
    (r"document|directive", _document),
)
