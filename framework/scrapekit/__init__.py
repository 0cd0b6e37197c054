"""scrapekit: web scraping by recipe, and the names a plugin may use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapekit.errors import (
    ExpressionError,
    FetchError,
    PageError,
    PluginError,
    Problems,
    RecipeError,
    ScrapekitError,
    SelectorError,
    StuckError,
    TakesLong,
    UsageError,
)
from scrapekit.language.expression import compile_expression
from scrapekit.language.template import compile_template
from scrapekit.mark import Mark
from scrapekit.model import Item, Origin, Outcome, Verdict
from scrapekit.options import Options
from scrapekit.page import Page
from scrapekit.parts import (
    Document,
    ExportContext,
    Exporter,
    Filter,
    FilterContext,
    Parser,
    Position,
    Read,
    Select,
    SimpleDocument,
)
from scrapekit.regex import Regex, RegexError, RegexTooSlow, compile_regex
from scrapekit.request import Request
from scrapekit.web.url import resolve
from scrapekit.writing.part_file import PartFile
from scrapekit.writing.record_file import RecordFile
from scrapekit.writing.strict_json import json_writer, utf8

if TYPE_CHECKING:
    from scrapekit.hookspecs import hookimpl

__version__ = "0.1.0"

__all__ = [
    "Document",
    "ExportContext",
    "Exporter",
    "ExpressionError",
    "FetchError",
    "Filter",
    "FilterContext",
    "Item",
    "Mark",
    "Options",
    "Origin",
    "Outcome",
    "Page",
    "PageError",
    "Parser",
    "PartFile",
    "PluginError",
    "Position",
    "Problems",
    "Read",
    "RecipeError",
    "RecordFile",
    "Regex",
    "RegexError",
    "RegexTooSlow",
    "Request",
    "ScrapekitError",
    "Select",
    "SelectorError",
    "SimpleDocument",
    "StuckError",
    "TakesLong",
    "UsageError",
    "Verdict",
    "compile_expression",
    "compile_regex",
    "compile_template",
    "hookimpl",
    "json_writer",
    "resolve",
    "utf8",
]


def __getattr__(name: str) -> object:
    # pluggy costs 18 ms to import; a plugin that has no listener never needs it.
    if name == "hookimpl":
        from scrapekit.hookspecs import hookimpl

        return hookimpl
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
