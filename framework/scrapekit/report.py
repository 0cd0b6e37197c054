"""What a run tells people: a snapshot while it goes on, and the report at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from scrapekit.errors import ExitCode

DOWNLOAD = "download: "
"""Begins the name of a page rule that stands for the files of one folder."""


@dataclass(frozen=True, slots=True)
class HostState:
    """One host as the frontier sees it. ``next_in`` is seconds until it may be asked again (0: now)."""

    host: str
    waiting: int
    in_flight: int
    next_in: float = 0.0
    reason: str = ""
    """Why it waits: ``crawl.delay 0.5 s``, ``Retry-After 30 s``, ``reading robots.txt``, …"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A run at one instant. ``seen = sum(verdicts) + waiting + in_flight``."""

    elapsed: float
    seen: int
    waiting: int
    in_flight: int
    verdicts: Mapping[str, int]
    records: Mapping[str, int]
    retries: int
    bytes: int
    pages_per_second: float
    hosts: Sequence[HostState] = ()
    """The busiest hosts, at most eight."""
    waiting_for: str = ""
    """In words, when nothing can be fetched right now: what is being waited for and why."""
    draining: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """One request that gave no page, for the report."""

    url: str
    page: str
    verdict: str
    reason: str
    tries: int = 1


@dataclass(frozen=True, slots=True)
class ExportReport:
    """One export: where it is, how many records it holds, what its exporter promises."""

    exporter: str
    path: str
    records: int
    guarantee: str
    published: bool
    """False while the run can be resumed: the records so far are in a file next to ``path``."""
    kept: bool = False
    """True when the run brought nothing for this export, against its contract or as nothing was new:
    an earlier file stayed."""
    adds: bool = False
    """True when the export adds to what is there: ``records`` are those of this job, not all in the file."""


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a run, as report.json holds it. The numbers cover the whole job, resumes included.

    ``seen = sum(verdicts.values()) + waiting``.
    """

    recipe: str
    job: str
    exit_code: ExitCode
    outcome: str
    """``complete``, ``broken contract``, ``interrupted``, ``limit reached`` or ``stuck``."""
    reason: str
    elapsed: float
    resumed: bool
    seen: int
    waiting: int
    verdicts: Mapping[str, int]
    records: Mapping[str, int]
    retries: int
    bytes: int
    exports: Sequence[ExportReport] = ()
    quarantine: ExportReport | None = None
    """Where records that were put into quarantine are; None when there are none."""
    failures: Sequence[Failure] = ()
    """The first hundred; ``verdicts`` counts them all."""
    notes: Mapping[str, int] = field(default_factory=dict)
    """Everything that was counted on the way: links out of scope, records dropped and why, …"""
    broken: Sequence[str] = ()
    """Each contract that was not kept, in words."""
    slow_callbacks: Mapping[str, float] = field(default_factory=dict)
    """Page rule and parser → the longest time in seconds that its callback held the loop."""
    listeners_off: Sequence[str] = ()
    """Listeners that failed and were switched off."""
    pages: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Page rule → its requests: ``seen``, then by verdict, and those ``waiting``."""
    joins: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Page of records made of several → how many requests were ``asked``, ``answered`` and ``failed``;
    how often one was ``shared`` by a further record, or not asked (``unasked``)."""
    downloads: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Folder of files, as ``download: images`` → how many ``files`` records name, of how many ``bytes``.

    Of these ``known`` stood there before; ``unused`` are those that came for records that were not kept.
    """
    records_waiting: int = 0
    """Records that wait for another page."""
    parked: Mapping[str, str] = field(default_factory=dict)
    """Host that kept failing → why, and how many requests wait for it to come back."""
    cache: Mapping[str, int] = field(default_factory=dict)
    """Kept answers: ``hits`` and ``misses``, of these how many were ``unchanged``, how many were ``stored``,
    ``evicted`` and ``withheld``; empty where the run used none."""
    told_again: bool = False
    """True when this is the report of a job that had ended before, of which nobody was told."""

    @property
    def over(self) -> bool:
        """True when there is nothing to go on with: the same command begins a new job."""
        return self.exit_code in (ExitCode.COMPLETE, ExitCode.BROKEN_CONTRACT)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Report:
        """The report that `to_json` gave; ValueError when it is none, or one of another version."""
        try:
            parts = {
                "exit_code": ExitCode(data["exit_code"]),
                "exports": [ExportReport(**export) for export in data["exports"]],
                "quarantine": ExportReport(**data["quarantine"]) if data["quarantine"] else None,
                "failures": [Failure(**failure) for failure in data["failures"]],
            }
            return cls(**{**data, **parts})
        except (TypeError, KeyError) as error:
            raise ValueError("no report of this version") from error
