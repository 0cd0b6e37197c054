"""Which page rules no page can come to: nothing is wrong with them, but hardly anybody means it."""

from __future__ import annotations

from collections.abc import Iterator

from scrapekit.errors import Problem
from scrapekit.node import shown
from scrapekit.recipe.model import Field, ItemRule, PageRule, Recipe


def unreached(recipe: Recipe) -> list[Problem]:
    """A remark for each page rule that no seed and no link on the way leads to, in the order written."""
    waiting = [seed.page for seed in recipe.seeds]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in reached and name in recipe.pages:
            reached.add(name)
            waiting += _leads_to(recipe.pages[name])
    return [
        Problem(
            rule.mark,
            rule.path,
            f'no seed and no link leads to the page rule "{shown(name)}"',
            "it is never used; a link to it is written links: { PAGE: SELECTOR }",
        )
        for name, rule in recipe.pages.items()
        if name not in reached
    ]


def _leads_to(rule: PageRule) -> Iterator[str]:
    yield from (link.page for link in rule.links)
    for item in rule.items:
        yield from _details_of(item)


def _details_of(item: ItemRule) -> Iterator[str]:
    """The page rules that records of this kind are completed by."""
    if item.detail is not None and item.detail.page:
        yield item.detail.page
    waiting: list[Field] = list(item.fields)
    while waiting:
        field = waiting.pop()
        address = field.at
        while address is not None:
            if address.page:
                yield address.page
            address = address.after
        waiting += [*field.fields, *field.otherwise]
