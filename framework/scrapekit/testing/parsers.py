"""Holds a parser to its promises: what every page rule that names one may rely on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scrapekit.options import Options
from scrapekit.page import Page
from scrapekit.parts import Parser
from scrapekit.testing.demand import hold_to
from scrapekit.testing.parser_promises import PROMISES
from scrapekit.testing.parser_trial import Expected, ParserTrial, make_page, make_parser

__all__ = ["check_parser", "make_page", "make_parser"]


def check_parser(
    factory: Callable[[Options], Parser],
    page: Page,
    expected: Expected,
    *,
    refused: Sequence[str | tuple[str, str]] = (),
    options: str | None = None,
) -> None:
    """Check every promise of a parser; AssertionError says which one is broken, and how.

    *expected* says what selectors find in *page*; *refused* are selectors that do not compile. A
    plain selector is in the parser's first language::

        def test_the_parser_keeps_its_promises():
            page = make_page("b c b")
            check_parser(WordsParser, page, {"b": ["b", "b"], "x": []}, refused=[""])
    """
    trial = ParserTrial(factory, options, page, expected, refused)
    for promise in PROMISES:
        hold_to(promise, trial)
