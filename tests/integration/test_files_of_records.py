"""A file gets its name with the first record that names it, and never without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from file_site import PNG, FileSite, Served
from files_shop import LISTING, Shop, row, short
from scrapekit.job.tracing import reading

LARGER = PNG + b"larger"
TWO_FILES = """\
listing:
  item: product
  each: li
  fields:
    name: b
    image: { css: img, download: true }
    sheet: { css: a, download: true, required: true }
"""


@pytest.fixture
def site() -> Iterator[FileSite]:
    with FileSite().served() as site:
        site.files = {"/a.png": Served(), "/b.png": Served(LARGER), "/c.pdf": Served(b"%PDF-", "text/plain")}
        yield site


@pytest.fixture
def shop(tmp_path, site) -> Shop:
    return Shop(tmp_path, site)


def names(shop: Shop) -> set[str]:
    return set(shop.found())


async def test_the_files_of_a_record_that_is_dropped_get_no_name(shop, site):
    site.pages["/"] = row("cup", "/a.png") + row("tea", "/b.png")

    records = await shop.run(LISTING % "true" + f"  where: item.image.size > {len(PNG)}\n")

    assert [record["name"] for record in records] == ["tea"]
    assert names(shop) == {f"b-{short(LARGER)}.png"}
    assert shop.report.downloads == {"download: out/files": {"files": 1, "bytes": len(LARGER), "unused": 1}}


async def test_the_files_of_a_record_that_lacks_another_get_no_name(shop, site):
    pdf = "<li><b>{}</b><img src=/{}.png><a href=/{}>"
    site.pages["/"] = pdf.format("cup", "a", "none.pdf") + pdf.format("tea", "b", "c.pdf")

    records = await shop.run(TWO_FILES)

    assert [record["name"] for record in records] == ["tea"]
    assert names(shop) == {f"b-{short(LARGER)}.png", f"c-{short(b'%PDF-')}.pdf"}


async def test_a_file_that_one_record_of_two_names_has_its_name(shop, site):
    pdf = "<li><b>{}</b><img src=/{}.png><a href=/{}>"
    site.pages["/"] = pdf.format("cup", "a", "none.pdf") + pdf.format("tea", "a", "c.pdf")

    records = await shop.run(TWO_FILES)

    assert [record["name"] for record in records] == ["tea"]
    assert names(shop) == {f"a-{short(PNG)}.png", f"c-{short(b'%PDF-')}.pdf"}


async def test_the_files_of_a_record_that_an_earlier_job_exported_get_no_second_name(shop, site):
    site.pages["/"] = row("tea", "/a.png")
    seen = {
        "overrides": [("seen", "{ by: name }")],
        "export": "{ jsonl: { path: out/shop.jsonl, append: true } }",
    }
    await shop.run(LISTING % "{ name: '{{ item.name }}' }", **seen)
    site.pages["/"] = row("tea", "/b.png") + row("cup", "/a.png")

    records = await shop.run(LISTING % "{ name: '{{ item.name }}' }", **seen)

    assert [record["name"] for record in records] == ["cup", "tea"]
    assert names(shop) == {f"tea-{short(PNG)}.png", f"cup-{short(PNG)}.png"}


async def test_the_files_of_records_beyond_the_limit_get_no_name(shop, site):
    site.pages["/"] = "".join(row(str(n), f"/{n}.png") for n in range(8))
    site.files = {f"/{n}.png": Served(PNG + bytes([n])) for n in range(8)}

    (record,) = await shop.run(LISTING % "{ give: path }", limit=1)

    assert names(shop) == {record["image"].removeprefix("out/files/")}


async def test_the_files_of_an_invalid_record_are_there_where_the_quarantine_names_them(shop, site):
    site.pages["/"] = "<li><b>cup</b><img src=/a.png><a href=/none.pdf>"
    await shop.run(TWO_FILES + "  on_invalid: quarantine\n")

    assert names(shop) == {f"a-{short(PNG)}.png"}


async def test_what_became_of_a_file_is_told(shop, site):
    site.pages["/"] = row("cup", "/a.png") + row("tea", "/b.png")
    await shop.run(LISTING % "true" + f"  where: item.image.size > {len(PNG)}\n")

    with reading(shop.folder / ".scrapekit" / "shop" / "job.sqlite") as job:
        (left_out,), (kept,) = (job.requests_for(f"{site.url}/{name}.png") for name in "ab")

    assert (left_out.file, left_out.placed) == (f"out/files/a-{short(PNG)}.png", False)
    assert (kept.file, kept.placed, kept.reason) == (f"out/files/b-{short(LARGER)}.png", True, "")


async def test_a_record_has_only_so_many_files_and_the_rest_is_counted(shop, site):
    site.pages["/"] = row("tea", *(f"/{n}.png" for n in range(5)))
    site.files = {f"/{n}.png": Served(PNG + bytes([n])) for n in range(5)}
    pages = LISTING.replace("img, d", "img, all: true, d")

    (record,) = await shop.run(pages % "{ give: url, max_files: 3 }")

    assert record["image"] == [f"{site.url}/{n}.png" for n in range(3)]
    assert shop.report.notes == {"files beyond max_files of product: download: out/files": 2}
    assert len(site.asked) == 5  # robots.txt, the page, three files
