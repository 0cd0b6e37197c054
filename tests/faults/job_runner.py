"""Runs the real command in a process of its own, and holds every run to what each run promises."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TOLD = ("failed", "blocked", "refused", "robots", "out_of_scope", "dropped")
"""The verdicts whose every request is listed with a reason."""


@dataclass
class Ended:
    """How one process of a job ended."""

    code: int
    output: str
    seconds: float
    peak_memory: int
    """Bytes."""
    report: dict[str, Any] = field(default_factory=dict)

    def failure(self, url: str) -> str:
        """The verdict and reason of the one request for *url* that gave no page."""
        found = [f for f in self.report["failures"] if f["url"] == url]
        assert len(found) == 1, (url, self.report["failures"])
        return f"{found[0]['verdict']}: {found[0]['reason']}"


class Job:
    """A recipe in a folder of its own, run as people run it."""

    def __init__(self, folder: Path, recipe: str, environ: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.environ = os.environ | (environ or {})
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "job.yaml").write_text(recipe, encoding="utf-8")

    @property
    def state(self) -> Path:
        """The job folder."""
        return self.folder / ".scrapekit" / "books"

    @property
    def store(self) -> Path:
        return self.state / "job.sqlite"

    def start(
        self, *arguments: str, largest_file: int | None = None, most_files: int | None = None
    ) -> subprocess.Popen[str]:
        """Start the command; *largest_file* bytes is all that any file may grow to, as on a full disk.

        It may have *most_files* open at a time.
        """

        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
            if most_files is not None:
                resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))

        return subprocess.Popen(
            [sys.executable, "-m", "scrapekit", "run", "job.yaml", *arguments],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=limit,
            text=True,
        )

    def run(self, *arguments: str, largest_file: int | None = None, seconds: float = 60) -> Ended:
        """Run the command to its own end, and check what every run promises."""
        began = time.monotonic()
        return self.finish(self.start(*arguments, largest_file=largest_file), began, seconds)

    def finish(self, process: subprocess.Popen[str], began: float, seconds: float = 60) -> Ended:
        """Wait for the end of a process that was started, and check what every run promises."""
        overdue = _kill_after(process, seconds)
        memory = _PeakMemory(process.pid)
        assert process.stdout is not None
        output = process.stdout.read()
        process.stdout.close()
        process.wait()
        overdue.cancel()
        ended = Ended(process.returncode, output, time.monotonic() - began, memory.stop())
        check_output(ended)
        if ended.code in (0, 1, 3, 130):
            self._read_report(ended)
        return ended

    def kill(self, process: subprocess.Popen[str]) -> None:
        """End it as a power cut does, from one instant to the next."""
        os.killpg(process.pid, signal.SIGKILL)
        output = process.communicate(timeout=30)[0]
        assert "Traceback" not in output, output

    def run_until(self, site_says: Callable[[], None], *arguments: str) -> None:
        """Start it, wait for *site_says* to come back, and kill it at once."""
        process = self.start(*arguments)
        try:
            site_says()
        finally:
            self.kill(process)

    def records(self, name: str = "out/books.jsonl") -> list[dict[str, Any]]:
        """What a finished file of JSON lines holds."""
        return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]

    def titles(self) -> list[str]:
        """The titles of the records, sorted."""
        return sorted(record["title"] for record in self.records())

    def _read_report(self, ended: Ended) -> None:
        path = self.state / "report.json"
        if path.exists() and path.stat().st_mtime_ns >= time.time_ns() - round((ended.seconds + 1) * 1e9):
            ended.report = json.loads(path.read_text())
            check_report(ended, self.store)


class _PeakMemory(threading.Thread):
    """Watches the most memory a process has held, in bytes.

    Not what wait4 says: that counts the process which was forked, tests and all, before it became
    the command.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._status = Path(f"/proc/{pid}/status")
        self._peak = 0
        self._over = threading.Event()
        self.start()

    def run(self) -> None:
        while not self._over.wait(0.02):
            with suppress(OSError):
                found = re.search(r"VmHWM:\s+(\d+) kB", self._status.read_text())
                # Until the command has taken over, the process is still a copy of this one.
                if found and b"\0scrapekit\0run\0" in self._status.with_name("cmdline").read_bytes():
                    self._peak = int(found[1]) * 1024

    def stop(self) -> int:
        self._over.set()
        self.join()
        return self._peak


def _kill_after(process: subprocess.Popen[str], seconds: float) -> Any:
    import threading

    timer = threading.Timer(seconds, lambda: os.killpg(process.pid, signal.SIGABRT))
    timer.daemon = True
    timer.start()
    return timer


def check_output(ended: Ended) -> None:
    """It ended by itself, in words: no traceback, and nothing that could drive a terminal."""
    assert ended.code in (0, 1, 2, 3, 130), (ended.code, ended.output)
    assert "Traceback" not in ended.output, ended.output
    assert "never awaited" not in ended.output, ended.output
    assert not (found := _CONTROL.search(ended.output)), (found, ended.output)


def check_report(ended: Ended, store: Path) -> None:
    """The report agrees with the process, with itself, and with the store it speaks of."""
    report = ended.report
    assert report["exit_code"] == ended.code
    assert report["seen"] == sum(report["verdicts"].values()) + report["waiting"]
    if report["outcome"] in ("complete", "broken contract"):
        assert report["waiting"] == 0
    told = sum(report["verdicts"].get(verdict, 0) for verdict in _TOLD)
    assert len(report["failures"]) == min(told, 100)
    assert all(failure["reason"] for failure in report["failures"]), report["failures"]
    if report["outcome"] != "stuck":
        _check_store(report, store)


def _check_store(report: dict[str, Any], store: Path) -> None:
    with closing(sqlite3.connect(store)) as db:
        (waiting,) = db.execute("SELECT COUNT(*) FROM queue").fetchone()
        told = Counter(dict(db.execute("SELECT verdict, COUNT(*) FROM failure GROUP BY verdict")))
    assert waiting == report["waiting"]
    assert told == Counter({v: n for v, n in report["verdicts"].items() if v in _TOLD})


def recipe(seeds: Sequence[str], *, crawl: str = "delay: 0", http: str = "retries: 0", more: str = "") -> str:
    """A recipe that follows every link of a page, and keeps the heading of each page that has one."""
    # Pages that fail are what these tests are about: they park no host.
    given = {"scope": "any", "allow_failed": "100%", "park_after": "0"}
    defaults = "".join(f", {key}: {value}" for key, value in given.items() if f"{key}:" not in crawl)
    listed = "".join(f"    - {seed}\n" for seed in seeds)
    return f"""\
scrapekit: 1
name: books
seeds:
  page:
{listed}pages:
  page:
    links:
      page: a
    item: book
    fields:
      title: {{ css: h1, required: true }}
      url: {{ template: "{{{{ page.url }}}}" }}
crawl: {{ {crawl}{defaults} }}
http: {{ {http} }}
expect: {{ book: {{ min: 0 }} }}
export: out/books.jsonl
{more}"""
