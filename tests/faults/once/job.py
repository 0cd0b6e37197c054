"""One job, interrupted again and again and gone on with, and what became of its records."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from once import ways
from once.exports import EARLIER, QUARANTINE, Driven, Record, driven, read_quarantine
from once.moments import Moment, Running, facts
from once.shop import MAKERS, SPOILT, Shop

CONCURRENCY = 8
SOON = 5.0
"""Seconds within which a run that goes on sends its first request."""

_PLAIN = """\
scrapekit: 1
name: shop
seeds:
  listing: {site}/listing/1
pages:
  listing:
    links:
      product: li a
      listing: a.next
  product:
    items:
      product:
        key: number
        on_invalid: quarantine
        fields: {{ number: h1, text: p, price: {{ css: i, type: int, required: true }} }}
      mark:
        fields: {{ number: h1, text: p }}
"""

_JOINED = """\
scrapekit: 1
name: shop
seeds:
  listing: {site}/listing/1
pages:
  listing:
    item: product
    each: li
    key: number
    detail: {{ css: a, page: product }}
    fields: {{ number: a }}
    paginate: {{ next: a.next }}
  product:
    fields:
      text: {{ css: p, required: true }}
      maker: {{ at: a.maker, css: b, required: true }}
      notes: {{ css: p, pages: {{ next: a.more }} }}
      label: "{{{{ item.number }}}} {{{{ item.maker }}}}"
"""
"""Each record from its row, a page of its own, the page after that, and a page it shares with others."""

_FILES = """\
scrapekit: 1
name: shop
seeds:
  listing: {site}/listing/1
pages:
  listing:
    links:
      product: li a
      listing: a.next
  product:
    item: product
    key: number
    on_invalid: quarantine
    where: item.file.size > 1000
    fields:
      number: h1
      text: p
      price: {{ css: i, type: int, required: true }}
      file: {{ css: a.file, download: {{ to: files, name: "{{{{ item.number }}}}" }}, required: true }}
"""
"""Each record with a file that it shares with others, and left out when that has come and is a short one."""

_REST = """\
http: {{ retries: 3, timeout: 20s }}
crawl: {{ delay: 0, per_host: {concurrency}, concurrency: {concurrency} }}
export:
"""


@dataclass
class Score:
    """What came of one job that was interrupted and gone on with until it was complete."""

    interruptions: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    """By export."""
    doubled: Counter[str] = field(default_factory=Counter)
    broken: dict[str, str] = field(default_factory=dict)
    """What cannot be read, holds what no page said, or was left behind; with the reason."""
    refetched: int = 0
    slowest_start: float = 0.0
    """Seconds to the first request of a run that had something to fetch."""
    output: str = ""
    untold: int = 0
    """Interruptions between the store's note that the job has ended and the summary."""
    unheard: int = 0
    """Jobs that count as told, although their summary was never printed."""

    @property
    def whole(self) -> bool:
        """Nothing lost, doubled or broken, no more refetched than was in flight, and told."""
        kept = not (self.lost or self.doubled or self.broken or self.unheard)
        return kept and self.refetched <= CONCURRENCY * self.interruptions

    @property
    def clean(self) -> bool:
        """Whole, and quick to go on."""
        return self.whole and self.slowest_start <= SOON

    def __str__(self) -> str:
        return (
            f"{self.interruptions} interruptions ({self.untold} before it told), lost {dict(self.lost)},"
            f" doubled {dict(self.doubled)}, broken {self.broken}, refetched {self.refetched},"
            f" unheard {self.unheard}, first request after {self.slowest_start:.2f} s"
        )


class DrivenJob:
    """A job in a folder, with every exporter there is.

    With *joined* each record is made of several pages, with *files* each names a file. *disk* is a small file
    system to fill when a run is to be out of disk; without it the size of each file is limited. *options*
    are added to the command.
    """

    def __init__(
        self,
        shop: Shop,
        folder: Path,
        *,
        joined: bool = False,
        files: bool = False,
        seed: int = 0,
        disk: Path | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self.shop, self.folder, self.joined, self.files, self.disk = shop, folder, joined, files, disk
        self.options = options
        self.exports = [export for export in driven() if not (joined or files) or export.kind == "product"]
        self.score = Score()
        self._rng = random.Random(seed)
        self._copies = 0
        self._prepare()

    def _prepare(self) -> None:
        """Write the recipe, and the files that were there before."""
        out = self.folder / "out"
        out.mkdir(parents=True)
        recipe = (_JOINED if self.joined else _FILES if self.files else _PLAIN) + _REST
        text = recipe.format(site=self.shop.url, concurrency=CONCURRENCY)
        text += "".join(export.line for export in self.exports)
        (self.folder / "shop.yaml").write_text(text, encoding="utf-8")
        for export in self.exports:
            if export.earlier is not None:
                export.earlier(out / export.name, export.kind)
        self.shop.log.clear()

    def interrupted(self, moments: Iterable[Moment], how: str, *, room: Callable[[], int] = int) -> Score:
        """Interrupt the job at each moment, in one of `ways.WAYS`, then let it end.

        *room* gives the bytes that each starved run may write to a file. Raises RuntimeError when a run
        ends in a way that none may end.
        """
        ended = any(self._once(moment, how, room) for moment in moments)
        while not ended:
            ended = self._once(None, how, room)
        self._count()
        return self.score

    def _once(self, moment: Moment | None, how: str, room: Callable[[], int]) -> bool:
        """Run the command once; True when the job is over."""
        before, began = len(self.shop.log), time.monotonic()
        starving = how == "disk" and moment is not None
        left = room() if starving else 0
        with ways.filled(self.disk if starving else None, left):
            largest = left if starving and self.disk is None else None
            process = ways.start(self.folder, largest=largest, clock=how == "clock", options=self.options)
            in_time, said = self._interrupt(Running(self.folder, process, self.shop), moment, how)
        self.score.output = said
        self.score.interruptions += in_time
        if len(self.shop.log) > before:
            self.score.slowest_start = max(self.score.slowest_start, self.shop.log[before][0] - began)
        noted = facts(self.folder)
        # A signal may come before the command has said what it does with signals.
        fine = (0, 3 if starving else 0, 130, *(-number for number in ways.SIGNALS.values()))
        if "KeyboardInterrupt" not in said and (process.returncode not in fine or "Traceback" in said):
            raise RuntimeError(f"exit code {process.returncode}: {said}")
        self.score.unheard += "told" in noted and "shop: complete after" not in said
        self.score.untold += in_time and "finished" in noted and "told" not in noted
        return process.returncode == 0 or "told" in noted

    def _interrupt(self, run: Running, moment: Moment | None, how: str) -> tuple[bool, str]:
        # 1. Nothing interrupts it any more.
        if moment is None:
            return False, run.process.communicate(timeout=600)[0].decode()
        # 2. It comes to an end of its own.
        if how == "disk":
            return ways.starved(run)
        # 3. It goes on from a copy, elsewhere.
        if how in ("copy", "power"):
            self._copies += 1
            target = self.folder.with_name(f"{self.folder.name.partition('~')[0]}~{self._copies}")
            in_time, said = ways.copied(run, moment, target, self._rng if how == "power" else None)
            self.folder = target
            return in_time, said
        # 4. It is killed, or asked to stop.
        return ways.interrupt(run, moment, how)

    def _count(self) -> None:
        for export in self.exports:
            self._count_one(export.name, self._expected(export), lambda path, e=export: e.read(path, e.kind))
        if not self.joined:
            spoilt = {self._record(n) for n in range(0, self.shop.pages, SPOILT)}
            self._count_one(QUARANTINE, spoilt, read_quarantine)
        self._count_leftovers()
        fetches = Counter(path for _, path in self.shop.log if path != "/robots.txt")
        self.score.refetched = sum(fetches.values()) - len(fetches)
        self.score.lost, self.score.doubled = +self.score.lost, +self.score.doubled

    def _record(self, number: int) -> Record:
        return str(number), self.shop.text(number)

    def _expected(self, export: Driven) -> set[Record]:
        every = export.kind == "mark" or self.joined
        numbers = [n for n in range(self.shop.pages) if every or n % SPOILT]
        numbers = [n for n in numbers if not self.files or self.shop.has_long_file(n)]
        return {self._record(n) for n in numbers} | ({EARLIER} if export.earlier is not None else set())

    def _count_one(self, name: str, expected: set[Record], read: Callable[[Path], Sequence[Record]]) -> None:
        try:
            found = Counter(read(self.folder / "out" / name))
        except Exception as error:  # whatever a damaged file makes of its reader
            self.score.broken[name] = f"{type(error).__name__}: {error}"
            return
        numbers = {number for number, _ in found}
        self.score.lost[name] += len({number for number, _ in expected} - numbers)
        self.score.doubled[name] += sum(found.values()) - len(numbers)
        if strange := set(found) - expected:
            self.score.broken[name] = f"holds what no page said: {str(strange)[:100]}"

    def _count_leftovers(self) -> None:
        wanted = {export.name for export in self.exports} | {QUARANTINE}
        for path in (self.folder / "out").iterdir():
            if path.name not in wanted:
                self.score.broken[path.name] = "was left behind"
        if self.files:
            self._count_files()
        if self.joined and (bad := self._incomplete()):
            self.score.broken["joined"] = f"records that are not what their pages say: {bad[:10]}"

    def _count_files(self) -> None:
        """Every file that a record names is there and whole, and there is no other."""
        name = next(export.name for export in self.exports if export.exporter == "json")
        records = json.loads((self.folder / "out" / name).read_text(encoding="utf-8"))
        named = {record["file"]["path"]: record["file"]["sha256"] for record in records}
        paths = [path for path in (self.folder / "files").rglob("*") if path.is_file()]
        there = {str(p.relative_to(self.folder)): sha256(p.read_bytes()).hexdigest() for p in paths}
        for path in named.keys() | there.keys():
            if named.get(path) != there.get(path):
                self.score.broken[path] = "no record names it" if path not in named else "missing or damaged"

    def _incomplete(self) -> list[str]:
        name = next(export.name for export in self.exports if export.exporter == "json")
        records = json.loads((self.folder / "out" / name).read_text(encoding="utf-8"))
        return [record["number"] for record in records if not self._is_whole(record)]

    def _is_whole(self, record: dict[str, object]) -> bool:
        number = int(str(record["number"]))
        maker = f"maker {number % MAKERS}"
        notes = [self.shop.text(number), f"more of {number}"]
        return (record["maker"], record["label"], record["notes"]) == (maker, f"{number} {maker}", notes)
