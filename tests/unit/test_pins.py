"""Pins: a recipe says at which version and hash packages must be installed, and others are refused."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scrapekit.errors import RecipeError
from scrapekit.planning.prepare import RunSettings, prepare
from scrapekit.plugins.hashes import Installed, installed

EDITABLE = '{"url": "file:///x", "dir_info": {"editable": true}}'


class Site:
    """A folder on the path with one package in it, as an installer leaves it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.about = folder / "odd_part-1.2.0.dist-info"
        self.about.mkdir(parents=True)
        self.write("odd_part.py", "raise SystemExit('imported')\n")
        self.write(
            "odd_part-1.2.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: odd-part\nVersion: 1.2.0\n"
        )
        self.write("odd_part-1.2.0.dist-info/RECORD", "")
        self.record()

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def record(self, *more: str) -> None:
        """List what is there, and *more*."""
        files = [str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()]
        self.write("odd_part-1.2.0.dist-info/RECORD", "".join(f"{path},,\n" for path in [*files, *more]))


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    return Site(tmp_path / "site")


def sha() -> str:
    found = installed("odd-part")
    assert found is not None
    return found.sha256


def refusal(folder: Path, pins: str) -> str:
    recipe = folder / "r.yaml"
    recipe.write_text(
        f'scrapekit: 1\nplugins: {pins}\nseeds: "http://a.test/"\n'
        "pages: { p: { item: i, fields: { t: h1 } } }\n"
    )
    try:
        prepare(RunSettings(recipe, out_dir=folder))
    except RecipeError as error:
        return str(error).replace(str(recipe), "r.yaml")
    return ""


def test_what_installers_note_and_compile_does_not_count(site):
    before = sha()
    for name in ("INSTALLER", "REQUESTED", "direct_url.json"):
        site.write(f"odd_part-1.2.0.dist-info/{name}", "{}")
    site.write("__pycache__/odd_part.cpython-311.pyc", "compiled")
    site.record("../../bin/odd")

    assert sha() == before


@pytest.mark.parametrize("path", ["odd_part.py", "odd_part-1.2.0.dist-info/METADATA", "new.py"])
def test_every_other_file_counts(site, path):
    before = sha()
    site.write(path, "Metadata-Version: 2.1\nName: odd-part\nVersion: 1.2.0\nSummary: other\n")
    site.record()

    assert sha() != before


def test_a_name_in_any_spelling_is_the_same_package(site):
    assert installed("Odd_Part") == Installed("Odd_Part", "1.2.0", sha())
    assert installed("no-such-package") is None


def test_where_there_is_no_hash_it_is_said_why(site):
    site.write("odd_part-1.2.0.dist-info/direct_url.json", EDITABLE)
    editable = installed("odd-part")
    (site.about / "direct_url.json").unlink()
    (site.folder / "odd_part.py").unlink()
    half = installed("odd-part")
    (site.about / "RECORD").unlink()
    unlisted = installed("odd-part")

    assert [found and (found.sha256, found.note) for found in (editable, half, unlisted)] == [
        ("", "installed editable: its files are those of a working copy, which may change at any time"),
        ("", "odd_part.py is missing: install it again"),
        ("", "its files are not listed by whoever installed it"),
    ]


def test_what_is_as_it_is_pinned_is_let_in(site, tmp_path):
    assert refusal(tmp_path, "{ odd-part: 1.2.0 }") == ""
    assert refusal(tmp_path, f"{{ odd-part: {{ sha256: {sha()} }} }}") == ""
    assert refusal(tmp_path, f"{{ Odd_Part: {{ version: 1.2.0, sha256: 'sha256:{sha().upper()}' }} }}") == ""
    assert refusal(tmp_path, "{}") == ""


def test_another_version_is_refused_with_its_place(site, tmp_path):
    assert refusal(tmp_path, "{ odd-part: 1.3 }") == (
        "r.yaml:2:22: plugins.odd-part.version: odd-part is installed at version 1.2.0, not 1.3\n"
        "    2 | plugins: { odd-part: 1.3 }\n"
        "      |                      ^^^\n"
        "  hint: pip install odd-part==1.3, or write 1.2.0 when that is what the recipe works with now"
    )


def test_other_files_are_refused(site, tmp_path):
    pins = f"{{ odd-part: {{ version: 1.2.0, sha256: {sha()} }} }}"
    site.write("odd_part.py", "other")

    assert refusal(tmp_path, pins).splitlines()[0] == (
        "r.yaml:2:48: plugins.odd-part.sha256: the files of odd-part 1.2.0 are others:"
        f" their sha256 is {sha()}"
    )


def test_what_is_not_installed_or_has_no_hash_is_refused(site, tmp_path):
    site.write("odd_part-1.2.0.dist-info/direct_url.json", EDITABLE)

    refused = refusal(tmp_path, f"{{ odd-part: {{ sha256: {'0' * 64} }}, not-there: '2' }}")

    assert "plugins.odd-part.sha256: odd-part has no hash: installed editable" in refused
    assert "plugins.not-there: not-there is not installed" in refused
    assert "hint: pip install not-there==2" in refused


@pytest.mark.parametrize(
    ("pins", "words"),
    [
        ("{ odd-part: {} }", "a version is missing, or a sha256, or both"),
        ("{ odd-part: { sha256: 12 } }", "a sha256 has 64 hexadecimal digits"),
        ("{ '../odd': 1 }", '"../odd" is not the name of a package'),
        ("{ odd-part: { versoin: 1 } }", 'did you mean "version"?'),
        ("[odd-part]", "expected a mapping"),
    ],
)
def test_a_pin_that_says_nothing_is_refused(site, tmp_path, pins, words):
    assert words in refusal(tmp_path, pins)
