"""Which way each CSS selector is served: by its tag, by id, by one shared scan for classes, or by XPath.

All selectors of a page rule are known before its first page. What they share, a scan of the page
for the classes they name, is done at most once a page, and only as far as someone needs it. The
choice never changes a result; the tests hold every way against plain cssselect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from lxml import etree

from scrapekit import Select
from scrapekit_html.chain import Chain, NotPlanned, read_chain
from scrapekit_html.checks import Check, Node
from scrapekit_html.css import Branch
from scrapekit_html.xpath import not_an_element

_MEMO_SIZE = 4096

Search: TypeAlias = Callable[[Node], Iterator[Node]]
"""All matches from a scope, in document order, one by one."""


class ClassScan:
    """The elements of one document by class, found as far as somebody has asked.

    ``words`` remembers from page to page which wanted classes a ``class`` attribute holds: a site
    has few different ones.
    """

    __slots__ = ("_found", "_rest", "_words", "root")

    def __init__(self, root: Node, wanted: set[str], words: dict[str, tuple[str, ...]]) -> None:
        self.root = root
        self._found: dict[str, list[Node]] = {name: [] for name in wanted}
        self._rest = root.iter("*")
        self._words = words

    def having(self, name: str) -> Iterator[Node]:
        """The elements with that class, in document order."""
        found, at = self._found[name], 0
        while True:
            while at < len(found):
                yield found[at]
                at += 1
            if not self._advance(name):
                return

    def _advance(self, name: str) -> bool:
        found, words = self._found, self._words
        for node in self._rest:
            value = node.get("class")
            if value is None:
                continue
            hits = words.get(value)
            if hits is None:
                hits = self._learn(value)
            if hits:
                for hit in hits:
                    found[hit].append(node)
                if name in hits:
                    return True
        return False

    def _learn(self, value: str) -> tuple[str, ...]:
        if len(self._words) >= _MEMO_SIZE:
            self._words.clear()
        # XPath's white space, which normalize-space() and so cssselect split at: no form feed.
        given = value.replace("\t", " ").replace("\n", " ").replace("\r", " ").split(" ")
        hits = tuple(name for name in dict.fromkeys(given) if name in self._found)
        self._words[value] = hits
        return hits


class Planner:
    """Turns the CSS selectors of one page rule into functions that share what they can."""

    def __init__(self) -> None:
        self._wanted: set[str] = set()
        self._words: dict[str, tuple[str, ...]] = {}
        self._scan: ClassScan | None = None

    def begin(self, root: Node) -> None:
        """A new document: forget the last one."""
        self._scan = ClassScan(root, self._wanted, self._words) if self._wanted else None

    def plan(self, branches: list[Branch], fallback: Select, *, first: bool) -> Select:
        """The quickest way to serve a selector; *fallback* is its XPath."""
        if len(branches) != 1 or branches[0].scoped:
            return fallback
        try:
            chain = read_chain(branches[0].tree)
        except NotPlanned:
            return fallback
        search = self._search(chain)
        takes = branches[0].takes
        if search is None or (takes == "text" and not first):
            return fallback
        if first:
            return _guarded(_first(_nearest(chain, search), takes, fallback))
        return _guarded(_all(chain, search, takes, fallback))

    def _search(self, chain: Chain) -> Search | None:
        """All elements the chain matches, in document order; None where XPath is quicker.

        Measured: a bare tag, and a tag below something that no id names, are quicker by XPath;
        classes and attribute values are not, since XPath copies each before it compares.
        """
        subject = chain.subject
        if subject.tag is not None:
            if not has_id(chain) and (" " in chain.combinators or not (subject.checks or chain.combinators)):
                return None
            return _by_tag(subject.tag, chain.match())
        return self._by_class(subject.classes[0], chain.match()) if subject.classes else None

    def _by_class(self, name: str, match: Check) -> Search:
        if name not in self._wanted:
            self._wanted = {*self._wanted, name}
            self._words = {}
            self._scan = None

        def search(scope: Node) -> Iterator[Node]:
            scan = self._scan
            having = scan.having(name) if scan is not None and scan.root is scope else scope.iter("*")
            return filter(match, having)

        return search


def _by_tag(tag: str, match: Check) -> Search:
    return lambda scope: filter(match, scope.iter(tag))


def has_id(chain: Chain) -> bool:
    """Whether some compound of the chain names an id."""
    return any(compound.ids for compound in chain.compounds)


class _Anchor:
    """The element with the id that stands nearest to the subject, and where subjects can be from it."""

    def __init__(self, chain: Chain) -> None:
        at = max(at for at, compound in enumerate(chain.compounds) if compound.ids)
        self.value = chain.compounds[at].ids[0]
        self._beside = at < len(chain.combinators) and chain.combinators[at] in "+~"

    def region(self, anchor: Node) -> Node:
        """The smallest element that holds every subject hanging on *anchor*."""
        parent = anchor.getparent() if self._beside else None
        return anchor if parent is None else parent


def _nearest(chain: Chain, search: Search) -> Callable[[Node], Node | None]:
    """The first element of the search; near the element with the id, where the chain names one.

    libxml2 knows that element without a search. When an id stands twice it knows the first (or an
    ``<a name>`` before it); every match comes after the element it hangs on, so the first match
    near that one is the first there is. Where there is none near, all is searched.
    """
    if not has_id(chain) or any(mark in _Anchor(chain).value for mark in " \t\r\n\f"):
        return lambda scope: next(search(scope), None)
    anchored = _Anchor(chain)
    lookup: Any = etree.XPath("id($value)")

    def find(scope: Node) -> Node | None:
        if scope.getparent() is None:
            for anchor in lookup(scope, value=anchored.value):
                if _is_inside(anchor, scope):
                    node = next(search(anchored.region(anchor)), None)
                    if node is not None:
                        return node
        return next(search(scope), None)

    return find


def _everywhere(chain: Chain, search: Search, fallback: Select) -> Callable[[Node], Iterable[Node]]:
    """All elements of the search, looked for only near the id where one element has it."""
    if not has_id(chain):
        return search
    anchored = _Anchor(chain)
    owners: Any = etree.XPath("descendant-or-self::*/@id[. = $value]/..")

    def find(scope: Node) -> Iterable[Node]:
        if scope.getparent() is None:
            anchors = owners(scope, value=anchored.value)
            if len(anchors) < 2:
                return search(anchored.region(anchors[0])) if anchors else ()
        return fallback(scope)

    return find


def _is_inside(node: Node, root: Node) -> bool:
    while node is not None and node is not root:
        node = node.getparent()
    return node is root


def _first(find: Callable[[Node], Node | None], takes: str | None, fallback: Select) -> Select:
    if takes is None:

        def select(scope: Node) -> list[Any]:
            node = find(scope)
            return [] if node is None else [node]

        return select
    name = takes.removeprefix("@")

    def select_value(scope: Node) -> list[Any]:
        node = find(scope)
        if node is None:
            return []
        # A text node before any child is the first there is; else one of a nested match may be.
        # An attribute may be missing here and there in a later match.
        value = node.text or None if takes == "text" else node.get(name)
        return [value] if value is not None else list(fallback(scope))

    return select_value


def _all(chain: Chain, search: Search, takes: str | None, fallback: Select) -> Select:
    if takes is None:
        find = _everywhere(chain, search, fallback)
        return lambda scope: list(find(scope))
    name = takes.removeprefix("@")
    return lambda scope: [value for node in search(scope) if (value := node.get(name)) is not None]


def _guarded(select: Select) -> Select:
    """The same, with a clear word for a scope that is no element (a row made of text)."""

    def guarded(scope: Any) -> Any:
        try:
            return select(scope)
        except AttributeError:
            if isinstance(scope, etree._Element):
                raise
            raise not_an_element(scope) from None

    return guarded
