"""Fault 84: packages that are others than those the recipe was made with, and parts that fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from catalogue.fault import Fault, Ground, Happened, Right
from fault_site import book, links
from job_runner import Ended

_ENTRY_POINTS = """\
[scrapekit.filters]
odd = odd_part:Odd
[scrapekit.listeners]
odd = odd_part:Listener
"""
_MODULE = """\
from pathlib import Path
from scrapekit import hookimpl
Path("ran").touch()


class Odd:
    takes = gives = "text"

    @classmethod
    def make(cls, options):
        options.close()
        def apply(value):
            FAILS
            return value
        return apply


class Listener:
    @hookimpl
    def page_fetched(self, request, page):
        raise SystemExit(9)
"""


def _install(folder: Path, fails: str) -> Path:
    """A package of a filter and a listener, as an installer leaves it, in a folder for the path."""
    site = folder.with_name(folder.name + "-site")
    about = site / "odd_part-1.2.0.dist-info"
    about.mkdir(parents=True)
    (site / "odd_part.py").write_text(_MODULE.replace("FAILS", fails))
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: odd-part\nVersion: 1.2.0\n")
    (about / "entry_points.txt").write_text(_ENTRY_POINTS)
    files = [path.relative_to(site) for path in (site / "odd_part.py", *sorted(about.iterdir()))]
    (about / "RECORD").write_text("".join(f"{path},,\n" for path in files))
    return site


def _expected(site: Path) -> str:
    """The hash as the documentation has it: paths and contents of the files that came with the package."""
    names = ["odd_part-1.2.0.dist-info/METADATA", "odd_part-1.2.0.dist-info/entry_points.txt", "odd_part.py"]
    lines = [f"{name}\0{sha256((site / name).read_bytes()).hexdigest()}\n" for name in names]
    return sha256("".join(lines).encode()).hexdigest()


def _with(pins: str, fails: str = "", spoil: bool = False) -> Callable[[Ground], Happened]:
    """By the real command, with the package installed; told: what was said, asked: how often the page was."""

    def run(ground: Ground) -> Happened:
        site = _install(ground.folder, fails)
        pinned = pins.replace("HASH", _expected(site))
        if spoil:
            (site / "odd_part.py").write_text(_MODULE.replace("FAILS", "value = 'other'"))
        url = ground.site.serve("/page", links("/one", "/two"), ground.host)
        ground.site.serve("/one", book("one"), ground.host)
        ground.site.serve("/two", book("two"), ground.host)
        fields = "title: { css: h1, required: true }, odd: { css: h1, pipe: [odd] }"
        pages = f"listing: {{ links: {{ page: a }} }}, page: {{ item: book, fields: {{ {fields} }} }}"
        job = ground.job(
            f'scrapekit: 1\nname: books\nseeds: {{ listing: "{url}" }}\n{pinned}'
            f"pages: {{ {pages} }}\n"
            "crawl: { robots: ignore, delay: 0, allow_failed: 100% }\nexport: out/books.jsonl\n"
        )
        job.environ["PYTHONPATH"] = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
        ended = job.run()
        if ended.code == 2:
            assert not (job.folder / "ran").exists(), "it was imported"
        records = tuple(job.records()) if ended.code == 0 else ()
        return Happened(ended, ended.output, records, len(ground.site.asked(host=ground.host)))

    return run


def _listed(ground: Ground) -> Happened:
    """What is installed, with version and hash, without importing any of it."""
    site = _install(ground.folder, "")
    ground.folder.mkdir(parents=True)
    listed = subprocess.run(
        [sys.executable, "-m", "scrapekit", "plugins", "--hashes"],
        cwd=ground.folder,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not (ground.folder / "ran").exists(), "it was imported"
    found = re.search(r"odd-part +1\.2\.0 +(\w+)", listed.stdout)
    told = "as it is" if found and found[1] == _expected(site) else listed.stdout + listed.stderr
    return Happened(Ended(listed.returncode, listed.stdout, 0, 0), told)


def _refused(words: str) -> Right:
    told = re.compile(
        r"^job\.yaml:\d+:\d+: plugins\.odd-part.*" + words + r".*^  hint: ", re.DOTALL | re.MULTILINE
    )
    return Right(
        f"refused with its place, not imported: {words}",
        lambda h: h.ended.code == 2 and bool(told.search(h.told)) and h.asked == 0,
    )


def _runs(*titles: str) -> Right:
    return Right(
        f"the run goes on: {', '.join(titles)}",
        lambda h: sorted(r["title"] for r in h.records) == list(titles) and h.asked == 3,
    )


_OFF = Right("the listener is switched off and named", lambda h: len(h.ended.report["listeners_off"]) == 1)
_BLAMED = Right(
    "the package is named",
    lambda h: "odd-part 1.2.0" in str([f["reason"] for f in h.ended.report["failures"]]),
)
_FAILS = "if value == 'one': raise RuntimeError('no ones')"

FAULTS = [
    Fault(84, name, "recipes", right, alone=run)
    for name, right, run in [
        ("listed-with-version-and-hash", Right("listed", lambda h: h.told == "as it is"), _listed),
        (
            "pinned-as-it-is",
            _runs("one", "two"),
            _with("plugins: { odd-part: { version: 1.2.0, sha256: HASH } }\n"),
        ),
        (
            "of-another-version",
            _refused("is installed at version 1.2.0, not 1.3"),
            _with("plugins: { odd-part: 1.3 }\n"),
        ),
        (
            "with-other-files",
            _refused("the files of odd-part 1.2.0 are others"),
            _with("plugins: { odd-part: { version: 1.2.0, sha256: HASH } }\n", spoil=True),
        ),
        ("a-filter-that-raises", _runs("two") & _BLAMED, _with("", _FAILS)),
        ("a-listener-that-exits", _runs("one", "two") & _OFF, _with("")),
    ]
]
