"""How steeply an XPath's time may grow with the page: each walk of the page inside another multiplies it."""

from __future__ import annotations

import re
from collections.abc import Sequence

_TOKEN = re.compile(
    r"\"[^\"]*\"|'[^']*'|//?|::|[()\[\],|=<>+*@]|\.\.|\.(?![\w.])|\d+|[^\W\d](?:[\w.-]|:(?=\w))*"
)
_WIDE = frozenset({"descendant", "descendant-or-self", "following", "preceding"})
_BESIDE = frozenset({"following-sibling", "preceding-sibling"})
_MOST_IN_A_PATH = 2
"""Each step of a path sees an element once, however many steps there are; so it is no more than squared."""
_SIGNS = frozenset({",", "|", "=", "<", ">", "+"})
_NAMES = frozenset({"and", "or", "div", "mod"})
_BEFORE_A_NAME = frozenset({"", "//", "/", "::", "[", "(", "@", *_SIGNS, *_NAMES})


def steepness(path: str) -> int:
    """To which power of the number of elements the time of an XPath may grow; 0 where it looks at few.

    ``//a`` is 1, ``//a//b`` and ``//a[count(//b) = 1]`` are 2. The text of an element with all inside
    counts as a walk where it is compared. Ancestors are few as long as a page is not deep. Errs
    towards steep.
    """
    most, levels, before = 0, [0], ""
    tokens = _TOKEN.findall(path)
    for at, word in enumerate(tokens):
        ahead = tokens[at + 1 : at + 6]
        # 1. Deeper: what stands in here is done for each element found so far.
        if word in ("[", "("):
            levels.append(0)
        # 2. Back again; what a bracketed path found is walked on from.
        elif word in ("]", ")") and len(levels) > 1:
            inner = levels.pop()
            levels[-1] = max(levels[-1], inner) if word == ")" else levels[-1]
        elif word in _SIGNS or (word in _NAMES and before not in _BEFORE_A_NAME):
            levels[-1] = 0
        elif _walks(word, ahead):
            levels[-1] = min(_MOST_IN_A_PATH, levels[-1] + 1)
        most = max(most, sum(levels) + _is_text(word, before, ahead))
        before = word
    return most


def _walks(word: str, ahead: Sequence[str]) -> bool:
    if word == "//":
        return True
    if ahead[:1] != ["::"]:
        return False
    # The next one beside it is one step away.
    return word in _WIDE or (word in _BESIDE and ahead[1:5] != ["*", "[", "1", "]"])


def _is_text(word: str, before: str, ahead: Sequence[str]) -> bool:
    """``contains(., "x")``, ``[. = "x"]``, ``normalize-space()``."""
    if word == ".":
        return before in ("(", ",", "[")
    return word in ("normalize-space", "string", "string-length") and ahead[:2] == ["(", ")"]
