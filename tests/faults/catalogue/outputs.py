"""Faults 73 to 76, 84 and 85: files that lead elsewhere, cells, words on a screen, parts that fail, doors."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from pathlib import Path

from catalogue.fault import Fault, Ground, Happened, Right
from catalogue.own import HEADING, by_rule
from fault_site import answer, book, hang

_REFUSED = Right("refused, nothing written there", lambda h: h.ended.code == 2)
_NOTHING_LOST = Right("a record, nothing written there", lambda h: h.ended.code in (0, 2))


def _linked(name: str, to_a_file: bool) -> Callable[[Ground], Happened]:
    """Something of the run's own is a link to what is none of its business."""

    def run(ground: Ground) -> Happened:
        there = ground.folder.with_name(ground.folder.name + "-there")
        there.mkdir()
        (there / "file").write_text("untouched")
        link = ground.folder / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(there / "file" if to_a_file else there)
        happened = by_rule(HEADING, book("tea"))(ground)
        assert [path.name for path in there.iterdir()] == ["file"], list(there.iterdir())
        assert (there / "file").read_text() == "untouched"
        return happened

    return run


_LINKS = [
    Fault(73, "folder-is-a-link", "output", _REFUSED, alone=_linked("out", to_a_file=False)),
    Fault(73, "file-is-a-link", "output", _NOTHING_LOST, alone=_linked("out/books.jsonl", to_a_file=True)),
    Fault(
        73, "part-is-a-link", "output", _NOTHING_LOST, alone=_linked("out/books.jsonl.part", to_a_file=True)
    ),
    Fault(73, "job-is-a-link", "output", _REFUSED, alone=_linked(".scrapekit", to_a_file=False)),
    Fault(
        73,
        "store-is-a-link",
        "output",
        _REFUSED,
        alone=_linked(".scrapekit/books/job.sqlite", to_a_file=True),
    ),
]

_FORMULAS = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "＝1+1"]
_TEXTS = [
    "a,b",
    'say "x"',
    "one\ntwo",
    "one\r\ntwo",
    "tab\there",
    " spaces ",
    "'quoted'",
    "nul\0here",
    "ü€𝄞\u202e",
]


def _cells(texts: list[str], guard: str) -> Callable[[Ground], Happened]:
    """Each text as a record of its own, written as CSV and read back."""

    def run(ground: Ground) -> Happened:
        page = answer(json.dumps([{"t": text} for text in texts]), kind="application/json")
        rule = "{ parser: json, item: book, each: '$[*]', fields: { title: t } }"
        cells = f"{{ path: out/books.csv, formula_guard: {guard} }}"
        more = f"\nexport: {{ jsonl: out/books.jsonl, csv: {cells} }}\n"
        url = ground.site.serve("/page", page, ground.host)
        job = ground.job(
            f'scrapekit: 1\nname: books\nseeds: {{ page: "{url}" }}\npages: {{ page: {rule} }}\n'
            f"crawl: {{ robots: ignore }}{more}"
        )
        ended = ground.run(job)
        with (job.folder / "out/books.csv").open(newline="") as file:
            cells = [row[0] for row in csv.reader(file)][1:]
        told = "" if [record["title"] for record in job.records()] == texts else "the JSON differs"
        return Happened(ended, told, tuple({"title": cell} for cell in cells))

    return run


def _holds(*cells: str) -> Right:
    return Right("each as it was", lambda h: [r["title"] for r in h.records] == list(cells) and not h.told)


_GUARDED = Right(
    "none runs, JSON is as it was",
    lambda h: all(r["title"].lstrip("\t ")[0] not in "=+-@" for r in h.records) and not h.told,
)

_CELLS = [
    Fault(74, "formulas", "output", _GUARDED, alone=_cells(_FORMULAS[:4], "true")),
    Fault(74, "formulas-as-they-are", "output", _holds(*_FORMULAS), alone=_cells(_FORMULAS, "false")),
    Fault(
        75,
        "csv-round-trip",
        "output",
        _holds(*(text.replace("\0", "\ufffd") for text in _TEXTS)),
        alone=_cells(_TEXTS, "false"),
    ),
]

_ESCAPES = "\x1b[2J\x1b]0;owned\x07\u009b31m\u202egnp"


def _shown(ground: Ground) -> Happened:
    """By the real command, a line a request: the runner looks for control characters and tracebacks."""
    ground.site.serve("/gone", answer("", "404 \x1b[31mGone\x07"), ground.host)
    links = "".join(f'<a href="{path}">x</a>' for path in ("/gone", "/%1b[2J", "/\x1b[31m", "ht\x1btp://x/"))
    ground.site.serve("/page", answer(f"<h1>{_ESCAPES}\r\nforged: line</h1>{links}"), ground.host)
    url = ground.site.url("/page", ground.host)
    job = ground.job(
        f'scrapekit: 1\nname: books\nseeds: {{ page: "{url}" }}\n'
        "pages: { page: { item: book, fields: { title: { css: h1, required: true } }, links: { page: a } } }"
        "\n"
        "crawl: { robots: ignore, delay: 0, allow_failed: 100% }\nexport: out/books.jsonl\n"
    )
    ended = job.run("-v")
    assert not any(line.startswith("forged") for line in ended.output.splitlines())
    return Happened(ended, "", tuple(job.records()))


_ONE_LINE = Right("shown escaped, one line each", lambda h: h.ended.code == 0 and len(h.records) == 1)


def _listening(pid: int) -> list[str]:
    """The addresses a process listens at, as the kernel lists them."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(descriptor.readlink()))
        except OSError:
            continue
    tables = [Path(f"/proc/{pid}/net/{name}") for name in ("tcp", "tcp6")]
    rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    return [row[1] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in found]


def _doors(ground: Ground) -> Happened:
    """In the middle of a run, by the real command."""
    url = ground.site.serve("/page", hang, ground.host)
    job = ground.job(
        f'scrapekit: 1\nname: books\nseeds: {{ page: "{url}" }}\n'
        f"pages: {{ page: {HEADING} }}\ncrawl: {{ robots: ignore }}\nhttp: {{ timeout: 2s, retries: 0 }}\n"
    )
    process, began = job.start("-q"), time.monotonic()
    ground.site.wait_for(lambda: bool(ground.site.asked("/page", ground.host)))
    found = _listening(process.pid)
    ended = job.finish(process, began)
    assert found == [], found
    return Happened(ended)


_NO_DOOR = Right("it listens nowhere", lambda h: h.ended.code == 1)

FAULTS = [
    *_LINKS,
    *_CELLS,
    Fault(76, "escapes-everywhere", "output", _ONE_LINE, alone=_shown),
    *(
        [Fault(85, "control-surface", "output", _NO_DOOR, alone=_doors)]
        if Path("/proc/net/tcp").exists()
        else []
    ),
]
