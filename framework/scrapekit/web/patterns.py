"""What an address has in common with others of its kind: its pattern, so that they can be told apart in bulk.

Coarse on purpose: a trap that changes numbers, dates, session ids or the order of parameters stays in one
pattern or in a few, and so do a million products.
"""

from __future__ import annotations

import re

_NUMBER = "0123456789-_.:,"
_DIGIT = re.compile(r"[0-9]")
_DIGITS = re.compile(r"[0-9]+")
_ENDING = re.compile(r"\.[A-Za-z]{1,5}\Z")
_LONGEST_NAME = 24
_NAMES_OF_SCRIPT = 3
_NAMES_OF_PATH = 1
_PIECES_READ = 16
_MOST_PARTS = 4


def pattern_of(url: str) -> str:
    """The pattern of an absolute address without its host, such as ``/calendar/../1?view``.

    It holds the first part of the path where that is a word, how many parts there are (four and more
    count alike), what the last one is like (``a`` a word, ``1`` a number or date, ``a1`` a mixture) with
    its ending, and the name in the query. Several names count as ``..``, as filters can be combined
    without end; only a script such as ``index.php`` is told by up to three, as it may be a whole site.
    """
    path, _, query = url.partition("?")
    parts = [part for part in path.split("/")[3:] if part]
    if not parts:
        return f"/?{_names(query)}" if query else "/"
    name, ending, session = _split(parts[-1])
    # A language goes first on many sites, and says nothing.
    first = parts[1] if len(parts) > 2 and len(parts[0]) <= 2 else parts[0]
    # The only part of a path is the page itself, unless the query says which one is meant.
    head = f"/{_word(first)}" if len(parts) > 1 or query else ""
    between = "/.." * min(len(parts) - 2, _MOST_PARTS - 2)
    leaf = f"/{_kind(name)}{ending}{session}" if len(parts) > 1 or not query else ""
    if not query:
        return f"{head}{between}{leaf}"
    return f"{head}{between}{leaf}?{_names(query, _NAMES_OF_SCRIPT if ending else _NAMES_OF_PATH)}"


def _word(part: str) -> str:
    """The part itself where it may be the name of a section, else its kind."""
    return part if len(part) <= _LONGEST_NAME and not _DIGIT.search(part) else _kind(part)


def _split(part: str) -> tuple[str, str, str]:
    """The last part's name, its ending, and ``;`` where parameters such as a session follow."""
    name, semicolon, _ = part.partition(";")
    ending = match[0].lower() if (match := _ENDING.search(name)) else ""
    return name[: len(name) - len(ending)], ending, semicolon


def _kind(part: str) -> str:
    if not _DIGIT.search(part):
        return "a"
    return "a1" if part.strip(_NUMBER) else "1"


def _names(query: str, most: int = _NAMES_OF_PATH) -> str:
    pieces = query.split("&", _PIECES_READ)[:_PIECES_READ]
    names = {_DIGITS.sub("1", piece.partition("=")[0][:_LONGEST_NAME]) for piece in pieces}
    return ".." if len(names) > most else "&".join(sorted(names))
