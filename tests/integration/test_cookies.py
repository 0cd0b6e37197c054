"""Cookies of real runs: kept during one, between several, and lent by a browser."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loopback import Answer, Asked, serving

pytestmark = pytest.mark.slow

RECIPE = """\
scrapekit: 1
name: jar
seeds: {{ page: ["{site}/set", "{site}/show"] }}
pages:
  page: {{ item: page, fields: {{ sent: p, url: {{ url: whole }} }} }}
crawl: {{ delay: 0, per_host: 1, robots: ignore }}
http: {{ {http} }}
expect: {{ page: 1 }}
export: out/sent.jsonl
"""


@pytest.fixture
def site() -> Iterator[str]:
    """Sets a cookie at ``/set``; every page says which cookies it was sent."""

    def answer(asked: Asked) -> Answer:
        cookie = {"Set-Cookie": "visit=1; Path=/; HttpOnly"} if asked.path == "/set" else {}
        return Answer(f"<p>[{asked.headers.get('cookie', '')}]</p>", headers=cookie)

    with serving(answer) as url:
        yield url


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scrapekit", "run", "jar.yaml", "-q", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, timeout=60)


def sent(folder: Path, site: str, http: str, *arguments: str) -> list[str]:
    """The cookies that each page was sent, in the order asked."""
    (folder / "jar.yaml").write_text(RECIPE.format(site=site, http=http))
    done = run(folder, *arguments)
    assert done.returncode == 0, done.stderr
    lines = (folder / "out/sent.jsonl").read_text().splitlines()
    return [json.loads(line)["sent"] for line in lines]


def test_cookies_are_kept_during_a_run_and_then_forgotten(site: str, tmp_path: Path):
    for _ in range(2):
        assert sent(tmp_path, site, "keep_cookies: true") == ["[]", "[visit=1]"]

    assert not (tmp_path / ".scrapekit/jar/cookies.txt").exists()


def test_cookies_may_be_kept_between_runs_where_only_their_owner_reads_them(site: str, tmp_path: Path):
    http = "keep_cookies: between_runs"

    assert sent(tmp_path, site, http) == ["[]", "[visit=1]"]
    assert sent(tmp_path, site, http) == ["[visit=1]", "[visit=1]"]
    assert sent(tmp_path, site, http, "--fresh") == ["[]", "[visit=1]"]
    kept = tmp_path / ".scrapekit/jar/cookies.txt"
    assert kept.read_text() == (
        "# Netscape HTTP Cookie File\n#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t0\tvisit\t1\n"
    )
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_browser_lends_its_cookies_to_the_hosts_of_the_seeds_only(site: str, tmp_path: Path):
    (tmp_path / "cookies.txt").write_text(
        "# Netscape HTTP Cookie File\n"
        "127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tabc\n"
        ".bank.example\tTRUE\t/\tTRUE\t0\tsecret\tno\n"
    )
    http = "keep_cookies: between_runs"

    found = sent(tmp_path, site, http, "--cookies-from", "cookies.txt")

    assert found == ["[session=abc]", "[session=abc; visit=1]"]
    assert "bank" not in (tmp_path / ".scrapekit/jar/cookies.txt").read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[{"name": "a"}]',
            "error: cookies.txt:1: not a line of a cookies.txt\n"
            "hint: export it as cookies.txt, in the Netscape format: "
            "seven columns with tabs between them\n",
        ),
        (
            "a.example\tFALSE\t/\tFALSE\t0\ta\tb\n",
            "error: no cookie in cookies.txt is for a host of the seeds, or all have expired\n"
            "hint: the seeds' hosts are 127.0.0.1\n",
        ),
        (None, "error: cannot read the cookies in cookies.txt: no such file or directory\n"),
    ],
)
def test_a_file_without_cookies_for_the_recipe_is_refused(
    site: str, tmp_path: Path, text: str | None, words: str
):
    (tmp_path / "jar.yaml").write_text(RECIPE.format(site=site, http=""))
    if text is not None:
        (tmp_path / "cookies.txt").write_text(text)

    done = run(tmp_path, "--cookies-from", "cookies.txt")

    assert (done.returncode, done.stderr) == (2, words)
