"""Imports one part and checks that it has what its kind must have; every failure names its package."""

from __future__ import annotations

from typing import Any

from scrapekit.errors import PluginError
from scrapekit.plugins.offers import Offer, normal_name

SINGULAR = {
    "parsers": "parser",
    "exporters": "exporter",
    "filters": "filter",
    "fetchers": "fetcher",
    "seeds": "seed source",
    "commands": "command",
    "listeners": "listener",
}
"""Kind of part → the word for one of them."""

PROMISES: dict[str, tuple[str, ...]] = {
    "parsers": ("languages", "compile", "read", "parse"),
    "exporters": ("guarantee", "open", "write", "checkpoint", "close"),
    "filters": ("takes", "gives", "make"),
    "fetchers": ("open", "fetch", "close"),
}
"""What a class at an entry point must have: the Protocols of `scrapekit.parts`, by kind."""

_FACTORIES = frozenset(PROMISES) - {"filters"}
"""The kinds whose entry point may also be a function that makes the part."""


def describe(offer: Offer) -> str:
    """The part as errors name it: ``parser "html" of scrapekit-html 0.1.0``."""
    return f'{SINGULAR[offer.kind]} "{offer.name}" of {offer.source}'


def load_part(offer: Offer) -> Any:
    """The object at the entry point, checked; raises PluginError when it cannot be used."""
    part = import_offer(offer)
    if offer.kind in _FACTORIES and not callable(part):
        raise PluginError(f"{describe(offer)} is not one: its entry point {offer.value} cannot be called")
    # What a function makes is known only once it is called, with a recipe's options.
    if isinstance(part, type) or offer.kind == "filters":
        _check_promises(offer, part)
    return part


def import_offer(offer: Offer) -> Any:
    """The object at the entry point, imported now; raises PluginError naming package and cause."""
    if offer.fault or offer.entry_point is None:
        raise PluginError(f"{describe(offer)} cannot be loaded: {offer.fault or 'no entry point'}")
    try:
        return offer.entry_point.load()
    except (Exception, SystemExit) as error:
        # Importing runs a stranger's code: whatever it raises, even sys.exit(), is that package's fault.
        message = f"{describe(offer)} cannot be loaded: {one_line(error)}"
        raise PluginError(message, hint=_import_hint(offer, error)) from error


def one_line(error: BaseException) -> str:
    """An exception as one line: its type and the first line of its text."""
    text = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _import_hint(offer: Offer, error: BaseException) -> str:
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if not missing:
        # A command is named by typing it, so there is nothing to switch off.
        off = "" if offer.kind == "commands" else f"; -p no:{offer.dist} switches it off"
        return f"this is for the makers of {offer.dist} to mend{off}"
    if missing.split(".")[0] == offer.value.split(":")[0].split(".")[0].strip():
        return f'{offer.dist} does not hold the module "{missing}"; install it again'
    return f'it needs the module "{missing}"; install {normal_name(offer.dist)} again with what it depends on'


def _check_promises(offer: Offer, part: object) -> None:
    # An annotation alone is a promise to set the attribute on the instance.
    annotated = {
        name for base in getattr(part, "__mro__", ()) for name in vars(base).get("__annotations__", ())
    }
    missing = [n for n in PROMISES.get(offer.kind, ()) if not hasattr(part, n) and n not in annotated]
    if missing:
        *others, last = missing
        listed = f"{', '.join(others)} and {last}" if others else last
        article = "an" if SINGULAR[offer.kind][0] in "aeiou" else "a"
        raise PluginError(f"{describe(offer)} is not {article} {SINGULAR[offer.kind]}: it lacks {listed}")
