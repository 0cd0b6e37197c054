"""Faults 1 to 8: time, connections that end, and bodies that are shorter or longer than they say."""

from __future__ import annotations

from typing import Any

import doors
from behaviours import (
    Behaviour,
    Wire,
    act,
    answer,
    book,
    by_turn,
    hang,
    links,
    reset,
    slowly,
    then_close,
    then_reset,
)
from catalogue.fault import Fault, Right, fails, gives


def _fault(number: int, name: str, right: Right, behaviour: Behaviour | None = None, **more: Any) -> Fault:
    return Fault(number, name, "transport", right, behaviour, **more)


_BRIEF = "retries: 1, timeout: 1s"
_FLOOR = "retries: 1, timeout: 60s, min_rate_over: 600ms"
_ONCE = "retries: 0, timeout: 5s"

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\ne\r\n<h1>never</h1>\r\n"
_PAGE = answer("<h1>never</h1>" + "<p>and so on" * 100)
_START = _PAGE[: _PAGE.index(b"<p>")]
_PART = answer("<h1>never</h1>", "206 Partial Content", "Content-Range: bytes 0-13/99")
_SLOW = b"<p>and so on" * 1000

_LATE = fails("no answer within 1 s", 2)
_UNENDED = fails("the answer did not end within 1 s", 2)
_TOO_SLOW = fails("the answer came at less than 1 KiB a second for 0.6 s", 2)
_BROKEN_OFF = fails("the body broke off before its end", 2)
_CLOSED = fails("closed the connection before it answered", 2)
_NOT_HTTP = fails("does not answer in valid HTTP")
_GONE = fails("closed the connection|connection reset", 2, asked=0)
_RESET = fails("connection reset by", 2)

_TIME = [
    _fault(1, "never-answers", _LATE, hang, http=_BRIEF),
    _fault(1, "answers-the-second-try", gives("late", 2), by_turn(hang, book("late")), http=_BRIEF),
    _fault(2, "slow-head", _LATE, slowly(_HEAD, b"X: " + _SLOW), http=_BRIEF),
    _fault(2, "slow-head-below-the-floor", _TOO_SLOW, slowly(_HEAD, b"X: " + _SLOW), http=_FLOOR),
    _fault(3, "slow-body", _UNENDED, slowly(_START, _SLOW), http=_BRIEF),
    _fault(3, "slow-body-below-the-floor", _TOO_SLOW, slowly(_START, _SLOW), http=_FLOOR),
    _fault(3, "slow-chunks-below-the-floor", _TOO_SLOW, slowly(_CHUNKED, b"1\r\nx\r\n" * 999), http=_FLOOR),
]

_ENDS = [
    _fault(4, "reset-at-once", fails("connection reset( by)?", 2, asked=0), door=doors.at_once(doors.reset)),
    _fault(4, "reset-before-the-answer", _RESET, reset),
    _fault(4, "reset-in-the-head", _RESET, then_reset(_PAGE[:20])),
    _fault(4, "reset-in-the-body", _BROKEN_OFF, then_reset(_START)),
    _fault(4, "reset-once", gives("again", 2), by_turn(reset, book("again"))),
    _fault(
        5,
        "end-at-once",
        fails("closed the connection|connection reset", 2, asked=0),
        door=doors.at_once(doors.close),
    ),
    _fault(5, "end-before-the-answer", _CLOSED, then_close(b"")),
    _fault(5, "end-in-the-head", _CLOSED, then_close(_PAGE[:30])),
    _fault(5, "end-once", gives("again", 2), by_turn(then_close(_PAGE[:30]), book("again"))),
]


def _dead_if_kept(death: Behaviour) -> Behaviour:
    """A connection that was used before is dead; a new one, over which it is asked again, is not."""

    async def behave(wire: Wire) -> None:
        await act(death if wire.kept else book("alive" if wire.turn else "no connection was kept"), wire)

    return behave


def _stale(name: str, death: Behaviour) -> Fault:
    """A page whose link is asked for over the same connection, which is dead by then; no try may be lost."""
    dead = {"/next": _dead_if_kept(death)}
    return _fault(6, name, gives("alive"), links("/next"), beside=dead, http=_ONCE)


def _longer(name: str, right: Right, surplus: bytes) -> Fault:
    """A page with bytes behind its end, and a link that is asked for next."""
    behind = {"/next": book("its own")}
    return _fault(8, name, right, links("/next") + surplus, beside=behind, http=_ONCE)


_LENGTHS = [
    _stale("stale-connection-ended", then_close(b"")),
    _stale("stale-connection-reset", reset),
    _fault(7, "shorter-by-a-byte", _BROKEN_OFF, then_close(_PAGE[:-1])),
    _fault(7, "nothing-of-its-length", _BROKEN_OFF, then_close(_PAGE[: _PAGE.index(b"<h1>")])),
    # RFC 9110 15.3.7: a part, which nobody asked for.
    _fault(
        7, "partial-content", fails("HTTP 206 Partial Content, though the whole page was asked for"), _PART
    ),
    _fault(7, "shorter-once", gives("again", 2), by_turn(then_close(_START), book("again"))),
    _longer("longer-by-an-answer", gives("its own"), book("smuggled")),
    _longer("longer-by-a-line", gives("its own"), b"\r\n"),
    # Its length may be a lie, so it may as well be half a page: a failure is right, too.
    _longer("longer-by-a-byte", gives("its own") | _NOT_HTTP, b"x"),
    _longer("longer-by-a-page", gives("its own") | _NOT_HTTP, b"<h1>smuggled</h1>" * 1000),
]

FAULTS = [*_TIME, *_ENDS, *_LENGTHS]
