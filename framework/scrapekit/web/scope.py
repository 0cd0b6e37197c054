"""Where links and redirects may lead: the hosts that a crawl's seeds span."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from scrapekit.web.suffixes import is_public_suffix, registrable_domain
from scrapekit.web.url import host_of

ScopeKind: TypeAlias = Literal["site", "host", "domain", "any"]


class Scope:
    """Which URLs a crawl may fetch, judged by their host; ports are ignored.

    ``site`` allows a seed's host without its leading ``www.`` and every host below it, ``host``
    exactly the seeds' hosts, ``domain`` every host of the domain that a seed's owner registered
    (of a host without such a domain only itself), ``any`` everything.
    """

    def __init__(self, kind: ScopeKind) -> None:
        self.kind = kind
        self._hosts: set[str] = set()
        self._with_all_below: set[str] = set()

    @classmethod
    def of(cls, kind: ScopeKind, seed_urls: Iterable[str]) -> Scope:
        """The scope that these seeds span."""
        scope = cls(kind)
        for url in seed_urls:
            scope.add(url)
        return scope

    def add(self, url: str) -> None:
        """Widen the scope by one more seed."""
        host = host_of(url).removesuffix(".")
        self._hosts.add(host)
        top = self._top_of(host)
        if top:
            self._with_all_below.add(top)

    def beside(self, hosts: Iterable[str]) -> Scope:
        """Widen the scope by these hosts and those below them, whatever its kind; gives it back."""
        self._with_all_below.update(host.removesuffix(".") for host in hosts)
        return self

    def _top_of(self, host: str) -> str:
        """The host below which every other is in scope too; "" for none."""
        if self.kind == "domain":
            return registrable_domain(host)
        if self.kind != "site":
            return ""
        # Not for "www.gov.uk": the hosts of a public suffix are not one site.
        bare = host.removeprefix("www.")
        return bare if bare != host and not is_public_suffix(bare) else host

    def allows(self, url: str) -> bool:
        """True when *url* may be fetched as far as its host is concerned."""
        if self.kind == "any":
            return True
        host = host_of(url).removesuffix(".")
        if host in self._hosts:
            return bool(host)
        while host and self._with_all_below:
            if host in self._with_all_below:
                return True
            host = host.partition(".")[2]
        return False
