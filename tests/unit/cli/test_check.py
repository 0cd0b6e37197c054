"""The command ``check`` round preparations of our own, and the list of parts."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scrapekit.cli import main
from scrapekit.cli.check import check
from scrapekit.cli.listing import table
from scrapekit.errors import Problems, UsageError
from scrapekit.mark import Mark, SourceText
from scrapekit.plugins import PartInfo, Plugins


def prepared(*targets: str, pages: int = 2, kinds: int = 1) -> Any:
    exports = [SimpleNamespace(target=target) for target in targets]
    recipe = SimpleNamespace(pages=range(pages), kinds=range(kinds), exports=exports)
    return SimpleNamespace(recipe=recipe)


def test_a_right_recipe_is_one_line(capsys):
    code = check([Path("recipes/books.yaml")], lambda recipe: prepared("out/books.jsonl"))

    captured = capsys.readouterr()
    assert (code, captured.err) == (0, "")
    assert captured.out == "recipes/books.yaml: 2 page rules, 1 record kind, exports out/books.jsonl: ok\n"


def test_a_recipe_without_exports_is_one_line_too(capsys):
    check([Path("a.yaml")], lambda recipe: prepared(pages=1, kinds=2))

    assert capsys.readouterr().out == "a.yaml: 1 page rule, 2 record kinds: ok\n"


OUTSIDE = """\
scrapekit: 1
inputs:
  token: { type: secret, env: SHOP_TOKEN, for: [https://api.example, https://id.example] }
  key: { type: secret, file: key.txt, required: false }
  q: { env: SCRAPEKIT_Q, default: tea }
seeds: { p: "https://shop.example/?q={{ inputs.q }}" }
pages: { p: { item: x, fields: { t: h1 } } }
http: { auth: { bearer: "{{ inputs.token }}" } }
"""


def test_what_a_recipe_reads_from_outside_is_said(capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHOP_TOKEN", "s3cret")
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(OUTSIDE)

    main(["check", "r.yaml"])

    assert capsys.readouterr().out == (
        "r.yaml: 1 page rule, 1 record kind, exports out/r.jsonl: ok\n"
        "reads $SHOP_TOKEN for token, a secret sent to https://api.example and https://id.example only\n"
        "reads key.txt for key, a secret sent to https://shop.example only; it is not there now\n"
        "reads $SCRAPEKIT_Q for q, which may go anywhere\n"
    )


def test_a_recipe_is_checked_without_its_secrets(capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where recipes are checked, as in a team's CI, what opens the site's doors need not be."""
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(OUTSIDE.replace("required: false", "pattern: '.{20}'"))

    code = main(["check", "r.yaml"])

    assert code == 0
    assert capsys.readouterr().out.splitlines()[1:3] == [
        "reads $SHOP_TOKEN for token, a secret sent to https://api.example and https://id.example only; "
        "it is not there now",
        "reads key.txt for key, a secret sent to https://shop.example only; it is not there now",
    ]


def test_a_run_has_to_have_its_secrets(capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("r.yaml").write_text(OUTSIDE)

    assert main(["run", "r.yaml"]) == 2
    assert 'inputs.token: the input "token" is missing' in capsys.readouterr().err


def test_every_file_is_checked_though_one_is_wrong(capsys):
    def prepare(recipe: Path) -> Any:
        if recipe.name == "gone.yaml":
            raise UsageError('cannot read "gone.yaml": no such file')
        if recipe.name == "wrong.yaml":
            problems = Problems()
            problems.add(Mark(SourceText.of("wrong.yaml", "name: 7"), 1, 7), "name", "expected text")
            problems.raise_if_any()
        return prepared("a.csv", "b.jsonl")

    code = check([Path("gone.yaml"), Path("wrong.yaml"), Path("right.yaml")], prepare)

    captured = capsys.readouterr()
    assert code == 2
    assert captured.out == "right.yaml: 2 page rules, 1 record kind, exports a.csv, b.jsonl: ok\n"
    assert captured.err == (
        'error: cannot read "gone.yaml": no such file\n'
        "wrong.yaml:1:7: name: expected text\n"
        "    1 | name: 7\n"
        "      |       ^\n"
        "\n"
        "1 problem in wrong.yaml\n"
    )


def test_a_page_rule_that_nothing_leads_to_is_a_warning(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("books.yaml").write_text(
        "scrapekit: 1\n"
        "seeds: { listing: https://books.example/ }\n"
        "pages:\n"
        "  listing: { item: book, each: li, fields: { title: a } }\n"
        "  product: { item: book, fields: { title: h1 } }\n"
    )

    code = main(["check", "books.yaml"])

    assert (code, capsys.readouterr().out) == (
        0,
        "books.yaml: 2 page rules, 1 record kind, exports out/books.jsonl: ok\n"
        'warning: books.yaml:5:3: pages.product: no seed and no link leads to the page rule "product"\n'
        "    5 |   product: { item: book, fields: { title: h1 } }\n"
        "      |   ^^^^^^^\n"
        "  hint: it is never used; a link to it is written links: { PAGE: SELECTOR }\n",
    )


def test_problems_left_out_are_counted(capsys):
    def prepare(recipe: Path) -> Any:
        source = SourceText.of("wide.yaml", "")
        problems = Problems()
        for line in range(1, 203):
            problems.add(Mark(source, line, 1), "", "wrong")
        problems.raise_if_any()

    check([Path("wide.yaml")], prepare)

    assert capsys.readouterr().err.splitlines()[-3:] == [
        "and 2 more problems",
        "",
        "202 problems in wide.yaml",
    ]


# --- the list of parts


def test_the_list_is_a_table():
    infos = [
        PartInfo("parsers", "html", "scrapekit-html", "0.1.0", "a:B", "ok"),
        PartInfo("exporters", "tsv", "words", "1", "w:T", "clash", "also offered by tables 2"),
        PartInfo("listeners", "bell\x07", "bell", "", "b:B", "off", "switched off by -p no:bell"),
    ]

    assert table(infos) == [
        "KIND      NAME      PACKAGE         VERSION  STATE",
        "parser    html      scrapekit-html  0.1.0    ok",
        "exporter  tsv       words           1        clash: also offered by tables 2",
        "listener  bell\\x07  bell                     off: switched off by -p no:bell",
    ]


def test_an_empty_list_says_what_to_install():
    assert table([]) == ["nothing is installed; scrapekit-framework[standard] brings the usual parts"]


@pytest.mark.slow
def test_the_command_lists_what_is_installed(scrapekit):
    result = scrapekit("plugins")

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == table(Plugins().all())


def test_the_list_as_json_has_every_fact(capsys):
    assert main(["plugins", "--json", "-p", "no:scrapekit-json"]) == 0

    found = [e for e in json.loads(capsys.readouterr().out) if e["dist"] == "scrapekit-json"]
    (entry,) = [e for e in found if e["kind"] == "parsers"]
    assert entry == {
        "kind": "parsers",
        "name": "json",
        "dist": "scrapekit-json",
        "version": "0.1.0",
        "value": entry["value"],
        "state": "off",
        "note": "switched off by -p no:scrapekit-json",
    }


LOCAL = "scrapekit: 1\nseeds: {seed}\npages: {{ p: {{ item: x, fields: {{ t: h1 }} }} }}\n"


@pytest.mark.parametrize("seed", ["http://127.0.0.1:8000/", "http://localhost/a", "http://[::1]/"])
def test_a_server_on_this_machine_is_said_to_be_asked_slowly(seed, capsys, tmp_path: Path):
    (tmp_path / "r.yaml").write_text(LOCAL.format(seed=seed))

    main(["check", str(tmp_path / "r.yaml")])

    assert capsys.readouterr().out.splitlines()[1:] == [
        "crawl.delay is 0.5 s; a server of your own needs none: --set crawl.delay=0"
    ]


def test_who_chose_a_delay_or_asks_strangers_reads_nothing_of_it(capsys, tmp_path: Path):
    (tmp_path / "a.yaml").write_text(LOCAL.format(seed="http://127.0.0.1/") + "crawl: { delay: 0 }\n")
    (tmp_path / "b.yaml").write_text(LOCAL.format(seed="https://shop.example/"))

    main(["check", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")])

    assert "crawl.delay" not in capsys.readouterr().out
