"""The real command, in a process of its own, against a real server: what it writes, says and returns."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from loopback import Answer, Asked, serving

pytestmark = pytest.mark.slow

RECIPE = """\
scrapekit: 1
name: books
inputs:
  site: { type: string }
seeds:
  listing: "{{ inputs.site }}/index.html"
pages:
  listing:
    links:
      book: a.book
  book:
    item: book
    fields:
      title: h1
crawl: { delay: 0 }
http: { retries: 0 }
export: out/books.jsonl
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in a folder that holds ``books.yaml``."""
    (tmp_path / "books.yaml").write_text(RECIPE)

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scrapekit", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60)

    return call


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A shop of three books and a broken link; its address."""
    links = "".join(f'<a class="book" href="/book{n}.html">Book {n}</a>' for n in range(3))
    pages = {"/index.html": links} | {f"/book{n}.html": f"<h1>Book {n}</h1>" for n in range(3)}
    with serving(lambda asked: Answer(pages.get(asked.path, ""), 200 if asked.path in pages else 404)) as url:
        yield url


@pytest.fixture
def slow_site() -> Iterator[str]:
    """A shop whose books never come; its address."""

    never = threading.Event()

    def answer(asked: Asked) -> Answer:
        if asked.path == "/index.html":
            return Answer('<a class="book" href="/book.html">Book</a>')
        if asked.path != "/robots.txt":
            never.wait()
        return Answer(status=404)

    with serving(answer) as url:
        yield url
        never.set()


def records(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_complete_run(run, site, tmp_path):
    result = run("run", "books.yaml", "-i", f"site={site}")

    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(r["title"] for r in records(tmp_path / "out" / "books.jsonl")) == [
        "Book 0",
        "Book 1",
        "Book 2",
    ]
    lines = result.stdout.splitlines()
    assert lines[0].startswith("books: complete after ")
    assert lines[2:5] == ["pages", "  ok    4", "  seen  4"]
    assert lines[-2:] == ["files", "  out/books.jsonl  3 records  each exactly once"]


def test_outputs_on_the_command_line_replace_the_recipe_s(run, site, tmp_path):
    result = run("run", "books.yaml", "-i", f"site={site}", "-o", "a.csv", "-o", "b.jsonl", "-q")

    assert (result.returncode, result.stderr) == (0, "")
    assert len(records(tmp_path / "b.jsonl")) == 3
    assert (tmp_path / "a.csv").read_text().splitlines()[0] == "title"
    assert not (tmp_path / "out").exists()


def test_a_limit_stops_a_run(run, site, tmp_path):
    result = run("run", "books.yaml", "-i", f"site={site}", "--limit", "1")

    assert result.stdout.splitlines()[0].startswith("books: limit reached after ")
    assert len(records(tmp_path / "out" / "books.jsonl")) == 1


def test_a_run_that_brings_nothing_ends_with_1_and_says_why(run, site):
    result = run("run", "books.yaml", "-i", f"site={site}/nowhere")

    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert "gave no page: 1 request" in lines
    assert f"      {site}/nowhere/index.html" in lines
    assert "not as promised" in lines
    assert lines[-1] == "exit code 1: the run ended, but it did not bring what was promised"


def test_verbose_shows_a_line_for_every_page(run, site):
    result = run("run", "books.yaml", "-i", f"site={site}", "-v")

    fetched = sorted(line.split()[-1] for line in result.stderr.splitlines() if line.startswith("200 "))
    assert fetched == sorted([f"{site}/index.html", *(f"{site}/book{n}.html" for n in range(3))])


def test_json_logs_are_json_from_the_first_line_to_the_last(run, site):
    result = run("run", "books.yaml", "-i", f"site={site}", "-v", "--log-format", "json")

    events = [json.loads(line) for line in result.stderr.splitlines()]
    assert {event["event"] for event in events} == {"log"}
    report = json.loads(result.stdout)
    assert (report["event"], report["records"]) == ("run_finished", {"book": 3})


def test_a_wrong_recipe_ends_with_2_and_every_problem(run, tmp_path):
    (tmp_path / "wrong.yaml").write_text(
        RECIPE.replace("title: h1", "title: h1::txt").replace("delay: 0", "dely: 0")
    )
    result = run("check", "wrong.yaml", "books.yaml", "-i", "site=http://a.test")

    assert (result.returncode, result.stdout) == (
        2,
        "books.yaml: 2 page rules, 1 record kind, exports out/books.jsonl: ok\n",
    )
    lines = result.stderr.splitlines()
    assert [line.split(": ")[0] for line in lines if line.startswith("wrong.yaml:")] == [
        "wrong.yaml:14:16",
        "wrong.yaml:15:10",
    ]
    assert lines[-1] == "2 problems in wrong.yaml"


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "gone.yaml"],
        ["run", "books.yaml", "-i", "siet=http://a.test"],
        ["run", "books.yaml", "-i", "site=http://a.test", "--set", "crawl.dely=0"],
        ["run", "books.yaml", "-i", "site=http://a.test", "-p", "no:htlm"],
        ["run", "books.yaml", "-i", "site=http://a.test", "-p", "no:html"],
        ["run", "books.yaml", "-i", "site=http://a.test", "-o", "a.nothing"],
    ],
)
def test_what_a_user_can_get_wrong_ends_with_2_and_no_traceback(run, arguments):
    result = run(*arguments)

    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    assert result.stderr.splitlines()[0].startswith(("error: ", "-i ", "--set ", "-o ", "books.yaml:"))


def test_check_never_imports_aiohttp(run, tmp_path):
    code = (
        "import sys; from scrapekit.cli import main; "
        "main(['check', 'books.yaml', '-i', 'site=http://a.test']); print('aiohttp' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )

    assert result.stdout.splitlines() == [
        "books.yaml: 2 page rules, 1 record kind, exports out/books.jsonl: ok",
        "False",
    ]


@contextmanager
def started(site: str, folder: Path, sign: str, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A run in a process of its own, from the moment that it says *sign*; killed at the end."""
    command = [sys.executable, "-m", "scrapekit", "run", "books.yaml", "-i", f"site={site}", "-v", *more]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=folder) as process:
        assert process.stderr is not None
        watchdog = threading.Timer(30, process.kill)
        watchdog.start()
        said = ""
        while line := process.stderr.readline():
            said += line
            if sign in line:
                break
        try:
            assert sign in said, said
            yield process
        finally:
            watchdog.cancel()
            process.kill()


def test_two_signals_stop_at_once_and_the_same_command_goes_on(run, slow_site, tmp_path):
    with started(slow_site, tmp_path, "committed 1 page") as process:
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        first = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        out, rest = process.stdout.read(), process.stderr.read()

    assert process.returncode == 130
    assert first == "stopping: what is in flight is finished first; Ctrl-C again stops at once\n"
    assert rest.splitlines()[0] == "stopping at once"
    assert out.splitlines()[-2:] == [
        "exit code 130: interrupted; nothing is lost",
        f"to go on, give the same command again: scrapekit run books.yaml -i site={slow_site} -v",
    ]


def test_the_command_that_goes_on_hides_a_secret(run, slow_site, tmp_path):
    recipe = RECIPE.replace("  site:", "  token: { type: secret }\n  site:")
    headers = 'http: { retries: 0, headers: { Authorization: "Bearer {{ inputs.token }}" } }'
    (tmp_path / "books.yaml").write_text(recipe.replace("http: { retries: 0 }", headers))
    with started(slow_site, tmp_path, "committed 1 page", "-i", "token=s3cret") as process:
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        out = process.stdout.read()

    assert out.splitlines()[-1].endswith(" -v -i 'token=•••'")
    assert "s3cret" not in out


def test_two_runs_cannot_share_a_job_folder(run, slow_site, tmp_path):
    with started(slow_site, tmp_path, "starting the job in "):
        second = run("run", "books.yaml", "-i", f"site={slow_site}")

    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr.startswith("error: ")
    assert "Traceback" not in second.stderr


def test_the_demo_runs_and_shows_what_it_found(run, tmp_path):
    result = run("demo")

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("a bookshop is open at http://127.0.0.1:")
    assert "the first records of " in result.stdout
    assert "what to try next" in result.stdout


def test_the_demo_says_when_its_port_is_taken(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("demo", "--port", str(port))

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == f"error: port {port} is already in use\nhint: choose another with --port\n"
