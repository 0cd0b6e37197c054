"""Durations and sizes that must be more than nothing."""

from __future__ import annotations

from scrapekit.options import Options


def positive_seconds(options: Options, key: str, default: float) -> float:
    """A duration in seconds, longer than 0; *default* where it is not there or has a problem."""
    seconds = options.seconds(key, default)
    if seconds <= 0:
        options.problem(key, "must be longer than 0")
        return default
    return seconds


def positive_size(options: Options, key: str, default: int) -> int:
    """A size in bytes, more than 0; *default* where it is not there or has a problem."""
    size = options.bytes(key, default)
    if size <= 0:
        options.problem(key, "must be more than 0")
        return default
    return size
