"""What a process that reads pages hands back, as bytes that are quickly made and read."""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeAlias

from scrapekit.errors import FetchError
from scrapekit.model import Ask, Item, Origin, Outcome, Pending, Verdict
from scrapekit.page import Page, StoredFile
from scrapekit.request import Request

Read: TypeAlias = Outcome | FetchError
"""What became of a page: an error where its page rule says that the answer is no page after all."""

Callback: TypeAlias = Callable[[Page], Read]

Logged: TypeAlias = list[tuple[str, int, str]]
"""Name of the logger, level and line."""


def failed(page: Page, reason: str) -> Outcome:
    """The outcome of a page that could not be read."""
    return Outcome(page.request, Verdict.FAILED, reason=reason, status=page.status)


def packed(answer: Read | BaseException, logged: Logged) -> bytes:
    """Both as bytes, for `pickle.loads`; in place of what cannot be handed on an error that shows it.

    Raises MemoryError.
    """
    try:
        return _dumped((answer, logged))
    except MemoryError:
        raise
    except Exception as error:
        # An exception with state of its own, or a record nested deeper than calls may be.
        kind = type(answer).__name__
        return _dumped((RuntimeError(f"cannot hand on {kind}: {error!r}: {answer!r:.500}"), []))


def _by_values(kind: type) -> Callable[[Any], tuple[type, tuple[Any, ...]]]:
    values = attrgetter(*(each.name for each in fields(kind)))
    return lambda made: (kind, values(made))


# What a frozen, slotted dataclass does by itself when it is pickled asks each object for its fields by
# name: three times as slow, and as slow as reading a page of a thousand records.
_TABLE = copyreg.dispatch_table | {
    kind: _by_values(kind) for kind in (Ask, Item, Origin, Outcome, Pending, Request, StoredFile)
}


def _dumped(data: object) -> bytes:
    file = io.BytesIO()
    pickler = pickle.Pickler(file, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _TABLE
    pickler.dump(data)
    return file.getvalue()
