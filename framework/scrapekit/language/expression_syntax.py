"""The words of an expression to its tree: precedence, and where each part stands."""

from __future__ import annotations

from typing import NoReturn

from scrapekit.errors import ExpressionError
from scrapekit.language.expression_tree import (
    Constant,
    Filtered,
    Index,
    Infix,
    Listing,
    Name,
    Prefix,
    Tree,
    parts_of,
)
from scrapekit.language.expression_words import Token, number_of, text_of, tokens_of

LONGEST = 2_000
DEEPEST = 50
MOST_PARTS = 120
"""How deep the finished tree may be: a chain of operators counts one level each."""


_WORDS = {"true": True, "false": False, "null": None}
_RESERVED = frozenset({"and", "or", "not", "in", "contains", "matches", *_WORDS})

# How tightly an operator binds; a filter binds tighter than all of them.
_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN = range(1, 8)
_INFIX = {
    "or": _OR,
    "and": _AND,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "matches"), _COMPARE),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "%"), _PRODUCT),
}


def parse(text: str) -> Tree:
    """The tree of *text*. Raises ExpressionError with the offset of the first mistake.

    From loose to tight: ``or``, ``and``, ``not``, comparisons (which do not chain), ``+ -``,
    ``* / %``, a leading ``-``, filters, ``.name`` and ``[index]``. At most 2,000 characters and 50
    levels deep.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression is longer than {LONGEST:,} characters", offset=LONGEST)
    return _Parser(list(tokens_of(text))).whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def _ended(self) -> bool:
        return self._now.kind == "end"

    def _next(self) -> Token:
        token = self._now
        self._at += not self._ended()
        return token

    def _skip(self, sign: str) -> bool:
        found = self._now.kind == "sign" and self._now.text == sign
        self._at += found
        return found

    def _expect(self, sign: str, message: str) -> None:
        if not self._skip(sign):
            self._refuse(message)

    def _refuse(self, message: str, hint: str = "") -> NoReturn:
        raise ExpressionError(message, offset=self._now.offset, width=self._now.width, hint=hint)

    def whole(self) -> Tree:
        if self._ended():
            self._refuse("there is no expression here")
        tree = self._expression(0)
        if not self._ended():
            self._refuse(f'unexpected "{self._now.text}" after the expression')
        _check_depth(tree)
        return tree

    def _expression(self, least: int) -> Tree:
        self._depth += 1
        if self._depth > DEEPEST:
            self._refuse(f"the expression is nested more than {DEEPEST} levels deep")
        left = self._start()
        while (found := self._operator()) and _INFIX[found] > least:
            token = self._next()
            self._at += found == "not in"
            left = Infix(found, left, self._expression(_INFIX[found]), token.offset, token.width)
            if _INFIX[found] == _COMPARE and _INFIX.get(self._operator() or "") == _COMPARE:
                self._refuse("comparisons do not chain", "join two comparisons with and")
        self._depth -= 1
        return left

    def _operator(self) -> str | None:
        """The infix operator that stands here, not yet read."""
        token = self._now
        if token.kind == "word" and token.text == "not" and self._tokens[self._at + 1].text == "in":
            return "not in"
        return token.text if token.kind in ("word", "sign") and token.text in _INFIX else None

    def _start(self) -> Tree:
        token = self._now
        if token.kind == "word" and token.text == "not":
            self._next()
            return Prefix("not", self._expression(_NOT), token.offset, token.width)
        if self._skip("-"):
            return Prefix("-", self._expression(_SIGN), token.offset, token.width)
        return self._postfix(self._atom())

    def _atom(self) -> Tree:
        token = self._next()
        match token.kind:
            case "number":
                return number_of(token)
            case "text":
                return Constant(text_of(token.text[1:-1]), token.offset, token.width)
            case "word" if token.text in _WORDS:
                return Constant(_WORDS[token.text], token.offset, token.width)
            case "word" if token.text not in _RESERVED:
                return self._name(token)
            case "sign" if token.text == "(":
                tree = self._expression(0)
                self._expect(")", 'expected ")"')
                return tree
            case "sign" if token.text == "[":
                return Listing(self._series("]"), token.offset, token.width)
        found = f'"{token.text}"' if token.text else "the end"
        message = f"expected a value, found {found}"
        raise ExpressionError(message, offset=token.offset, width=token.width)

    def _name(self, token: Token) -> Tree:
        if self._skip("."):
            attribute = self._word("the name after the dot")
            end = attribute.offset + attribute.width
            return Name(token.text, attribute.text, token.offset, end - token.offset)
        return Name("", token.text, token.offset, token.width)

    def _word(self, what: str) -> Token:
        if self._now.kind != "word":
            self._refuse(f"expected {what}")
        return self._next()

    def _postfix(self, tree: Tree) -> Tree:
        while True:
            token = self._now
            if self._skip("|"):
                tree = self._filter(tree)
            elif self._skip("."):
                key = self._word("the name after the dot")
                tree = Index(tree, Constant(key.text, key.offset, key.width), token.offset, 1 + key.width)
            elif self._skip("["):
                index = self._expression(0)
                self._expect("]", 'expected "]"')
                tree = _indexed(tree, index, token)
            else:
                return tree

    def _filter(self, value: Tree) -> Tree:
        name = self._word("a filter's name")
        arguments = self._series(")") if self._skip("(") else ()
        return Filtered(value, name.text, arguments, name.offset, name.width)

    def _series(self, end: str) -> tuple[Tree, ...]:
        found: list[Tree] = []
        while not self._skip(end):
            if found:
                self._expect(",", f'expected "," or "{end}"')
                if self._skip(end):
                    break
            found.append(self._expression(0))
        return tuple(found)


def _indexed(base: Tree, key: Tree, token: Token) -> Tree:
    # item['a field with spaces'] names a field just as item.price does.
    if isinstance(base, Name) and not base.root and isinstance(key, Constant) and isinstance(key.value, str):
        end = key.offset + key.width + 1
        return Name(base.attribute, key.value, base.offset, end - base.offset)
    return Index(base, key, token.offset, token.width)


def _check_depth(tree: Tree) -> None:
    # A chain such as a + b + c is a tree as deep as it is long, and each level costs a call.
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MOST_PARTS:
            raise ExpressionError("the expression has too many parts", offset=node.offset, width=node.width)
        waiting += [(part, depth + 1) for part in parts_of(node)]
