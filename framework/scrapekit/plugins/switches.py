"""What ``-p`` leaves out, and what it alone lets in: pure decisions on offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scrapekit.plugins.offers import Offer, normal_name

_ONLY = "only:"


@dataclass(frozen=True, slots=True)
class Switches:
    """The names after ``no:`` and those after ``only:``."""

    no: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()

    @classmethod
    def read(cls, words: Iterable[str]) -> Switches:
        """From ``no:html`` or ``html``, and ``only:my-dist``."""
        given = list(words)
        only = frozenset(word.removeprefix(_ONLY) for word in given if word.startswith(_ONLY))
        no = frozenset(word.removeprefix("no:") for word in given if not word.startswith(_ONLY))
        return cls(no, only)

    @property
    def words(self) -> list[tuple[str, str]]:
        """Every name with the option it is written in, sorted: ``("html", "-p no:html")``."""
        no = [(name, f"-p no:{name}") for name in sorted(self.no)]
        return no + [(name, f"-p {_ONLY}{name}") for name in sorted(self.only)]

    def off(self, offer: Offer) -> tuple[str, str] | None:
        """Why an offer is left out, and how it is let in again; None where it is not left out."""
        if not self.no and not self.only:
            return None
        words = words_for(offer)
        if name := next(iter(self.no & words), ""):
            return f"switched off by -p no:{name}", f"leave out -p no:{name}"
        if self.only and not self.only & words:
            return f"not let in by -p {_ONLY}{min(self.only)}", f"add -p {_ONLY}{offer.dist}"
        return None


def words_for(offer: Offer) -> set[str]:
    """Everything that ``-p`` may call this."""
    dists = {offer.dist, normal_name(offer.dist)}
    if not offer.name:
        return dists
    return {offer.name, f"{offer.kind}.{offer.name}"} | dists | {f"{dist}:{offer.name}" for dist in dists}
