"""``remove:`` of a whole page rule or item rule: what it reads is a copy of the page without some of it."""

from __future__ import annotations

from collections.abc import Callable

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.removal import compile_removal
from scrapekit.extract.reading import Reading
from scrapekit.extract.records.page_records import ReadRecords, Records
from scrapekit.page import Page
from scrapekit.parts import Document, SimpleDocument
from scrapekit.recipe.model import ItemRule, PageRule


def compile_parse(draft: Draft, rule: PageRule) -> Callable[[Page], Document]:
    """The parser's ``parse``, and the page rule's ``remove`` after it."""
    parse = draft.parser.parse
    removal = compile_removal(draft, rule.remove, f"{rule.path}.remove") if rule.remove else None
    if removal is None:
        return parse

    def parse_without(page: Page) -> Document:
        document = parse(page)
        root = removal(document.root)
        if root is None or root is document.root:
            return document
        return SimpleDocument(root, document.base, getattr(document, "notes", {}))

    return parse_without


def without_some(draft: Draft, rule: ItemRule, read: ReadRecords) -> ReadRecords:
    """*read* on a copy of the page, where the item rule removes anything."""
    removal = compile_removal(draft, rule.remove, f"{rule.path}.remove") if rule.remove else None
    if removal is None:
        return read

    def read_copy(reading: Reading, now: float) -> Records:
        root = removal(reading.document.root)
        return read(reading if root is None else reading.on(root), now)

    return read_copy
