"""The Link header: where else an answer points to (RFC 8288)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TARGET = re.compile(r"[\s,]*<([^>]*)>")
# RFC 8288 3: a parameter is a token, with a value that is a token or a quoted string, or without one.
_PARAMETER = re.compile(r"""\s*;\s*([!#$%&'*+.^_`|~\w-]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?""")
_PAIR = re.compile(r"\\(.)")


def linked(header: str, relation: str) -> str | None:
    """The reference of the first link of that relation in a Link header, None when there is none.

    Several headers are joined by commas, as RFC 9110 5.2 has it; what cannot be read ends the list.
    """
    wanted = relation.lower()
    return next((target for target, relations in _links(header) if wanted in relations), None)


def _links(header: str) -> Iterator[tuple[str, list[str]]]:
    position = 0
    while target := _TARGET.match(header, position):
        position, relations = target.end(), None
        while parameter := _PARAMETER.match(header, position):
            position = parameter.end()
            # RFC 8288 3.3: of several rel parameters the first one counts.
            if parameter[1].lower() == "rel" and relations is None:
                value = _PAIR.sub(r"\1", parameter[2]) if parameter[2] is not None else parameter[3]
                relations = (value or "").lower().split()
        yield target[1].strip(), relations or []
        if header[position : position + 1].strip() not in ("", ","):
            return
