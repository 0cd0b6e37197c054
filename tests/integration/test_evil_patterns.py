"""Regular expressions that would never end, in a recipe that is run by the real command: it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loopback import Answer, serving

pytestmark = pytest.mark.slow

ALIKE = "a" * 50_000
SMALL = f"<h1>{ALIKE}!</h1><p>tea</p>"
LARGE = SMALL + "<!-- " + "x" * 400_000 + " -->"
PAGES = {
    "/": f'<a href="/small">small</a><a href="/large">large</a><a href="/{"a" * 1500}!">trap</a>'
    f'<a href="/told">{ALIKE}!</a>',
    "/small": SMALL,
    "/large": LARGE,
    "/told": SMALL,
}
RECIPE = """\
scrapekit: 1
name: evil
seeds: { listing: "SITE/" }
pages:
  listing:
    links:
      large: a[href$=large]
      page: { css: "a:not([href$=large])", deny: "re:/(a|aa)+$", text: "re:^(?!(a|aa)+$)" }
  page:
    responses: [{ when: "text matches '(a|aa)+!x'", then: fail }]
    item: thing
    where: here == 'tea'
    fields:
      title: h1
      here: p
      source: 're:>(a|aa)+<'
      filtered: { css: h1, pipe: [{ regex: '(a|aa)+$' }] }
      when: { css: p, when: "title matches '(a|aa)+$'" }
      strict: { css: h1, pattern: "(a|aa)+" }
    on_invalid: keep
  large: { item: thing, fields: { here: p, filtered: { css: h1, pipe: [{ regex: '(a|aa)+$' }] } } }
crawl: { delay: 0, robots: ignore }
export: out/things.jsonl
"""


@pytest.fixture
def site() -> Iterator[str]:
    with serving(lambda asked: Answer(PAGES.get(asked.path, ""), 200 if asked.path in PAGES else 404)) as url:
        yield url


@pytest.fixture
def report(site: str, tmp_path: Path) -> dict[str, Any]:
    """What a run of the recipe reports; in `report["exit"]` how it ended."""
    (tmp_path / "evil.yaml").write_text(RECIPE.replace("SITE", site))
    command = [sys.executable, "-m", "scrapekit", "run", "evil.yaml"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False, timeout=60)
    found: dict[str, Any] = json.loads((tmp_path / ".scrapekit" / "evil" / "report.json").read_text())
    lines = (tmp_path / "out" / "things.jsonl").read_text().splitlines()
    return {
        **found,
        "exit": (ended.returncode, ended.stderr),
        "records": [json.loads(line) for line in lines],
    }


def test_a_crawl_with_patterns_that_never_end_ends(report: dict[str, Any]):
    """In the loop (the small page) and in a worker thread (the large one)."""
    stopped = "its regular expression took longer than 1 s"

    assert report["exit"][0] == 0, report["exit"][1]
    assert [record["here"] for record in report["records"]] == ["tea", "tea"]
    empty = ("source", "filtered", "when", "strict")
    assert {record.get(name) for record in report["records"] for name in empty} == {None}
    assert report["notes"][f"links to page: {stopped}"] == 2
    for name in ("source", "page.fields.filtered", "large.fields.filtered", "when", "responses"):
        assert any(name in note and "its regular expression took longer" in note for note in report["notes"])
