"""The page of commands names every option, exit code, verdict and key of the report, and no other."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import click
import pytest

from scrapekit import report
from scrapekit.cli import main
from scrapekit.cli.commands import OWN, root
from scrapekit.cli.progress import JsonLines
from scrapekit.demo import recipe_path
from scrapekit.demo.shop import BookShop
from scrapekit.errors import ExitCode
from scrapekit.model import Verdict
from scrapekit.planning.prepare import RunSettings, prepare
from scrapekit.report import HostState, Snapshot

PAGE = "docs/commands.md"


def code_in(text: str) -> list[str]:
    """The words that stand in backticks."""
    return re.findall(r"`([^`]+)`", text)


def first_column(table) -> list[str]:
    """The words in the first column's backticks, row by row."""
    return [word for row in table.rows for word in code_in(next(iter(row.values())))]


def ways_to_write(command: click.Command) -> set[str]:
    """Every way an option or argument of the command can be written."""
    above = click.Context(root, **root.context_settings)
    context = above if command is root else click.Context(command, parent=above)
    found: set[str] = set()
    for parameter in command.get_params(context):
        if isinstance(parameter, click.Argument):
            found.add((parameter.metavar or parameter.name or "").upper())
        elif isinstance(parameter, click.Option) and isinstance(parameter.type, click.Choice):
            found |= {f"{word} {choice}" for word in parameter.opts for choice in parameter.type.choices}
        elif isinstance(parameter, click.Option):
            value = "" if parameter.is_flag or parameter.count else parameter.metavar or "INTEGER"
            found |= {f"{word} {value}".rstrip() for word in parameter.opts}
    return found


@pytest.mark.parametrize("name", ["scrapekit", *OWN])
def test_a_command_has_the_options_of_the_page_and_no_other(name, tables):
    command = root if name == "scrapekit" else root.get_command(click.Context(root), name)
    found = [table for table in tables(PAGE, "options of") if table.comment["options of"] == name]

    assert command is not None
    assert [set(first_column(table)) for table in found] == [ways_to_write(command)]


def test_every_exit_code_is_on_the_page(tables):
    (table,) = tables(PAGE, "exit codes")
    names = {row["code"]: row["name"].replace(" ", "_").upper() for row in table.rows}

    assert names == {str(int(code)): code.name for code in ExitCode}


def test_every_verdict_is_on_the_page(tables):
    (table,) = tables(PAGE, "verdicts")

    assert first_column(table) == [verdict.value for verdict in Verdict]


@pytest.mark.parametrize("name", ["Report", "ExportReport", "Failure"])
def test_every_key_of_the_report_is_on_the_page(name, tables):
    found = [table for table in tables(PAGE, "fields of") if table.comment["fields of"] == name]
    fields = [field.name for field in dataclasses.fields(getattr(report, name))]

    assert [first_column(table) for table in found] == [fields]


def test_every_key_of_an_event_is_on_the_page(capsys, tables):
    (table,) = tables(PAGE, "events")
    listed = {code_in(row["event"])[0]: set(code_in(row["its other keys"])) for row in table.rows}
    progress = JsonLines(every=0)
    snapshot = Snapshot(1.0, 1, 1, 0, {}, {}, 0, 0, 0.0, hosts=[HostState("a.test", 1, 0)])

    for _ in range(2):
        progress.show(snapshot)
    progress.note("a word")
    main(["run", "missing.yaml", "--log-format", "json"])

    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    written = {event.pop("event"): set(event) for event in events}
    assert written["progress"] == listed["progress"]
    assert written["log"] == listed["log"]
    assert written["error"] == listed["error"] - {"problems"}
    assert set(listed) == {*written, "run_finished"}


def test_the_keys_of_a_host_and_of_a_problem_are_on_the_page(capsys, tmp_path):
    text = (Path(__file__).resolve().parents[2] / PAGE).read_text(encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text("scrapekit: 1\n", encoding="utf-8")

    main(["run", str(tmp_path / "wrong.yaml"), "--log-format", "json"])

    problem = json.loads(capsys.readouterr().err)["problems"][0]
    said = re.search(r"Each of `problems` has ([^.]*)\. Each of `hosts` has ([^.]*)\.", text)
    assert said is not None
    assert code_in(said[1]) == list(problem)
    assert code_in(said[2]) == [field.name for field in dataclasses.fields(HostState)]


@pytest.mark.slow
async def test_the_job_folder_holds_what_the_page_says(tmp_path, monkeypatch, tables):
    from scrapekit.run import run

    (table,) = tables(PAGE, "job folder")
    monkeypatch.chdir(tmp_path)
    async with BookShop() as shop:
        await run(prepare(RunSettings(recipe=recipe_path(), inputs={"site": shop.url}, limit=1, cache=True)))

    assert sorted(path.name for path in tmp_path.glob(".scrapekit/*/*")) == sorted(first_column(table))
