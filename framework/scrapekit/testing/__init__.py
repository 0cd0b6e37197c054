"""What plugin authors test with: one conformance kit for each kind of part."""

from __future__ import annotations

from scrapekit.testing.exporters import check_exporter
from scrapekit.testing.samples import make_exporter, sample_context, sample_items

__all__ = ["check_exporter", "make_exporter", "sample_context", "sample_items"]
