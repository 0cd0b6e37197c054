"""Text in one plain form, so that words can be compared: letter case, accents, digits, blanks."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_BLANKS = re.compile(r"\s+")
# Letters that Unicode does not take apart, each with what people write for it.
_LETTERS = str.maketrans(
    {"ı": "i", "ł": "l", "ø": "o", "đ": "d", "،": ",", "、": ",", "’": "'", "′": "'", "–": "-"}
)


def plain(text: str) -> str:
    """Lower case, without accents, with the digits 0 to 9 and single spaces.

    A name of CLDR and the same name on a page, with or without its accents, become the same text.
    """
    taken_apart = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text).casefold())
    kept = "".join(_digit(c) for c in taken_apart if unicodedata.category(c) != "Mn")
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", kept).translate(_LETTERS)).strip()


def _digit(character: str) -> str:
    if character.isascii() or not character.isdecimal():
        return character
    return str(unicodedata.decimal(character))
