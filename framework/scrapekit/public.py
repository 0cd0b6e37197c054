"""What `scrapekit` itself hands out when it is asked for one of its names, and imports only then."""

# mypy: implicit-reexport

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
