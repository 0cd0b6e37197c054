"""Ctrl-C at whatever moment: the command ends in peace, and what it had begun is gone on with."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loopback import Answer, Asked, serving

pytestmark = pytest.mark.slow

PAGES = 120
RECIPE = """\
scrapekit: 1
name: books
seeds: "{site}/"
pages:
  listing: {{ links: {{ book: a }} }}
  book: {{ item: book, fields: {{ title: h1 }} }}
crawl: {{ robots: ignore, delay: 20ms, per_host: 1 }}
http: {{ retries: 0 }}
export: out/books.jsonl
"""
SCRIPT = [str(Path(sys.executable).with_name("scrapekit"))]
MODULE = [sys.executable, "-m", "scrapekit"]


def shop(asked: Asked) -> Answer:
    if asked.path == "/":
        return Answer("".join(f"<a href=/{n}>x</a>" for n in range(1, PAGES + 1)))
    return Answer(f"<h1>{asked.path[1:]}</h1>")


def interrupted(command: list[str], folder: Path, after: float) -> tuple[int, str]:
    """Exit code and standard error of the command, sent SIGINT so many seconds after its start."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True) as process:
        time.sleep(after)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=30)
    return process.returncode, error


def is_pythons_own(error: str) -> bool:
    """True where Python was still starting: its traceback has no line of ours, for none had been run."""
    return "Traceback" in error and "/scrapekit/" not in error


def test_a_run_ends_with_130_and_goes_on_whenever_it_is_interrupted(tmp_path):
    """The same job, interrupted at one moment after the other, holds each record once in the end."""
    command = [*SCRIPT, "run", "job.yaml"]
    with serving(shop) as site:
        (tmp_path / "job.yaml").write_text(RECIPE.format(site=site))
        ends = {ms: interrupted(command, tmp_path, ms / 1000) for ms in range(0, 601, 20)}
        last = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    ends = {ms: end for ms, end in ends.items() if not is_pythons_own(end[1])}
    assert {ms: end for ms, end in ends.items() if "Traceback" in end[1]} == {}
    # Killed before Python took the signal into its own hands; a shell says 130 of that, too.
    assert {code for code, _ in ends.values()} <= {130, -signal.SIGINT}
    assert {code for ms, (code, _) in ends.items() if ms >= 100} == {130}
    assert last.returncode == 0, last.stderr
    records = [json.loads(line)["title"] for line in (tmp_path / "out/books.jsonl").read_text().splitlines()]
    assert sorted(map(int, records)) == list(range(1, PAGES + 1))


@pytest.mark.parametrize(
    "command",
    [[*SCRIPT, "--help"], [*SCRIPT, "plugins"], [*MODULE, "check", "job.yaml"]],
    ids=["help", "plugins", "check"],
)
def test_a_command_with_nothing_to_lose_just_ends(command, tmp_path):
    (tmp_path / "job.yaml").write_text(RECIPE.format(site="http://127.0.0.1:9"))
    ends = [interrupted(command, tmp_path, ms / 1000) for ms in range(0, 301, 20)]

    ends = [end for end in ends if not is_pythons_own(end[1])]
    assert [error for _, error in ends if error] == []
    # 0: it was done before.
    assert {code for code, _ in ends} <= {130, 0, -signal.SIGINT}


def test_where_ctrl_c_is_ignored_it_stays_so(tmp_path):
    """As in the background of a shell, or under nohup."""
    code = """\
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
from scrapekit.__main__ import main
main()
print(signal.getsignal(signal.SIGINT))
"""
    asked = [sys.executable, "-c", code, "plugins"]
    ended = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert ended.stdout.splitlines()[-1] == str(signal.SIG_IGN)
