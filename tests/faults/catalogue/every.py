"""Every fault there is, by its number: a group is a module of its own, named here."""

from __future__ import annotations

from catalogue import bodies, transport
from catalogue.fault import Fault

FAULTS: list[Fault] = sorted([*transport.FAULTS, *bodies.FAULTS], key=lambda fault: fault.number)
GROUPS = list(dict.fromkeys(fault.group for fault in FAULTS))
