"""The root command: help without heavy imports, other packages' commands, and every way to end."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module

import pytest
from click.testing import CliRunner

from scrapekit.cli import main
from scrapekit.cli.commands import OWN, maker_of, root

HEAVY = ("aiohttp", "lxml", "jsonpath_ng", "rich", "pluggy", "yaml", "sqlite3")
ALSO_HEAVY = ("asyncio", "importlib.metadata")

HELP = """\
Usage: scrapekit [OPTIONS] COMMAND [ARGS]...

  Web scraping by recipe: YAML in, records out, nothing lost on the way.

Options:
  --version   Show the version and exit.
  -h, --help  Show this message and exit.

Commands:
  run         Run a recipe, or go on where it was stopped.
  check       Check recipes without sending a request.
  test        Hold recipes to their recorded pages.
  resolve     Print a recipe with all it extends and uses.
  why         Say what became of an address, and why.
  plugins     List every part and listener that is installed.
  demo        Run a recipe against a small bookshop on this machine.
  completion  Print a script that completes commands in your shell.

  A recipe is a YAML file; scrapekit demo shows one at work.
"""

SCRIPT = """
import sys
from scrapekit.cli import main
code = main(sys.argv[1:])
print("imported:", *[name for name in {heavy!r} if name in sys.modules])
sys.exit(code)
"""


def imported_by(*arguments: str) -> str:
    command = [sys.executable, "-c", SCRIPT.format(heavy=HEAVY + ALSO_HEAVY), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["plugins"], ["run", "--help"], ["demo", "--help"]]
)
def test_help_and_the_list_import_nothing_heavy(arguments):
    imported = imported_by(*arguments).split()[1:]

    assert [name for name in imported if name not in ALSO_HEAVY] == []


@pytest.mark.slow
def test_help_does_not_even_read_the_metadata_when_no_package_adds_a_command():
    assert imported_by("--help") == "imported:"


@pytest.mark.slow
def test_the_version_is_shown_by_the_installed_command(scrapekit):
    result = scrapekit("--version")

    assert (result.returncode, result.stdout, result.stderr) == (0, "scrapekit 0.1.0\n", "")


def test_help_is_short_and_whole():
    result = CliRunner().invoke(root, ["--help"], prog_name="scrapekit")

    assert (result.exit_code, result.output) == (0, HELP)


def test_the_help_of_each_command_begins_as_the_list_says():
    shown = {name: import_module(module).command.get_short_help_str(100) for name, (module, _) in OWN.items()}

    assert shown == {name: text for name, (_, text) in OWN.items()}


def test_every_own_command_has_its_name():
    assert {import_module(module).command.name for module, _ in OWN.values()} == set(OWN)


def outcome(capsys, *arguments: str) -> tuple[int, str, str]:
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_without_a_command_help_is_shown_as_an_error(capsys):
    code, out, err = outcome(capsys)

    assert (code, out, err) == (2, "", HELP)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chekc"], 'error: no command is called "chekc"\nhint: did you mean "check"?\n'),
        (
            ["books.yaml"],
            'error: no command is called "books.yaml"\nhint: to run a recipe: scrapekit run books.yaml\n',
        ),
        (
            ["run"],
            "error: missing argument 'RECIPE'\nhint: scrapekit run --help shows what there is\n",
        ),
        (
            ["run", "a.yaml", "-i", "novalue"],
            "error: invalid value for '-i' / '--input': expected NAME=VALUE, found \"novalue\"\n"
            "hint: scrapekit run --help shows what there is\n",
        ),
        (
            ["run", "a.yaml", "-i", "q=1", "-i", "q=2"],
            "error: invalid value for '-i' / '--input': the input \"q\" is given twice\n"
            "hint: scrapekit run --help shows what there is\n",
        ),
        (
            ["run", "a.yaml", "-p", "html"],
            "error: invalid value for '-p' / '--plugin': expected no:NAME or only:NAME, found \"html\"\n"
            "hint: scrapekit run --help shows what there is\n",
        ),
        (
            ["run", "a.yaml", "--set", "=0"],
            "error: invalid value for '--set': expected KEY=VALUE, found \"=0\"\n"
            "hint: scrapekit run --help shows what there is\n",
        ),
        (
            ["run", "a.yaml", "-q", "-v"],
            "error: -q and -v exclude each other\nhint: scrapekit run --help shows what there is\n",
        ),
        (
            ["plugins", "-p", "no:htlm-nothing"],
            'error: -p no:htlm-nothing: nothing installed is called "htlm-nothing"\n',
        ),
    ],
)
def test_a_wrong_command_is_told_in_one_line_and_a_hint(capsys, arguments, message):
    code, out, err = outcome(capsys, *arguments)

    assert (code, out) == (2, "")
    assert err.startswith(message)


def test_control_characters_in_an_argument_are_not_sent_back(capsys):
    code, _, err = outcome(capsys, "a\x1b[2J")

    assert (code, err.splitlines()[0]) == (2, 'error: no command is called "a\\x1b[2J"')


# --- commands of installed packages

COMMAND = """
import click
@click.command()
@click.argument("name")
def hello(name):
    click.echo(f"hello {name}")
"""


def test_an_installed_command_is_run_by_its_name(capsys, install):
    install("greeter", "[scrapekit.commands]\nhello = greeter_a:hello", greeter_a=COMMAND)

    assert outcome(capsys, "hello", "world") == (0, "hello world\n", "")


def test_help_names_installed_commands_without_importing_them(capsys, install):
    install("greeter", "[scrapekit.commands]\nhello = greeter_b:hello", greeter_b="1 / 0")
    code, out, _ = outcome(capsys, "--help")

    assert code == 0
    assert "Commands of installed packages:\n  hello  from greeter 1.0\n" in out


def test_a_broken_command_is_an_error_only_for_itself(capsys, install):
    install("greeter", "[scrapekit.commands]\nhello = greeter_c:hello", greeter_c="1 / 0")

    assert outcome(capsys, "hello") == (
        2,
        "",
        'error: command "hello" of greeter 1.0 cannot be loaded: ZeroDivisionError: division by zero\n'
        "hint: this is for the makers of greeter to mend\n",
    )


def test_what_is_no_click_command_is_refused(capsys, install):
    install("greeter", "[scrapekit.commands]\nhello = greeter_d:hello", greeter_d="def hello(): ...")

    assert outcome(capsys, "hello")[2] == (
        'error: command "hello" of greeter 1.0 is not a click command\n'
        "hint: this is for the makers of greeter to mend\n"
    )


def test_an_installed_command_never_replaces_our_own(capsys, install):
    install("greeter", "[scrapekit.commands]\ncheck = greeter_e:hello", greeter_e=COMMAND)

    assert outcome(capsys, "check", "--help")[1].startswith("Usage: scrapekit check [OPTIONS] RECIPE...\n")
    assert outcome(capsys, "greeter:check", "you") == (0, "hello you\n", "")
    assert "  greeter:check  from greeter 1.0\n" in outcome(capsys, "--help")[1]
    listed = next(line for line in outcome(capsys, "plugins")[1].splitlines() if "greeter" in line)
    assert listed.endswith('clash: "check" is a command of scrapekit; type greeter:check')


def test_two_packages_with_one_command_are_both_named(capsys, install):
    install("one", "[scrapekit.commands]\nhello = one_cmd:hello", one_cmd=COMMAND)
    install("two", "[scrapekit.commands]\nhello = two_cmd:hello", two_cmd=COMMAND)

    assert outcome(capsys, "hello") == (
        2,
        "",
        'error: command "hello" is offered by one 1.0 and two 1.0\n'
        'hint: write "one:hello" or "two:hello" to choose one\n',
    )
    assert outcome(capsys, "two:hello", "you") == (0, "hello you\n", "")


# --- ways to end

ENDINGS = """
import click, errno
from scrapekit import StuckError
def ending(error):
    @click.command()
    def command():
        raise error
    return command
bug = ending(RuntimeError("lost\\x1b[2J"))
stuck = ending(StuckError("the disk is full", hint="make room and give the same command again"))
interrupt = ending(KeyboardInterrupt())
denied = ending(PermissionError(errno.EACCES, "Permission denied", "/out/a.jsonl"))
nameless = ending(OSError("odd"))
@click.command()
def three():
    return 3
@click.command()
def text():
    return "done"
"""


def ending(capsys, install, name: str) -> tuple[int, str, str]:
    entry_points = "[scrapekit.commands]\n" + "\n".join(
        f"{name} = endings:{name}"
        for name in ("bug", "stuck", "interrupt", "denied", "nameless", "three", "text")
    )
    install("endings", entry_points, endings=ENDINGS)
    return outcome(capsys, name)


def test_an_error_of_ours_ends_with_its_own_exit_code(capsys, install):
    assert ending(capsys, install, "stuck") == (
        3,
        "",
        "error: the disk is full\nhint: make room and give the same command again\n",
    )


def test_a_file_that_cannot_be_used_is_named(capsys, install):
    assert ending(capsys, install, "denied") == (3, "", "error: /out/a.jsonl: permission denied\n")


def test_a_number_that_a_command_returns_is_the_exit_code(capsys, install):
    assert ending(capsys, install, "three") == (3, "", "")


def test_anything_else_that_a_command_returns_is_success(capsys, install):
    assert ending(capsys, install, "text") == (0, "", "")


def test_a_bug_in_a_command_of_ours_is_ours():
    assert (maker_of(["run", "books.yaml"]), maker_of(["-h"])) == ("scrapekit", "scrapekit")


def test_ctrl_c_before_the_run_begins_is_an_interruption(capsys, install):
    assert ending(capsys, install, "interrupt")[0] == 130


@pytest.mark.parametrize(
    ("name", "cause"), [("bug", "RuntimeError: lost\\x1b[2J"), ("nameless", "OSError: odd")]
)
def test_a_bug_shows_its_traceback_and_asks_for_a_report(capsys, install, name, cause):
    code, out, err = ending(capsys, install, name)
    lines = err.splitlines()

    assert (code, out) == (3, "")
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-4:] == [
        cause,
        "",
        "This is a bug in endings 1.0, not a mistake of yours.",
        "Please report it with the lines above. Nothing that was committed is lost.",
    ]


@pytest.mark.slow
def test_a_reader_who_stops_reading_is_no_error():
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "scrapekit", "plugins"]
    result = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)

    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.slow
def test_a_terminal_without_unicode_gets_escapes():
    command = [sys.executable, "-m", "scrapekit", "schlüssel"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    result = subprocess.run(command, capture_output=True, env=environment, check=False)

    assert result.stderr.splitlines()[0] == b'error: no command is called "schl\\xfcssel"'


# --- completion


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shell", "text"),
    [
        ("bash", "complete -o nosort -F _scrapekit_completion"),
        ("zsh", "#compdef scrapekit"),
        ("fish", "complete --"),
    ],
)
def test_each_shell_gets_its_script(capsys, shell, text):
    code, out, err = outcome(capsys, "completion", shell)

    assert (code, err) == (0, "")
    assert text in out


def test_the_shell_is_taken_from_the_environment(capsys, monkeypatch):
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    own = outcome(capsys, "completion")

    assert own == outcome(capsys, "completion", "fish")


def test_an_unknown_shell_must_be_named(capsys, monkeypatch):
    monkeypatch.setenv("SHELL", "/bin/tcsh")

    assert outcome(capsys, "completion") == (
        2,
        "",
        "error: cannot tell which shell you use\nhint: name it: scrapekit completion bash\n",
    )


def complete(words: str, count: int) -> list[str]:
    environment = os.environ | {
        "_SCRAPEKIT_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(count),
    }
    command = [sys.executable, "-m", "scrapekit"]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return result.stdout.splitlines()


@pytest.mark.slow
def test_a_shell_completes_commands_and_options():
    assert complete("scrapekit c", 1) == ["plain,check", "plain,completion"]
    assert complete("scrapekit run --log", 2) == ["plain,--log-format"]


@pytest.mark.slow
def test_the_script_works_in_a_real_bash(tmp_path, capsys):
    script = tmp_path / "complete.bash"
    script.write_text(outcome(capsys, "completion", "bash")[1])
    wrapper = tmp_path / "scrapekit"
    wrapper.write_text(f'#!/bin/sh\nexec {sys.executable} -m scrapekit "$@"\n')
    wrapper.chmod(0o755)
    asked = (
        f"source {script}; COMP_WORDS=(scrapekit pl); COMP_CWORD=1; "
        f"_scrapekit_completion {wrapper}; echo ${{COMPREPLY[@]}}"
    )
    result = subprocess.run(["bash", "-c", asked], capture_output=True, text=True, check=True)

    assert result.stdout == "plugins\n"
