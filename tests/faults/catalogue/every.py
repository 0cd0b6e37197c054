"""Every fault there is, by its number: a group is a module of its own, named here."""

from __future__ import annotations

from catalogue import charsets, cuts, endings, framing, names_and_tls, packing, sizes
from catalogue.fault import Fault

_MODULES = [endings, framing, names_and_tls, cuts, sizes, packing, charsets]

FAULTS: list[Fault] = [fault for module in _MODULES for fault in module.FAULTS]
GROUPS = list(dict.fromkeys(fault.group for fault in FAULTS))
