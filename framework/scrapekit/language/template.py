"""Text with ``{{ expression }}`` placeholders, compiled once to a function.

What stands outside the placeholders is taken as it is, and what a placeholder yields is never
looked at again: a page that says ``{{ inputs.token }}`` gives just that text. To write two opening
braces, write ``{{ '{{' }}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from scrapekit.errors import ExpressionError
from scrapekit.language.expression import Compiler, Environment, FilterResolver, Locate, Names, Run, nowhere
from scrapekit.language.expression_syntax import parse
from scrapekit.language.expression_tree import Tree
from scrapekit.language.rendering import bounded, render

__all__ = ["Environment", "Placeholder", "Template", "compile_template", "has_placeholder", "split"]

MOST_PLACEHOLDERS = 1_000


def has_placeholder(text: str) -> bool:
    """True when *text* is a template, for it opens a placeholder."""
    return "{{" in text


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One ``{{ … }}``: its expression, and where that begins in the text."""

    tree: Tree
    offset: int


class Template:
    """A compiled template: call it with the values of the names.

    A template that is exactly one placeholder gives its value, of whatever type; any other gives
    text, with null as nothing. A call raises ValueError, and nothing else, when a filter cannot
    work on a value or the text grows too long. ``constant`` is true when it reads no name.
    """

    __slots__ = ("constant", "run", "text", "uses")

    def __init__(self, text: str, run: Run, uses: frozenset[tuple[str, str]], constant: bool) -> None:
        self.text = text
        self.run = run
        self.uses = uses
        self.constant = constant

    def __call__(self, env: Environment) -> Any:
        """The template's value."""
        return self.run(env)

    def __repr__(self) -> str:
        return f"<Template {self.text}>"


def split(text: str) -> list[str | Placeholder]:
    """The text's parts in order, none of them empty.

    Raises ExpressionError, with the offset in *text*, for a placeholder that is not closed or
    holds no expression.
    """
    if text.count("{{") > MOST_PLACEHOLDERS:
        raise ExpressionError(f"a template holds at most {MOST_PLACEHOLDERS:,} placeholders")
    return [part for part in _parts(text) if part != ""]


def _parts(text: str) -> Iterator[str | Placeholder]:
    position = 0
    while (start := text.find("{{", position)) >= 0:
        yield text[position:start]
        end = _end(text, start + 2)
        yield Placeholder(_parse(text[start + 2 : end], start + 2), start + 2)
        position = end + 2
    yield text[position:]


def _end(text: str, position: int) -> int:
    """Where the ``}}`` stands that closes a placeholder; quotes may hold one too."""
    start, quote = position - 2, ""
    while position < len(text):
        sign = text[position]
        if quote:
            position += sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif text.startswith("}}", position):
            return position
        position += 1
    message = "the {{ that opens here is not closed"
    raise ExpressionError(message, offset=start, width=2, hint="to write two braces, write {{ '{{' }}")


def _parse(text: str, offset: int) -> Tree:
    try:
        return parse(text)
    except ExpressionError as error:
        raise _moved(error, offset) from error


def _moved(error: ExpressionError, offset: int) -> ExpressionError:
    return ExpressionError(str(error), offset=offset + error.offset, width=error.width, hint=error.hint)


def compile_template(
    text: str,
    names: Names,
    resolve: FilterResolver | None = None,
    *,
    bare: str = "",
    at: Locate | None = None,
) -> Template:
    """Compile *text*; raises ExpressionError with the offset of the first mistake.

    A name on its own is an attribute of the root *bare*, where there is one. *at* tells the resolver
    of filters where they stand: `ScalarNode.at` of the text's node.
    """
    locate = at or nowhere(text)
    uses: set[tuple[str, str]] = set()
    parts: list[str | Run] = []
    for part in split(text):
        if isinstance(part, str):
            parts.append(part)
            continue
        compiler = Compiler(names, resolve, bare, _shifted(locate, part.offset))
        try:
            parts.append(compiler.compile(part.tree))
        except ExpressionError as error:
            raise _moved(error, part.offset) from error
        uses |= compiler.uses
    return Template(text, _joined(parts), frozenset(uses), not uses)


def _shifted(locate: Locate, by: int) -> Locate:
    return lambda offset, width: locate(offset + by, width)


def _joined(parts: Sequence[str | Run]) -> Run:
    match parts:
        case []:
            return lambda env: ""
        case [str() as text]:
            return lambda env: text
        case [run] if not isinstance(run, str):
            return run
    runs = [_fixed(part) if isinstance(part, str) else _rendered(part) for part in parts]
    return lambda env: bounded("".join([run(env) for run in runs]))


def _fixed(text: str) -> Run:
    return lambda env: text


def _rendered(run: Run) -> Run:
    return lambda env: render(run(env))
