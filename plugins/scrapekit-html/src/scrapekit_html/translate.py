"""CSS trees → XPath 1.0 that reads from right to left, so that a scope may name what is above it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from cssselect.parser import Attrib, CombinedSelector, Element, Hash, Negation, Pseudo, Relation, Tree
from cssselect.xpath import ExpressionError, GenericTranslator, HTMLTranslator, XPathExpr, is_safe_name

from scrapekit_html.css import Branch

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
        right = self.xpath(combined.subselector)
        return right.add_condition(self._look_back(combined.combinator, combined.selector))

    def _look_back(self, combinator: str, left: Tree) -> str:
        if combinator in _NEAREST_IS_ENOUGH:
            axis, links = _NEAREST_IS_ENOUGH[combinator]
            if not isinstance(left, CombinedSelector):
                return f"{axis}::{self.xpath(left)}[1]"
            if left.combinator in links:
                beyond = self._look_back(left.combinator, left.selector)
                return f"{axis}::{self.xpath(left.subselector)}[1][{beyond}]"
            return f"{axis}::{self.xpath(left)}"
        if combinator == ">":
            return f"parent::{self.xpath(left)}"
        condition = self._condition(left)
        return f"preceding-sibling::*[1][{condition}]" if condition else "preceding-sibling::*"

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


# ``x b c``: when the b nearest to c has no x above it, no b farther up has one, so looking at one b
# is enough and the cost stays linear. That holds only while b hangs on what is before it by these.
_NEAREST_IS_ENOUGH = {" ": ("ancestor", (" ",)), "~": ("preceding-sibling", ("~", " ", ">"))}


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
