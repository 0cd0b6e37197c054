"""Fault 65: sites without an end. Their good pages come early, and the endless rest ends by a limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from catalogue.fault import Fault, Ground, Happened, Right
from catalogue.own import by_rule
from fault_site import NOT_HERE, Behaviour, answer

from endless_site import GOOD, LURES, MOST_BEFORE, Endless, Lure

_READ = """{ links: { page: a }, item: book, each: p.book, fields: { title: b } }"""
_FEW = "robots: ignore, per_host: 16, traps: { alike: 150, fruitless: 100 }"


def _trapped(make: Callable[[], Lure]) -> Callable[[Ground], Happened]:
    """A crawl of two hundred good pages beside the trap; asked: how many requests until the last of them."""

    def run(ground: Ground) -> Happened:
        pages = Endless(make())

        def serve(host: str, path: str) -> Behaviour | None:
            return answer(pages.get(path)) if host == ground.host else None

        ground.site.patterns.append(serve)
        happened = by_rule(_READ, answer(pages.get("/")), crawl=_FEW)(ground)
        asked = [exchange.path for exchange in ground.site.asked(host=ground.host)]
        assert set(asked) >= GOOD
        report = happened.ended.report
        told = "ended by a limit" if any("than crawl.traps." in note for note in report["notes"]) else ""
        last = max(asked.index(path) for path in GOOD)
        return Happened(happened.ended, told, happened.records, last)

    return run


def _is_out_of_it(happened: Happened) -> bool:
    titles = {record["title"] for record in happened.records}
    complete = happened.ended.report["outcome"] == "complete" and happened.told
    return titles == {f"Book {n}" for n in range(200)} and happened.asked < MOST_BEFORE and bool(complete)


_OUT = Right(f"200 good pages within {MOST_BEFORE} requests, the rest ended by a limit", _is_out_of_it)


def _looks_like_a_trap(link: str, note: str) -> dict[str, Any]:
    """A link whose address alone says what it is: not followed, and counted with its reason."""

    def run(ground: Ground) -> Happened:
        page = answer(f"<p class=book><b>one</b></p><a href='{link}'>x</a><a href='/good'>x</a>")
        ground.site.patterns.append(lambda _, path: NOT_HERE if path.startswith("/trap") else None)
        good = {"/good": answer("<p class=book><b>two</b></p>")}
        happened = by_rule(_READ, page, beside=good)(ground)
        trapped = [e.path for e in ground.site.asked(host=ground.host) if e.path.startswith("/trap")]
        notes = [text for text in happened.ended.report["notes"] if note in text]
        return Happened(happened.ended, "; ".join(notes), happened.records, len(trapped))

    right = Right(
        f"not followed, and noted: {note}",
        lambda h: sorted(r["title"] for r in h.records) == ["one", "two"] and bool(h.told) and h.asked == 0,
    )
    return {"right": right, "alone": run}


FAULTS = [
    *(Fault(65, name, "addresses", _OUT, alone=_trapped(make)) for name, make in LURES.items()),
    Fault(65, "repeated-parts", "addresses", **_looks_like_a_trap("/trap/a/b/a/b/a/b/a/b", "traps.repeats")),
    Fault(65, "too-many-parts", "addresses", **_looks_like_a_trap("/trap" + "/x" * 40, "traps.")),
    Fault(65, "too-long", "addresses", **_looks_like_a_trap("/trap?" + "x" * 2_100, "traps.length")),
]
