"""Expressions such as ``item.price > 10``, compiled once to functions: closed, typed, no eval.

They know only the names they are given and the filters a resolver gives them; nothing in them
reaches an attribute of a Python object. What `scrapekit.language.expression_values` says about null and
mixed types holds.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NoReturn, TypeAlias

from scrapekit.errors import ExpressionError, did_you_mean
from scrapekit.language.expression_syntax import parse
from scrapekit.language.expression_tree import (
    Constant,
    Filtered,
    Index,
    Infix,
    Listing,
    Name,
    Prefix,
    Tree,
    walk,
)
from scrapekit.language.expression_values import OPERATIONS, item_of, negative
from scrapekit.language.rendering import bounded, render
from scrapekit.mark import Mark, SourceText
from scrapekit.regex import RegexError, compile_regex

__all__ = ["Environment", "Expression", "ExpressionError", "FilterResolver", "Names", "compile_expression"]

Names: TypeAlias = Mapping[str, Collection[str] | None]
"""Root name (``item``, ``page``, …) → the attributes it has, None where any will do."""

Environment: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Root name → its attributes' values. What is missing is null."""

FilterResolver: TypeAlias = Callable[[str, Sequence[object], Mark], Callable[[Any], Any]]
"""A filter's name, its arguments and its place → the function; raises ExpressionError for an unknown one."""

Locate: TypeAlias = Callable[[int, int], Mark]
"""Offset and width in the expression's text → the place in the recipe (``ScalarNode.at``)."""

Run: TypeAlias = Callable[[Environment], Any]


class Expression:
    """A compiled expression: call it with the values of the names.

    A call raises ValueError, and nothing else, when a filter cannot work on a value or a result is
    too large. ``uses`` holds the ``(root, attribute)`` pairs it reads; ``run`` is the bare function,
    for where every call counts.
    """

    __slots__ = ("run", "text", "uses")

    def __init__(self, text: str, run: Run, uses: frozenset[tuple[str, str]]) -> None:
        self.text = text
        self.run = run
        self.uses = uses

    def __call__(self, env: Environment) -> Any:
        """The expression's value."""
        return self.run(env)

    def __repr__(self) -> str:
        return f"<Expression {self.text}>"


def compile_expression(
    text: str,
    names: Names,
    resolve: FilterResolver | None = None,
    *,
    bare: str = "item",
    at: Locate | None = None,
) -> Expression:
    """Compile *text*; raises ExpressionError with the offset of the first mistake.

    A name on its own is an attribute of the root *bare*, where *names* has it: ``price`` is
    ``item.price``. Without *resolve* there are no filters. *at* tells the resolver where a filter
    stands.
    """
    compiler = Compiler(names, resolve, bare, at or nowhere(text))
    run = compiler.compile(parse(text))
    return Expression(text, run, frozenset(compiler.uses))


def nowhere(text: str) -> Locate:
    """How to locate the parts of a text that stands in no recipe."""
    source = SourceText.of("expression", text)
    return lambda offset, width: Mark(source, 1, offset + 1, width)


class Compiler:
    """Turns trees into functions and gathers the names they use."""

    def __init__(self, names: Names, resolve: FilterResolver | None, bare: str, at: Locate) -> None:
        self.uses: set[tuple[str, str]] = set()
        self._names = names
        self._resolve = resolve
        self._bare = bare if bare in names else ""
        self._at = at

    def compile(self, tree: Tree) -> Run:
        """The tree as a function of the environment."""
        match tree:
            case Constant():
                value = tree.value
                return lambda env: value
            case Name():
                return self._name(tree)
            case Index():
                base, key = self.compile(tree.base), self.compile(tree.key)
                return lambda env: item_of(base(env), key(env))
            case Listing():
                items = [self.compile(item) for item in tree.items]
                return lambda env: [item(env) for item in items]
            case Prefix():
                return self._prefix(tree)
            case Infix():
                return self._infix(tree)
            case Filtered():
                return self._filter(tree)

    def _name(self, name: Name) -> Run:
        if name.root in self._names and name.root:
            return self._attribute(name.root, name)
        if not self._bare:
            self._refuse_root(name)
        if not name.root:
            return self._attribute(self._bare, name)
        # `author.name` under bare item names is a part of item.author.
        whole = self._attribute(self._bare, Name("", name.root, name.offset, len(name.root)))
        key = name.attribute
        return lambda env: item_of(whole(env), key)

    def _refuse_root(self, name: Name) -> NoReturn:
        word = name.root or name.attribute
        message, hint = f'unknown name "{word}"', did_you_mean(word, self._names)
        if not name.root and word in self._names:
            message, hint = f'"{word}" needs a name after it', f"write {word}.NAME"
        elif not name.root:
            hint = self._whole_name(word) or hint
        raise ExpressionError(message, offset=name.offset, width=len(word), hint=hint)

    def _whole_name(self, word: str) -> str:
        """A hint for a name that lacks its root: ``title`` for ``item.title``."""
        roots = {attribute: root for root, known in self._names.items() for attribute in known or ()}
        near = difflib.get_close_matches(word, roots, n=1)
        if near:
            return f"write {roots[near[0]]}.{near[0]}"
        return f"write item.{word}" if self._names.get("item", ()) is None else ""

    def _attribute(self, root: str, name: Name) -> Run:
        known, attribute = self._names.get(root), name.attribute
        if known is not None and attribute not in known:
            if not name.root and attribute in self._names:
                self._refuse_root(name)
            message = f'{root} has no "{attribute}"'
            hint = did_you_mean(attribute, known) or f"{root} has no names here"
            raise ExpressionError(message, offset=name.offset, width=name.width, hint=hint)
        self.uses.add((root, attribute))

        def read(env: Environment) -> Any:
            try:
                return env[root].get(attribute)
            except KeyError:
                return None

        return read

    def _prefix(self, tree: Prefix) -> Run:
        operand = self.compile(tree.operand)
        if tree.operator == "not":
            return lambda env: not operand(env)
        return lambda env: negative(operand(env))

    def _infix(self, tree: Infix) -> Run:
        left = self.compile(tree.left)
        if tree.operator == "matches":
            return self._matches(left, tree.right)
        right = self.compile(tree.right)
        if tree.operator == "and":
            return lambda env: left(env) and right(env)
        if tree.operator == "or":
            return lambda env: left(env) or right(env)
        operation = OPERATIONS[tree.operator]
        return lambda env: operation(left(env), right(env))

    def _matches(self, left: Run, right: Tree) -> Run:
        if not isinstance(right, Constant) or not isinstance(right.value, str):
            message, hint = "the pattern after matches must be written out", "write matches 'pattern'"
            raise ExpressionError(message, offset=right.offset, width=right.width, hint=hint)
        try:
            search = compile_regex(right.value).search
        except RegexError as error:
            raise ExpressionError(str(error), offset=right.offset + 1 + error.offset) from error

        def matches(env: Environment) -> bool:
            value = left(env)
            if isinstance(value, str):
                return search(value) is not None
            return value is not None and search(render(value)) is not None

        return matches

    def _filter(self, tree: Filtered) -> Run:
        value = self.compile(tree.value)
        if self._resolve is None:
            raise ExpressionError("filters cannot be used here", offset=tree.offset, width=tree.width)
        arguments = [self._argument(argument) for argument in tree.arguments]
        try:
            apply = self._resolve(tree.name, arguments, self._at(tree.offset, tree.width))
        except ExpressionError as error:
            raise ExpressionError(
                str(error), offset=tree.offset, width=tree.width, hint=error.hint
            ) from error

        def filtered(env: Environment) -> Any:
            result = apply(value(env))
            return bounded(result) if isinstance(result, str) else result

        return filtered

    def _argument(self, tree: Tree) -> object:
        for part in walk(tree):
            if isinstance(part, (Name, Filtered)):
                message = "a filter's arguments must be written out"
                raise ExpressionError(message, offset=part.offset, width=part.width)
        value: object = self.compile(tree)({})
        return value
