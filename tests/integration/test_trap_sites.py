"""Sites without an end: their two hundred good pages come early, and the endless rest ends by a limit."""

from __future__ import annotations

import pytest

from endless_site import GOOD, LURES, MOST_BEFORE, Endless

READ = "listing: { links: { listing: a }, item: book, each: p.book, fields: { title: b } }"
FEW = [("crawl.traps.alike", "150"), ("crawl.traps.fruitless", "100"), ("crawl.per_host", "16")]


@pytest.mark.slow
@pytest.mark.parametrize("lure", LURES.values(), ids=list(LURES))
async def test_the_good_pages_come_early_and_the_trap_ends(shop, lure) -> None:
    shop.site.pages = Endless(lure())

    records = await shop.run(READ, overrides=FEW)

    asked = shop.site.fetches()
    assert set(asked) >= GOOD
    assert max(asked.index(path) for path in GOOD) < MOST_BEFORE
    assert {record["title"] for record in records} == {f"Book {n}" for n in range(200)}
    assert shop.report.outcome == "complete"
    assert any("than crawl.traps." in note for note in shop.report.notes)
    assert shop.report.seen == len(asked) == sum(shop.report.verdicts.values())
