"""Fields whose value is a file: how its address is found, and what the answer gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scrapekit.exact import to_text
from scrapekit.extract.reading import ReadField, Reading
from scrapekit.model import Outcome, Verdict
from scrapekit.page import Page
from scrapekit.parts import Scope
from scrapekit.recipe.model import Field
from scrapekit.recipe.model.downloads import Download
from scrapekit.report import DOWNLOAD
from scrapekit.web.late import mask
from scrapekit.web.responses import describe_status

_OF_NODES = (None, "css", "xpath")
_ADDRESS = " (address)"
_FILE = "(file)"
_LINKS = ("href", "src")
"""How the node is read that leads to a file: a link, an image."""

NO_PAGE: Sequence[object] = ("", 0, "", None, "")
"""The facts of a page that nothing is read from."""


def is_address(name: str) -> bool:
    """True for the name of a field that only a file is fetched by; no recipe can call one so."""
    return name.endswith(_ADDRESS)


def address_field(each: Field) -> Field:
    """What finds the address of a field's file: its source, and what is tried in its place."""
    selector = each.selector
    finds_nodes = selector is not None and selector.then is None and selector.language in _OF_NODES
    reads = each.reads or (_LINKS if finds_nodes else ())
    others = tuple(map(address_field, each.otherwise))
    return replace(
        each,
        name=each.name + _ADDRESS,
        reads=reads,
        otherwise=others,
        download=None,
        required=False,
        default=None,
    )


def file_field(each: Field) -> Field:
    """What becomes of the file when it is there, or did not come: ``default`` and ``required``."""
    return Field(
        each.name,
        each.path,
        each.mark,
        all=each.all,
        required=each.required,
        default=each.default,
        download=each.download,
    )


def file_read(download: Download) -> ReadField:
    """What of a file, or of several, is the field's value; None where none came."""
    give = download.give

    def fact(found: Mapping[str, Any]) -> Any:
        # Of a file that was never asked for, such as a recorded page's, the address is all there is.
        return dict(found) if not give else found["url"] if found[give] is None else found[give]

    def read(scope: Scope, _: Reading) -> Any:
        files, many = scope
        if many:
            return [fact(found) for found in files] or None
        return fact(files[0]) if files else None

    return read


class FileRules:
    """The page rules that no recipe writes, one for all fields that want the same of files in one folder."""

    def __init__(self) -> None:
        self.rules: dict[str, Download] = {}

    def name(self, download: Download) -> str:
        """The page rule's name: ``download: images``, numbered where fields want different things there."""
        number = 1
        while True:
            name = f"{DOWNLOAD}{download.to}" + (f" ({number})" if number > 1 else "")
            if self.rules.setdefault(name, download).terms == download.terms:
                return name
            number += 1


def read_file(page: Page) -> Outcome:
    """The callback of such a page rule: what is known of the file, as the answer."""
    request, stored = page.request, page.stored
    if stored is None:
        reason = f"{describe_status(page.status)}, which is no file"
        return Outcome(request, Verdict.FAILED, reason=reason, status=page.status)
    facts = {
        "url": mask((*request.via, request.url)[0]),
        "path": stored.path,
        "sha256": stored.sha256,
        "size": stored.size,
        "type": stored.type,
    }
    verdict = Verdict.NOT_MODIFIED if page.status == 304 else Verdict.OK
    return Outcome(
        request, verdict, reason=stored.path, status=page.status, answer=answer_of(facts), stored=stored
    )


def answer_of(facts: Mapping[str, object]) -> str:
    """What is known of a file, as the joiner takes it."""
    return to_text({"values": {}, "sources": {_FILE: dict(facts)}, "page": list(NO_PAGE)})
