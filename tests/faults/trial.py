"""Tries faults: a site where each has a host of its own, crawls over it, and what became of each."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from catalogue.fault import Fault, Ground, Happened
from fault_site import NOT_HERE, FaultSite
from job_runner import Ended, Job, check_report, recipe
from strange_names import strange_names

from scrapekit.errors import ScrapekitError
from scrapekit.run import RunSettings, prepare, run

Run = Callable[..., Ended]
"""``run(job, *arguments)``"""

_NAMES = Path(__file__).parent / "names"
_MOST_AT_ONCE = 100
"""A report names no more failures, so no more faults are in one crawl."""


def by_command(job: Job, *arguments: str) -> Ended:
    """Run the real command in a process of its own, where names are strange."""
    job.environ["PYTHONPATH"] = os.pathsep.join([str(_NAMES), os.environ.get("PYTHONPATH", "")])
    return job.run("-q", *arguments)


def in_process(job: Job) -> Ended:
    """Run here what the command runs: half a second less for each."""
    began = time.monotonic()
    try:
        prepared = prepare(RunSettings(job.folder / "job.yaml", out_dir=job.folder))
        with strange_names(), asyncio.Runner() as loop:
            report = loop.run(run(prepared)).to_json()
    except ScrapekitError as error:
        return Ended(error.exit_code, str(error), time.monotonic() - began, 0)
    ended = Ended(report["exit_code"], "", time.monotonic() - began, 0, report)
    check_report(ended, job.store)
    return ended


Crowd = tuple[Fault, ...]
"""Faults that are met by one run: those with the same terms, or one alone."""


@dataclass
class Trials:
    """Faults that are tried when somebody asks what happened, each by the run that *how* gives."""

    faults: Sequence[Fault]
    folder: Path
    how: Callable[[Fault], Run]
    _known: dict[str, Happened] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._hosts = dict(zip([fault.id for fault in self.faults], hosts_for(self.faults), strict=True))

    def happened(self, fault: Fault) -> Happened:
        """What happened to a fault, and to no other of its name."""
        if fault.id not in self._known:
            self._known |= self.tried(next(crowd for crowd in self.crowds() if fault in crowd))
        return self._known[fault.id]

    def crowds(self) -> Iterator[Crowd]:
        """All faults, each in its crowd."""
        alike: dict[object, list[Fault]] = defaultdict(list)
        for fault in self.faults:
            alike[fault.id if fault.alone else (fault.terms, self.how(fault))].append(fault)
        for crowd in alike.values():
            for start in range(0, len(crowd), _MOST_AT_ONCE):
                yield tuple(crowd[start : start + _MOST_AT_ONCE])

    def tried(self, crowd: Crowd) -> dict[str, Happened]:
        """Try a crowd, on a site of its own; what happened to each of it, by its id."""
        first, folder = crowd[0], self.folder / crowd[0].id
        with FaultSite().served([*hosts_for(self.faults), *_SIX]) as site:
            ground = Ground(folder, site, self._hosts[first.id], self.how(first))
            try:
                return {first.id: first.alone(ground)} if first.alone else self._together(crowd, ground)
            except AssertionError as error:
                return {each.id: _broken(error) for each in crowd}

    def _together(self, crowd: Crowd, ground: Ground) -> dict[str, Happened]:
        """One crawl over all faults of a crowd."""
        site, origins = ground.site, {}
        with ExitStack() as doors:
            for each in crowd:
                host = self._hosts[each.id]
                site.serve(each.path, each.behaviour or NOT_HERE)  # some are reached at another address
                for path, behaviour in each.beside.items():
                    site.serve(path, behaviour, host)
                door = each.door(site, host) if each.door else nullcontext(site.url("", host))
                origins[each.id] = doors.enter_context(door)
            seeds = [origins[each.id] + each.path for each in crowd]
            job = ground.job(crawl_recipe(seeds, *crowd[0].terms))
            ended = ground.run(job)
        return {each.id: _of_one(each, origins[each.id], job, ended, site) for each in crowd}


def hosts_for(faults: Sequence[Fault]) -> list[str]:
    """A host for each fault."""
    return [f"127.0.{1 + n // 250}.{1 + n % 250}" for n in range(len(faults))]


def crawl_recipe(seeds: Sequence[str], http: str, crawl: str) -> str:
    """What a crowd is crawled with: all at once, every link followed, a record for each heading."""
    return recipe(seeds, http=http, crawl=f"concurrency: {_MOST_AT_ONCE}, {crawl}")


def _of_one(fault: Fault, origin: str, job: Job, ended: Ended, site: FaultSite) -> Happened:
    """What happened to one fault of a crawl."""
    failures = ended.report["failures"]
    told = [f"{f['verdict']}: {f['reason']}" for f in failures if f["url"] == origin + fault.path]
    place = urlsplit(origin).netloc
    records = [record for record in job.records() if urlsplit(record["url"]).netloc == place]
    return Happened(ended, "; ".join(told), tuple(records), len(site.asked(fault.path)))


def _broken(error: AssertionError) -> Happened:
    """What every run promises did not hold."""
    return Happened(Ended(-1, "", 0, 0), broken=str(error)[-1500:] or repr(error))


def _six() -> list[str]:
    """The loopback of IPv6, where there is one."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return ["::1"]
    except OSError:
        return []


_SIX = _six()
