"""A name server that misbehaves: names below ``.test`` say themselves how, every other name is looked up.

``flap.127-0-1-5.test`` fails once and then leads to 127.0.1.5; the other first words stand in `_MANNERS`.
"""

from __future__ import annotations

import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_look_up = socket.getaddrinfo
_asked: Counter[str] = Counter()

DEAD = [f"127.1.0.{n}" for n in range(1, 100)]
"""Where nobody listens."""


def _nobody(address: str, turn: int) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def _down(address: str, turn: int) -> list[str]:
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def _flap(address: str, turn: int) -> list[str]:
    return [address] if turn else _down(address, turn)


def _slow(address: str, turn: int) -> list[str]:
    time.sleep(0.5)  # it runs in a thread, as the real one does
    return [address]


def _stuck(address: str, turn: int) -> list[str]:
    time.sleep(2)
    return [address]


_MANNERS: dict[str, Callable[[str, int], list[str]]] = {
    "nobody": _nobody,
    "down": _down,
    "flap": _flap,
    "slow": _slow,
    "stuck": _stuck,
    "many": lambda address, turn: [*DEAD, address],
    "dead": lambda address, turn: DEAD,
    "six": lambda address, turn: ["::1"],
    "both": lambda address, turn: ["::2", address],
    "none": lambda address, turn: [],
}


def getaddrinfo(host: Any, port: Any, *args: Any, **options: Any) -> Any:
    """What `socket.getaddrinfo` gives, for strange names as they say."""
    words = str(host).split(".")
    if words[-1] != "test" or words[0] not in _MANNERS:
        return _look_up(host, port, *args, **options)
    turn, _asked[str(host)] = _asked[str(host)], _asked[str(host)] + 1
    addresses = _MANNERS[words[0]](words[1].replace("-", "."), turn)
    found = []
    for address in addresses:
        found += _look_up(address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    return found


def install() -> None:
    """From now on names are strange in this process, on asyncio's own loop: uvloop asks the system."""
    socket.getaddrinfo = getaddrinfo
    sys.modules["uvloop"] = None  # type: ignore[assignment]


@contextmanager
def strange_names() -> Iterator[None]:
    """Names are strange while inside."""
    socket.getaddrinfo = getaddrinfo
    _asked.clear()
    try:
        yield
    finally:
        socket.getaddrinfo = _look_up
