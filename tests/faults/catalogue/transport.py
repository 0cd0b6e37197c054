"""Faults 1 to 20: connections, and where an answer begins and ends."""

from __future__ import annotations

from functools import partial

from catalogue.fault import Fault, fails, gives
from fault_site import answer, book, by_turn, hang, reset, then_close

_fault = partial(Fault, group="transport")

FAULTS = [
    _fault(
        1,
        "never-answers",
        right=fails("no answer within 1 s", 2),
        behaviour=hang,
        http="retries: 1, timeout: 1s",
    ),
    _fault(4, "reset-before-the-answer", right=gives("again", 2), behaviour=by_turn(reset, book("again"))),
    _fault(
        5,
        "end-in-the-head",
        right=fails("closed the connection before it answered", 2),
        behaviour=then_close(answer("<h1>never</h1>")[:30]),
    ),
    _fault(
        7,
        "shorter-than-its-length",
        right=fails("the body broke off before its end", 2),
        behaviour=then_close(answer("<h1>never</h1>")[:-1]),
    ),
]
