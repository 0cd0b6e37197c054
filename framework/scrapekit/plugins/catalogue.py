"""Finds, loads, checks and lists the parts that installed packages offer (the door to pluggy).

pluggy's own entry-point loader is not used: it skips the second of two equal names in silence,
lets one broken package bring the program down, and fixes no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal

from scrapekit.errors import PluginError, did_you_mean
from scrapekit.parts import GROUPS
from scrapekit.plugins.loading import SINGULAR, describe, import_offer, load_part
from scrapekit.plugins.offers import Offer, module_is_there, normal_name, read_offers, top_package
from scrapekit.plugins.switches import Switches, words_for

if TYPE_CHECKING:
    # pluggy costs 18 ms to import, and listing parts never needs it.
    import pluggy

    from scrapekit.plugins.relay import Relay

_WELL_KNOWN = {
    ("parsers", "html"): "scrapekit-html",
    ("parsers", "xml"): "scrapekit-html",
    ("parsers", "json"): "scrapekit-json",
    ("parsers", "feed"): "scrapekit-feed",
    ("parsers", "csv"): "scrapekit-feed",
    ("parsers", "text"): "scrapekit-feed",
    ("filters", "remove"): "scrapekit-html",
    ("filters", "unwrap"): "scrapekit-html",
    ("filters", "text"): "scrapekit-html",
    ("filters", "html"): "scrapekit-html",
    ("filters", "parse_html"): "scrapekit-html",
    ("filters", "jsonpath"): "scrapekit-json",
    ("filters", "markdown"): "scrapekit-markdown",
    ("exporters", "jsonl"): "scrapekit-files",
    ("exporters", "json"): "scrapekit-files",
    ("exporters", "ndjson"): "scrapekit-files",
    ("exporters", "csv"): "scrapekit-files",
    ("exporters", "tsv"): "scrapekit-files",
    ("exporters", "sqlite"): "scrapekit-sqlite",
}
"""Which distribution brings a part that many recipes name, for the hint when it is not installed."""

State = Literal["ok", "broken", "clash", "off"]


@dataclass(frozen=True, slots=True)
class PartInfo:
    """What is known of a part or listener without importing it.

    ``state`` is ``ok``, ``broken`` (it can never be loaded), ``clash`` (several packages offer the
    name, so a recipe must say which) or ``off``; ``note`` says why in words.
    """

    kind: str
    name: str
    dist: str
    version: str
    value: str
    state: State
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Loaded:
    """A part as pluggy keeps it: in a holder, so that one object may be offered under two names."""

    part: Any


class Plugins:
    """The catalogue of parts. Metadata is read on first use; a part is imported when it is named.

    *disabled* switches parts and listeners off: ``html``, ``parsers.html``, ``my-dist:html`` or
    ``my-dist``, with or without ``no:`` before it. With ``only:`` before it, it lets in what it names and
    nothing else. A word that fits nothing raises PluginError.
    *offers* replaces what is installed.
    """

    def __init__(self, disabled: Iterable[str] = (), *, offers: Sequence[Offer] | None = None) -> None:
        self._given = offers
        self._makers: dict[str, str] = {}
        self._switches = Switches.read(disabled)
        for word, option in self._switches.words:
            self._require_known(word, option)

    def __repr__(self) -> str:
        off = sum(self._switches.off(offer) is not None for offer in self._offers)
        return f"<Plugins {len(self._offers)} offers, {off} off>"

    def names(self, kind: str) -> list[str]:
        """The names of every part of *kind* that is not switched off, sorted."""
        return sorted({offer.name for offer in self._of(kind)})

    def load(self, kind: str, name: str) -> Any:
        """The object at the entry point, imported on first use and registered as ``parsers.html``.

        *name* may be ``dist:name`` to choose between distributions. Raises PluginError, naming
        distribution and version, when the part is unknown, switched off, offered twice, cannot be
        imported, or lacks something its kind must have.
        """
        offer = self._choose(kind, name)
        label = self._label(offer)
        loaded: _Loaded | None = self._manager.get_plugin(label)
        if loaded is None:
            loaded = _Loaded(load_part(offer))
            self._manager.register(loaded, label)
            self._makers[top_package(offer.value)] = offer.source
        return loaded.part

    def maker_of(self, error: BaseException) -> str:
        """The package, with its version, of the loaded part that an error came out of; "" when of none.

        What the traceback passed through last decides: a part that hands nonsense to a library is
        at fault, not the library.
        """
        found, trace = "", error.__traceback__
        while trace is not None:
            module = str(trace.tb_frame.f_globals.get("__name__", ""))
            found = self._makers.get(top_package(module), found)
            trace = trace.tb_next
        return found

    def about(self, kind: str, name: str) -> PartInfo:
        """What is known of one part; raises PluginError like `load`, but imports nothing."""
        return self._info(self._choose(kind, name))

    def all(self) -> list[PartInfo]:
        """Every part and listener that is installed, kinds in the order of `parts.GROUPS`.

        Imports nothing, so ``ok`` means that nothing in the metadata speaks against it.
        """
        order = {kind: place for place, kind in enumerate(GROUPS)}
        infos = map(self._info, self._offers)
        return sorted(infos, key=lambda i: (order.get(i.kind, len(order)), i.kind, i.name, i.dist))

    def relay(self) -> Relay:
        """The relay that tells every listener; made once, its listeners loaded in sorted order."""
        return self._relay

    def listen(self, name: str, listener: object) -> None:
        """Add a listener that no package offers: a caller's own, told beside the installed ones."""
        self._relay.admit(self._manager, [(f"listeners.{name}", f'listener "{name}"', lambda: listener)])

    @cached_property
    def _relay(self) -> Relay:
        from scrapekit.plugins.relay import Relay

        relay = Relay()
        if listeners := self._of("listeners"):
            admitted = [(self._label(o), describe(o), partial(import_offer, o)) for o in listeners]
            relay.admit(self._manager, admitted)
        return relay

    @cached_property
    def _manager(self) -> pluggy.PluginManager:
        from scrapekit.plugins.relay import make_manager

        return make_manager()

    @cached_property
    def _offers(self) -> list[Offer]:
        return read_offers() if self._given is None else list(self._given)

    def _of(self, kind: str) -> list[Offer]:
        return [o for o in self._offers if o.kind == kind and self._switches.off(o) is None]

    def _label(self, offer: Offer) -> str:
        rivals = [o for o in self._of(offer.kind) if o.name == offer.name]
        return f"{offer.kind}.{offer.name}" if len(rivals) < 2 else f"{offer.kind}.{offer.dist}:{offer.name}"

    def _require_known(self, word: str, option: str) -> None:
        known = {known for offer in self._offers for known in words_for(offer)}
        if word not in known:
            hint = did_you_mean(word, {offer.name or offer.dist for offer in self._offers})
            raise PluginError(f'{option}: nothing installed is called "{word}"', hint=hint)

    def _choose(self, kind: str, name: str) -> Offer:
        dist, _, plain = name.rpartition(":")
        named = [o for o in self._offers if (o.kind, o.name) == (kind, plain)]
        if dist:
            named = [o for o in named if normal_name(o.dist) == normal_name(dist)]
        active = [o for o in named if self._switches.off(o) is None]
        if len(active) == 1:
            return active[0]
        if active:
            raise _clash(active)
        raise self._switched_off(named[0]) if named else self._unknown(kind, name)

    def _unknown(self, kind: str, name: str) -> PluginError:
        message = f'no {SINGULAR[kind]} is called "{name}"'
        known = self.names(kind)
        brings = _WELL_KNOWN.get((kind, name)) or (
            "scrapekit-filters" if not known and kind == "filters" else ""
        )
        if brings:
            return PluginError(message, hint=f"{brings} brings it: pip install {brings}")
        hint = (
            did_you_mean(name, known)
            or "none is installed; scrapekit-framework[standard] brings the usual ones"
        )
        return PluginError(message, hint=hint)

    def _switched_off(self, offer: Offer) -> PluginError:
        off = self._switches.off(offer)
        return PluginError(f"{describe(offer)} is switched off", hint=off[1] if off else "")

    def _info(self, offer: Offer) -> PartInfo:
        state, note = self._state(offer)
        return PartInfo(offer.kind, offer.name, offer.dist, offer.version, offer.value, state, note)

    def _state(self, offer: Offer) -> tuple[State, str]:
        if (off := self._switches.off(offer)) is not None:
            return "off", off[0]
        if offer.fault:
            return "broken", offer.fault
        if not module_is_there(offer.value):
            return "broken", f'the module of "{offer.value}" cannot be found'
        # Nobody names a listener, so two of one name are no question to anyone: both are told.
        rivals = [o.source for o in self._of(offer.kind) if o.name == offer.name and o is not offer]
        if rivals and offer.kind != "listeners":
            return "clash", f"also offered by {', '.join(rivals)}"
        return "ok", ""


def _clash(offers: Sequence[Offer]) -> PluginError:
    first = offers[0]
    sources = " and ".join(offer.source for offer in offers)
    choices = " or ".join(dict.fromkeys(f'"{offer.dist}:{offer.name}"' for offer in offers))
    return PluginError(
        f'{SINGULAR[first.kind]} "{first.name}" is offered by {sources}',
        hint=f"write {choices} to choose one",
    )
