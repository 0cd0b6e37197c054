"""The parser kit: a sound parser passes, and each broken promise is named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import pytest

from scrapekit import Document, Options, Page, PageError, Read, Select, SelectorError, SimpleDocument
from scrapekit.testing import check_parser, make_page, make_parser


class WordsParser:
    """A page is its words; a selector is the beginning of a word."""

    languages: ClassVar[Sequence[str]] = ("word",)

    def __init__(self, options: Options) -> None:
        options.close()

    def compile(self, selector: str, language: str, first: bool) -> Select:
        if not selector.isalpha():
            raise SelectorError("expected letters", offset=0, width=max(1, len(selector)))
        return lambda scope: self.find(selector, scope)[: 1 if first else None]

    def find(self, selector: str, scope: Any) -> list[str]:
        return [word for word in scope if word.startswith(selector)]

    def read(self, name: str) -> Read:
        return lambda node: node

    def parse(self, page: Page) -> Document:
        return SimpleDocument(page.text.split(), page.url)


def check(factory: Callable[[Options], Any]) -> None:
    expected = {"a": ["ab", "ac"], "b": ["b"], "x": []}
    check_parser(factory, make_page("ab b ac"), expected, refused=["", "1"])


def complaint(factory: Callable[[Options], Any]) -> str:
    with pytest.raises(AssertionError) as caught:
        check(factory)
    return str(caught.value)


def test_a_sound_parser_passes():
    check(WordsParser)


def test_make_parser_gives_the_parser_of_a_recipe():
    assert isinstance(make_parser(WordsParser), WordsParser)
    assert make_page("é", "text/plain", "http://a.test/").body == "é".encode()


class NoLanguages(WordsParser):
    languages = ()


class DeafToOptions(WordsParser):
    def __init__(self, options: Options) -> None: ...


class NoBase(WordsParser):
    def parse(self, page: Page) -> Document:
        return SimpleDocument(page.text.split(), "/relative")


class FindsTooMuch(WordsParser):
    def find(self, selector: str, scope: Any) -> list[str]:
        return list(scope)


class FirstIsLast(WordsParser):
    def compile(self, selector: str, language: str, first: bool) -> Select:
        find = super().compile(selector, language, False)
        return (lambda scope: find(scope)[-1:]) if first else find


class EatsWords(WordsParser):
    def find(self, selector: str, scope: Any) -> list[str]:
        found = super().find(selector, scope)
        if isinstance(scope, list) and len(found) == 2:
            scope.append("more")
        return found


class GivesNone(WordsParser):
    def compile(self, selector: str, language: str, first: bool) -> Select:
        select: Any = super().compile(selector, language, first)
        return lambda scope: select(scope) or None


class TakesAnything(WordsParser):
    def compile(self, selector: str, language: str, first: bool) -> Select:
        return lambda scope: self.find(selector, scope)[: 1 if first else None]


class WrongPlace(WordsParser):
    def compile(self, selector: str, language: str, first: bool) -> Select:
        try:
            return super().compile(selector, language, first)
        except SelectorError:
            raise SelectorError("expected letters", offset=len(selector) + 1) from None


class Raises(WordsParser):
    def compile(self, selector: str, language: str, first: bool) -> Select:
        if selector.startswith("("):
            raise IndexError("list index out of range")
        return super().compile(selector, language, first)


class StripsText(WordsParser):
    def read(self, name: str) -> Read:
        return lambda node: node.strip() if isinstance(node, str) else node


class FussyNames(WordsParser):
    def read(self, name: str) -> Read:
        return {"text": lambda node: node}[name]


class StrictAboutBytes(WordsParser):
    def parse(self, page: Page) -> Document:
        return SimpleDocument(page.body.decode("ascii").split(), page.url)


class OnePageAtATime(WordsParser):
    def parse(self, page: Page) -> Document:
        self.words = page.text.split()
        return super().parse(page)

    def find(self, selector: str, scope: Any) -> list[str]:
        return super().find(selector, self.words if isinstance(scope, list) else scope)


@pytest.mark.parametrize(
    ("factory", "said"),
    [
        (NoLanguages, "it declares its languages: () is no sequence of words"),
        (DeafToOptions, "a mistyped option is reported: it goes unnoticed; end with options.close()"),
        (NoBase, "a document has an absolute base: it is '/relative'"),
        (FindsTooMuch, "\"a\" finds what is expected: it found ['ab', 'b', 'ac'], not ['ab', 'ac']"),
        (FirstIsLast, "\"a\" with first gives the first match: it gave ['ac'], not ['ab']"),
        (GivesNone, '"x" gives a list: it gave NoneType'),
        (TakesAnything, 'a wrong selector is refused: "" was compiled'),
        (WrongPlace, '"" is refused with its place: offset 1 is outside'),
        (Raises, "any text compiles or is refused: it raised IndexError: list index out of range"),
        (StripsText, "texts and numbers are read as they are: '  two  words ' became 'two  words'"),
        (FussyNames, "any name is read or refused: it raised KeyError: ''"),
    ],
)
def test_a_broken_promise_is_named(factory: Callable[[Options], Any], said: str):
    assert complaint(factory) == said


@pytest.mark.parametrize(
    ("factory", "promise"),
    [
        (EatsWords, "selecting changes nothing: "),
        (StrictAboutBytes, "any body is parsed or refused: it raised UnicodeDecodeError: "),
        (OnePageAtATime, "pages do not meddle with each other: "),
    ],
)
def test_a_parser_that_fails_only_at_times_is_caught(factory: Callable[[Options], Any], promise: str):
    assert complaint(factory).startswith(promise)


class Word:
    """A node that is told apart from others of the same letters."""

    def __init__(self, text: str) -> None:
        self.text = text


class WordNodes(WordsParser):
    """The words of a page as nodes, which may be taken out."""

    def find(self, selector: str, scope: Any) -> list[Any]:
        return [word for word in scope if word.text.startswith(selector)] if isinstance(scope, list) else []

    def read(self, name: str) -> Read:
        return lambda node: node.text if isinstance(node, Word) else node

    def parse(self, page: Page) -> Document:
        return SimpleDocument([Word(text) for text in page.text.split()], page.url)

    def without(self, scope: Any, nodes: Sequence[Any]) -> Any:
        return [word for word in scope if word not in nodes]


class RemovesFromThePage(WordNodes):
    def without(self, scope: Any, nodes: Sequence[Any]) -> Any:
        scope[:] = super().without(scope, nodes)
        return scope


class RemovesNothing(WordNodes):
    def without(self, scope: Any, nodes: Sequence[Any]) -> Any:
        return list(scope)


def test_what_is_removed_is_gone_from_a_copy_alone():
    check(WordNodes)
    assert (
        complaint(RemovesFromThePage) == "what is removed is gone from a copy alone: the page itself changed"
    )
    assert complaint(RemovesNothing) == 'what is removed is gone from a copy: "a" still finds 2'


class PlacedWords(WordNodes):
    def places(self, root: Any) -> Callable[[Any], int | None]:
        known = {word: place for place, word in enumerate(root)}
        self.root = root
        return known.get

    def following(self, node: Any) -> Sequence[Any]:
        return self.root[self.root.index(node) + 1 :] if isinstance(node, Word) else []


class PlacedBackwards(PlacedWords):
    def places(self, root: Any) -> Callable[[Any], int | None]:
        return super().places(root[::-1])

    following = None  # type: ignore[assignment]


class FollowsItself(PlacedWords):
    def following(self, node: Any) -> Sequence[Any]:
        return [node] if isinstance(node, Word) else []


class PlacesTexts(PlacedWords):
    def places(self, root: Any) -> Callable[[Any], int | None]:
        return lambda node: 0


def test_nodes_have_an_order_where_a_parser_says_so():
    check(PlacedWords)
    assert complaint(PlacesTexts) == "a text has no place: one was placed at 0"
    assert complaint(PlacedBackwards) == (
        'nodes have places in the order of the document: what "a" finds has the places [2, 0]'
    )
    assert complaint(FollowsItself) == 'what follows a node comes after it: a node of "a" follows itself'


def test_a_page_may_be_refused():
    class OnlyText(WordsParser):
        def parse(self, page: Page) -> Document:
            if b"\0" in page.body or not page.body:
                raise PageError("not a text")
            return super().parse(page)

    check(OnlyText)
