"""Where a page's links stand: selected or made from a template, row by row, with what each hands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from scrapekit.errors import SelectorError
from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.objects import compile_fields
from scrapekit.extract.fields.selectors import compile_reads
from scrapekit.extract.fields.steps import Found, compile_find, compile_rows, read_where_found
from scrapekit.extract.json_values import as_carry
from scrapekit.extract.late_names import in_request
from scrapekit.extract.reading import Find, InvalidField, Reading
from scrapekit.extract.texts import Render, compile_text
from scrapekit.parts import Read, Scope
from scrapekit.recipe.model import LinkRule
from scrapekit.request import NOTHING

Link: TypeAlias = tuple[Any, Any, Mapping[str, Any]]
"""``(node, reference, carry)``: where a link stands, what it says, what the child page is handed."""

FindLinks: TypeAlias = Callable[[Reading], Iterator[Link]]


Carry: TypeAlias = Callable[[Scope, Reading], Mapping[str, Any] | None]
"""What a row hands on, from then on in scope as ``item``; None when it is invalid, which was noted."""


def compile_source(draft: Draft, rule: LinkRule) -> FindLinks | None:
    """How the links of a page are found; None where there is a problem."""
    rows: Find | None = _whole
    if rule.each is not None:
        found = compile_rows(draft, rule.each, f"{rule.path}.each")
        rows, draft = (found.find, found.draft) if found else (None, draft)
    carry = _compile_carry(draft, rule)
    if rule.selector is None:
        url = _compile_url(draft, rule)
        return _rendered(rows, url, carry) if rows and url else None
    links = compile_find(draft, rule.selector, rule.path, first=False)
    read = None if links is None else compile_link_reads(links, rule.reads, rule.path)
    if rows is None or links is None or read is None:
        return None
    if rows is _whole and carry is None:
        return _plain(links.find, read)
    return _selected(rows, links.find, read, carry)


def _whole(root: Scope, _: Reading) -> Sequence[Scope]:
    return (root,)


def _compile_carry(draft: Draft, rule: LinkRule) -> Carry | None:
    if not rule.carry:
        return None
    read = compile_fields(draft, rule.carry).read

    def carry(row: Scope, reading: Reading) -> dict[str, Any] | None:
        reading.environment["item"] = NOTHING
        try:
            values = as_carry(read(row, reading))
        except InvalidField as error:
            reading.note(f"links to {rule.page} dropped: {error}")
            return None
        reading.environment["item"] = values
        return values

    return carry


def _compile_url(draft: Draft, rule: LinkRule) -> Render | None:
    if rule.url is None:
        return None
    return compile_text(
        in_request(draft.with_items(each.name for each in rule.carry)), rule.url, f"{rule.path}.url"
    ).render


def compile_link_reads(found: Found, reads: tuple[str, ...], path: str) -> Read | None:
    """How a link is read where the recipe does not say.

    That is the ``href``; the text where the page is XML, whose links stand in either; the value
    itself where nodes have no attributes.
    """
    draft = found.draft
    if reads or found.is_text:
        return read_where_found(found, reads, path)
    try:
        draft.parser.read("href")
    except SelectorError:
        return draft.parser.read("text")
    html = draft.parser.languages[0] == "css"
    return compile_reads(draft, found.selector, ("href",) if html else ("href", "text"), path)


def _plain(find_nodes: Find, read: Read) -> FindLinks:
    def find(reading: Reading) -> Iterator[Link]:
        for node in find_nodes(reading.document.root, reading):
            yield node, read(node), NOTHING

    return find


def _selected(rows: Find, find_nodes: Find, read: Read, carry: Carry | None) -> FindLinks:
    def find(reading: Reading) -> Iterator[Link]:
        for row in rows(reading.document.root, reading):
            nodes = find_nodes(row, reading)
            values = carry(row, reading) if carry and nodes else NOTHING
            if values is None:
                continue
            for node in nodes:
                yield node, read(node), values

    return find


def _rendered(rows: Find, url: Render, carry: Carry | None) -> FindLinks:
    def find(reading: Reading) -> Iterator[Link]:
        for row in rows(reading.document.root, reading):
            values = carry(row, reading) if carry else NOTHING
            if values is None:
                continue
            try:
                made = url(reading.environment)
            except ValueError:
                made = None
            for reference in made if isinstance(made, list) else (made,):
                yield row, reference, values

    return find
