"""Faults that need a recipe of their own: one page, one page rule, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from catalogue.fault import Ground, Happened
from fault_site import Behaviour

_NOTHING: Mapping[str, Behaviour] = MappingProxyType({})
HEADING = "{ item: book, fields: { title: h1 } }"


def by_rule(
    rule: str,
    behaviour: Behaviour,
    *,
    crawl: str = "",
    http: str = "retries: 0, max_body: 16MB",
    more: str = "",
    beside: Mapping[str, Behaviour] = _NOTHING,
) -> Callable[[Ground], Happened]:
    """A crawl of the page at ``/page``, read by the page rule *rule*; ``{site}`` is the fault's origin."""

    def run(ground: Ground) -> Happened:
        url = ground.site.serve("/page", behaviour, ground.host)
        for path, other in beside.items():
            ground.site.serve(path, other, ground.host)
        site = url.removesuffix("/page")
        text = f"""\
scrapekit: 1
name: books
seeds: {{ page: "{url}" }}
pages:
  page: {rule.replace("{site}", site)}
crawl: {{ {crawl or "robots: ignore"}, delay: 0, allow_failed: 100% }}
http: {{ {http} }}
expect: {{ book: {{ min: 0 }} }}
export: out/books.jsonl
{more.replace("{site}", site)}"""
        job = ground.job(text)
        ended = ground.run(job)
        failures = ended.report.get("failures", [])
        told = [f"{f['verdict']}: {f['reason']}" for f in failures if f["url"] == url]
        records = tuple(job.records()) if (job.folder / "out/books.jsonl").exists() else ()
        return Happened(ended, "; ".join(told), records, len(ground.site.asked("/page", ground.host)))

    return run
