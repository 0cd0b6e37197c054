"""What is done to a page before its parser sees it: the encoding it is in, and edits of its text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from scrapekit.errors import FetchError, PageError
from scrapekit.extract.draft import Terms
from scrapekit.extract.fields.pipes import Shape, compile_pipe
from scrapekit.extract.reading import Ground, Reading
from scrapekit.model import Outcome
from scrapekit.page import Page
from scrapekit.parts import SimpleDocument
from scrapekit.recipe.model import PageRule

Read: TypeAlias = Callable[[Page], Outcome | FetchError]


def before_parse(terms: Terms, rule: PageRule, read: Read) -> Read:
    """*read* with what the page rule asks to be done first; *read* itself where that is nothing."""
    edit = _compile_edit(terms, rule) if rule.before_parse else None
    if edit is None and not rule.encoding:
        return read

    def read_prepared(page: Page) -> Outcome | FetchError:
        if rule.encoding:
            page.read_in(rule.encoding)
        return read(page) if edit is None else edit(page, read)

    return read_prepared


def _compile_edit(terms: Terms, rule: PageRule) -> Callable[[Page, Read], Outcome | FetchError] | None:
    path = f"{rule.path}.before_parse"
    pipe, shape = compile_pipe(terms, rule.before_parse, path, Shape("text"))
    if shape.many or shape.type not in ("text", "any"):
        mark = rule.before_parse[-1].mark
        terms.problems.add(mark, path, f"a page is text, and what comes out here is {shape}")
    if pipe is None:
        return None
    ground = Ground()

    def edit(page: Page, read: Read) -> Outcome | FetchError:
        reading = Reading(page, SimpleDocument(None, page.url), ground)
        text = pipe(page.text, reading)
        if text is None and reading.notes:
            # A filter that failed leaves nothing; taken for a page without text that would pass in silence.
            raise PageError("; ".join(reading.notes))
        body = ("" if text is None else str(text)).encode("utf-8", "replace")
        edited = Page(page.request, page.url, page.status, page.headers, body, page.elapsed)
        edited.read_in("utf-8")
        outcome = read(edited)
        if reading.notes and isinstance(outcome, Outcome):
            return replace(outcome, notes={**outcome.notes, **reading.notes})
        return outcome

    return edit
