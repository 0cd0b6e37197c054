"""The job folder: one run at a time, and how its job ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from scrapekit.errors import ExitCode, JobError, StuckError
from scrapekit.job.ending import Ending
from scrapekit.job.folder import JobFolder
from scrapekit.job.state import Store
from scrapekit.report import ExportReport, Failure, Report


def test_two_runs_cannot_share_a_folder(tmp_path):
    with JobFolder(tmp_path / "job"), pytest.raises(JobError) as caught, JobFolder(tmp_path / "job"):
        pass

    assert (
        str(caught.value)
        == f"the job folder {tmp_path / 'job'} is in use by another run (process {os.getpid()})"
    )


def test_a_killed_run_leaves_no_lock_behind(tmp_path):
    code = (
        "import sys, os, signal; from pathlib import Path; from scrapekit.job.folder import JobFolder\n"
        "JobFolder(Path(sys.argv[1])).__enter__(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert killed.returncode == -9

    with JobFolder(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(JobError) as caught, JobFolder(tmp_path / "file" / "job"):
        pass

    assert str(caught.value) == f"cannot use the job folder {tmp_path / 'file' / 'job'}: Not a directory"


REPORT = Report(
    recipe="books",
    job=".scrapekit/books",
    exit_code=ExitCode.BROKEN_CONTRACT,
    outcome="broken contract",
    reason="no book record was found",
    elapsed=1.25,
    resumed=True,
    seen=2,
    waiting=0,
    verdicts={"ok": 1, "failed": 1},
    records={},
    retries=1,
    bytes=77,
    exports=[ExportReport("jsonl", "out/books.jsonl", 0, "exactly once", published=True)],
    failures=[Failure("http://a.test/x", "book", "failed", "HTTP 404 Not Found", 2)],
    broken=["no book record was found"],
    listeners_off=[],
)


def ended_with(folder: JobFolder, text: str) -> JobFolder:
    store = Store(folder.store)
    store.open("recipe")
    store.note("finished", text)
    store.close()
    return folder


def test_a_job_has_ended_only_when_its_store_says_so(tmp_path):
    with JobFolder(tmp_path) as folder:
        assert not folder.ended()
        store = Store(folder.store)
        store.open("recipe")
        store.close()
        assert not folder.ended()

        ended_with(folder, Ending(REPORT, "all").to_text())
        assert folder.ended()
        folder.clear()
        assert not folder.ended()


def test_how_a_job_ended_is_remembered_whole_until_it_was_told(tmp_path):
    with JobFolder(tmp_path) as folder:
        ended_with(folder, Ending(REPORT, "all").to_text())
        assert folder.untold() == Ending(REPORT, "all")

        folder.note_told()
        assert (folder.ended(), folder.untold()) == (True, None)


def test_a_job_that_has_not_ended_cannot_be_told(tmp_path):
    with JobFolder(tmp_path) as folder:
        folder.note_told()
        assert not folder.store.exists()
        store = Store(folder.store)
        store.open("recipe")
        folder.note_told()

        assert store.noted("told") == ""
        store.close()


def without(key: str) -> str:
    report = {name: value for name, value in REPORT.to_json().items() if name != key}
    return json.dumps({"report": report, "asked": "all"})


@pytest.mark.parametrize("text", ["yes", "[]", "{}", without("seen"), without("exports")])
def test_an_ending_that_cannot_be_read_is_not_told_again(tmp_path, text):
    with JobFolder(tmp_path) as folder:
        ended_with(folder, text)

        assert (folder.ended(), folder.untold()) == (True, None)


def test_a_store_that_cannot_be_written_is_said_when_the_telling_is_noted(tmp_path):
    with JobFolder(tmp_path) as folder:
        folder.store.write_text("no database " * 100)
        with pytest.raises(StuckError) as caught:
            folder.note_told()

    assert str(caught.value) == f"{tmp_path / 'job.sqlite'} is damaged: file is not a database"


def test_the_report_is_written_whole(tmp_path):
    with JobFolder(tmp_path) as folder:
        folder.write_report({"recipe": "bücher"})

    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == {"recipe": "bücher"}
    assert not (tmp_path / "report.json.part").exists()


def test_a_report_that_cannot_be_written_leaves_no_half(tmp_path):
    with JobFolder(tmp_path) as folder:
        folder.write_report({"run": 1})
        (tmp_path / "report.json").unlink()
        (tmp_path / "report.json").mkdir()
        with pytest.raises(StuckError) as caught:
            folder.write_report({"run": 2})

    assert str(caught.value) == f"cannot write {tmp_path / 'report.json'}: Is a directory"
    assert not (tmp_path / "report.json.part").exists()


def test_a_job_that_cannot_be_forgotten_is_a_clear_error(tmp_path):
    with JobFolder(tmp_path) as folder:
        folder.store.mkdir()
        with pytest.raises(JobError) as caught:
            folder.clear()

    assert str(caught.value) == f"cannot begin anew in {tmp_path}: Is a directory"
