"""Faults 21 to 34: how large a body is, how it is packed, in which encoding."""

from __future__ import annotations

from functools import partial

from catalogue.fault import Fault, fails
from fault_site import then_close

_fault = partial(Fault, group="bodies")

FAULTS = [
    _fault(
        22,
        "ten-tebibytes-announced",
        right=fails("body larger than"),
        behaviour=then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 10995116277760\r\n\r\n<h1>never</h1>"),
    ),
]
