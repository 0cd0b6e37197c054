"""What a link says of itself by its ``rel``, and a page of all its links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from scrapekit.errors import SelectorError
from scrapekit.extract.draft import Draft
from scrapekit.extract.links.sources import FindLinks, Link
from scrapekit.extract.reading import Reading
from scrapekit.parts import Read, Select
from scrapekit.recipe.model import LinkRule

_NO = frozenset({"nofollow", "none"})


def compile_relation(draft: Draft, rule: LinkRule) -> Callable[[Any], str] | None:
    """Says why a link is not wanted for its ``rel``, ``""`` when it is; None where the rule does not ask."""
    respects = rule.nofollow == "respect"
    if not rule.rel and not respects:
        return None
    relation, wanted = _compile_rel(draft, rule), frozenset(rule.rel)

    def unwanted(node: Any) -> str:
        found = relation(node)
        if wanted and not found & wanted:
            return "another rel"
        return "nofollow" if respects and "nofollow" in found else ""

    return unwanted


def _compile_rel(draft: Draft, rule: LinkRule) -> Callable[[Any], frozenset[str]]:
    read: Read | None = None
    try:
        read = draft.parser.read("rel")
    except SelectorError as error:
        if rule.rel:
            draft.problems.add(rule.mark, f"{rule.path}.rel", str(error), "leave out rel")
    if read is None:
        return lambda node: frozenset()
    return lambda node: frozenset(str(read(node) or "").lower().split())


def respecting(draft: Draft, rule: LinkRule, find: FindLinks) -> FindLinks:
    """*find*, without the links of a page that says none of them should be followed."""
    meta = _robots_meta(draft)

    def find_allowed(reading: Reading) -> Iterator[Link]:
        said = reading.page.headers.get("x-robots-tag", "").lower()
        if meta is not None:
            said = ",".join([said, *(str(value).lower() for value in meta(reading.document.root))])
        if _NO & {word.strip() for word in said.split(",")}:
            reading.note(f"links to {rule.page}: the page says nofollow")
            return iter(())
        return find(reading)

    return find_allowed


def _robots_meta(draft: Draft) -> Select | None:
    """How ``<meta name="robots">`` is found, where the parser knows of such things."""
    return draft.parser.compile("robots", "meta", False) if "meta" in draft.parser.languages else None
