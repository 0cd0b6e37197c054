"""Files that an earlier job fetched: asked for only where they have changed, or are gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from file_site import PNG, FileSite, Served
from files_shop import LISTING, Shop, row, short

OTHER = PNG + b"other"


@pytest.fixture
def site() -> Iterator[FileSite]:
    with FileSite().served() as site:
        site.pages["/"] = row("tea", "/a.png")
        site.files["/a.png"] = Served(etag='"1"', hook=lambda asked: unchanged(site, asked))
        yield site


@pytest.fixture
def shop(tmp_path, site) -> Shop:
    return Shop(tmp_path, site)


def unchanged(site: FileSite, asked: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes] | None:
    served = site.files["/a.png"]
    return (304, {"ETag": served.etag}, b"") if asked.get("if-none-match") == served.etag else None


def asked_with(site: FileSite, name: str) -> list[str]:
    return [headers.get(name, "") for path, headers in site.asked if path == "/a.png"]


async def test_a_file_that_did_not_change_is_not_sent_again(shop, site):
    first = await shop.run(LISTING % "true")

    for _ in range(2):
        again = await shop.run(LISTING % "true")

        assert again == first
        assert shop.report.verdicts == {"ok": 1, "not_modified": 1}
        assert shop.report.downloads == {"download: out/files": {"files": 1, "bytes": len(PNG), "known": 1}}
        assert shop.report.bytes == len(site.pages["/"])
    assert asked_with(site, "if-none-match") == ["", '"1"', '"1"']


async def test_a_file_that_changed_is_fetched_and_gets_another_name(shop, site):
    await shop.run(LISTING % "true")
    site.files["/a.png"].etag, site.files["/a.png"].body = '"2"', OTHER

    (record,) = await shop.run(LISTING % "{ give: path }")

    assert record["image"] == f"out/files/a-{short(OTHER)}.png"
    assert set(shop.found()) == {f"a-{short(PNG)}.png", f"a-{short(OTHER)}.png"}


async def test_a_file_that_is_gone_or_was_changed_from_outside_is_fetched_again(shop, site):
    path = shop.folder / "out" / "files" / f"a-{short(PNG)}.png"
    await shop.run(LISTING % "true")
    path.unlink()
    await shop.run(LISTING % "true")
    path.write_bytes(PNG.replace(b"\xff", b"\xfe"))

    (record,) = await shop.run(LISTING % "{ give: path }")

    assert asked_with(site, "if-none-match") == ["", "", ""]
    assert (shop.folder / record["image"]).read_bytes() == PNG


async def test_a_file_is_asked_for_by_its_date_where_that_is_all_there_is(shop, site):
    date = "Mon, 02 Nov 2026 10:00:00 GMT"
    site.files["/a.png"] = Served(headers={"Last-Modified": date})
    site.files["/a.png"].hook = lambda asked: (304, {}, b"") if "if-modified-since" in asked else None
    first = await shop.run(LISTING % "true")

    again = await shop.run(LISTING % "true")

    assert again == first
    assert asked_with(site, "if-modified-since") == ["", date]


async def test_a_file_that_came_lately_is_not_asked_for_at_all_where_the_recipe_says_so(shop, site):
    first = await shop.run(LISTING % "{ max_age: 1h }")

    again = await shop.run(LISTING % "{ max_age: 1h }")

    assert again == first
    assert site.times("/a.png") == 1


async def test_a_file_that_would_be_called_otherwise_is_fetched_again(shop, site):
    pages = LISTING % '{ give: path, name: "{{ item.name }}" }'
    await shop.run(pages)
    site.pages["/"] = row("cup", "/a.png")

    (record,) = await shop.run(pages)

    assert record["image"] == f"out/files/cup-{short(PNG)}.png"
    assert site.times("/a.png") == 2


async def test_the_file_of_a_record_that_was_left_out_is_not_known_later(shop, site):
    await shop.run(LISTING % "true" + f"  where: item.image.size > {len(PNG)}\n")

    (record,) = await shop.run(LISTING % "true")

    assert asked_with(site, "if-none-match") == ["", ""]
    assert (shop.folder / record["image"]["path"]).exists()


async def test_nothing_is_asked_for_by_its_version_where_the_recipe_says_so(shop, site):
    for _ in range(2):
        await shop.run(LISTING % "true", overrides=[("http.conditional", "false")])

    assert asked_with(site, "if-none-match") == ["", ""]


async def test_a_file_that_is_a_redirect_away_is_not_sent_again(shop, site):
    site.pages["/"] = row("tea", "/moved.png")
    site.files["/moved.png"] = Served(hook=lambda _: (302, {"Location": "/a.png"}, b""))
    first = await shop.run(LISTING % "true")

    again = await shop.run(LISTING % "true")

    assert again == first
    assert shop.report.verdicts == {"ok": 1, "redirected": 1, "not_modified": 1}
