"""A page that gave nothing because it is something else than its parser reads: JSON read as HTML, a PDF."""

from __future__ import annotations

from dataclasses import replace

from scrapekit.model import Outcome, Verdict
from scrapekit.page import Page

_NO_HTML = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip", "application/gzip")


def with_misreading(outcome: Outcome, page: Page, parser: str) -> Outcome:
    """*outcome*, with a remark where an empty page was read as HTML and says itself that it is none.

    Any other parser refuses what it cannot read; HTML can be made of anything.
    """
    if outcome.verdict is not Verdict.EMPTY or parser != "html":
        return outcome
    kind = page.content_type.lower()
    is_json = kind == "application/json" or kind.endswith("+json")
    if not is_json and not kind.startswith(_NO_HTML):
        return outcome
    meant = "; its page rule lacks `parser: json`" if is_json else ""
    remark = f"{page.request.page}: nothing found in {kind}, read as HTML{meant}"
    return replace(outcome, notes={**outcome.notes, remark: 1})
