"""Plain text as words: a selector is a pattern such as ``s*``."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from scrapekit import Options, Page, Read, Select, SelectorError, SimpleDocument


class WordsParser:
    """Splits a page at white space; option ``lower`` makes every word lower-case first."""

    languages = ("word",)

    def __init__(self, options: Options) -> None:
        self._lower = options.flag("lower")
        options.close()

    def compile(self, selector: str, language: str, first: bool) -> Select:
        """The words of the scope that fit the pattern; a word alone is its own scope."""
        if " " in selector:
            raise SelectorError("a word has no spaces", offset=selector.index(" "))

        def select(scope: Sequence[str] | str) -> list[str]:
            words = [scope] if isinstance(scope, str) else scope
            return [word for word in words if fnmatchcase(word, selector)]

        return select

    def read(self, name: str) -> Read:
        """A word's ``text``, or its ``length``."""
        if name == "text":
            return lambda word: word
        if name == "length":
            return len
        raise SelectorError(f'a word has no "{name}"', hint="it has text and length")

    def parse(self, page: Page) -> SimpleDocument:
        """The page as its words, in order."""
        text = page.text.lower() if self._lower else page.text
        return SimpleDocument(root=text.split(), base=page.url)
