"""Which secret may go to which origin: to the seeds' own, or to those that the recipe binds it to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from scrapekit.recipe.model import Bound
from scrapekit.web.late import MASK, forms_of, placeholder
from scrapekit.web.url import origin_of

_SHORTEST = 8
"""Characters of a secret that is looked for in answers; a shorter one would be found in any text."""


class Bindings:
    """The secrets of one recipe with where each may go.

    What may go to ``http://a.test`` may also go to ``https://a.test``: nobody else reads it there.
    The other way round it may not. *hidden* are texts made of secrets, such as a Basic credential:
    nothing puts them into a request by name, but answers may repeat them.
    """

    def __init__(
        self,
        bound: Mapping[str, Bound] | None = None,
        seed_urls: Iterable[str] = (),
        hidden: Collection[str] = (),
    ) -> None:
        self._bound = bound or {}
        self.seeds = with_upgrades(origin_of(url) for url in seed_urls)
        self._origins = {name: with_upgrades(secret.origins) for name, secret in self._bound.items()}
        self._hidden = tuple(hidden)
        self.echoes = lru_cache(maxsize=256)(self._echoes)

    def __bool__(self) -> bool:
        return bool(self._bound or self._hidden)

    def allows(self, name: str, origin: str) -> bool:
        """True when the secret may be sent to *origin*, written as `url.origin_of` writes it."""
        return origin in (self._origins.get(name) or self.seeds)

    def places(self, name: str) -> str:
        """Where the secret may go, in words."""
        origins = self._origins.get(name) or self.seeds
        return " and ".join(sorted(origins)[:3]) + (" and others" if len(origins) > 3 else "")

    def value(self, name: str) -> str:
        """The secret itself; empty when it was not given."""
        return self._bound[name].value or ""

    def _echoes(self, origin: str) -> tuple[tuple[str, str], ...]:
        """``(text, what is read in its place)`` for every spelling of what may have been sent to *origin*."""
        found = {text: MASK for text in self._hidden if len(text) >= _SHORTEST}
        for name, secret in self._bound.items():
            if secret.value is not None and len(secret.value) >= _SHORTEST and self.allows(name, origin):
                found |= dict.fromkeys(forms_of(secret.value), placeholder("inputs", name))
        # The longest first: one spelling may hold another.
        return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


def with_upgrades(origins: Iterable[str]) -> frozenset[str]:
    """These origins, and the https ones of those that are plain http on the port of the scheme."""
    known = frozenset(origins) - {""}
    plain = [origin.removeprefix("http://") for origin in known if origin.startswith("http://")]
    return known | {f"https://{rest}" for rest in plain if ":" not in rest.rpartition("]")[2]}
