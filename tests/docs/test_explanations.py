"""What the README and the pages that explain say about the code is what the code says."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import scrapekit
from scrapekit.crawl import engine, page_reader, politeness, slowness
from scrapekit.errors import ExitCode
from scrapekit.hookspecs import MOMENTS
from scrapekit.testing import check_filter, make_filter

ROOT = Path(__file__).resolve().parents[2]


def words_of(page: str) -> str:
    """The text of a page in one line."""
    return " ".join((ROOT / page).read_text(encoding="utf-8").split())


def test_every_block_of_python_and_toml_is_in_its_language(page, blocks):
    for block in blocks(str(page.relative_to(ROOT))):
        if block.language == "python":
            compile(block.text, str(block), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        if block.language == "toml":
            tomllib.loads(block.text)


def test_the_plugin_in_ten_lines_of_the_readme_works(blocks):
    (block,) = (block for block in blocks("README.md") if block.language == "python")
    names: dict[str, object] = {}
    exec(block.text, names)

    assert make_filter(names["Shout"])("tea") == "TEA!"


def test_the_filter_shown_beside_ours_keeps_its_promises(blocks):
    (block,) = (b for b in blocks("plugins/scrapekit-filters/README.md") if b.language == "python")
    names: dict[str, object] = {}
    exec(block.text, names)

    check_filter(names["Shout"])


def test_the_loop_shown_is_the_loop_that_runs(blocks):
    (block,) = (block for block in blocks("docs/how-it-works.md") if block.language == "python")
    code = [line.strip() for line in Path(engine.__file__).read_text(encoding="utf-8").splitlines()]
    places = [code.index(line.strip()) for line in block.text.splitlines()]

    assert places == sorted(places)


def test_the_numbers_of_the_explanation_are_those_of_the_code():
    text = words_of("docs/how-it-works.md")

    assert f"a body above {page_reader.LARGE_BODY // 1024} KB" in text
    assert slowness.FAR_TOO_LONG == 0.25
    assert "for a quarter of a second once" in text
    assert slowness.LONG == 0.1
    assert "a tenth with more than one page in a hundred" in text
    assert f"longer than {1000 * slowness.SLOW_CALLBACK:g} ms" in text


def test_the_moments_and_parts_that_the_explanation_names_exist():
    text = words_of("docs/how-it-works.md").partition("**A moment is told to everyone**")[2]
    named = [name for name in re.findall(r"`(\w+)`", text) if "_" in name]

    assert named
    assert set(named) <= set(MOMENTS)


def test_the_pause_that_a_host_may_ask_for_is_the_one_promised():
    assert "at most two minutes an answer" in words_of("docs/trust.md")
    assert politeness.LONGEST_PAUSE == 120.0


def test_the_exit_codes_of_the_promises_are_those_there_are():
    text = (ROOT / "docs/trust.md").read_text(encoding="utf-8").partition("## Exit codes")[2]
    codes = re.findall(r"^\| (\d+) \|", text, re.MULTILINE)

    assert codes == [str(int(code)) for code in ExitCode]


def test_the_files_that_the_pages_name_exist(page):
    text = page.read_text(encoding="utf-8")
    named = re.findall(r"`((?:tests|recipes|docs|scrapekit)/[\w./-]+\.\w+)`", text)
    roots = (ROOT, Path(scrapekit.__file__).parents[1])

    assert [name for name in named if not any((root / name).exists() for root in roots)] == []
