"""The ``inputs`` of a recipe: what may be given, from where, and to whom a secret goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scrapekit.errors import Problems, did_you_mean
from scrapekit.mark import Mark
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, shown
from scrapekit.options import Options, as_text
from scrapekit.recipe.input_values import Input, Sources, on_command_line, value_of
from scrapekit.recipe.model import Bound
from scrapekit.regex import Regex, RegexError, compile_regex
from scrapekit.web.url import origin_of, target_of

TYPES = ("string", "int", "float", "bool", "enum", "secret")
_NAME = re.compile(r"[^\W\d]\w*\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
OUR_VARIABLES = "SCRAPEKIT_"
"""How a variable's name begins that may be read into an input which is no secret."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Every input's value in this run. A secret is among ``secrets`` only."""

    values: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Each secret's value; empty when it was not given."""
    failed: frozenset[str] = frozenset()
    """Inputs with a problem, so that nothing more is said about texts that use them."""
    bound: Mapping[str, Bound] = field(default_factory=dict)
    """The secrets with where they may go."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Input → the variable or file that it is read from when it is not given, for those that have one."""


def read_inputs(
    node: Node | None,
    problems: Problems,
    *,
    given: Mapping[str, str],
    environ: Mapping[str, str],
    mark: Mark,
    folder: Path | None = None,
    sends: bool = True,
) -> Inputs:
    """The inputs that *node* declares, each with its value in this run.

    That is what was given, else what the environment holds, else what its file in *folder* says,
    else the default. An input without a default must be given unless it says ``required: false``;
    then it is null. So is a secret that is not there where nothing *sends* it.
    """
    section = Options(node, problems, "inputs", mark=mark)
    names = section.keys()
    declared = [found for name in names if (found := _declare(section, name, problems)) is not None]
    _refuse_unknown(given, names, problems, secretive=any(found.type == "secret" for found in declared))
    sources = Sources(given, environ, folder or Path(), sends)
    return _valued(declared, sources, problems, set(names))


def _valued(declared: list[Input], sources: Sources, problems: Problems, names: set[str]) -> Inputs:
    values: dict[str, object] = {}
    bound: dict[str, Bound] = {}
    said: dict[str, str] = {}
    failed = names - {found.name for found in declared}
    for found in declared:
        before = len(problems)
        value, source = value_of(found, sources, problems)
        if len(problems) > before:
            failed.add(found.name)
        if outside := f"${found.env}" if found.env else str(found.file.value) if found.file else "":
            said[found.name] = outside
        if found.type == "secret":
            bound[found.name] = Bound(None if value is None else str(value), found.origins, source)
        else:
            values[found.name] = value
    secrets = {name: secret.value or "" for name, secret in bound.items()}
    return Inputs(values, secrets, frozenset(failed), bound, said)


def _refuse_unknown(
    given: Mapping[str, str], known: list[str], problems: Problems, *, secretive: bool
) -> None:
    for name, text in given.items():
        if name not in known:
            # The name may be a misspelt secret's, and then the text is the secret.
            word = f"-i {shown(name)}" if secretive else f"-i {shown(name)}={shown(text)}"
            hint = did_you_mean(name, known) or "this recipe has no inputs"
            problems.add(on_command_line(word), "inputs", f'unknown input "{shown(name)}"', hint)


def _declare(section: Options, name: str, problems: Problems) -> Input | None:
    if not _NAME.match(name):
        hint = "a letter, then letters, digits and _"
        problems.add(
            section.key_mark(name), section.at(name), f'an input cannot be named "{shown(name)}"', hint
        )
        return None
    options = Options(
        section.node(name), problems, section.at(name), mark=section.key_mark(name), short="default"
    )
    default = options.node("default")
    kind = options.choice("type", TYPES, _type_of(default))
    found = Input(
        name,
        section.key_mark(name),
        kind,
        options.flag("required", default is None),
        _variable(options, kind),
        _of_secret(options, "file", kind),
        _origins(options, kind),
        default,
        _pattern(options, kind),
        _choices(options, kind),
    )
    options.text("description")
    if default is not None and "required" in options and found.required:
        options.problem("required", "an input with a default is never missing", "leave out one of the two")
    if kind == "secret" and default is not None:
        message = "a secret has no default: a recipe is no place for it"
        options.problem("default", message, "name a variable in env")
    options.close()
    return found


def _type_of(default: Node | None) -> str:
    match default:
        case ScalarNode(value=bool()):
            return "bool"
        case ScalarNode(value=int()):
            return "int"
        case ScalarNode(value=float()):
            return "float"
        case _:
            return "string"


def _variable(options: Options, kind: str) -> str:
    name = options.text("env")
    if name and not _VARIABLE.match(name):
        options.problem("env", f'"{shown(name)}" cannot name an environment variable')
        return ""
    if name and kind != "secret" and not name.startswith(OUR_VARIABLES):
        # What other programs keep there may be anyone's secret; only a secret is never shown or passed on.
        message = f"${shown(name)} may hold a secret, and an input of type {kind} can go anywhere"
        hint = f"write type: secret, or use a variable whose name begins with {OUR_VARIABLES}"
        options.problem("env", message, hint)
    return name


def _of_secret(options: Options, key: str, kind: str) -> ScalarNode | None:
    node = options.scalar(key)
    if node is not None and kind != "secret":
        options.problem(key, f"{key} is for secrets, this input is of type {kind}", "write type: secret")
        return None
    return node


def _origins(options: Options, kind: str) -> tuple[str, ...]:
    """The sites that a secret may be sent to, under ``for``; none: the seeds' own."""
    found = []
    for node in options.texts("for"):
        text = str(node.value)
        origin = origin_of(text)
        if not origin or target_of(text) != "/":
            message = f'"{shown(text)}" is not a whole site'
            options.problems.add(node.mark, options.at("for"), message, "write it as https://api.example")
        else:
            found.append(origin)
    if "for" in options and kind != "secret":
        options.problem("for", f"for is for secrets, this input is of type {kind}", "write type: secret")
    return tuple(dict.fromkeys(found))


def _pattern(options: Options, kind: str) -> Regex | None:
    node = options.scalar("pattern", "a regular expression")
    if node is None:
        return None
    if kind not in ("string", "secret"):
        options.problem("pattern", f"a pattern is for text, this input is of type {kind}")
    try:
        return compile_regex(str(node.value))
    except RegexError as error:
        options.problems.add(node.at(error.offset), options.at("pattern"), str(error))
        return None


def _choices(options: Options, kind: str) -> Mapping[str, object]:
    node = options.node("options")
    if kind != "enum":
        if node is not None:
            options.problem("options", "options are for type enum", "write type: enum")
        return {}
    match node:
        case ListNode() if node.items and all(isinstance(item, ScalarNode) for item in node.items):
            found = [item for item in node.items if isinstance(item, ScalarNode)]
            return {str(as_text(item).value): item.value for item in found}
        case MapNode() if node.entries and all(
            isinstance(item, ScalarNode) for item in node.entries.values()
        ):
            return {key: item.value for key, item in node.entries.items() if isinstance(item, ScalarNode)}
    message = "an enum needs options: a list of values, or a mapping from what is given to its value"
    options.problem("options", message)
    return {}
