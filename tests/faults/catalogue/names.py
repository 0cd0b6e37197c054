"""Faults 19 and 20: names that lead nowhere, hosts where nobody listens."""

from __future__ import annotations

from typing import Any

import doors
from behaviours import Behaviour, book
from catalogue.fault import Fault, Right, fails, gives


def _fault(number: int, name: str, right: Right, behaviour: Behaviour | None = None, **more: Any) -> Fault:
    return Fault(number, name, "transport", right, behaviour or book("never"), **more)


_NO_ADDRESS = "no address is known for"
_NAMES = [
    # An answer that there is no such name is an answer: no other try.
    _fault(19, "no-such-name", fails(_NO_ADDRESS, asked=0), door=doors.named("nobody")),
    _fault(19, "name-server-down", fails(_NO_ADDRESS, 2, asked=0), door=doors.named("down")),
    _fault(19, "flapping-name", gives("found"), book("found"), door=doors.named("flap")),
    _fault(19, "slow-name-server", gives("found"), book("found"), door=doors.named("slow")),
    _fault(
        19,
        "name-server-that-hangs",
        fails("no (answer|connection to .*) within", 2, asked=0),
        door=doors.named("stuck"),
        http="retries: 1, timeout: 500ms",
    ),
    _fault(19, "hundred-addresses-one-alive", gives("found"), book("found"), door=doors.named("many")),
    _fault(19, "name-without-usable-addresses", fails(_NO_ADDRESS, asked=0), door=doors.named("none")),
    _fault(19, "dead-ipv6-live-ipv4", gives("found"), book("found"), door=doors.named("both")),
    _fault(19, "ipv6-only", gives("found"), book("found"), door=doors.named("six")),
]

_REFUSED = fails("connection refused by", 2, asked=0)
_NOBODY = [
    _fault(20, "connection-refused", _REFUSED, door=doors.nobody_there),
    _fault(20, "refused-at-each-of-99-addresses", _REFUSED, door=doors.named("dead")),
]

FAULTS = [*_NAMES, *_NOBODY]
