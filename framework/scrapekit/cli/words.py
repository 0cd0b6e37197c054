"""Numbers, durations and strangers' text in the form a terminal can show."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scrapekit.web.late import MASK, mask

HIDDEN = MASK
"""What stands where a secret was."""


def printable(text: str, *, lines: bool = False) -> str:
    r"""The text with everything that could drive a terminal shown as an escape (``\x1b``, ``\u202e``).

    With *lines* a line break is kept. Letters of every script, and spaces of every width, stay.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or (lines and c == "\n") else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    # str.isprintable() holds every space but U+0020 to be unprintable; they harm nobody.
    if unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")


def masked(value: Any, secrets: Collection[str]) -> Any:
    """The value with every secret in its texts hidden, however deep they stand in lists and mappings.

    So is what stands in addresses for values that are put in only when a request is sent.
    """
    if isinstance(value, str):
        for secret in sorted(filter(None, secrets), key=len, reverse=True):
            value = value.replace(secret, HIDDEN)
        return mask(value)
    if isinstance(value, Mapping):
        return {masked(key, secrets): masked(entry, secrets) for key, entry in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [masked(entry, secrets) for entry in value]
    return value


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: ``1 page``, ``4,210 pages``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def duration(seconds: float) -> str:
    """Seconds in the unit people would say: ``12.3 s``, ``2 min 05 s``, ``1 h 03 min``."""
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60:02} min"


def size(number: int) -> str:
    """Bytes in the unit people would say: ``512 B``, ``1.2 MB``."""
    if number < 1000:
        return f"{number} B"
    scaled = float(number)
    for unit in ("kB", "MB", "GB", "TB"):
        scaled /= 1000
        if scaled < 999.95:
            return f"{scaled:.1f} {unit}"
    return f"{scaled:,.1f} TB"


def short_path(path: str | Path) -> str:
    """The path as seen from the working directory when it lies below it, else unchanged."""
    try:
        return str(Path(path).absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):  # OSError: the working directory has been removed
        return str(path)


def columns(rows: Iterable[Sequence[str]], *, right: Collection[int] = (), indent: str = "") -> list[str]:
    """Rows as aligned lines, two spaces between columns; the columns in *right* are set flush right."""
    table = [list(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)] if table else []
    return [
        (
            indent
            + "  ".join(
                cell.rjust(width) if place in right else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        ).rstrip()
        for row in table
    ]
