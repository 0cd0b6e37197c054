"""What must survive a power cut is on the disk before anything counts on it: the order of it all."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fault_site import book, links
from job_runner import recipe
from once.exports import driven

from scrapekit import RecordFile
from scrapekit.job.state import Store
from scrapekit.job.tables import open_tables
from scrapekit.run import RunSettings, prepare, run
from scrapekit.writing import record_file
from scrapekit_sqlite.database import connect

PAGES = 30


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done to the disk: ``write``, ``sync``, ``name`` or ``note``."""

    did: str
    path: str
    note: Any = None


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """Every write, sync, rename and noted position of this process from now on, in order."""
    done: list[Step] = []

    def logged(did: str, function: Any, noting: Any = lambda *_: None) -> Any:
        def call(first: Any, *rest: Any, **more: Any) -> Any:
            named = Path(f"/proc/self/fd/{first}").readlink() if isinstance(first, int) else Path(first)
            path = str(named.resolve())
            result = function(first, *rest, **more)
            done.append(Step(did, path, noting(*rest)))
            return result

        return call

    monkeypatch.setattr(os, "write", logged("write", os.write))
    monkeypatch.setattr(os, "fsync", logged("sync", os.fsync))
    monkeypatch.setattr(record_file, "_sync", logged("sync", record_file._sync))
    monkeypatch.setattr(os, "replace", logged("name", os.replace, lambda to, *_: str(Path(to).resolve())))
    store_write = Store.write

    def write(store: Store, group: Any, positions: Mapping[str, Any]) -> Any:
        for name, position in positions.items():
            done.append(Step("note", str(Path(name.partition(":")[2]).resolve()), position))
        return store_write(store, group, positions)

    monkeypatch.setattr(Store, "write", write)
    return done


@pytest.fixture
def job(site, tmp_path, monkeypatch) -> Path:
    """A folder with a recipe of every exporter whose file we write ourselves; the current folder."""
    monkeypatch.chdir(tmp_path)
    site.serve("/", links(*[f"/{n}" for n in range(PAGES)]))
    for n in range(PAGES):
        site.serve(f"/{n}", book(str(n)))
    ours = [export for export in driven() if not export.name.endswith(".sqlite") and not export.earlier]
    exports = "".join(f"  - {export.exporter}: {{ path: out/{export.name} }}\n" for export in ours)
    text = recipe([site.url("/")]).replace("export: out/books.jsonl\n", f"export:\n{exports}")
    (tmp_path / "books.yaml").write_text(text)
    return tmp_path


def crawl() -> None:
    report = asyncio.run(run(prepare(RunSettings(Path("books.yaml")))))
    assert (report.exit_code, report.records) == (0, {"book": PAGES})


def is_synced(steps: list[Step], path: str) -> bool:
    """True when nothing was written to the file since it was last made durable, and it was."""
    last = [step.did for step in steps if step.path == path and step.did in ("write", "sync")]
    return last[-1:] == ["sync"]


def test_records_are_durable_before_the_store_notes_their_position(job, steps):
    crawl()

    notes = [(number, step) for number, step in enumerate(steps) if step.did == "note"]
    assert len(notes) >= 5
    for number, step in notes:
        assert is_synced(steps[:number], f"{step.path}.part"), step


def test_a_file_is_durable_before_it_gets_its_name_and_the_name_is_right_after(job, steps):
    crawl()

    named = [(number, step) for number, step in enumerate(steps) if step.did == "name"]
    published = {Path(step.note).name for _, step in named}
    assert published == {*(path.name for path in (job / "out").iterdir()), "report.json"}
    for number, step in named:
        synced = [other.path for other in steps[number + 1 :] if other.did == "sync"]
        assert Path(step.path).suffix == ".part"
        assert is_synced(steps[:number], step.path) or step.note.endswith("report.json")
        assert synced[:1] == [str(Path(step.note).parent)], step


def test_the_report_is_durable_before_it_gets_its_name(job, steps):
    crawl()

    (named,) = [number for number, step in enumerate(steps) if str(step.note).endswith("report.json")]
    assert steps[named - 1] == Step("sync", f"{job.resolve()}/.scrapekit/books/report.json.part")
    assert json.loads((job / ".scrapekit" / "books" / "report.json").read_text())["exit_code"] == 0


def test_the_folder_of_a_new_part_is_made_durable_before_anything_counts_on_it(tmp_path, steps):
    file = RecordFile(tmp_path / "x.jsonl")
    file.open(None)
    begun = [step.path for step in steps]
    file.close(finished=False)

    assert begun == [str(tmp_path.resolve())]


def test_a_copy_of_a_published_file_keeps_its_name_before_anything_counts_on_it(tmp_path, steps):
    """A job may go on after its file was published: killed between two files."""
    path = tmp_path / "x.jsonl"
    file = RecordFile(path)
    file.open(None)
    file.write(b"1\n")
    position = file.checkpoint()
    file.close(finished=True)
    del steps[:]
    again = RecordFile(path)
    again.open(position)
    again.close(finished=False)

    assert [(step.did, Path(step.path).name) for step in steps] == [
        ("sync", "x.jsonl.part.copy"),
        ("sync", tmp_path.name),
    ]


def test_a_commit_of_the_store_returns_when_it_is_on_the_disk(tmp_path):
    db, _ = open_tables(tmp_path / "job.sqlite", "recipe", ())
    with closing(db):
        settings = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]

    assert settings == ["wal", 2]  # FULL: a commit waits for the log to be synced


def test_a_commit_of_an_exported_database_returns_when_it_is_on_the_disk(tmp_path):
    with closing(connect(tmp_path / "books.sqlite")) as db:
        settings = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]

    assert settings == ["delete", 3]  # EXTRA: also for the folder the journal was removed from
