"""Tries faults: a site where each has a host of its own, crawls over it, and what became of each."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

from catalogue.fault import Fault, Ground, Happened
from fault_site import FaultSite
from job_runner import Ended, Job, check_report, recipe

from scrapekit.errors import ScrapekitError
from scrapekit.loops import loop_factory
from scrapekit.run import RunSettings, prepare, run

Run = Callable[..., Ended]
"""``run(job, *arguments)``"""

_MOST_TOLD = 100
"""A report lists no more failures."""


def by_command(job: Job, *arguments: str) -> Ended:
    """Run the real command in a process of its own."""
    return job.run("-q", *arguments)


def in_process(job: Job) -> Ended:
    """Run here what the command runs: half a second less for each."""
    began = time.monotonic()
    try:
        prepared = prepare(RunSettings(job.folder / "job.yaml", out_dir=job.folder))
        with asyncio.Runner(loop_factory=loop_factory()) as loop:
            report = loop.run(run(prepared)).to_json()
    except ScrapekitError as error:
        return Ended(error.exit_code, str(error), time.monotonic() - began, 0)
    ended = Ended(report["exit_code"], "", time.monotonic() - began, 0, report)
    check_report(ended, job.store)
    return ended


def tried(faults: Sequence[Fault], folder: Path, how: Run) -> Iterator[tuple[Fault, Happened]]:
    """Each fault with what happened; those with the same terms in one crawl."""
    hosts = {fault.id: f"127.0.{1 + n // 250}.{1 + n % 250}" for n, fault in enumerate(faults)}
    crowds: dict[tuple[str, str], list[Fault]] = defaultdict(list)
    with FaultSite().served(list(hosts.values())) as site:
        for number, fault in enumerate(faults):
            if fault.alone is None:
                crowds[fault.terms].append(fault)
            else:
                site.forget()
                ground = Ground(folder / f"alone-{number}", site, hosts[fault.id], how)
                yield fault, _alone(fault.alone, ground)
        for number, crowd in enumerate(_parts(crowds.values())):
            yield from _crawled(crowd, hosts, Ground(folder / f"crowd-{number}", site, "", how))


def _alone(try_it: Callable[[Ground], Happened], ground: Ground) -> Happened:
    try:
        return try_it(ground)
    except AssertionError as error:
        return _broken(error)


def _parts(crowds: Iterable[list[Fault]]) -> Iterator[list[Fault]]:
    """Crowds small enough for one report to name each of them."""
    for crowd in crowds:
        for start in range(0, len(crowd), _MOST_TOLD):
            yield crowd[start : start + _MOST_TOLD]


def _crawled(
    crowd: Sequence[Fault], hosts: dict[str, str], ground: Ground
) -> Iterator[tuple[Fault, Happened]]:
    """One crawl over all faults of a crowd."""
    site = ground.site
    site.forget()
    with ExitStack() as doors:
        origins = {}
        for fault in crowd:
            host = hosts[fault.id]
            for path, behaviour in {fault.path: fault.behaviour, **fault.beside}.items():
                site.serve(path, behaviour, host)
            door = fault.door(site, host) if fault.door else nullcontext(site.url("", host))
            origins[fault.id] = doors.enter_context(door)
        job = ground.job(crawl_recipe([origins[fault.id] + fault.path for fault in crowd], *crowd[0].terms))
        try:
            ended = ground.run(job)
        except AssertionError as error:
            yield from ((fault, _broken(error)) for fault in crowd)
            return
        for fault in crowd:
            yield fault, _of_one(fault, origins[fault.id], hosts[fault.id], job, ended, site)


def _broken(error: AssertionError) -> Happened:
    """What every run promises did not hold."""
    return Happened(Ended(-1, "", 0, 0), broken=str(error) or repr(error))


def crawl_recipe(seeds: Sequence[str], http: str, crawl: str) -> str:
    """What a crowd is crawled with: all at once, every link followed, a record for each heading."""
    return recipe(seeds, http=http, crawl=f"concurrency: 100, {crawl}")


def _of_one(fault: Fault, origin: str, host: str, job: Job, ended: Ended, site: FaultSite) -> Happened:
    """What happened to one fault of a crawl."""
    failures = ended.report["failures"]
    told = [f"{f['verdict']}: {f['reason']}" for f in failures if f["url"] == origin + fault.path]
    place = urlsplit(origin).netloc
    records = [record for record in job.records() if urlsplit(record["url"]).netloc == place]
    return Happened(ended, "; ".join(told), tuple(records), len(site.asked(fault.path, host)))


def shown(value: object) -> str:
    """In one line, for a table."""
    return json.dumps(str(value), ensure_ascii=False)[1:-1]
