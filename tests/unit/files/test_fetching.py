"""Files between the fetch and the record: each instant at which a run may be killed, and gone on with."""

from __future__ import annotations

import gzip
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from scrapekit.errors import FetchError, StuckError
from scrapekit.files.fetching import FileFetching
from scrapekit.files.files import Files
from scrapekit.mark import Mark, SourceText
from scrapekit.page import Page, StoredFile
from scrapekit.recipe.model.downloads import Download
from scrapekit.request import Request

RULE = "download: files"
BODY = b"%PDF-1.7" + b"x" * 100
PATH = f"files/sheet-{sha256(BODY).hexdigest()[:16]}.pdf"
ASKED = Request("https://a.test/sheet.pdf", RULE, ask="a1")


class Run:
    """A run of a job in a folder, whose fetches answer with one body."""

    def __init__(self, folder: Path, job: str = "job") -> None:
        terms = Download("", Mark(SourceText("r.yaml", ()), 1, 1), to="files")
        self.files = Files({RULE: terms}, folder, folder / job)
        self.sent: list[Request] = []
        self.headers: Mapping[str, str] = {"content-type": "application/pdf"}
        self.body = BODY

    async def perform(self, request: Request) -> Page:
        self.sent.append(request)
        sink = self.files.sinks[request.ask]
        assert sink.begin(200, self.headers)
        await sink.write(self.body)
        await sink.finish()
        return Page(request, request.url, 200, self.headers, b"")

    async def fetch(self) -> StoredFile:
        page = await FileFetching(self.perform, self.files).perform(ASKED)
        assert page.request == ASKED
        assert page.stored is not None
        return page.stored


@pytest.fixture
async def run(tmp_path):
    run = Run(tmp_path)
    await run.files.open(resumed=False)
    yield run
    await run.files.close()


async def again(run: Run, folder: Path, *, resumed: bool = True, kept: Collection[str] = ()) -> None:
    """The next run of the job, after the one before was killed: nothing of it was put away.

    *kept* are the files whose names are in the store.
    """

    async def placed(keys: Collection[str]) -> set[str]:
        return set(keys) & set(kept)

    await run.files.close()
    run.files = Run(folder).files
    run.sent.clear()
    await run.files.open(resumed=resumed, placed=placed)


async def test_a_file_has_no_name_before_its_record_is_kept(run, tmp_path):
    stored = await run.fetch()
    assert not (tmp_path / PATH).exists()

    run.files.place([(RULE, stored)])

    assert stored.path == PATH
    assert (tmp_path / PATH).read_bytes() == BODY


async def test_a_file_that_a_server_packed_on_its_way_is_unpacked(run):
    run.headers = {"content-type": "application/pdf", "transfer-encoding": "gzip, chunked"}
    run.body = gzip.compress(BODY)

    stored = await run.fetch()

    assert (stored.path, stored.size) == (PATH, len(BODY))


async def test_killed_before_its_record_was_kept_a_file_is_not_asked_for_again(run, tmp_path):
    before = await run.fetch()
    await again(run, tmp_path)

    after = await run.fetch()
    run.files.place([(RULE, after)])

    assert (after, run.sent) == (before, [])
    assert (tmp_path / PATH).read_bytes() == BODY


async def test_killed_when_it_had_its_name_but_not_its_record_a_file_is_not_asked_for_again(run, tmp_path):
    before = await run.fetch()
    run.files.place([(RULE, before)])
    await again(run, tmp_path)

    after = await run.fetch()
    run.files.place([(RULE, after)])
    run.files.forget([(RULE, after)])

    assert (after, run.sent) == (before, [])
    assert list((tmp_path / "files" / ".part").iterdir()) == []


async def test_killed_when_it_had_its_name_but_not_its_record_a_file_loses_the_name(run, tmp_path):
    stored = await run.fetch()
    run.files.place([(RULE, stored)])

    await again(run, tmp_path)

    assert not (tmp_path / PATH).exists()


async def test_killed_when_its_record_was_kept_a_file_keeps_its_name(run, tmp_path):
    stored = await run.fetch()
    run.files.place([(RULE, stored)])

    await again(run, tmp_path, kept=[stored.key])

    assert (tmp_path / PATH).read_bytes() == BODY
    assert list((tmp_path / "files" / ".part").iterdir()) == []


async def test_a_file_that_stood_there_before_never_loses_its_name(run, tmp_path):
    (tmp_path / PATH).write_bytes(BODY)
    stored = await run.fetch()
    before = run.files.place([(RULE, stored)])

    await again(run, tmp_path)

    assert before == {stored.key}
    assert (tmp_path / PATH).read_bytes() == BODY


async def test_a_name_that_another_job_takes_away_again_is_given_anew(run, tmp_path):
    """Both jobs have the same file; the first is killed before its record is kept, and loses the name."""
    other = Run(tmp_path, "other")
    await other.files.open(resumed=False)
    other.files.place([(RULE, await other.fetch())])
    stored = await run.fetch()
    run.files.place([(RULE, stored)])
    run.files.forget([(RULE, stored)])

    await other.files.close()
    gone_on = Run(tmp_path, "other")
    await gone_on.files.open(resumed=True, placed=nothing)
    await gone_on.files.close()

    assert (tmp_path / PATH).read_bytes() == BODY


async def nothing(_: Collection[str]) -> set[str]:
    return set()


async def test_a_file_that_is_gone_before_it_had_its_name_ends_the_run(run, tmp_path):
    stored = await run.fetch()
    for path in (tmp_path / "files" / ".part").iterdir():
        path.unlink()

    with pytest.raises(StuckError, match="is gone"):
        run.files.place([(RULE, stored)])


async def test_what_was_changed_from_outside_meanwhile_is_asked_for_again(run, tmp_path):
    await run.fetch()
    (part,) = [path for path in (tmp_path / "files" / ".part").iterdir() if not path.suffix]
    part.write_bytes(BODY.replace(b"x", b"y"))
    await again(run, tmp_path)

    await run.fetch()

    assert len(run.sent) == 1


async def test_a_job_that_begins_anew_forgets_what_was_coming_for_the_last(run, tmp_path):
    await run.fetch()
    await again(run, tmp_path, resumed=False)

    assert list((tmp_path / "files" / ".part").iterdir()) == []


async def test_what_another_job_is_fetching_into_the_folder_stays(run, tmp_path):
    await run.fetch()
    other = Run(tmp_path, "other")
    await other.files.open(resumed=False)
    await other.files.sweep()
    await other.files.close()

    assert len(list((tmp_path / "files" / ".part").iterdir())) == 2


async def test_a_file_that_appeared_meanwhile_is_not_written_over(run, tmp_path):
    stored = await run.fetch()
    (tmp_path / PATH).write_bytes(b"my own")

    with pytest.raises(StuckError, match="is not the file it was to be"):
        run.files.place([(RULE, stored)])
    assert (tmp_path / PATH).read_bytes() == b"my own"


async def test_without_hard_links_a_file_is_moved(run, tmp_path, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(1, "no hard links here")

    stored = await run.fetch()
    monkeypatch.setattr("os.link", refused)

    run.files.place([(RULE, stored)])

    assert (tmp_path / PATH).read_bytes() == BODY


async def test_what_is_asked_beside_goes_neither_into_the_page_nor_into_a_redirect(run):
    async def moved(request: Request) -> Request:
        run.sent.append(request)
        return Request("https://a.test/b", RULE, headers=request.headers, via=(request.url,), ask=request.ask)

    found = await FileFetching(moved, run.files).perform(ASKED)

    assert dict(run.sent[0].headers) == {"Accept": "*/*", "Accept-Encoding": "identity"}
    assert found == Request("https://a.test/b", RULE, via=(ASKED.url,), ask="a1")


async def test_a_fetch_that_fails_before_its_answer_keeps_what_came_before(run, tmp_path):
    run.headers = {"etag": '"1"'}

    async def broken(request: Request) -> FetchError:
        sink = run.files.sinks[request.ask]
        assert sink.begin(200, run.headers)
        await sink.write(bytes(2**20))
        return FetchError("broke off", retry=True)

    async def unreachable(request: Request) -> FetchError:
        run.sent.append(request)
        return FetchError("connection refused", retry=True)

    for perform in (broken, unreachable, unreachable):
        await FileFetching(perform, run.files).perform(ASKED)

    ranges = [dict(request.headers)["Range"] for request in run.sent]
    assert ranges == [f"bytes={2**20}-"] * 2


async def test_a_run_that_ends_leaves_the_parts_folder_to_another_that_goes_on(run, tmp_path):
    other = Run(tmp_path, "other")
    await other.files.open(resumed=False)
    await other.files.sweep()
    await other.files.close()

    stored = await run.fetch()
    run.files.place([(RULE, stored)])

    assert (tmp_path / PATH).read_bytes() == BODY
