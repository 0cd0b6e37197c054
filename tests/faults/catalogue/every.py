"""Every fault there is, by its number: a group is a module of its own, named here."""

from __future__ import annotations

from catalogue import (
    addresses,
    charsets,
    cookies,
    cuts,
    downloads,
    endings,
    framing,
    hops,
    markup,
    names,
    outputs,
    packing,
    parts,
    references,
    sizes,
    statuses,
    strangers,
    tls,
    traps,
    values,
)
from catalogue.fault import Fault

_MODULES = [
    *(endings, framing, tls, names, cuts, sizes, packing, charsets),
    *(addresses, traps, references, cookies),
    *(markup, values, hops, statuses, strangers, parts, downloads, outputs),
]

FAULTS: list[Fault] = [fault for module in _MODULES for fault in module.FAULTS]
GROUPS = list(dict.fromkeys(fault.group for fault in FAULTS))
