"""The ``inputs`` of a recipe: what may be given, and the value each one has in this run."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scrapekit.errors import Problems, did_you_mean, nearest
from scrapekit.mark import Mark, SourceText
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options, as_text
from scrapekit.recipe.scalar import typed
from scrapekit.regex import RegexError, compile_regex

TYPES = ("string", "int", "float", "bool", "enum", "secret")
_NAME = re.compile(r"[^\W\d]\w*\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class Inputs:
    """Every input's value in this run. A secret is among ``secrets`` only."""

    values: Mapping[str, object] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    failed: frozenset[str] = frozenset()
    """Inputs with a problem, so that nothing more is said about texts that use them."""


@dataclass(frozen=True, slots=True)
class _Input:
    """One declared input. ``options`` maps what people give to what the recipe gets."""

    name: str
    mark: Mark
    type: str
    required: bool
    env: str
    default: Node | None
    pattern: re.Pattern[str] | None
    options: Mapping[str, object]

    @property
    def path(self) -> str:
        return f"inputs.{self.name}"


def read_inputs(
    node: Node | None, problems: Problems, *, given: Mapping[str, str], environ: Mapping[str, str], mark: Mark
) -> Inputs:
    """The inputs that *node* declares, each with its value in this run.

    That is what was given, else what the environment holds, else the default.

    An input without a default must be given unless it says ``required: false``; then it is null.
    """
    section = Options(node, problems, "inputs", mark=mark)
    names = section.keys()
    declared = [found for name in names if (found := _declare(section, name, problems)) is not None]
    _refuse_unknown(given, names, problems, secretive=any(found.type == "secret" for found in declared))
    values: dict[str, object] = {}
    secrets: dict[str, str] = {}
    failed = set(names) - {found.name for found in declared}
    for found in declared:
        before = len(problems)
        value = _value(found, given, environ, problems)
        if len(problems) > before:
            failed.add(found.name)
        if found.type == "secret":
            secrets[found.name] = "" if value is None else str(value)
        else:
            values[found.name] = value
    return Inputs(values, secrets, frozenset(failed))


def _refuse_unknown(
    given: Mapping[str, str], known: list[str], problems: Problems, *, secretive: bool
) -> None:
    for name, text in given.items():
        if name not in known:
            # The name may be a misspelt secret's, and then the text is the secret.
            word = f"-i {shown(name)}" if secretive else f"-i {shown(name)}={shown(text)}"
            hint = did_you_mean(name, known) or "this recipe has no inputs"
            problems.add(_on_command_line(word), "inputs", f'unknown input "{shown(name)}"', hint)


def _on_command_line(word: str) -> Mark:
    return Mark(SourceText(word, ()), 1, 1)


def _declare(section: Options, name: str, problems: Problems) -> _Input | None:
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
    found = _Input(
        name,
        section.key_mark(name),
        kind,
        options.flag("required", default is None),
        _variable(options),
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


def _variable(options: Options) -> str:
    name = options.text("env")
    if name and not _VARIABLE.match(name):
        options.problem("env", f'"{shown(name)}" cannot name an environment variable')
        return ""
    return name


def _pattern(options: Options, kind: str) -> re.Pattern[str] | None:
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


def _value(found: _Input, given: Mapping[str, str], environ: Mapping[str, str], problems: Problems) -> object:
    if (text := given.get(found.name)) is not None:
        word = f"-i {found.name}" if found.type == "secret" else f"-i {found.name}={shown(text)}"
        node = ScalarNode(text, _on_command_line(word), text)
        return _checked(found, node, problems, typed(text), hidden=found.type == "secret")
    if found.env and (text := environ.get(found.env)):
        mark = _on_command_line(f"${found.env}")
        # What a variable holds may be anyone's secret, whatever a recipe calls it.
        return _checked(found, ScalarNode(text, mark, text), problems, typed(text), hidden=True)
    if isinstance(found.default, ScalarNode):
        return _checked(found, found.default, problems, found.default.value)
    if found.default is not None:
        message = f"a default is one value, found {describe(found.default)}"
        problems.add(found.default.mark, f"{found.path}.default", message)
    elif found.required:
        variable = f" or set ${found.env}" if found.env else ""
        hint = f"give it with -i {found.name}=VALUE{variable}"
        problems.add(found.mark, found.path, f'the input "{found.name}" is missing', hint)
    return None


def _checked(
    found: _Input, node: ScalarNode, problems: Problems, meaning: object, *, hidden: bool = False
) -> object:
    """The value as its type wants it; *meaning* is what YAML would read in the text."""
    if node.value is None:
        return None
    text = str(as_text(node).value)
    if any(0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        problems.add(node.mark, found.path, "the value is not UTF-8 text")
        return None
    value, expected = _AS_TYPE[found.type](found, text, meaning)
    if value is None and expected:
        seen = "something else" if hidden else f'the text "{shown(text)}"'
        hint = "" if hidden else nearest(text, found.options)
        problems.add(node.mark, found.path, f"expected {expected}, found {seen}", hint)
    return value


def _as_text_type(found: _Input, text: str, meaning: object) -> tuple[object, str]:
    if found.pattern is None or found.pattern.fullmatch(text):
        return text, ""
    return None, f"text that matches {shown(found.pattern.pattern)}"


def _as_int(found: _Input, text: str, meaning: object) -> tuple[object, str]:
    whole = isinstance(meaning, int) and not isinstance(meaning, bool)
    return (meaning if whole else None), "a whole number"


def _as_float(found: _Input, text: str, meaning: object) -> tuple[object, str]:
    number = isinstance(meaning, (int, float)) and not isinstance(meaning, bool)
    return (meaning if number else None), "a number"


def _as_bool(found: _Input, text: str, meaning: object) -> tuple[object, str]:
    return _TRUTH.get(text.lower()), "true or false"


def _as_enum(found: _Input, text: str, meaning: object) -> tuple[object, str]:
    if not found.options or text in found.options:
        return found.options.get(text), ""
    return None, f"one of {', '.join(shown(label) for label in found.options)}"


_AS_TYPE: Mapping[str, Callable[[_Input, str, object], tuple[object, str]]] = {
    "string": _as_text_type,
    "secret": _as_text_type,
    "int": _as_int,
    "float": _as_float,
    "bool": _as_bool,
    "enum": _as_enum,
}
