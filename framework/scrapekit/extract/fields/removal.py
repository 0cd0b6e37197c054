"""``remove:``: a copy of what is read, without what some selectors find in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.selectors import compile_selector
from scrapekit.parts import Scope
from scrapekit.recipe.model import Selector

Removal = Callable[[Scope], Scope | None]
"""Gives the scope itself where there is nothing to remove, else a copy; None when the scope is removed."""


def compile_removal(draft: Draft, selectors: Sequence[Selector], path: str) -> Removal | None:
    """What takes out everything the selectors find; None where there is a problem."""
    without: Callable[[Scope, Sequence[Any]], Scope] | None = getattr(draft.parser, "without", None)
    if without is None:
        message = f"the {draft.parser_name} parser cannot take anything out of a page"
        draft.problems.add(selectors[0].text.mark, path, message)
        return None
    selects = [compile_selector(draft, selector, path, first=False) for selector in selectors]
    known = [select for select in selects if select is not None]
    if len(known) < len(selects):
        return None

    def removal(scope: Scope) -> Scope | None:
        if isinstance(scope, str):
            return scope
        gone = [node for select in known for node in select(scope)]
        if not gone:
            return scope
        return None if any(node is scope for node in gone) else without(scope, gone)

    return removal
