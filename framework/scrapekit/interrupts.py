"""What Ctrl-C does while there is nothing to lose: the process ends, in the middle of whatever it imports.

An exception in the middle of an import would come out as a traceback, or be swallowed where Python
cannot raise it. So this room is entered first, and imports no more than it needs.
"""

import os
import signal

_INTERRUPTED = 130
"""128 + SIGINT, as shells have it; `errors.ExitCode` would have to be imported first."""


def leave_at_once() -> None:
    """From now on Ctrl-C ends the process with exit code 130; where it does nothing, it stays so."""
    # A shell starts what runs in its background with the signal ignored.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


def raise_again() -> None:
    """From now on Ctrl-C raises KeyboardInterrupt, for whoever has something to clear away."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(number: int, frame: object) -> None:
    os._exit(_INTERRUPTED)
