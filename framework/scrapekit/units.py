"""Durations, sizes and shares as a recipe writes them: ``500ms``, ``16MiB``, ``5%``."""

from __future__ import annotations

import re

_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|m|h|d)\Z", re.ASCII)
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s*(B|KB|MB|GB|KiB|MiB|GiB)\Z", re.ASCII)
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,9})?)\s*%\Z", re.ASCII)


def duration(value: object) -> float | None:
    """The seconds of a text such as ``500ms 20s 15m 2h 1d``; None for anything else."""
    match = _DURATION.match(value) if isinstance(value, str) else None
    return None if match is None else float(match[1]) * _SECONDS[match[2]]


def size(value: object) -> float | None:
    """The bytes of a text such as ``500KB 16MiB``; None for anything else."""
    match = _SIZE.match(value) if isinstance(value, str) else None
    return None if match is None else float(match[1]) * _BYTES[match[2]]


def size_in_words(size: int) -> str:
    """So many bytes as people read them: ``16 MiB`` where that is exact, else ``1000000 bytes``."""
    for unit, step in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= step and size % step == 0:
            return f"{size // step} {unit}"
    return f"{size} bytes"


def share(value: object) -> float | None:
    """The fraction from 0 to 1 that ``5%`` or 0.05 stands for; None for anything else.

    A bare 1 is refused: it may mean one in a hundred or all.
    """
    if isinstance(value, str):
        match = _PERCENT.match(value)
        return None if match is None or float(match[1]) > 100 else float(match[1]) / 100
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1:
        return float(value)
    return None
