"""What a recipe says of answers: what one must be like, and what it then means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from scrapekit.mark import Mark
from scrapekit.node import Node, ScalarNode
from scrapekit.recipe.model.values import Selector

RuledVerdict: TypeAlias = Literal["ok", "empty", "retry", "rotate", "skip", "fail", "login", "stop_paging"]

VERDICTS: tuple[RuledVerdict, ...] = (
    "ok", "empty", "retry", "rotate", "skip", "fail", "login", "stop_paging"
)  # fmt: skip
"""What a response rule may say of an answer."""


@dataclass(frozen=True, slots=True)
class After:
    """How long a retry waits: so many seconds, or as a header or a value of the page says."""

    seconds: float | None = None
    header: str = ""
    selector: Selector | None = None


@dataclass(frozen=True, slots=True)
class ResponseRule:
    """One line of ``responses``: what an answer must be like (all of it), and what it then means."""

    path: str
    mark: Mark
    """Where the verdict is written."""
    verdict: RuledVerdict
    statuses: tuple[range, ...] = ()
    when: ScalarNode | None = None
    """An expression over the answer; a selector in ``when`` stands in ``selector``."""
    selector: Selector | None = None
    reads: tuple[str, ...] = ()
    equals: Node | None = None
    """What the selector's value must be, or a list of such values; None: the selector must find something."""
    after: After | None = None
    times: int | None = None
    """How often at most; rotate: once for each further proxy."""
    pause: Literal["host", "page"] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NamedResponses:
    """A set of response rules, named where a page rule uses it."""

    name: ScalarNode
    path: str
