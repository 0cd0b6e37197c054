"""Filters that clean up text: white space, letter case, what stands before and after."""

from __future__ import annotations

import re
from collections.abc import Callable

from scrapekit import Options
from scrapekit_filters._declare import Function, declare

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
# What str.strip() strips, and characters that take no room and are left behind by page builders.
_BLANK = "".join(map(chr, [*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)]))
_BLANK += "\u2028\u2029\u202f\u205f\u3000" + _INVISIBLE
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_LINE_BREAK = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")


@declare(
    "text",
    "text",
    short="chars",
    options={"chars": "the characters to remove instead of white space"},
    example=[(None, "  Tea\u00a0\n", "Tea"), ('"-*"', "*-tea-*", "tea")],
)
def trim(options: Options) -> Function:
    """Removes white space, and characters without width, from both ends."""
    chars = options.text("chars") or _BLANK
    return lambda value: value.strip(chars)


@declare(
    "text",
    "text",
    options={"keep_lines": "true: keep line breaks, and fold only inside lines"},
    example=[
        (None, "  green \n\t tea ", "green tea"),
        ("{keep_lines: true}", "green  tea\n\n  50 g ", "green tea\n50 g"),
    ],
)
def collapse(options: Options) -> Function:
    """Folds each run of white space into one space and trims."""
    if options.flag("keep_lines"):
        return _collapse_lines
    return lambda value: " ".join(value.split())


def _collapse_lines(value: str) -> str:
    lines = (" ".join(line.split()) for line in _LINE_BREAK.split(value))
    return "\n".join(line for line in lines if line)


@declare("text", "text", example=[(None, "Green TEA", "green tea")])
def lower(options: Options) -> Function:
    """Makes every letter lower case."""
    return str.lower


@declare("text", "text", example=[(None, "Green tea", "GREEN TEA")])
def upper(options: Options) -> Function:
    """Makes every letter upper case."""
    return str.upper


@declare("text", "text", example=[(None, "the farmer's TEA", "The Farmer's Tea")])
def title(options: Options) -> Function:
    """Makes the first letter of every word upper case and the others lower case."""
    return lambda value: _WORD.sub(_capitalized, value)


def _capitalized(match: re.Match[str]) -> str:
    return match[0].capitalize()


@declare("text", "text", example=[(None, "green TEA", "Green tea")])
def capitalize(options: Options) -> Function:
    """Makes the first letter upper case and the others lower case."""
    return str.capitalize


@declare(
    "text",
    "text",
    short="text",
    options={"text": "what to put before the value"},
    example=[('"SKU-"', "17", "SKU-17")],
)
def prefix(options: Options) -> Function:
    """Puts a text before the value."""
    before = _required_text(options)
    return lambda value: before + value


@declare(
    "text",
    "text",
    short="text",
    options={"text": "what to put after the value"},
    example=[('" g"', "50", "50 g")],
)
def suffix(options: Options) -> Function:
    """Puts a text after the value."""
    after = _required_text(options)
    return lambda value: value + after


def _required_text(options: Options) -> str:
    return options.text("text") if options.require("text") else ""


@declare(
    "text",
    "text",
    short="text",
    options={"text": "the text to remove, or a list of texts of which the first that fits is removed"},
    example=[('"Price: "', "Price: 5", "5"), ("[by, von]", "von Goethe", " Goethe"), ("x", "tea", "tea")],
)
def strip_prefix(options: Options) -> Function:
    """Removes a text from the start of the value; a value without it passes as it is."""
    return _removing(options, str.startswith, str.removeprefix)


@declare(
    "text",
    "text",
    short="text",
    options={"text": "the text to remove, or a list of texts of which the first that fits is removed"},
    example=[('" | Shop"', "Tea | Shop", "Tea"), ("[kg, g]", "50g", "50")],
)
def strip_suffix(options: Options) -> Function:
    """Removes a text from the end of the value; a value without it passes as it is."""
    return _removing(options, str.endswith, str.removesuffix)


def _removing(
    options: Options, fits: Callable[[str, str], bool], remove: Callable[[str, str], str]
) -> Function:
    texts = [str(node.value) for node in options.texts("text")] if options.require("text") else []
    if len(texts) == 1:
        only = texts[0]
        return lambda value: remove(value, only)
    return lambda value: next((remove(value, text) for text in texts if fits(value, text)), value)


@declare(
    "text",
    "text",
    short="length",
    options={
        "length": "the most characters the result may have",
        "end": 'what marks a cut, "…" by default; it counts towards the length',
        "words": "false: cut inside words too",
    },
    example=[
        ("12", "Green tea from Japan", "Green tea…"),
        ('{length: 12, words: false, end: "..."}', "Green tea from Japan", "Green tea..."),
        ("12", "Green tea", "Green tea"),
    ],
)
def truncate(options: Options) -> Function:
    """Cuts a long text, between words where it can."""
    end = options.text("end", "…")
    words = options.flag("words", True)
    length = options.integer("length", least=1) if options.require("length") else None
    room = (length or 0) - len(end)
    if length is not None and room < 0:
        options.problem("length", f"must be at least {len(end)}, the length of the end mark")
    return lambda value: value if length is None or len(value) <= length else _cut(value, room, words) + end


def _cut(value: str, room: int, words: bool) -> str:
    kept = value[:room]
    if words and not value[room : room + 1].isspace():
        at_word = kept.rstrip().rpartition(" ")[0]
        kept = at_word or kept
    return kept.rstrip()


@declare(
    "text",
    "text",
    short="width",
    options={
        "width": "how many characters the result has at least, up to 1000",
        "fill": 'the character to fill with, "0" by default',
        "side": "where to fill: left (the default) or right",
    },
    example=[("5", "42", "00042"), ('{width: 4, fill: ".", side: right}', "ab", "ab..")],
)
def pad(options: Options) -> Function:
    """Fills a short text up to a width."""
    width = options.integer("width", least=1) if options.require("width") else None
    if width is not None and width > 1000:
        options.problem("width", "must be at most 1000")
        width = None
    fill = options.text("fill", "0")
    if len(fill) != 1:
        options.problem("fill", f'expected one character, found "{fill}"')
        fill = "0"
    left = options.choice("side", ["left", "right"], "left") == "left"
    size = width or 0
    return (lambda value: value.rjust(size, fill)) if left else (lambda value: value.ljust(size, fill))
