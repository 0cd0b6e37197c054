"""Holds a part to one promise, and says which was broken when it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Trial = TypeVar("Trial")


def demand(kept: bool, promise: str, detail: str) -> None:
    """Raise AssertionError naming the promise unless it is kept."""
    if not kept:
        raise AssertionError(f"{promise}: {detail}")


def hold_to(promise: Callable[[Trial], None], trial: Trial) -> None:
    """Check a promise; whatever else the part raises becomes an AssertionError that names it."""
    try:
        promise(trial)
    except AssertionError:
        raise
    except Exception as error:
        name = promise.__name__.strip("_").replace("_", " ")
        raise AssertionError(f"{name}: it raised {type(error).__name__}: {error}") from error
