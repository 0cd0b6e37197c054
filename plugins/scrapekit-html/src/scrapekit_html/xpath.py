"""XPath 1.0: compiled once, checked for what would only fail on some later page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from scrapekit import PageError, Select, SelectorError

_FUNCTION_NAMES = (
    "boolean ceiling concat contains count false floor id lang last local-name name namespace-uri "
    "normalize-space not number position round starts-with string string-length substring "
    "substring-after substring-before sum translate true"
)
_FUNCTIONS = frozenset(_FUNCTION_NAMES.split())
_NODE_TESTS = frozenset({"comment", "node", "processing-instruction", "text"})
_TOKEN = re.compile(
    r"(?P<string>\"[^\"]*\"|'[^']*')|(?P<axis>[\w.-]+(?=\s*::))|(?P<open>[\"'])"
    r"|(?P<variable>\$[\w:.-]*)|(?P<number>\.?\d[\d.]*)"
    r"|(?P<name>[^\W\d][\w.-]*(?::(?!:)(?:[^\W\d][\w.-]*|\*))?)(?P<call>\s*\()?|\s+|."
)
_OPERATOR_NAMES = frozenset({"and", "div", "mod", "or"})
_TRIAL = etree.fromstring("<html><body><p>x</p></body></html>")


def compile_xpath(text: str, *, first: bool, prefixes: Mapping[str, str]) -> Select:
    """A function that gives the expression's result as a list; raises SelectorError.

    A string, number or truth value is a list of one; NaN, and a number too large, are no value.
    With *first* the result's first node in document order; the expression's meaning stays.
    """
    _check_names(text, prefixes)
    expression = _compiled(text, prefixes)
    if first:
        return run_xpath(_first_node(text, prefixes) or expression, first=True)
    return run_xpath(expression)


def run_xpath(expression: etree.XPath, *, first: bool = False) -> Select:
    """The compiled expression as a Select."""

    def select(scope: Any) -> list[Any]:
        try:
            result: Any = expression(scope)
        except etree.XPathError as error:
            raise PageError(f"the XPath {expression.path} failed: {error}") from None
        except TypeError:
            raise not_an_element(scope) from None
        if type(result) is list:
            return result[:1] if first else result
        return _as_list(result)

    return select


def on_elements(select: Select) -> Select:
    """The same, with a clear word for a scope that is no element."""

    def guarded(scope: Any) -> Any:
        if not isinstance(scope, etree._Element):
            raise not_an_element(scope)
        return select(scope)

    return guarded


def not_an_element(scope: Any) -> PageError:
    """What to say when a selector is to start from a text or number that another one gave."""
    shown = f"{scope!r:.60}"
    return PageError(f"a selector starts from an element, not from the {type(scope).__name__} {shown}")


def _as_list(result: Any) -> list[Any]:
    if isinstance(result, float):
        if not math.isfinite(result):
            return []
        return [int(result)] if result.is_integer() and abs(result) < 2**53 else [result]
    return [result]


def _compiled(text: str, prefixes: Mapping[str, str]) -> etree.XPath:
    try:
        expression = etree.XPath(text, namespaces=dict(prefixes) or None, smart_strings=False, regexp=False)
        expression(_TRIAL)
    except (etree.XPathError, ValueError, TypeError) as error:
        said = str(error).strip() or "invalid expression"
        raise SelectorError(f"not an XPath: {said[:1].lower() + said[1:]}", width=max(1, len(text))) from None
    return expression


def _first_node(text: str, prefixes: Mapping[str, str]) -> etree.XPath | None:
    """``(…)[1]``, which stops at the first node; None when the result is no node set.

    The type of an XPath 1.0 expression does not depend on the document, so one trial decides.
    """
    try:
        return _compiled(f"({text})[1]", prefixes)
    except SelectorError:
        return None


def _check_names(text: str, prefixes: Mapping[str, str]) -> None:
    """Refuse functions, prefixes and variables that libxml2 would miss only when it comes to them."""
    after_value = False
    for token in _TOKEN.finditer(text):
        kind, name = token.lastgroup, token["name"]
        if token["open"]:
            raise SelectorError("the string is not closed", offset=token.start())
        if token["variable"]:
            raise SelectorError("an XPath in a recipe has no variables", offset=token.start())
        if name and not (after_value and name in _OPERATOR_NAMES):
            _check_name(name, bool(token["call"]), token.start(), prefixes)
        if not token[0].isspace():
            after_value = bool(kind in ("string", "number") or (name and not token["call"])) or token[0] in (
                ")",
                "]",
                ".",
                "*",
            )


def _check_name(name: str, is_call: bool, offset: int, prefixes: Mapping[str, str]) -> None:
    prefix = name.partition(":")[0] if ":" in name else ""
    if is_call and name not in _FUNCTIONS and name not in _NODE_TESTS:
        hint = "XPath 1.0 has no regular expressions; narrow with the filter match or regex"
        raise SelectorError(
            f"unknown function {name}()",
            offset=offset,
            width=len(name),
            hint=hint if prefix == "re" or name == "matches" else "only the functions of XPath 1.0 are known",
        )
    if prefix and prefix not in prefixes and prefix != "xml":
        raise SelectorError(
            f'the namespace prefix "{prefix}" is not declared',
            offset=offset,
            width=len(prefix),
            hint="name it under the parser's option namespaces (parser xml); html has no prefixes",
        )
