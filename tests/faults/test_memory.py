"""A run's memory follows what is in flight, not how many pages there were."""

from __future__ import annotations

import pytest
from fault_site import answer
from job_runner import Job, recipe

pytestmark = pytest.mark.slow

MEGABYTE = 1_000_000


def shelf(path: str, pages: int) -> bytes | None:
    """A shelf of fifty books with a link to the next, or a book of four kilobytes."""
    kind, _, number = path.lstrip("/").partition("/")
    if kind == "shelf":
        first = int(number)
        rows = "".join(f'<li><a href="/book/{n}">{n}</a>' for n in range(first, min(first + 50, pages)))
        more = f'<a href="/shelf/{first + 50}">next</a>' if first + 50 < pages else ""
        return answer(rows + more)
    return answer(f"<h1>{number}</h1><p>{'word ' * 800}</p>") if kind == "book" else None


def test_five_thousand_pages_take_no_more_than_120_megabytes(site, tmp_path):
    pages = 5000
    site.patterns.append(lambda _, path: shelf(path, pages))
    job = Job(tmp_path, recipe([site.url("/shelf/0")], crawl="delay: 0, per_host: 8"))

    ended = job.run("-q")

    assert ended.report["verdicts"] == {"ok": pages + 100}
    assert 20 * MEGABYTE < ended.peak_memory < 120 * MEGABYTE


def test_eight_exports_take_no_more_than_120_megabytes(site, tmp_path):
    pages = 2000
    site.patterns.append(lambda _, path: shelf(path, pages))
    job = Job(tmp_path, recipe([site.url("/shelf/0")], crawl="delay: 0, per_host: 8"))
    files = [f"out/{n}.{kind}" for kind in ("jsonl", "json", "csv", "sqlite") for n in (1, 2)]

    ended = job.run("-q", *[word for file in files for word in ("-o", file)])

    assert [(e["path"], e["records"]) for e in ended.report["exports"]] == [(file, pages) for file in files]
    assert 20 * MEGABYTE < ended.peak_memory < 120 * MEGABYTE
