"""Holds a parser to its promises: what every page rule that names one may rely on."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from scrapekit.errors import PageError, Problems, SelectorError
from scrapekit.mark import Mark, SourceText
from scrapekit.model import Page, Request
from scrapekit.node import MapNode
from scrapekit.options import Options
from scrapekit.parts import Document, Parser, Select
from scrapekit.recipe.tree import parse_tree
from scrapekit.testing.filters import PAGE
from scrapekit.testing.trial import demand

_P = TypeVar("_P", bound=Parser)

Expected: TypeAlias = Mapping[str | tuple[str, str], Sequence[Any]]
"""Selector, or (language, selector) → the ``text`` of all it finds in the page."""

_ODD_SELECTORS = (
    *("", " ", "\0", "\n", "[", "]", "(", ")", "{}", "'", '"', "\\", "$", "@", "*", "..", "//", "::", "%"),
    *("a" * 5000, "(" * 500, "[" * 500, "a[" * 300, "$" * 300, ".a" * 300, "a," * 300, "1", "-"),
    *("é", "🙂", "\ud800"),
)
_ODD_NAMES = ("", " ", "a b", "\0", "é", "<", "A" * 1000)
_TYPES = ("", "text/html", "text/html; charset=utf-16", "application/json", "text/xml; charset=nonsense")
_SEED = 20


def make_parser(factory: Callable[[Options], _P], options: str | None = None) -> _P:
    """The parser a page rule would get with these *options*, written in YAML as in a recipe.

    Raises RecipeError when the parser refuses them.
    """
    made, problems = _make(factory, options)
    problems.raise_if_any()
    return made


def make_page(body: bytes | str, content_type: str = "", url: str = PAGE) -> Page:
    """A page as the fetcher hands it over; text is sent as UTF-8."""
    data = body.encode() if isinstance(body, str) else body
    headers = {"content-type": content_type} if content_type else {}
    return Page(Request(url), url, 200, headers, data)


def check_parser(
    factory: Callable[[Options], Parser],
    page: Page,
    expected: Expected,
    *,
    refused: Sequence[str | tuple[str, str]],
    options: str | None = None,
) -> None:
    """Check every promise of a parser; AssertionError says which one is broken, and how.

    *expected* says what selectors find in *page*; *refused* are selectors that do not compile. A
    plain selector is in the parser's first language::

        def test_the_parser_keeps_its_promises():
            page = make_page("b c b")
            check_parser(WordsParser, page, {"b": ["b", "b"], "x": []}, refused=[""])
    """
    trial = _Trial(factory, options, page, expected, refused)
    for promise in _PROMISES:
        try:
            promise(trial)
        except AssertionError:
            raise
        except Exception as error:
            name = promise.__name__.strip("_").replace("_", " ")
            raise AssertionError(f"{name}: it raised {type(error).__name__}: {error}") from error


def _make(factory: Callable[[Options], _P], options: str | None) -> tuple[_P, Problems]:
    problems = Problems()
    text = f"parser: {options or ''}"
    tree = parse_tree(text, "options", problems)
    problems.raise_if_any()
    node = tree.get("parser") if isinstance(tree, MapNode) else None
    made = factory(Options(node, problems, "parser", mark=Mark(SourceText.of("options", text), 1, 1)))
    return made, problems


@dataclass(frozen=True)
class _Trial:
    """A parser under test, and what its author says of it."""

    factory: Callable[[Options], Parser]
    options: str | None
    page: Page
    expected: Expected
    refused: Sequence[str | tuple[str, str]]

    def make(self) -> Parser:
        return make_parser(self.factory, self.options)

    def compiled(self, parser: Parser, *, first: bool) -> list[tuple[str, Select, list[Any]]]:
        """Each expected selector: its text, compiled, and what it finds."""
        return [
            (text, parser.compile(text, language, first), list(values)[:1] if first else list(values))
            for key, values in self.expected.items()
            for language, text in [_spelled(parser, key)]
        ]


def _spelled(parser: Parser, key: str | tuple[str, str]) -> tuple[str, str]:
    return key if isinstance(key, tuple) else (parser.languages[0], key)


def _values(parser: Parser, select: Select, scope: Any, selector: str) -> list[Any]:
    found = select(scope)
    demand(isinstance(found, Sequence) and not isinstance(found, str | bytes), *_no_list(selector, found))
    read = parser.read("text")
    return [read(node) for node in found]


def _no_list(selector: str, found: Any) -> tuple[str, str]:
    return f'"{selector}" gives a list', f"it gave {type(found).__name__}"


def _languages_are_declared(trial: _Trial) -> None:
    languages = trial.make().languages
    sound = not isinstance(languages, str) and len(languages) > 0
    sound = sound and all(isinstance(word, str) and word.isidentifier() for word in languages)
    demand(sound, "it declares its languages", f"{languages!r} is no sequence of words")


def _a_mistyped_option_is_reported(trial: _Trial) -> None:
    _, problems = _make(trial.factory, "{no_such_option: 1}")
    said = 'unknown key "no_such_option"'
    try:
        problems.raise_if_any()
        told = ""
    except Exception as error:
        told = str(error)
    demand(said in told, "a mistyped option is reported", "it goes unnoticed; end with options.close()")


def _a_document_has_a_root_and_an_absolute_base(trial: _Trial) -> None:
    document = trial.make().parse(trial.page)
    demand(document.root is not None, "a document has a root", "it is None")
    demand("://" in document.base, "a document has an absolute base", f"it is {document.base!r}")


def _selectors_find_what_is_expected(trial: _Trial) -> None:
    parser = trial.make()
    selectors = trial.compiled(parser, first=False)
    root = parser.parse(trial.page).root
    for text, select, values in selectors:
        found = _values(parser, select, root, text)
        demand(
            found == values,
            f'"{text}" finds what is expected',
            f"it found {found!r:.300}, not {values!r:.300}",
        )


def _with_first_the_first_match_is_given(trial: _Trial) -> None:
    parser = trial.make()
    selectors = trial.compiled(parser, first=True)
    root = parser.parse(trial.page).root
    for text, select, values in selectors:
        found = _values(parser, select, root, text)
        said = f'"{text}" with first gives the first match'
        demand(found[:1] == values, said, f"it gave {found!r:.300}, not {values!r:.300}")


def _selecting_changes_nothing(trial: _Trial) -> None:
    """Whatever was asked before, the same selector finds the same, from the root and from any node."""
    parser = trial.make()
    selectors = [*trial.compiled(parser, first=False), *trial.compiled(parser, first=True)]
    document = parser.parse(trial.page)
    before = parser.read("text")(document.root)
    for _, select, _ in selectors:
        for node in select(document.root):
            _select_from_each(parser, [other for _, other, _ in selectors], node)
    for text, select, values in reversed(selectors):
        found = _values(parser, select, document.root, text)[: len(values)]
        demand(found == values, "selecting changes nothing", f'"{text}" now finds {found!r:.300}')
    demand(parser.read("text")(document.root) == before, "selecting changes nothing", "the text changed")


def _select_from_each(parser: Parser, selects: Sequence[Select], node: Any) -> None:
    for select in selects:
        try:
            _values(parser, select, node, "a selector from a row")
        except PageError:
            continue


def _a_wrong_selector_is_refused_with_its_place(trial: _Trial) -> None:
    parser = trial.make()
    for key in trial.refused:
        language, text = _spelled(parser, key)
        for first in (True, False):
            try:
                parser.compile(text, language, first)
            except SelectorError as error:
                _check_place(error, text)
            else:
                raise AssertionError(f'a wrong selector is refused: "{text}" was compiled')


def _check_place(error: SelectorError, text: str) -> None:
    said = f'"{text:.60}" is refused with its place'
    demand(0 <= error.offset <= len(text), said, f"offset {error.offset} is outside")
    demand(error.width >= 1, said, f"width {error.width} marks nothing")
    message = str(error)
    sound = bool(message) and "\n" not in message and not message.endswith(".")
    demand(sound, f'"{text:.60}" is refused in one clear sentence', f"{message!r}")


def _any_text_compiles_or_is_refused(trial: _Trial) -> None:
    parser = trial.make()
    document = parser.parse(trial.page)
    for language in parser.languages:
        for text in _ODD_SELECTORS:
            try:
                select = parser.compile(text, language, True)
            except SelectorError as error:
                _check_place(error, text)
            else:
                _select_from_each(parser, [select], document.root)


def _texts_and_numbers_are_read_as_they_are(trial: _Trial) -> None:
    read = trial.make().read("text")
    for value in ("x", "", "  two  words ", 3, 2.5):
        found = read(value)
        same = found == value and type(found) is type(value)
        demand(same, "texts and numbers are read as they are", f"{value!r} became {found!r}")


def _any_name_is_read_or_refused(trial: _Trial) -> None:
    parser = trial.make()
    root = parser.parse(trial.page).root
    for name in _ODD_NAMES:
        try:
            parser.read(name)(root)
        except (SelectorError, PageError):
            continue


def _any_body_is_parsed_or_refused(trial: _Trial) -> None:
    parser = trial.make()
    selectors = trial.compiled(parser, first=False)
    for body in _odd_bodies(trial.page.body):
        for content_type in (trial.page.content_type, *_TYPES):
            try:
                document = parser.parse(make_page(body, content_type, trial.page.url))
            except PageError:
                continue
            _select_from_each(parser, [select for _, select, _ in selectors], document.root)


def _odd_bodies(good: bytes) -> list[bytes]:
    """Nothing, junk, and the good page cut, doubled and damaged; the same at every run."""
    pick = random.Random(_SEED)  # noqa: S311 (junk, not a secret)
    damaged = []
    for _ in range(20):
        body = bytearray(good[: pick.randint(0, len(good))] if pick.random() < 0.5 else good)
        for _ in range(min(len(body), pick.randint(0, 8))):
            body[pick.randrange(len(body))] = pick.randrange(256)
        damaged.append(bytes(body))
    junk = [pick.randbytes(size) for size in (1, 3, 16, 300, 5000)]
    return [b"", b" \n", b"\0", b"\0" * 100, b"\xff\xfe", b"\xef\xbb\xbf", *junk, *damaged, good * 2]


def _pages_do_not_meddle(trial: _Trial) -> None:
    """A page that is still being read finds the same after others were parsed by the same parser."""
    parser = trial.make()
    selectors = trial.compiled(parser, first=False)
    mine = parser.parse(trial.page)
    others: list[Document] = []
    for body in (trial.page.body, trial.page.body[: len(trial.page.body) // 2]):
        try:
            others.append(parser.parse(make_page(body, trial.page.content_type, trial.page.url)))
        except PageError:
            continue
    for text, select, values in selectors:
        for other in others:
            select(other.root)
        found = _values(parser, select, mine.root, text)
        demand(found == values, "pages do not meddle with each other", f'"{text}" found {found!r:.300}')


def _threads_may_share_it(trial: _Trial) -> None:
    """Large pages are read in a thread while the loop reads others with the same parser."""
    parser = trial.make()
    selectors = trial.compiled(parser, first=False)

    def read_page(_: int) -> list[list[Any]]:
        root = parser.parse(make_page(trial.page.body, trial.page.content_type, trial.page.url)).root
        return [_values(parser, select, root, text) for text, select, _ in selectors]

    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(read_page, range(32)):
            wanted = [values for _, _, values in selectors]
            demand(found == wanted, "threads may share it", f"one found {found!r:.300}")


_PROMISES: Sequence[Callable[[_Trial], None]] = (
    _languages_are_declared,
    _a_mistyped_option_is_reported,
    _a_document_has_a_root_and_an_absolute_base,
    _selectors_find_what_is_expected,
    _with_first_the_first_match_is_given,
    _selecting_changes_nothing,
    _a_wrong_selector_is_refused_with_its_place,
    _any_text_compiles_or_is_refused,
    _texts_and_numbers_are_read_as_they_are,
    _any_name_is_read_or_refused,
    _any_body_is_parsed_or_refused,
    _pages_do_not_meddle,
    _threads_may_share_it,
)
