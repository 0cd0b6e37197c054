"""``crawl``: how fast, how far and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from scrapekit.node import MapNode, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import Budget, Crawl, Site, Traps
from scrapekit.recipe.positive import positive_seconds, positive_size
from scrapekit.recipe.reading.links import is_host
from scrapekit.web.scope import ScopeKind

_MOST_AT_ONCE = 1000
_ROBOTS: tuple[Literal["obey", "ignore"], ...] = ("obey", "ignore")
_ORDERS: tuple[Literal["breadth", "depth", "priority"], ...] = ("breadth", "depth", "priority")
_SCOPES: tuple[ScopeKind, ...] = ("site", "host", "domain", "any")


def read_crawl(top: Options) -> Crawl:
    """The section ``crawl``; its defaults where it is silent."""
    options, default = top.section("crawl"), Crawl()
    crawl = Crawl(
        concurrency=_count(options, "concurrency", default.concurrency),
        per_host=_count(options, "per_host", default.per_host),
        delay=options.seconds("delay", default.delay),
        max_delay=options.seconds("max_delay", default.max_delay),
        park_after=cast(int, options.integer("park_after", default.park_after, least=0)),
        park_probes=cast(int, options.integer("park_probes", default.park_probes, least=0, most=100)),
        robots=options.choice("robots", _ROBOTS, default.robots),
        depth=options.integer("depth", least=0),
        order=options.choice("order", _ORDERS, default.order),
        scope=options.choice("scope", _SCOPES, default.scope),
        allow_failed=options.share("allow_failed", default.allow_failed),
        parse_timeout=positive_seconds(options, "parse_timeout", default.parse_timeout),
        traps=_traps(options),
        sites=_sites(options),
        budget=_budget(options),
    )
    options.close()
    return crawl


def _sites(options: Options) -> Mapping[str, Site]:
    node = options.node("sites")
    if node is None:
        return {}
    if not isinstance(node, MapNode):
        options.problem("sites", f"expected a mapping of hosts, found {describe(node)}")
        return {}
    found = {}
    for host, settings in node.entries.items():
        path = f"{options.at('sites')}.{host}"
        if not is_host(host):
            hint = "a name or address alone, such as shop.example"
            options.problems.add(node.key_mark(host), path, f'"{shown(host)}" is not a host', hint)
        own = Options(settings, options.problems, path, mark=node.key_mark(host))
        found[host.lower()] = Site(
            delay=own.seconds("delay", 0.0) if own.node("delay") else None,
            per_host=own.integer("per_host", least=1, most=_MOST_AT_ONCE),
            robots=own.choice("robots", _ROBOTS, "obey") if own.node("robots") else None,
        )
        own.close()
    return found


def _budget(options: Options) -> Budget:
    own = options.section("budget")
    budget = Budget(
        requests=own.integer("requests", least=1),
        items=own.integer("items", least=1),
        time=positive_seconds(own, "time", 0.0) if own.node("time") else None,
        bytes=int(positive_size(own, "bytes", 0)) if own.node("bytes") else None,
        errors=own.integer("errors", least=1),
    )
    own.close()
    return budget


def _traps(options: Options) -> Traps | None:
    node = options.node("traps")
    if isinstance(node, ScalarNode) and isinstance(node.value, bool):
        return Traps() if node.value else None
    own, default = options.section("traps"), Traps()
    traps = Traps(
        length=cast(int, own.integer("length", default.length, least=1)),
        segments=cast(int, own.integer("segments", default.segments, least=1)),
        repeats=cast(int, own.integer("repeats", default.repeats, least=1)),
        alike=cast(int, own.integer("alike", default.alike, least=1)),
        fruitless=cast(int, own.integer("fruitless", default.fruitless, least=1)),
    )
    own.close()
    return traps


def _count(options: Options, key: str, default: int) -> int:
    return cast(int, options.integer(key, default, least=1, most=_MOST_AT_ONCE))
