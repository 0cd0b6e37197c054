"""Files among the outcomes of a group: they get their names in the transaction that keeps their records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from scrapekit.crawl.entries import Group
from scrapekit.page import StoredFile


class Files(Protocol):
    """Files that were fetched, each with the page rule's name of its request."""

    def place(self, stored: Sequence[tuple[str, StoredFile]]) -> None:
        """Let them appear under their names; on return that is durable."""
        ...

    def forget(self, stored: Sequence[tuple[str, StoredFile]]) -> None:
        """The store knows them: what was noted to find them again is not needed any more."""
        ...


def stored_in(group: Group) -> Sequence[tuple[str, StoredFile]]:
    """The group's files, which are counted."""
    found = [(entry.request.page, outcome.stored) for entry, outcome in group.done if outcome.stored]
    for rule, stored in found:
        group.counters[f"file:files:{rule}"] += 1
        group.counters[f"file:bytes:{rule}"] += stored.size
    return found
