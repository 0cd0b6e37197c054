"""What every parser promises, each promise as a function that checks it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from scrapekit.errors import PageError, RecipeError, SelectorError
from scrapekit.parts import Document, Parser, Select
from scrapekit.testing.demand import demand
from scrapekit.testing.order_promises import (
    nodes_have_places_in_the_order_of_the_document,
    what_follows_a_node_comes_after_it,
)
from scrapekit.testing.parser_trial import ParserTrial, make_page, make_with_problems, spelled, values_of

_ODD_SELECTORS = (
    *("", " ", "\0", "\n", "[", "]", "(", ")", "{}", "'", '"', "\\", "$", "@", "*", "..", "//", "::", "%"),
    *("a" * 5000, "(" * 500, "[" * 500, "a[" * 300, "$" * 300, ".a" * 300, "a," * 300, "1", "-"),
    *("é", "🙂", "\ud800"),
)
_ODD_NAMES = ("", " ", "a b", "\0", "é", "<", "A" * 1000)
_TYPES = ("", "text/html", "text/html; charset=utf-16", "application/json", "text/xml; charset=nonsense")
_SEED = 20


def _languages_are_declared(trial: ParserTrial) -> None:
    languages = trial.make().languages
    sound = not isinstance(languages, str) and len(languages) > 0
    sound = sound and all(isinstance(word, str) and word.isidentifier() for word in languages)
    demand(sound, "it declares its languages", f"{languages!r} is no sequence of words")


def _a_mistyped_option_is_reported(trial: ParserTrial) -> None:
    _, problems = make_with_problems(trial.factory, "{no_such_option: 1}")
    said = 'unknown key "no_such_option"'
    try:
        problems.raise_if_any()
        told = ""
    except RecipeError as error:
        told = str(error)
    demand(said in told, "a mistyped option is reported", "it goes unnoticed; end with options.close()")


def _a_document_has_a_root_and_an_absolute_base(trial: ParserTrial) -> None:
    document = trial.make().parse(trial.page)
    demand(document.root is not None, "a document has a root", "it is None")
    demand("://" in document.base, "a document has an absolute base", f"it is {document.base!r}")


def _selectors_find_what_is_expected(trial: ParserTrial) -> None:
    parser = trial.make()
    selectors = trial.compiled(parser, first=False)
    root = parser.parse(trial.page).root
    for text, select, values in selectors:
        found = values_of(parser, select, root, text)
        demand(
            found == values,
            f'"{text}" finds what is expected',
            f"it found {found!r:.300}, not {values!r:.300}",
        )


def _with_first_the_first_match_is_given(trial: ParserTrial) -> None:
    parser = trial.make()
    selectors = trial.compiled(parser, first=True)
    root = parser.parse(trial.page).root
    for text, select, values in selectors:
        found = values_of(parser, select, root, text)
        said = f'"{text}" with first gives the first match'
        demand(found[:1] == values, said, f"it gave {found!r:.300}, not {values!r:.300}")


def _selecting_changes_nothing(trial: ParserTrial) -> None:
    """Whatever was asked before, the same selector finds the same, from the root and from any node."""
    parser = trial.make()
    selectors = [*trial.compiled(parser, first=False), *trial.compiled(parser, first=True)]
    root = parser.parse(trial.page).root
    whole = repr(parser.read("text")(root))
    before = [values_of(parser, select, root, text) for text, select, _ in selectors]
    for _, select, _ in selectors:
        for node in select(root):
            _select_from_each(parser, [other for _, other, _ in selectors], node)
    after = [values_of(parser, select, root, text) for text, select, _ in reversed(selectors)]
    for (text, _, _), found, found_later in zip(selectors, before, reversed(after), strict=True):
        demand(found == found_later, "selecting changes nothing", f'"{text}" now finds {found_later!r:.300}')
    same = repr(parser.read("text")(root)) == whole
    demand(same, "selecting changes nothing", "the text of the page changed")


def _what_is_removed_is_gone_from_a_copy_alone(trial: ParserTrial) -> None:
    parser = trial.make()
    without: Callable[[Any, Sequence[Any]], Any] | None = getattr(parser, "without", None)
    if without is None:
        return
    selectors = trial.compiled(parser, first=False)
    root = parser.parse(trial.page).root
    before = [values_of(parser, select, root, text) for text, select, _ in selectors]
    for text, select, _ in selectors:
        nodes = [node for node in select(root) if node is not root]
        if nodes and not any(isinstance(node, str | int | float | dict | list) for node in nodes):
            left = select(without(root, nodes))
            demand(not left, "what is removed is gone from a copy", f'"{text}" still finds {len(left)}')
    after = [values_of(parser, select, root, text) for text, select, _ in selectors]
    demand(before == after, "what is removed is gone from a copy alone", "the page itself changed")


def _select_from_each(parser: Parser, selects: Sequence[Select], node: Any) -> None:
    for select in selects:
        try:
            values_of(parser, select, node, "a selector from a row")
        except PageError:
            continue


def _a_wrong_selector_is_refused_with_its_place(trial: ParserTrial) -> None:
    parser = trial.make()
    for key in trial.refused:
        language, text = spelled(parser, key)
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


def _any_text_compiles_or_is_refused(trial: ParserTrial) -> None:
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


def _texts_and_numbers_are_read_as_they_are(trial: ParserTrial) -> None:
    read = trial.make().read("text")
    for value in ("x", "", "  two  words ", 3, 2.5):
        found = read(value)
        same = found == value and type(found) is type(value)
        demand(same, "texts and numbers are read as they are", f"{value!r} became {found!r}")


def _any_name_is_read_or_refused(trial: ParserTrial) -> None:
    parser = trial.make()
    root = parser.parse(trial.page).root
    for name in _ODD_NAMES:
        try:
            parser.read(name)(root)
        except (SelectorError, PageError):
            continue


def _any_body_is_parsed_or_refused(trial: ParserTrial) -> None:
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


def _pages_do_not_meddle(trial: ParserTrial) -> None:
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
        found = values_of(parser, select, mine.root, text)
        demand(found == values, "pages do not meddle with each other", f'"{text}" found {found!r:.300}')


def _threads_may_share_it(trial: ParserTrial) -> None:
    """Large pages are read in a thread while the loop reads others with the same parser."""
    parser = trial.make()
    selectors = trial.compiled(parser, first=False)

    def read_page(_: int) -> list[list[Any]]:
        root = parser.parse(make_page(trial.page.body, trial.page.content_type, trial.page.url)).root
        return [values_of(parser, select, root, text) for text, select, _ in selectors]

    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(read_page, range(32)):
            wanted = [values for _, _, values in selectors]
            demand(found == wanted, "threads may share it", f"one found {found!r:.300}")


PROMISES: Sequence[Callable[[ParserTrial], None]] = (
    _languages_are_declared,
    _a_mistyped_option_is_reported,
    _a_document_has_a_root_and_an_absolute_base,
    _selectors_find_what_is_expected,
    _with_first_the_first_match_is_given,
    _selecting_changes_nothing,
    _what_is_removed_is_gone_from_a_copy_alone,
    nodes_have_places_in_the_order_of_the_document,
    what_follows_a_node_comes_after_it,
    _a_wrong_selector_is_refused_with_its_place,
    _any_text_compiles_or_is_refused,
    _texts_and_numbers_are_read_as_they_are,
    _any_name_is_read_or_refused,
    _any_body_is_parsed_or_refused,
    _pages_do_not_meddle,
    _threads_may_share_it,
)
