"""A stranger's plugin: built as a wheel, installed into a clean environment, named by a recipe."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "tests" / "thirdparty" / "scrapekit-words"

RECIPE = """\
scrapekit: 1
name: words
inputs:
  site: { type: string }
seeds:
  poem: "{{ inputs.site }}/poem.txt"
pages:
  poem:
    parser: { name: words, lower: true }
    item: word
    each: s*
    fields:
      word: "*"
      length: "*@length"
      loud: { template: "{{ item.word }}", pipe: [{ shout: "?" }] }
crawl: { delay: 0 }
export:
  markdown: words.md
"""

POEM = "She sells sea shells\nby the sea shore\n"


def call(*command: str | Path, folder: Path) -> str:
    """Run a command to its end; its standard output."""
    result = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, cwd=folder, check=False
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def uv() -> list[str] | None:
    """How to call uv, None where it is not installed."""
    if found := shutil.which("uv"):
        return [found]
    return [sys.executable, "-m", "uv"] if find_spec("uv") else None


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of a clean environment that holds the two wheels and what they depend on."""
    folder = tmp_path_factory.mktemp("thirdparty")
    wheels, venv = folder / "wheels", folder / "venv"
    programs = venv / "bin"
    if tool := uv():
        for project in (ROOT, PLUGIN):
            call(*tool, "build", "-q", "--wheel", "--no-sources", "-o", wheels, project, folder=folder)
        call(*tool, "venv", "-q", "--python", sys.executable, venv, folder=folder)
        install = [*tool, "pip", "install", "-q", "--python", str(programs / "python")]
    else:
        for project in (ROOT, PLUGIN):
            call(
                sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", wheels, project, folder=folder
            )
        call(sys.executable, "-m", "venv", venv, folder=folder)
        install = [str(programs / "python"), "-m", "pip", "install", "-q"]
    call(*install, *sorted(wheels.glob("*.whl")), folder=folder)
    return programs


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A server on the loopback with the poem; its address."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "poem.txt").write_text(POEM)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            """Nothing: the test's output is for what fails."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=shelf)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.slow
def test_a_recipe_names_a_stranger_s_parts_and_gets_its_records(environment, site, tmp_path):
    (tmp_path / "words.yaml").write_text(RECIPE)

    call(environment / "scrapekit", "run", "words.yaml", "-i", f"site={site}", folder=tmp_path)

    assert (tmp_path / "words.md").read_text() == (
        "| word | length | loud |\n"
        "| --- | --- | --- |\n"
        "| she | 3 | SHE? |\n"
        "| sells | 5 | SELLS? |\n"
        "| sea | 3 | SEA? |\n"
        "| shells | 6 | SHELLS? |\n"
        "| sea | 3 | SEA? |\n"
        "| shore | 5 | SHORE? |\n"
    )
    assert (tmp_path / "tally.txt").read_text() == "words: complete\nword: 6\n"


@pytest.mark.slow
def test_a_stranger_s_listener_is_switched_off_by_name(environment, site, tmp_path):
    (tmp_path / "words.yaml").write_text(RECIPE)
    arguments = ["run", "words.yaml", "-i", f"site={site}", "-p", "no:tally"]

    call(environment / "scrapekit", *arguments, folder=tmp_path)

    assert (tmp_path / "words.md").exists()
    assert not (tmp_path / "tally.txt").exists()


@pytest.mark.slow
def test_the_list_names_every_part_of_the_package_and_nothing_else(environment, tmp_path):
    assert call(environment / "scrapekit", "plugins", folder=tmp_path) == (
        "KIND      NAME         PACKAGE          VERSION  STATE\n"
        "parser    words        scrapekit-words  1.2.3    ok\n"
        "exporter  markdown     scrapekit-words  1.2.3    ok\n"
        "filter    shout        scrapekit-words  1.2.3    ok\n"
        "command   count-words  scrapekit-words  1.2.3    ok\n"
        "listener  tally        scrapekit-words  1.2.3    ok\n"
    )


@pytest.mark.slow
def test_the_package_s_command_is_a_command_of_scrapekit(environment, tmp_path):
    (tmp_path / "poem.txt").write_text(POEM)

    assert call(environment / "scrapekit", "count-words", "poem.txt", folder=tmp_path) == "8 words\n"


@pytest.mark.slow
def test_a_part_that_is_not_installed_says_what_to_install(environment, tmp_path):
    (tmp_path / "html.yaml").write_text(RECIPE.replace("{ name: words, lower: true }", "html"))
    command = [str(environment / "scrapekit"), "check", "html.yaml", "-i", "site=http://a.test"]
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)

    assert result.returncode == 2
    assert 'no parser is called "html"' in result.stderr
    assert "hint: scrapekit-html brings it: pip install scrapekit-html" in result.stderr
