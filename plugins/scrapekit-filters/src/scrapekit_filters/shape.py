"""Filters that change what text is made of: its pieces, its letters, its entities."""

from __future__ import annotations

import html
import re
import unicodedata

from scrapekit import Options
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._words import MOST_TEXT, bounded

# Letters that Unicode does not take apart into a base letter and a mark.
_LATIN = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "ħ": "h", "Ħ": "H"}
)
_QUOTES = str.maketrans(
    dict.fromkeys("‘’‚‛′ʼ", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | {"…": "...", "\u00ad": None}
)
_NOT_SLUG = re.compile(r"[\W_]+")
_FORMS = ("NFC", "NFD", "NFKC", "NFKD")


@declare(
    "text",
    "text",
    options={
        "from": "the text to look for, letter for letter",
        "to": "what to put in its place; empty removes it",
    },
    example=[('{from: ",", to: "."}', "12,50", "12.50"), ('{from: " pcs"}', "5 pcs", "5")],
)
def replace(options: Options) -> Function:
    """Replaces a literal text wherever it stands."""
    old = options.text("from") if options.require("from") else ""
    new = options.text("to")
    if "from" in options and not old:
        options.problem("from", '"from" must not be empty')
    if not old:
        return lambda value: value
    longer = len(new) - len(old)

    def put(value: str) -> str:
        # Replacements one after the other multiply: twelve of ten letters for one fill any memory.
        if longer > 0 and len(value) * len(new) > MOST_TEXT:
            bounded(len(value) + value.count(old) * longer)
        return value.replace(old, new)

    return put


@declare(
    "text",
    "list",
    short="by",
    options={
        "by": "the text between the parts; white space by default",
        "max": "split at most so many times",
    },
    example=[
        ('","', "tea,milk", ["tea", "milk"]),
        (None, " tea  milk ", ["tea", "milk"]),
        ('{by: "/", max: 1}', "a/b/c", ["a", "b/c"]),
    ],
)
def split(options: Options) -> Function:
    """Splits text into a list."""
    by = options.text("by") or None
    most = options.integer("max", least=1) or -1
    return lambda value: value.split(by, most)


@declare(
    "text",
    "text",
    options={
        "from": "the first character kept, counted from 0; negative counts from the end",
        "to": "the first character no longer kept",
    },
    example=[("{from: 4}", "SKU-17", "17"), ("{to: -3}", "50 kg.", "50 "), ("{from: -2}", "2026", "26")],
)
def slice_(options: Options) -> Function:
    """Keeps the characters from one place to another."""
    start, end = options.integer("from"), options.integer("to")
    if "from" not in options and "to" not in options:
        options.problem("from", 'needs "from", "to" or both')
    return lambda value: value[start:end]


@declare(
    "text",
    "text",
    short="separator",
    options={"separator": 'what joins the words, "-" by default'},
    example=[(None, "Crème brûlée (2 pcs)", "creme-brulee-2-pcs"), ("_", "Green Tea", "green_tea")],
)
def slug(options: Options) -> Function:
    """Makes a short name for addresses and files: lower-case letters and digits with dashes between."""
    separator = options.text("separator", "-")
    return lambda value: separator.join(filter(None, _NOT_SLUG.split(_plain(value).lower())))


@declare("text", "text", example=[(None, "Crème brûlée, Straße, Łódź", "Creme brulee, Strasse, Lodz")])
def unaccent(options: Options) -> Function:
    """Takes accents and other marks off letters."""
    return _plain


def _plain(value: str) -> str:
    if value.isascii():
        return value
    apart = unicodedata.normalize("NFKD", value.translate(_LATIN))
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)


@declare(
    "text",
    "text",
    short="form",
    options={
        "form": "the Unicode form: NFC (the default), NFD, NFKC or NFKD",
        "quotes": "true: write typographic quotes, dashes and ellipses in ASCII",
    },
    example=[
        (None, "Cafe\u0301", "Café"),
        ("NFKC", "ﬁne ²", "fine 2"),
        ("{quotes: true}", "“Tea” – the farmer’s", '"Tea" - the farmer\'s'),
    ],
)
def normalize(options: Options) -> Function:
    """Writes equal text equally: one Unicode form, and if asked plain quotes."""
    form = options.choice("form", _FORMS, "NFC")
    if options.flag("quotes"):
        return lambda value: unicodedata.normalize(form, value.translate(_QUOTES))  # type: ignore[arg-type]
    return lambda value: unicodedata.normalize(form, value)  # type: ignore[arg-type]


@declare("text", "text", example=[(None, "Tea &amp; milk &#8211; 5&nbsp;&euro;", "Tea & milk – 5\u00a0€")])
def unescape(options: Options) -> Function:
    """Turns HTML entities into the characters they stand for."""
    return html.unescape


@declare(
    "text", "text", example=[(None, 'Tea & <b>"milk"</b>', "Tea &amp; &lt;b&gt;&quot;milk&quot;&lt;/b&gt;")]
)
def escape(options: Options) -> Function:
    """Writes the characters that HTML reserves as entities."""
    return html.escape
