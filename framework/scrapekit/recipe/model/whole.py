"""A whole recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scrapekit.recipe.model.auth import Bound
from scrapekit.recipe.model.pages import PageRule
from scrapekit.recipe.model.pins import Pin
from scrapekit.recipe.model.recorded import RecordedPage
from scrapekit.recipe.model.seeds import Seed
from scrapekit.recipe.model.seen import SeenRule
from scrapekit.recipe.model.session import Login, Var
from scrapekit.recipe.model.settings import Crawl, Expect, Export, Http
from scrapekit.recipe.model.values import NamedPipe


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole recipe.

    ``expect`` holds an entry for every kind: as written, or from none to any number where the
    recipe says nothing; those kinds are listed in ``expect_any``, and together they must give at
    least one record.
    """

    name: str
    file: str
    seeds: tuple[Seed, ...]
    pages: Mapping[str, PageRule]
    exports: tuple[Export, ...]
    http: Http
    crawl: Crawl
    expect: Mapping[str, Expect]
    inputs: Mapping[str, object]
    fingerprint: str
    """Changes when the recipe would yield other records; not with pace, time-outs or output paths."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Secret input values in every spelling they are sent in, to be masked wherever text is printed."""
    bound: Mapping[str, Bound] = field(default_factory=dict, repr=False)
    """The secret inputs by name."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Input → the variable (``$SHOP_TOKEN``) or file that it is read from when it is not given."""
    expect_any: tuple[str, ...] = ()
    """The kinds that ``expect`` does not name; where there are any, one record of any of them is due."""
    pipes: Mapping[str, NamedPipe] = field(default_factory=dict)
    login: Login | None = None
    vars: tuple[Var, ...] = ()
    seen: Mapping[str, SeenRule] = field(default_factory=dict)
    """Record kind → how it is compared with earlier jobs; a kind without a rule is not."""
    pins: tuple[Pin, ...] = ()

    @property
    def remembers(self) -> bool:
        """True when jobs want to know of those before them."""
        return bool(self.seen) or self.skips

    @property
    def skips(self) -> bool:
        """True when some links are not followed to what an earlier job fetched."""
        return any(link.seen == "skip" for rule in self.pages.values() for link in rule.links)

    @property
    def conditional(self) -> frozenset[str]:
        """The page rules whose pages need not be read again where they did not change.

        There are none unless some records are dropped that are not new, and none with records that
        are exported in any case.
        """
        dropped = {kind for kind, rule in self.seen.items() if rule.drops}
        if not dropped or not self.http.conditional:
            return frozenset()
        return frozenset(
            name for name, rule in self.pages.items() if all(item.kind in dropped for item in rule.items)
        )

    tests: tuple[RecordedPage, ...] = ()

    @property
    def unique(self) -> dict[str, tuple[str, ...]]:
        """Every record kind and the fields in which no two of its records may be equal."""
        found = {kind: dict.fromkeys(expect.unique) for kind, expect in self.expect.items()}
        for item in (item for rule in self.pages.values() for item in rule.items):
            named = [n for n, each in item.columns.items() if each.contract and each.contract.unique]
            found.setdefault(item.kind, {}).update(dict.fromkeys(named))
        return {kind: tuple(names) for kind, names in found.items()}

    @property
    def kinds(self) -> dict[str, tuple[str, ...]]:
        """Every record kind and its field names, in the order the recipe names them."""
        found: dict[str, dict[str, None]] = {}
        for rule in self.pages.values():
            for item in rule.items:
                found.setdefault(item.kind, {}).update(dict.fromkeys(item.columns))
        return {kind: tuple(names) for kind, names in found.items()}
