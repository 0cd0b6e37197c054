"""A long crawl over many hosts, killed half-way and gone on with: whole, and still small and quick?

  python tests/bench/soak.py --urls 20000 --hosts 200
  python tests/bench/soak.py --urls 1000000 --hosts 1000 --folder /var/tmp/soak --minutes 120

The real command crawls names in 127.0.0.0/8, each its own lane, served by a process of its own; one page in
a hundred is missing, cut, reset, slow or unavailable for once. A listener inside the crawl measures it twice
a second into probe.jsonl. Ends by itself with a table and a verdict for each bar; exit code 1 when one fails,
2 when the time was over. The same command with the same --folder goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.append(str(HERE))

from soak_site import Site  # noqa: E402
from soak_verdict import Bar, Outcome, Samples, bars, table  # noqa: E402

CONCURRENCY = 64

_RECIPE = """\
scrapekit: 1
name: soak
seeds: {{ index: "http://{host}:{port}/hosts/0" }}
pages:
  index: {{ links: {{ page: a.host, index: a.next }} }}
  page:
    links: {{ page: a }}
    item: page
    fields: {{ id: {{ css: h1, type: int, required: true }}, title: title }}
crawl: {{ scope: any, delay: 0, per_host: 4, concurrency: {concurrency}, allow_failed: 5% }}
http: {{ retries: 2, timeout: 20s, allow_hosts: 127.0.0.0/8 }}
export: out/soak.jsonl
"""


class OutOfTime(Exception):
    """The soak may take no longer."""


@dataclass(slots=True)
class Soak:
    """One soak in a folder: everything it knows is there, so it can be gone on with."""

    site: Site
    folder: Path
    until: float
    files: int
    """The most files that the crawl may have open at a time."""
    samples: Samples = field(init=False)

    def __post_init__(self) -> None:
        self.samples = Samples(self.probe)

    @property
    def probe(self) -> Path:
        """Where the probe writes."""
        return self.folder / "probe.jsonl"

    def say(self, text: str) -> None:
        """Print a line, and keep it in ``soak.log``."""
        line = f"{time.strftime('%H:%M:%S')} {text}"
        print(line, flush=True)
        with (self.folder / "soak.log").open("a") as log:
            log.write(line + "\n")

    def prepare(self, port: int) -> None:
        """Write the recipe, and install the probe beside it."""
        recipe = _RECIPE.format(host=self.site.host(0), port=port, concurrency=CONCURRENCY)
        (self.folder / "soak.yaml").write_text(recipe)
        about = self.folder / "plugin" / "scrapekit_soak-1.dist-info"
        about.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "soak_probe.py", about.parent)
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: scrapekit-soak\nVersion: 1\n")
        (about / "entry_points.txt").write_text("[scrapekit.listeners]\nprobe = soak_probe:Probe\n")

    def start(self) -> subprocess.Popen[bytes]:
        """Start the command, or let it go on."""
        said = (self.folder / "said.txt").open("ab")
        environ = {"PYTHONPATH": str(self.folder / "plugin"), "SCRAPEKIT_SOAK_LOG": str(self.probe)}
        files = (self.files, max(self.files, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        with said:
            return subprocess.Popen(
                [sys.executable, "-m", "scrapekit", "run", "soak.yaml", "-q"],
                cwd=self.folder,
                env=os.environ | environ,
                stdout=said,
                stderr=said,
                start_new_session=True,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, files),
            )

    def watch(self, process: subprocess.Popen[bytes], until_done: float) -> None:
        """Wait for the end, or until so much is done; raises OutOfTime."""
        said = 0.0
        while process.poll() is None and (done := self.samples.look().done) < until_done:
            if time.monotonic() > self.until:
                raise OutOfTime
            if time.monotonic() > said + 10:
                said = time.monotonic()
                self.say(f"{done:,} of {self.site.pages:,} done")
            time.sleep(0.5)

    def run(self) -> None:
        """Crawl to half, kill, go on to the end; raises OutOfTime, with nothing left running."""
        killed = self.folder / "killed"
        for half in [0.5] * (not killed.exists()) + [2.0]:
            process = self.start()
            try:
                self.watch(process, half * self.site.pages)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    self.say(f"killed at {self.samples.look().done:,}")
                    if self.samples.done >= self.site.pages / 4:
                        killed.touch()
                process.wait()
        self.say(f"ended with exit code {process.returncode}")
        if process.returncode not in (0, 1):
            raise SystemExit((self.folder / "said.txt").read_text()[-2000:])


@contextmanager
def served(site: Site, folder: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The hosts, served by another process: their port, and afterwards what it counted."""
    kept = folder / "port"
    port = kept.read_text() if kept.exists() else "0"
    options = ["--hosts", str(site.hosts), "--each", str(site.each), "--port", port]
    process = subprocess.Popen(
        [sys.executable, str(HERE / "soak_server.py"), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    port = process.stdout.readline().decode().strip()
    kept.write_text(port)
    counted: dict[str, Any] = {}
    try:
        yield int(port), counted
    finally:
        counted.update(json.loads(process.communicate()[0] or b"{}"))


def outcome(soak: Soak, counted: dict[str, Any]) -> Outcome:
    """Count the records, and read the report."""
    site, found = soak.site, bytearray(soak.site.pages)
    with (soak.folder / "out" / "soak.jsonl").open("rb") as lines:
        for line in lines:
            page = json.loads(line)["id"]
            found[page] = min(255, found[page] + 1)
    expected = bytearray(site.pages)
    for page in site.expected():
        expected[page] = 1
    good, job = sum(expected), soak.folder / ".scrapekit" / "soak"
    return Outcome(
        lost=sum(1 for want, have in zip(expected, found, strict=True) if want > have),
        doubled=sum(have - want for want, have in zip(expected, found, strict=True) if have > want),
        refetched=counted.get("refetched", 0),
        concurrency=CONCURRENCY,
        store=(job / "job.sqlite").stat().st_size,
        report=json.loads((job / "report.json").read_text()),
        expected={
            "seen": site.pages + site.indexes,
            "ok": good + site.indexes,
            "failed": site.pages - good,
        },
    )


def soaked(soak: Soak) -> list[Bar]:
    """Run the whole soak; the bars. Raises OutOfTime."""
    with served(soak.site, soak.folder) as (port, counted):
        soak.prepare(port)
        soak.run()
    return bars(soak.samples.look(), soak.site.pages, outcome(soak, counted))


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--urls", type=int, default=20_000, help="pages (default %(default)s)")
    parser.add_argument("--hosts", type=int, default=200, help="lanes (default %(default)s)")
    parser.add_argument("--folder", type=Path, help="work here, and go on with what is there")
    parser.add_argument("--minutes", type=float, default=120, help="stop after so long (default %(default)s)")
    parser.add_argument(
        "--files", type=int, default=1024, help="the most open files, as `ulimit -n` (default %(default)s)"
    )
    asked = parser.parse_args()
    site = Site(asked.hosts, asked.urls // asked.hosts)
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        soak = Soak(site, folder, time.monotonic() + 60 * asked.minutes, asked.files)
        try:
            found = soaked(soak)
        except OutOfTime:
            soak.say("the time is over; the same command with the same --folder goes on")
            return 2
        for line in table(found).splitlines():
            soak.say(line)
    return 1 if any(bar.holds is False for bar in found) else 0


if __name__ == "__main__":
    sys.exit(main())
