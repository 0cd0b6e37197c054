"""``paginate: { window: … }``: pages that are stretches of days or of numbers."""

from __future__ import annotations

from typing import Any, Literal, cast

from scrapekit.node import MapNode, ScalarNode, describe
from scrapekit.options import Options
from scrapekit.recipe.model import Days, Window
from scrapekit.recipe.reading.dates import read_days
from scrapekit.recipe.reading.selector import Ground

End = Literal["from", "to", "next"]
_ENDS: tuple[End, ...] = ("from", "to", "next")


def read_window(_: Ground, options: Options) -> dict[str, Any] | None:
    """The window under ``window``; None, and problems, where it makes no sense."""
    own = options.section("window")
    params = _params(own)
    over = _numbers(own) if _is_number(own, "from") else _days(own)
    own.close()
    if over is None or not params:
        return None
    # A window may be empty, and the one after it is not.
    return {"window": Window(over, params), "until": "repeat"}


def _is_number(own: Options, key: str) -> bool:
    node = own.node(key)
    return isinstance(node, ScalarNode) and isinstance(node.value, int) and not isinstance(node.value, bool)


def _days(own: Options) -> Days | None:
    own.require("step", "write how long a window is: 7d, 1mo")
    days = read_days(own)
    if days is not None and days.step is not None and days.step.count < 0:
        own.problem("step", "a window goes forwards", "swap from and to")
        return None
    return days


def _numbers(own: Options) -> range | None:
    own.require("to", "write the last number")
    own.require("step", "write how many numbers a window holds")
    first, last = own.integer("from"), own.integer("to")
    step = own.integer("step", least=1)
    if first is None or last is None or step is None:
        return None
    if last < first:
        own.problem("to", f"the last number, {last}, is less than the first, {first}")
        return None
    return range(first, last + 1, step)


def _params(own: Options) -> tuple[tuple[str, End], ...]:
    """Parameter → which end of a window it is sent."""
    hint = "params: { since: from, until: to }"
    own.require("params", hint)
    node = own.node("params")
    if not isinstance(node, MapNode) or not node.entries:
        if node is not None:
            own.problem("params", f"expected a mapping of parameters, found {describe(node)}", hint)
        return ()
    section = own.section("params")
    found = [(name, cast(End, section.choice(name, _ENDS))) for name in node.entries]
    section.close()
    return tuple((name, end) for name, end in found if end)
