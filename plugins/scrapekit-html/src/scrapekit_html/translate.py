"""CSS trees → XPath 1.0 that reads from right to left, so that a scope may name what is above it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from cssselect.parser import Attrib, CombinedSelector, Element, Hash, Negation, Pseudo, Relation, Tree
from cssselect.xpath import ExpressionError, GenericTranslator, HTMLTranslator, XPathExpr, is_safe_name

from scrapekit_html.css import Branch

_Chain: TypeAlias = list[tuple[str, Tree]]
"""The compounds of a selector from left to right, each with the combinator before it."""

_FORWARD = {"": "self::", " ": "descendant::", ">": "child::", "~": "following-sibling::"}

if TYPE_CHECKING:
    _Base = GenericTranslator
else:
    _Base = object


class _RightToLeft(_Base):
    """Overrides of cssselect's translator: same matches, other paths.

    cssselect walks ``a b`` from each a down to each b, which sees no ancestor above the scope and
    takes minutes on deeply nested pages (162 s for 20,000 nested elements, libxml2 2.14). Here
    each b looks up: ``b[ancestor::a[1]]``.
    """

    prefixes: frozenset[str] = frozenset()

    def path(self, lead: str, tree: Tree) -> str:
        """The steps of *tree* read forwards, the first one taken along the combinator *lead*."""
        return "/".join(self._step(combinator, self.xpath(part)) for combinator, part in _flat(lead, tree))

    def _step(self, combinator: str, expression: XPathExpr) -> str:
        if combinator != "+":
            return f"{_FORWARD[combinator]}{expression}"
        expression.add_name_test()
        condition = f"[{expression.condition}]" if expression.condition else ""
        return f"following-sibling::*[1]{condition}"

    def xpath_combinedselector(self, combined: CombinedSelector) -> XPathExpr:
        chain = list(_flat("", combined))
        expression = self.xpath(chain[-1][1])
        for condition in (self._beside(chain, len(chain) - 1), self._above(chain, len(chain) - 1)):
            if condition:
                expression.add_condition(condition)
        return expression

    def _above(self, chain: _Chain, at: int) -> str:
        """What must stand above part *at* by way of the nearest descendant combinator to its left.

        Looking at one ancestor is enough: parts tied by the other combinators stand a fixed number
        of levels apart, so when nothing right is above the nearest, nothing is above one farther up.
        """
        top, levels = at, 0
        while top and chain[top][0] != " ":
            levels += chain[top][0] == ">"
            top -= 1
        if not top:
            return ""
        ancestor = self._with_beside(chain, top - 1)
        beyond = self._above(chain, top - 1)
        path = "parent::*/" * levels + f"ancestor::{ancestor}[1]"
        return f"{path}[{beyond}]" if beyond else path

    def _beside(self, chain: _Chain, at: int) -> str:
        """What must stand just above or before part *at*, up to the next descendant combinator."""
        combinator = chain[at][0]
        if at == 0 or combinator == " ":
            return ""
        if combinator == "~" and (at == 1 or chain[at - 1][0] != "+"):
            # The siblings share what is above them, and the nearest has most others before it.
            beyond = self._beside(chain, at - 1)
            nearest = f"preceding-sibling::{self.xpath(chain[at - 1][1])}[1]"
            return f"{nearest}[{beyond}]" if beyond else nearest
        left = self._with_beside(chain, at - 1)
        if combinator == "+":
            left.add_name_test()
            return "preceding-sibling::*[1]" + (f"[{left.condition}]" if left.condition else "")
        return f"parent::{left}" if combinator == ">" else f"preceding-sibling::{left}"

    def _with_beside(self, chain: _Chain, at: int) -> XPathExpr:
        expression = self.xpath(chain[at][1])
        beside = self._beside(chain, at)
        return expression.add_condition(beside) if beside else expression

    def _condition(self, tree: Tree) -> str:
        """What holds for an element that *tree* matches; empty when that is every element."""
        expression = self.xpath(tree)
        expression.add_name_test()
        return expression.condition

    def xpath_negation(self, negation: Negation) -> XPathExpr:
        condition = self._condition(negation.subselector)
        return self.xpath(negation.selector).add_condition(f"not({condition})" if condition else "0")

    def xpath_relation(self, relation: Relation) -> XPathExpr:
        paths = [self.path(str(lead.value), inner.parsed_tree) for lead, inner in relation.arguments]
        return self.xpath(relation.selector).add_condition(" or ".join(paths))

    def xpath_attrib_includes(self, xpath: XPathExpr, name: str, value: str | None) -> XPathExpr:
        if not value or set(value) & set(" \t\r\n\f"):
            return xpath.add_condition("0")
        word, padded = self.xpath_literal(value), self.xpath_literal(f" {value} ")
        return xpath.add_condition(
            f"contains({name}, {word}) and contains(concat(' ', normalize-space({name}), ' '), {padded})"
        )

    def xpath_first_child_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return xpath.add_condition("not(preceding-sibling::*)")

    def xpath_last_child_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return xpath.add_condition("not(following-sibling::*)")

    def xpath_element(self, selector: Element) -> XPathExpr:
        self._check_prefix(selector.namespace)
        return super().xpath_element(selector)

    def xpath_attrib(self, selector: Attrib) -> XPathExpr:
        self._check_prefix(selector.namespace)
        return super().xpath_attrib(selector)

    def _check_prefix(self, prefix: str | None) -> None:
        if prefix and prefix != "*" and prefix not in self.prefixes:
            raise ExpressionError(f'the namespace prefix "{prefix}" is not declared')

    def xpath_scope_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        raise ExpressionError(":scope can only stand at the start of a selector")

    def xpath_pseudo(self, pseudo: Pseudo) -> XPathExpr:
        # cssselect lets these match nothing in silence; a recipe that says :hover is mistaken.
        if pseudo.ident in ("active", "focus", "hover", "target", "visited"):
            raise ExpressionError(f"The pseudo-class :{pseudo.ident} matches nothing in a fetched page")
        return super().xpath_pseudo(pseudo)


class HtmlCss(_RightToLeft, HTMLTranslator):
    """For HTML: names without case, no namespaces."""


class XmlCss(_RightToLeft, GenericTranslator):
    """For XML: names with case; an unprefixed name means that name in any namespace."""

    def __init__(self, prefixes: Iterable[str]) -> None:
        super().__init__()
        self.prefixes = frozenset(prefixes)

    def xpath_element(self, selector: Element) -> XPathExpr:
        """A type selector: ``loc`` finds every loc, ``s|loc`` the one of the declared namespace."""
        if selector.namespace is None and selector.element:
            selector = Element("*", selector.element)
        return super().xpath_element(selector)


def _flat(lead: str, tree: Tree) -> Iterator[tuple[str, Tree]]:
    if isinstance(tree, CombinedSelector):
        yield from _flat(lead, tree.selector)
        yield tree.combinator, tree.subselector
    else:
        yield lead, tree


def to_xpath(translator: _RightToLeft, branches: Sequence[Branch], *, first: bool) -> str:
    """One XPath for all branches; with *first* one that stops at the first match."""
    paths = [_branch_path(translator, branch, first and len(branches) == 1) for branch in branches]
    union = " | ".join(paths)
    return f"({union})[1]" if first and len(branches) > 1 else union


def _branch_path(translator: _RightToLeft, branch: Branch, first: bool) -> str:
    step = {None: "", "text": "/text()"}.get(branch.takes, f"/{_attribute(branch.takes or '')}")
    if branch.scoped:
        path = translator.path("", branch.tree)
    elif isinstance(branch.tree, Hash) and isinstance(branch.tree.selector, Element):
        path = _by_id(translator, branch.tree)
    else:
        path = f"descendant-or-self::{translator.xpath(branch.tree)}"
        if first and not step:
            return f"{path}[1]"
    return f"({path}{step})[1]" if first else path + step


def _by_id(translator: _RightToLeft, tree: Hash) -> str:
    """``#x``: looking at the id attributes there are costs a fifth of looking at all elements."""
    element = translator.xpath(tree.selector)
    return f"descendant-or-self::*/@id[. = {translator.xpath_literal(tree.id)}]/parent::{element}"


def _attribute(takes: str) -> str:
    name = takes.removeprefix("@")
    literal = GenericTranslator.xpath_literal(name)
    return f"@{name}" if is_safe_name(name) else f"attribute::*[name() = {literal}]"
