"""A whole selector to one function: where it looks, what it finds and takes out, what it reads further."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from scrapekit.errors import PageError, SelectorError
from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.answer import compile_answer
from scrapekit.extract.fields.removal import compile_removal
from scrapekit.extract.fields.selectors import (
    compile_reads,
    compile_search,
    compile_selector,
    in_its_language,
    refuse,
)
from scrapekit.extract.reading import Find, Reading, is_empty
from scrapekit.page import Page
from scrapekit.parts import Read, Scope, Select
from scrapekit.recipe.model import Selector, Then
from scrapekit.recipe.model.languages import REGEX, TEXTS, VALUES

Open: TypeAlias = Callable[[Any, Reading], Scope | None]
"""Makes what a step found a scope for the next; None where it cannot be read, which is noted."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a selector finds, and the draft in which that is read: of the page, or of its last step."""

    find: Find
    draft: Draft
    selector: Selector
    """The last step, in its language."""

    @property
    def is_text(self) -> bool:
        """True when it finds texts, of which no parser need know how they are read."""
        return _is_text(self.draft, self.selector)


def _is_text(draft: Draft, selector: Selector) -> bool:
    return selector.language in TEXTS and selector.language not in draft.parser.languages


def is_plain(draft: Draft, selector: Selector) -> bool:
    """True for a selector that is nothing but one of the page's parser."""
    bare = selector.within is None and selector.then is None and not selector.remove
    selector = in_its_language(draft, selector)
    return bare and not _is_text(draft, selector) and selector.language not in VALUES


def last_step(draft: Draft, selector: Selector) -> str:
    """The language that the last step of a selector is in."""
    further = selector.then is not None
    while selector.then is not None:
        selector = selector.then.selector
    return selector.language or "" if further else in_its_language(draft, selector).language or ""


def compile_find(draft: Draft, selector: Selector, path: str, *, first: bool) -> Found | None:
    """The whole selector; None where there is a problem. With *first* one match is enough."""
    selector = in_its_language(draft, selector)
    find = _compile_own(draft, _alone(selector), path, first=first and selector.then is None)
    if find is None:
        return None
    if selector.within is not None:
        place = compile_find(draft, selector.within, path, first=False)
        if place is None:
            return None
        find = _inside(place.find, find, first=first and selector.then is None)
    if selector.remove:
        removal = compile_removal(draft, selector.remove, f"{path}.remove")
        if removal is None:
            return None
        find = _without(find, removal)
    found = Found(find, draft, selector)
    return found if selector.then is None else _compile_then(found, selector.then, path, first=first)


def read_where_found(found: Found, reads: tuple[str, ...], path: str) -> Read | None:
    """How what was found is read: texts as they are, values of JSON as the JSON parser does it."""
    if found.is_text:
        return lambda text: text
    draft: Draft | None = found.draft
    if reads and (parser := VALUES.get(found.selector.language or "")):
        draft = found.draft.read_by(parser, found.selector.text.mark, path)
    return None if draft is None else compile_reads(draft, found.selector, reads, path)


def compile_rows(draft: Draft, selector: Selector, path: str) -> Found | None:
    """The selector of rows, and the draft that reads what is in a row; None where there is a problem."""
    found = compile_find(draft, selector, path, first=False)
    if found is None:
        return None
    if found.is_text:
        # Says, as for any selector, that the parser does not read this.
        compile_selector(found.draft, _alone(found.selector), path, first=False)
        return None
    parser = VALUES.get(found.selector.language or "")
    if parser is None or parser == found.draft.parser_name:
        return found
    inside = found.draft.read_by(parser, selector.text.mark, path)
    return None if inside is None else Found(found.find, inside, found.selector)


def _compile_own(draft: Draft, selector: Selector, path: str, *, first: bool) -> Find | None:
    if not _is_text(draft, selector):
        select = compile_selector(draft, selector, path, first=first)
        return None if select is None else _selected(select)
    if selector.language == REGEX:
        return compile_search(draft, selector, path, first=first)
    try:
        return compile_answer(selector.language or "", selector.source, path)
    except SelectorError as error:
        refuse(draft, selector, path, error)
        return None


def _alone(selector: Selector) -> Selector:
    return replace(selector, within=None, remove=(), then=None)


def _selected(select: Select) -> Find:
    return lambda scope, _: select(scope)


def _inside(places: Find, find: Find, *, first: bool) -> Find:
    """What is found in each of the places, in their order."""

    def find_inside(scope: Scope, reading: Reading) -> Sequence[Any]:
        found: list[Any] = []
        for place in places(scope, reading):
            found += find(place, reading)
            if first and found:
                break
        return found

    return find_inside


def _without(find: Find, removal: Callable[[Scope], Scope | None]) -> Find:
    def find_without(scope: Scope, reading: Reading) -> Sequence[Any]:
        copies = (removal(node) for node in find(scope, reading))
        return [copy for copy in copies if copy is not None]

    return find_without


def _compile_then(before: Found, then: Then, path: str, *, first: bool) -> Found | None:
    """What the next step finds in what was found before, read as a page of its own."""
    reads = read_where_found(before, then.reads, path)
    path = f"{path}.then"
    draft: Draft | None = before.draft
    if then.parser:
        draft = before.draft.read_by(then.parser, then.mark, path, then.options)
    if draft is None:
        return None
    open_ = _opener(draft, _kind_of(before), path) if then.parser else _as_text
    after = compile_find(draft, then.selector, path, first=first)
    if reads is None or after is None:
        return None
    return Found(_stepping(before.find, reads, open_, after.find, first), after.draft, after.selector)


def _kind_of(found: Found) -> str:
    """The parser that what was found belongs to already."""
    return VALUES.get(found.selector.language or "", found.draft.parser_name)


def _stepping(before: Find, read: Read, open_: Open, after: Find, first: bool) -> Find:
    def find(scope: Scope, reading: Reading) -> Sequence[Any]:
        found: list[Any] = []
        for node in before(scope, reading):
            value = read(node)
            inner = None if is_empty(value) else open_(value, reading)
            if inner is not None:
                found += after(inner, reading)
            if first and found:
                break
        return found

    return find


def _as_text(value: Any, _: Reading) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _opener(draft: Draft, kind: str, path: str) -> Open:
    """How a value becomes the root of a document; a value that is the parser's own kind of node is one."""
    parse, key = draft.parser.parse, draft.parser
    goes_on = kind == draft.parser_name
    remark = f"{path}: what was found cannot be read as {draft.parser_name}"

    def open_(value: Any, reading: Reading) -> Scope | None:
        if goes_on and not isinstance(value, str):
            return value
        text = _as_text(value, reading)
        known = reading.opened(key, text)
        if known is not None:
            return known
        try:
            root = parse(_as_page(text, reading)).root
        except (PageError, ValueError):
            reading.note(remark)
            return None
        return reading.keep(key, text, root)

    return open_


def _as_page(text: str, reading: Reading) -> Page:
    """The text as a page of its own, at the address that links of the page resolve against."""
    page = reading.page
    headers = {"content-type": "text/plain; charset=utf-8"}
    return Page(page.request, reading.document.base, page.status, headers, text.encode("utf-8", "replace"))
