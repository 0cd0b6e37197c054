"""Which rules of a recipe an address meets, what each says of it, and where it stands in the recipe.

What an address alone decides is judged. Of links that were left out for how deep they stood, their text or
their row, a run knows only how many there were: any of them may have led to the address.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scrapekit.errors import Problems
from scrapekit.extract.links.checks import OF_ADDRESSES, compile_check, compile_patterns
from scrapekit.mark import Mark
from scrapekit.node import MapNode, Node
from scrapekit.planning.plan import Plan
from scrapekit.recipe.model import LinkRule, Traps
from scrapekit.regex import RegexTooSlow
from scrapekit.web.patterns import pattern_of
from scrapekit.web.traps import trap

DEFAULT = "the default"
"""Where a rule stands that the recipe does not write."""

DEEPER = "links deeper than crawl.depth"
"""What the report counts links under that stand too deep."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one rule says of an address: ``refusal`` is empty where it lets it pass."""

    rule: str
    place: str
    """``file:line:column``, or that it is the default."""
    refusal: str = ""
    link: bool = False
    """True for a rule for links, of which one that lets the address pass is enough."""


def decisions(
    url: str, plan: Plan, tree: MapNode | None, strand: tuple[int, int] = (0, 0)
) -> Iterator[Decision]:
    """What each rule says of a link to *url*: the crawl's rules first, then those of each page rule.

    *tree* is the recipe as it is written, for the places; *strand* is how much of the budget of its
    pattern is used up.
    """
    crawl = plan.recipe.crawl
    outside = "" if plan.scope.allows(url) else f"its host is outside of the scope {crawl.scope}"
    yield Decision("crawl.scope", _place(tree, "crawl.scope"), outside)
    if crawl.traps is not None:
        yield from _of_traps(url, crawl.traps, tree, strand)
    for rule in plan.recipe.pages.values():
        for link in rule.links:
            yield _of_link(url, link)


def left_out(notes: Mapping[str, int]) -> dict[str, int]:
    """The remarks of a run on links that were left out for something else than their address."""
    return {note: count for note, count in notes.items() if _is_of_link(note)}


def _is_of_link(note: str) -> bool:
    if note == DEEPER:
        return True
    to, _, reason = note.partition(": ")
    return to.startswith("links to ") and reason not in OF_ADDRESSES


def refusing(found: Sequence[Decision]) -> list[Decision]:
    """The decisions that keep the address out; those of link rules only where none lets it pass."""
    links = [each for each in found if each.link]
    passed = any(not each.refusal for each in links)
    return [each for each in found if each.refusal and not (each.link and passed)]


def _of_traps(url: str, traps: Traps, tree: MapNode | None, strand: tuple[int, int]) -> Iterator[Decision]:
    reason = trap(url, traps)
    name = reason[reason.index("crawl.traps.") :] if reason else "crawl.traps"
    yield Decision(name, _place(tree, name), reason and f"it is an address {reason}")
    budgets = (("crawl.traps.alike", traps.alike), ("crawl.traps.fruitless", traps.fruitless))
    for (name, most), used in zip(budgets, strand, strict=True):
        if used >= most:
            full = f"{most:,} like it ({pattern_of(url)}) were found by way of their like"
            yield Decision(name, _place(tree, name), full)


def _of_link(url: str, link: LinkRule) -> Decision:
    check = compile_check(link, Problems())
    refusal = check(url) if check is not None else ""
    mark = _mark_of(url, link, refusal) if refusal else link.mark
    return Decision(link.path, str(mark), refusal, link=True)


def _mark_of(url: str, link: LinkRule, refusal: str) -> Mark:
    """Where the pattern stands that refuses it; the rule itself where no single one does."""
    if refusal == "not allowed" and link.allow:
        return link.allow[0].text.mark
    for pattern in link.deny:
        try:
            if any(each.search(url) for each in compile_patterns((pattern,), link.path, Problems())):
                return pattern.text.mark
        except RegexTooSlow:
            return pattern.text.mark
    return link.mark


def _place(tree: MapNode | None, path: str) -> str:
    """Where a setting stands in the recipe; that it is the default where it does not."""
    node: Node | None = tree
    for key in path.split("."):
        entries: Mapping[str, Node] = node.entries if isinstance(node, MapNode) else {}
        node = entries.get(key)
        if node is None:
            return DEFAULT
    return str(node.mark) if node is not None else DEFAULT
