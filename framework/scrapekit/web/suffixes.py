"""Which part of a host's name belongs to nobody in particular, and which to one owner.

The rules are those of the Public Suffix List (https://publicsuffix.org/list/), shipped as they were at
a version and never fetched: a run is the same with and without a network. They are read when a host is
first asked about, which costs a few milliseconds; `.ci/compact_suffixes.py` brings a newer list.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path

_LIST = Path(__file__).with_name("public_suffixes.txt")


def is_public_suffix(host: str) -> bool:
    """True for ``com``, ``co.uk`` and ``github.io``: hosts below it belong to different owners.

    *host* is lower-case and ASCII, as `url.host_of` writes it. False for addresses.
    """
    name = host.removesuffix(".")
    return bool(name) and not _is_address(name) and public_suffix(name) == name


def registrable_domain(host: str) -> str:
    """The name that one owner registered, with everything below it: ``shop.co.uk`` of ``a.b.shop.co.uk``.

    *host* is lower-case and ASCII. "" for addresses, and for a host that is a public suffix itself.
    """
    name = host.removesuffix(".")
    if not name or _is_address(name):
        return ""
    suffix = public_suffix(name)
    if name == suffix:
        return ""
    return f"{name[: -len(suffix) - 1].rpartition('.')[2]}.{suffix}"


@lru_cache(maxsize=4096)
def public_suffix(name: str) -> str:
    """The longest suffix that the list has a rule for; of an unlisted name its last label."""
    rules = _rules()
    rest = name
    while rest:
        above = rest.partition(".")[2]
        # An exception is more specific than the wildcard that it makes an exception from.
        if f"!{rest}" in rules:
            return above
        if rest in rules or (above and f"*.{above}" in rules):
            return rest
        rest = above
    return name.rpartition(".")[2]


@lru_cache(maxsize=1)
def _rules() -> frozenset[str]:
    # The comments at its head are in it too: no host is spelled like one.
    return frozenset(_LIST.read_text(encoding="ascii").splitlines())


def _is_address(name: str) -> bool:
    if not (name[-1].isdigit() or ":" in name):  # no domain ends in a number (WHATWG URL 3.5)
        return False
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
