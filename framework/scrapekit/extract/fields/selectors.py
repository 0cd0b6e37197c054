"""Selectors to functions, compiled once a run; a mistake becomes a problem with its column."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from scrapekit.errors import SelectorError
from scrapekit.extract.draft import Draft
from scrapekit.extract.reading import Reading, is_empty
from scrapekit.parts import Read, Scope, Select
from scrapekit.recipe.model import Selector
from scrapekit.recipe.model.languages import READER, REGEX, TEXTS, is_css
from scrapekit.regex import Regex, RegexError, RegexTooSlow, compile_regex

Search: TypeAlias = Callable[[Scope, Reading], list[str]]
"""What a regular expression finds in the text of a scope; of the page, when the scope is all of it."""


def in_its_language(draft: Draft, selector: Selector) -> Selector:
    """The selector with its language filled in; the parser's own languages are prefixes, too."""
    if selector.language is not None:
        return selector
    name, colon, rest = selector.source.partition(":")
    default = draft.parser.languages[0]
    if not colon or name not in draft.parser.languages or (default == "css" and is_css(name, rest)):
        return replace(selector, language=default)
    source = rest.lstrip()
    start = selector.offset + len(selector.source) - len(source)
    return replace(selector, language=name, offset=start, source=source)


def compile_selector(draft: Draft, selector: Selector, path: str, *, first: bool) -> Select | None:
    """One step as a function; None, and a problem at its column, when it cannot be one.

    What may be written in several steps is compiled by `scrapekit.extract.fields.steps`.
    """
    selector = in_its_language(draft, selector)
    language = selector.language or ""
    if selector.within or selector.then or selector.remove:
        hint = "write a selector alone: neither then, nor remove, nor a place in a table"
        draft.problems.add(selector.text.mark, path, "only one step can stand here", hint)
        return None
    if language not in draft.parser.languages:
        _refuse_language(draft, selector, language, path)
        return None
    try:
        return draft.parser.compile(selector.source, language, first)
    except SelectorError as error:
        refuse(draft, selector, path, error)
        return None


def _refuse_language(draft: Draft, selector: Selector, language: str, path: str) -> None:
    languages = draft.parser.languages
    hint = f"the {draft.parser_name} parser reads {_listed(languages)}"
    if language in TEXTS:
        what = "a regular expression" if language == REGEX else f'"{language}"'
        message = f"{what} finds text, not rows or links"
    else:
        message = f"the {draft.parser_name} parser does not read {language}"
        if other := READER.get(language):
            hint += f"; for {language} the page needs `parser: {other}`"
    draft.problems.add(
        selector.text.at(0, selector.offset or max(1, len(selector.source))), path, message, hint
    )


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def refuse(draft: Draft, selector: Selector, path: str, error: SelectorError) -> None:
    """Note that the selector does not compile, at the place of the mistake in the recipe."""
    mark = selector.text.at(selector.offset + error.offset, error.width)
    draft.problems.add(mark, path, str(error), error.hint or _other_language(selector))


def _other_language(selector: Selector) -> str:
    """A hint where a selector is in another language than it is read in."""
    if selector.language == "css" and selector.source.startswith(("/", "./", "(/")):
        return f"an XPath is marked as one: xpath:{selector.source}"
    if selector.language in ("css", "xpath") and selector.source.startswith("$"):
        return "a JSONPath is for JSON pages, whose rule says `parser: json`"
    return ""


def compile_reads(draft: Draft, selector: Selector, reads: tuple[str, ...], path: str) -> Read | None:
    """One function that tries the ways to read a node in order until one gives something."""
    ways = []
    for name in reads or ("text",):
        try:
            ways.append(draft.parser.read(name))
        except SelectorError as error:
            at = str(selector.text.value).rfind("@" + name)
            mark = selector.text.at(at + 1, len(name)) if at >= 0 else selector.text.mark
            draft.problems.add(mark, path, str(error), error.hint)
    if len(ways) != len(reads or ("text",)):
        return None
    return ways[0] if len(ways) == 1 else _in_order(ways)


def _in_order(ways: list[Read]) -> Read:
    def read(node: Any) -> Any:
        for way in ways:
            value = way(node)
            if value or not is_empty(value):
                return value
        return None

    return read


def compile_search(draft: Draft, selector: Selector, path: str, *, first: bool) -> Search | None:
    """A regular expression as a search: its first group, or the whole match where it has none."""
    try:
        pattern = compile_regex(selector.source)
    except RegexError as error:
        draft.problems.add(selector.text.at(selector.offset + error.offset), path, str(error))
        return None
    return _patient(_search_in(pattern, draft.parser.read("text"), first), path)


def _patient(search: Search, path: str) -> Search:
    def search_while_quick(scope: Scope, reading: Reading) -> list[str]:
        try:
            return search(scope, reading)
        except RegexTooSlow as error:
            reading.note(f"field {path}: {error}")
            return []

    return search_while_quick


def _search_in(pattern: Regex, read_text: Read, first: bool) -> Search:
    group = 1 if pattern.groups else 0

    def text_of(scope: Scope, reading: Reading) -> str:
        if scope is reading.document.root:
            return reading.page.text
        text = read_text(scope)
        return text if isinstance(text, str) else json.dumps(text, ensure_ascii=False, default=str)

    def search_first(scope: Scope, reading: Reading) -> list[str]:
        match = pattern.search(text_of(scope, reading))
        return [match[group] or ""] if match else []

    def search_all(scope: Scope, reading: Reading) -> list[str]:
        return [match[group] or "" for match in pattern.finditer(text_of(scope, reading))]

    return search_first if first else search_all
