"""The job folder: one run at a time."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from scrapekit.errors import JobError, StuckError
from scrapekit.job.folder import JobFolder
from scrapekit.job.state import Store


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


def test_a_job_is_finished_only_when_its_store_says_so(tmp_path):
    with JobFolder(tmp_path) as folder:
        assert not folder.finished()
        store = Store(folder.store)
        store.open("recipe")
        assert not folder.finished()
        store.note("finished", "yes")
        store.close()

        assert folder.finished()
        folder.clear()
        assert not folder.finished()


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
