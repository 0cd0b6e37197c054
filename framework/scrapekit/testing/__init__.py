"""What plugin authors test with: one conformance kit for each kind of part."""

from __future__ import annotations

from scrapekit.testing.exporters import check_exporter
from scrapekit.testing.filters import check_filter, make_filter
from scrapekit.testing.parsers import check_parser, make_page, make_parser
from scrapekit.testing.samples import make_exporter, sample_context, sample_items

__all__ = [
    "check_exporter",
    "check_filter",
    "check_parser",
    "make_exporter",
    "make_filter",
    "make_page",
    "make_parser",
    "sample_context",
    "sample_items",
]
