"""Fields that are files, from a recipe to the disk: a real site on the loopback, a real run."""

from __future__ import annotations

import csv
import gzip
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from hashlib import sha256

import pytest

from file_site import PNG, FileSite, Served
from files_shop import LISTING, Shop, row, short
from scrapekit.errors import UsageError
from scrapekit.run import StopSignal

GZIP = {"Content-Encoding": "gzip"}
LARGE = os.urandom(3 * 2**20)


@pytest.fixture
def site() -> Iterator[FileSite]:
    with FileSite().served() as site:
        yield site


@pytest.fixture
def shop(tmp_path, site) -> Shop:
    return Shop(tmp_path, site)


async def test_a_field_becomes_what_is_known_of_its_file(shop, site):
    site.pages["/"] = row("tea", "/img/Tea%20pot.png?w=90")
    site.files["/img/Tea%20pot.png?w=90"] = Served(type="image/png; charset=binary")

    records = await shop.run(LISTING % "true")

    path = f"out/files/Tea-pot-{short(PNG)}.png"
    facts = {"path": path, "sha256": sha256(PNG).hexdigest(), "size": len(PNG), "type": "image/png"}
    assert records == [{"name": "tea", "image": {"url": f"{site.url}/img/Tea%20pot.png?w=90", **facts}}]
    assert (shop.folder / path).read_bytes() == PNG
    assert shop.found() == {path.removeprefix("out/files/"): PNG}
    assert shop.report.downloads == {"download: out/files": {"files": 1, "bytes": len(PNG)}}
    assert shop.report.bytes == len(PNG) + len(site.pages["/"])


async def test_a_list_of_files_leaves_out_those_that_did_not_come(shop, site):
    site.pages["/"] = row("tea", "/a.png", "/gone.png", "/a.png", "data:image/png;base64,xx", "/b.png")
    site.files = {"/a.png": Served(), "/b.png": Served(PNG + b"b")}

    records = await shop.run(
        LISTING.replace("img, d", "img, all: true, d") % "{ to: images/small, give: url }"
    )

    assert records == [{"name": "tea", "image": [f"{site.url}/{name}.png" for name in "aab"]}]
    assert [site.times(path) for path in ("/a.png", "/b.png", "/gone.png")] == [1, 1, 1]
    assert shop.report.notes == {"product without its file: download: images/small": 2}
    assert [(failure.url, failure.reason) for failure in shop.report.failures] == [
        (f"{site.url}/gone.png", "HTTP 404 Not Found")
    ]
    assert len(shop.found("images/small")) == 2


async def test_a_file_that_many_records_want_is_fetched_once_and_named_after_the_first(shop, site):
    site.pages["/"] = "".join(row(name, "/a.png") for name in ("tea", "cup", "pot"))
    site.files["/a.png"] = Served()

    pages = LISTING % '{ to: images, name: "{{ item.name }}", give: path }'
    records = await shop.run(pages + "    again: { css: img@src, download: { to: images, give: size } }\n")

    assert {record["image"] for record in records} == {f"images/tea-{short(PNG)}.png"}
    assert {record["again"] for record in records} == {len(PNG)}
    assert site.times("/a.png") == 1
    assert shop.report.outcome == "complete"


async def test_a_file_that_did_not_come_leaves_its_field_empty(shop, site):
    site.pages["/"] = row("cup", "/none.png") + row("pot") + row("tea", "/a.png")
    site.files["/a.png"] = Served()

    records = await shop.run(
        """\
        listing:
          item: product
          each: li
          fields:
            name: b
            image: { css: img, download: { give: type }, default: "none of {{ item.name }}" }
            needed: { css: img, download: { give: type }, required: true }
        """
    )

    assert records == [{"name": "tea", "image": "image/png", "needed": "image/png"}]
    assert shop.report.notes["product dropped: needed is required"] == 2


async def test_a_file_is_found_on_the_page_that_its_field_is_read_on(shop, site):
    site.pages = {"/": "<li><b>tea</b><a href='/tea/'>", "/tea/": "<a class=pdf href='sheet.pdf'>"}
    site.files["/tea/sheet.pdf"] = Served(b"%PDF-1.7 ...", "application/pdf")

    records = await shop.run(
        """\
        listing:
          item: product
          each: li
          fields:
            name: b
            url: a@href
            sheet: { at: "{{ item.url }}", css: a.pdf, download: { give: path } }
            label: "{{ item.name }}: {{ item.sheet }}"
        """
    )

    path = f"out/files/sheet-{short(b'%PDF-1.7 ...')}.pdf"
    assert records == [{"name": "tea", "url": "/tea/", "sheet": path, "label": f"tea: {path}"}]


@pytest.mark.parametrize(
    ("served", "wanted", "reason"),
    [
        (Served(b"<p>no", "text/html"), "types: image/*", "the file is text/html, wanted image/*"),
        (
            Served(b"<!DOCTYPE html><p>log in", "image/png"),
            "types: [image/png, application/pdf]",
            "the file is text/html, wanted image/png or application/pdf",
        ),
        (Served(PNG * 9), "max_size: 8KiB", "body larger than 8 KiB"),
        (Served(PNG * 9, length=False), "max_size: 8KiB", "body larger than 8 KiB"),
        (
            Served(gzip.compress(bytes(2**25)), "text/plain", headers=GZIP),
            "max_size: 1MiB",
            "body larger than 1 MiB",
        ),
        (
            Served(gzip.compress(b"")[:10] + b"\0\0\0\xff\xff" * 2**18, headers=GZIP, length=False),
            "max_size: 1MiB",
            "body larger than 1 MiB",
        ),
        (
            Served(b"...", headers={"Content-Encoding": "br"}),
            "to: out/files",
            'packed with "br", though asked for unpacked',
        ),
        (
            Served(gzip.compress(PNG)[:-9], headers=GZIP),
            "to: out/files",
            "the body broke off: its gzip data has no end (1 try)",
        ),
        (
            Served(hook=lambda _: (204, {}, b"")),
            "to: out/files",
            "HTTP 204 No Content, which is no file",
        ),
    ],
)
async def test_what_is_not_wanted_is_one_failure_and_leaves_nothing(shop, site, served, wanted, reason):
    site.pages["/"] = row("tea", "/a.png")
    site.files["/a.png"] = served

    records = await shop.run(LISTING % f"{{ {wanted} }}")

    assert records == [{"name": "tea", "image": None}]
    assert [failure.reason for failure in shop.report.failures] == [reason]
    assert shop.found() == {}


async def test_a_body_is_stored_unpacked_and_a_packed_file_as_it_is(shop, site):
    packed = gzip.compress(b"1,2\n") + gzip.compress(b"3,4\n")
    site.pages["/"] = row("tea", "/a.csv") + row("cup", "/b.tar.gz")
    site.files = {
        "/a.csv": Served(packed, "text/csv", headers=GZIP),
        "/b.tar.gz": Served(packed, "application/x-gzip", headers=GZIP),
    }

    await shop.run(LISTING % "true")

    csv_, gz = b"1,2\n3,4\n", packed
    assert shop.found() == {f"a-{short(csv_)}.csv": csv_, f"b-tar-{short(gz)}.gz": gz}


@pytest.mark.parametrize("cut", [0, 1, 511, 600, 1031])
async def test_half_a_file_never_gets_a_name(shop, site, cut):
    site.pages["/"] = row("tea", "/a.png")
    site.files["/a.png"] = Served(cuts=[cut], etag='"1"')

    records = await shop.run(LISTING % "true")

    assert records == [{"name": "tea", "image": None}]
    assert shop.report.verdicts == {"ok": 1, "failed": 1}
    assert shop.found() == {}


async def test_a_file_on_another_host_is_asked_for_where_the_recipe_names_the_host(shop, site):
    site.pages["/"] = row("tea", f"{site.cdn}/a.png", "/moved.png")
    site.files = {
        "/a.png": Served(),
        "/moved.png": Served(hook=lambda _: (302, {"Location": f"{site.cdn}/b.png"}, b"")),
        "/b.png": Served(PNG + b"b"),
    }
    pages = LISTING.replace("img, d", "img, all: true, d")
    shut = await shop.run(pages % "{ give: path }")

    assert shut == [{"name": "tea", "image": None}]
    assert shop.report.notes["download: out/files: out of scope"] == 1
    assert shop.report.verdicts == {"ok": 1, "out_of_scope": 1}
    assert (site.times("/a.png"), site.times("/b.png")) == (0, 0)

    (opened,) = await shop.run(pages % "{ give: path, hosts: localhost }")

    assert opened["image"] == [f"out/files/a-{short(PNG)}.png", f"out/files/moved-{short(PNG + b'b')}.png"]


async def test_what_lets_us_in_goes_to_the_sites_own_files_alone(shop, site):
    site.pages["/"] = row("tea", f"{site.cdn}/a.png", "/own.png")
    site.files = {"/a.png": Served(), "/own.png": Served()}
    pages = LISTING.replace("img, d", "img, all: true, d") % "{ hosts: any }"

    await shop.run(pages, overrides=[("http.headers", "{ Authorization: Bearer 1, Cookie: a=b }")])

    sent = {path: {"authorization", "cookie"} & set(headers) for path, headers in site.asked}
    assert sent["/own.png"] == {"authorization", "cookie"}
    assert sent["/a.png"] == set()


def who_is_it(headers):
    challenge = 'Digest realm="door", nonce="n1", algorithm=SHA-256, qop="auth"'
    return None if "authorization" in headers else (401, {"WWW-Authenticate": challenge}, b"who is it?")


@pytest.mark.slow
async def test_a_file_is_let_out_by_digest_and_gone_on_with(shop, site):
    site.pages["/"] = row("tea", "/a.bin")
    served = Served(LARGE, "application/octet-stream", etag='"1"', cuts=[2**21], hook=who_is_it)
    site.files["/a.bin"] = served

    await shop.run(
        LISTING % "true", retries=1, overrides=[("http.auth", "{ digest: { user: me, password: word } }")]
    )

    first, proved, again = site.ranges("/a.bin")
    assert (first, proved, again[:6]) == ("", "", "bytes=")
    assert shop.found() == {f"a-{short(LARGE)}.bin": LARGE}


async def test_a_file_is_called_what_its_server_calls_it_unless_the_recipe_says_so(shop, site):
    site.pages["/"] = row("tea", "/download?id=3")
    head = {"Content-Disposition": 'attachment; filename="../Tea prices.csv"'}
    site.files["/download?id=3"] = Served(b"1,2", "application/octet-stream", headers=head)

    (record,) = await shop.run(LISTING % "{ give: path }")
    (named,) = await shop.run(LISTING % "{ give: path, name: '{{ item.name }}' }")

    assert record["image"] == f"out/files/Tea-prices-{short(b'1,2')}.csv"
    assert named["image"] == f"out/files/tea-{short(b'1,2')}.csv"


async def test_robots_txt_speaks_of_files_too(shop, site):
    site.files = {
        "/robots.txt": Served(b"User-agent: *\nDisallow: /img/", "text/plain"),
        "/img/a.png": Served(),
    }
    site.pages["/"] = row("tea", "/img/a.png")

    records = await shop.run(LISTING % "true")

    assert records == [{"name": "tea", "image": None}]
    assert shop.report.verdicts == {"ok": 1, "robots": 1}
    assert site.times("/img/a.png") == 0


@pytest.mark.slow
async def test_a_file_that_broke_off_goes_on_where_it_ended(shop, site):
    site.pages["/"] = row("tea", "/a.bin")
    site.files["/a.bin"] = Served(LARGE, "application/octet-stream", etag='"1"', cuts=[2 * 2**20])

    (record,) = await shop.run(LISTING % "true", retries=1)

    first, second = site.ranges("/a.bin")
    assert first == ""
    assert 2**20 <= int(second.removeprefix("bytes=").removesuffix("-")) <= 2 * 2**20
    assert shop.found() == {f"a-{short(LARGE)}.bin": LARGE}
    assert record["image"]["size"] == len(LARGE)


def other_version(served: Served) -> None:
    served.etag, served.body = '"2"', LARGE[::-1]


def no_ranges(served: Served) -> None:
    other_version(served)
    served.ranges = False


def glued(served: Served) -> None:
    """The server honours the range, though the file is another one."""
    other_version(served)
    rest = len(served.body) - 2**20
    head = {"Content-Range": f"bytes {2**20}-{len(served.body) - 1}/{len(served.body)}", "ETag": '"2"'}
    served.hook = lambda asked: (206, head, served.body[-rest:]) if "range" in asked else None


def shifted(served: Served) -> None:
    """The server sends another part than it was asked for."""
    other_version(served)
    head = {"Content-Range": f"bytes 5-{len(LARGE) - 1}/{len(LARGE)}", "ETag": '"1"'}
    served.hook = lambda asked: (206, head, LARGE[5:]) if "range" in asked else None


def shorter(served: Served) -> None:
    """The file ends before the part does."""
    other_version(served)
    served.hook = lambda asked: (416, {}, b"") if "range" in asked else None


@pytest.mark.slow
@pytest.mark.parametrize("change", [other_version, no_ranges, glued, shifted, shorter])
async def test_versions_of_a_file_are_never_put_together(shop, site, change):
    served = Served(LARGE, "application/octet-stream", etag='"1"', cuts=[2**20 + 2**19])
    served.after = lambda: change(served)
    site.files["/a.bin"] = served
    site.pages["/"] = row("tea", "/a.bin")

    await shop.run(LISTING % "true", retries=2)

    assert shop.found() == {f"a-{short(LARGE[::-1])}.bin": LARGE[::-1]}


@pytest.mark.slow
async def test_a_file_without_a_version_of_its_own_begins_anew(shop, site):
    site.files["/a.bin"] = Served(LARGE, "application/octet-stream", etag='W/"1"', cuts=[2**20])
    site.pages["/"] = row("tea", "/a.bin")

    await shop.run(LISTING % "true", retries=1)

    assert site.ranges("/a.bin") == ["", ""]
    assert shop.found() == {f"a-{short(LARGE)}.bin": LARGE}


@pytest.mark.slow
async def test_a_run_that_was_stopped_goes_on_in_the_middle_of_a_file(shop, site):
    stop = StopSignal()

    def once_some_is_there() -> None:
        while not any(
            path.stat().st_size > 2**20 for path in (shop.folder / "out" / "files" / ".part").iterdir()
        ):
            time.sleep(0.01)
        stop.now()

    half = Served(LARGE, "application/octet-stream", etag='"1"', cuts=[2**21], waits=once_some_is_there)
    site.files["/a.bin"] = half
    site.pages["/"] = row("tea", "/a.bin")

    assert await shop.run(LISTING % "true", stop=stop) == []
    assert shop.report.outcome == "interrupted"
    (record,) = await shop.run(LISTING % "true")

    first, second = site.ranges("/a.bin")
    assert (first, second[:6]) == ("", "bytes=")
    assert shop.found() == {f"a-{short(LARGE)}.bin": LARGE}
    assert record["image"]["sha256"] == sha256(LARGE).hexdigest()
    assert (site.times("/"), shop.report.outcome) == (1, "complete")


async def test_a_file_that_is_there_already_is_left_as_it_is(shop, site):
    site.pages["/"] = row("tea", "/a.png")
    site.files["/a.png"] = Served()
    await shop.run(LISTING % "true")
    (path,) = (shop.folder / "out" / "files").iterdir()
    before = path.stat()

    await shop.run(LISTING % "true")

    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert list(shop.found()) == [path.name]


async def test_a_file_with_other_content_is_never_written_over(shop, site):
    site.pages["/"] = row("tea", "/a.png")
    site.files["/a.png"] = Served()
    mine = shop.folder / "out" / "files" / f"a-{short(PNG)}.png"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"my own")

    (record,) = await shop.run(LISTING % "{ give: path }")

    assert mine.read_bytes() == b"my own"
    assert record["image"] == f"out/files/a-{sha256(PNG).hexdigest()}.png"
    assert (shop.folder / record["image"]).read_bytes() == PNG


async def test_a_link_in_the_place_of_a_file_is_not_followed(shop, site, tmp_path_factory):
    site.pages["/"] = row("tea", "/a.png")
    site.files["/a.png"] = Served()
    outside = tmp_path_factory.mktemp("outside") / "mine"
    outside.write_bytes(PNG)
    (shop.folder / "out" / "files").mkdir(parents=True)
    (shop.folder / "out" / "files" / f"a-{short(PNG)}.png").symlink_to(outside)

    (record,) = await shop.run(LISTING % "{ give: path }")

    assert record["image"] == f"out/files/a-{sha256(PNG).hexdigest()}.png"
    assert not (shop.folder / record["image"]).is_symlink()


@pytest.mark.parametrize("link", ["images", "images/small", "images/small/.part"])
async def test_a_folder_that_is_a_link_is_refused(shop, site, tmp_path_factory, link):
    outside = tmp_path_factory.mktemp("outside")
    (shop.folder / link).parent.mkdir(parents=True, exist_ok=True)
    (shop.folder / link).symlink_to(outside)

    with pytest.raises(UsageError, match="links are not followed"):
        await shop.run(LISTING % "{ to: images/small }")

    assert list(outside.iterdir()) == []


async def test_a_job_that_ends_at_its_limit_leaves_no_parts(shop, site):
    site.pages["/"] = "".join(row(str(n), f"/{n}.png") for n in range(8))
    site.files = {f"/{n}.png": Served(PNG + bytes([n])) for n in range(8)}

    (record,) = await shop.run(LISTING % "{ give: path }", limit=1)

    assert shop.report.outcome == "limit reached"
    assert record["image"].removeprefix("out/files/") in shop.found()
    assert all(not name.startswith(".part") for name in shop.found())


async def test_the_bytes_of_files_count_for_the_budget(shop, site):
    site.pages["/"] = row("1", "/1.bin") + "<a href=/2>"
    site.pages["/2"] = row("2", "/2.bin")
    site.files = {f"/{n}.bin": Served(LARGE) for n in (1, 2)}
    pages = LISTING % "true" + "  links: { listing: a }\n"

    await shop.run(pages, overrides=[("crawl.budget", "{ bytes: 2MiB }"), ("crawl.order", "priority")])

    assert shop.report.outcome == "limit reached"
    assert "crawl.budget.bytes" in shop.report.reason


async def test_every_export_can_hold_files(shop, site):
    site.pages["/"] = row("tea", "/a.png")
    site.files["/a.png"] = Served()

    await shop.run(LISTING % "true", export="[out/shop.json, out/shop.csv, out/shop.sqlite, out/shop.jsonl]")

    out = shop.folder / "out"
    (wanted,) = json.loads((out / "shop.json").read_text())
    with (out / "shop.csv").open(newline="") as file:
        (line,) = csv.DictReader(file)
    (cell,) = sqlite3.connect(out / "shop.sqlite").execute("SELECT image FROM product").fetchone()
    assert wanted["image"]["path"] == f"out/files/a-{short(PNG)}.png"
    assert json.loads(line["image"]) == json.loads(cell) == wanted["image"]


async def test_two_folders_and_two_terms_are_told_apart(shop, site):
    site.pages["/"] = row("tea", "/a.png")
    site.files["/a.png"] = Served()

    await shop.run(
        """\
        listing:
          item: product
          each: li
          fields:
            name: b
            any: { css: img, download: { to: images } }
            pdf: { css: img, download: { to: images, types: application/pdf } }
            other: { css: img, download: { to: others } }
        """
    )

    assert shop.report.joins == {
        "download: images": {"asked": 1, "answered": 1},
        "download: images (2)": {"asked": 1, "failed": 1},
        "download: others": {"asked": 1, "answered": 1},
    }


@pytest.mark.slow
async def test_where_answers_are_kept_a_file_is_known_as_long_as_it_stands_there(shop, site):
    site.pages["/"] = row("tea", "/moved.png", "/moved.png?2")
    moved = Served(hook=lambda _: (302, {"Location": "/a.png"}, b""))
    site.files = {"/moved.png": moved, "/moved.png?2": moved, "/a.png": Served()}
    pages = LISTING.replace("img, d", "img, all: true, d") % "{ give: path }"
    path = f"out/files/moved-{short(PNG)}.png"

    (first,) = await shop.run(pages, cache=True)
    (second,) = await shop.run(pages, cache=True)
    (third,) = await shop.run(pages, offline=True)
    asked = (site.times("/"), site.times("/moved.png"), site.times("/a.png"))
    (shop.folder / path).unlink()
    (gone,) = await shop.run(pages, offline=True)
    (again,) = await shop.run(pages, cache=True)

    assert first["image"] == second["image"] == third["image"] == again["image"] == [path, path]
    assert (asked, gone["image"]) == ((1, 1, 2), None)
    assert (site.times("/"), site.times("/a.png")) == (1, 4)
