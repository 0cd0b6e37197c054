"""Invalid records in a file of their own: each once, whatever instant the run is killed at."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from fault_site import after, answer, links
from job_runner import Job, recipe

PAGES = 40
BAD = {n for n in range(PAGES) if n % 3 == 0}


def shop(site, pages: int = PAGES) -> str:
    """Books, of which every third one says no price; gives the recipe that puts those into quarantine."""
    site.serve("/", links(*[f"/{n}" for n in range(pages)]))

    def page(_: str, path: str):
        if not path[1:].isdigit():
            return None
        number = int(path[1:])
        price = "ask us" if number in BAD else str(number)
        return after(0.02, answer(f"<h1>{number}</h1><i>{price}</i>"))

    site.patterns.append(page)
    text = recipe([site.url("/")], crawl="delay: 0, per_host: 4")
    fields = "      price: { css: i, type: int }\n      url: {"
    text = text.replace("      url: {", fields).replace("css: h1, required: true", "css: h1")
    return text.replace("    item: book\n", "    item: book\n    on_invalid: quarantine\n")


def quarantined(job: Job) -> list[dict[str, object]]:
    lines = (job.folder / "out" / "books.quarantine.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_an_invalid_record_is_kept_aside_with_its_place_the_reason_and_what_was_read(site, tmp_path):
    job = Job(tmp_path, shop(site, 4))

    ended = job.run()

    assert ended.code == 0, ended.output
    assert job.titles() == ["1", "2"]
    assert sorted(quarantined(job), key=lambda row: str(row["url"])) == [
        {
            "url": site.url(f"/{number}"),
            "page": "page",
            "kind": "book",
            "row": 0,
            "field": "price",
            "reason": "is not an int",
            "values": {"title": number, "price": "ask us", "url": site.url(f"/{number}")},
        }
        for number in ("0", "3")
    ]
    assert ended.report["records"] == {"book": 2}
    assert [export["records"] for export in ended.report["exports"]] == [2]
    quarantine = ended.report["quarantine"]
    assert (quarantine["path"], quarantine["records"]) == ("out/books.quarantine.jsonl", 2)
    assert ended.report["notes"]["book quarantined: price is not an int"] == 2
    assert "in quarantine\n  out/books.quarantine.jsonl  2 invalid records" in ended.output


def test_where_nothing_is_invalid_there_is_no_file_and_an_old_one_goes(site, tmp_path):
    site.serve("/", answer("<h1>Emma</h1><i>1</i>"))
    job = Job(tmp_path, shop(site, 0))
    site.serve("/", answer("<h1>Emma</h1><i>1</i>"))
    old = tmp_path / "out" / "books.quarantine.jsonl"
    old.parent.mkdir()
    old.write_text("{}\n")

    ended = job.run()

    assert (ended.code, ended.report["quarantine"]) == (0, None), ended.output
    assert [path.name for path in sorted(old.parent.iterdir())] == ["books.jsonl"]
    assert "quarantine" not in ended.output


@pytest.mark.slow
def test_killed_again_and_again_each_invalid_record_is_there_once(site, tmp_path):
    job = Job(tmp_path, shop(site))

    for count in (6, 18, 30):
        job.run_until(lambda count=count: site.wait_for(lambda: len({e.path for e in site.log}) > count))
    ended = job.run("-q")

    assert ended.code == 0, ended.output
    assert Counter(str(row["values"]["title"]) for row in quarantined(job)) == Counter(map(str, BAD))  # type: ignore[index]
    assert sorted(map(int, job.titles())) == [n for n in range(PAGES) if n not in BAD]
    assert ended.report["quarantine"]["records"] == len(BAD)


@pytest.mark.slow
def test_contracts_over_the_whole_job_are_counted_over_kills(site, tmp_path):
    text = shop(site).replace("on_invalid: quarantine", "on_invalid: keep")
    text = text.replace("      url: {", '      third: { regex: "<h1>..*(.)</h1>" }\n      url: {')
    expect = "expect: { book: { min: 0, coverage: { price: 80%, title: 100% }, unique: third } }"
    job = Job(tmp_path, text.replace("expect: { book: { min: 0 } }", expect))

    for count in (9, 21):
        job.run_until(lambda count=count: site.wait_for(lambda: len({e.path for e in site.log}) > count))
    ended = job.run("-q")

    filled = PAGES - len(BAD)
    assert ended.code == 1, ended.output
    # 30 numbers have two digits, of which the second is one of ten.
    assert ended.report["broken"] == [
        f"price is there in {filled} of {PAGES} book records (65 %), expected 80 %",
        "third of book is unique by contract, but a value came again 20 times",
    ]
