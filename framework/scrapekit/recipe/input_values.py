"""The value that each input of a recipe has in this run, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from scrapekit.errors import Problems, nearest
from scrapekit.mark import Mark, SourceText
from scrapekit.node import Node, ScalarNode, describe, shown
from scrapekit.options import as_text
from scrapekit.recipe.yaml.scalar import typed
from scrapekit.regex import Regex, RegexTooSlow

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_LARGEST_FILE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Input:
    """One declared input. ``options`` maps what people give to what the recipe gets."""

    name: str
    mark: Mark
    type: str
    required: bool
    env: str
    file: ScalarNode | None
    origins: tuple[str, ...]
    default: Node | None
    pattern: Regex | None
    options: Mapping[str, object]

    @property
    def path(self) -> str:
        """Where it stands in the recipe."""
        return f"inputs.{self.name}"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where values may come from: the command line, the environment, files beside the recipe."""

    given: Mapping[str, str]
    environ: Mapping[str, str]
    folder: Path
    sends: bool = True
    """False where nothing will be sent: a secret, which only requests know, need not be there then."""


def on_command_line(word: str) -> Mark:
    """A mark for what the recipe does not hold: ``-i NAME`` or ``$VARIABLE``."""
    return Mark(SourceText(word, ()), 1, 1)


def value_of(found: Input, sources: Sources, problems: Problems) -> tuple[object, str]:
    """The input's value, and its source as people name it; None, and perhaps a problem, without one.

    What is given comes first, then the environment, then the file, then the default.
    """
    is_secret = found.type == "secret"
    if (text := sources.given.get(found.name)) is not None:
        return _given(found, text, problems), f"-i {found.name}"
    if found.env and (text := sources.environ.get(found.env)):
        node = ScalarNode(text, on_command_line(f"${found.env}"), text)
        # What a variable holds may be anyone's secret, whatever a recipe calls it.
        return _checked(found, node, problems, typed(text), hidden=True), f"${found.env}"
    is_needed = found.required and (sources.sends or not is_secret)
    if found.file is not None and (is_needed or (sources.folder / str(found.file.value)).exists()):
        text = _beside_recipe(found, found.file, sources.folder, problems)
        node = ScalarNode(text, found.file.mark, text or "")
        return _checked(found, node, problems, text, hidden=True), str(found.file.value)
    if isinstance(found.default, ScalarNode):
        return _checked(found, found.default, problems, found.default.value), ""
    if found.default is not None:
        message = f"a default is one value, found {describe(found.default)}"
        problems.add(found.default.mark, f"{found.path}.default", message)
    elif is_needed:
        _report_missing(found, problems, is_secret=is_secret)
    return None, ""


def _report_missing(found: Input, problems: Problems, *, is_secret: bool) -> None:
    variable = f" or set ${found.env}" if found.env else ""
    # Other people of the machine can read the words of a command.
    how = f"-i {found.name}=@FILE" if is_secret else f"-i {found.name}=VALUE"
    problems.add(
        found.mark, found.path, f'the input "{found.name}" is missing', f"give it with {how}{variable}"
    )


def _given(found: Input, text: str, problems: Problems) -> object:
    if found.type != "secret":
        node = ScalarNode(text, on_command_line(f"-i {found.name}={shown(text)}"), text)
        return _checked(found, node, problems, typed(text))
    mark = on_command_line(f"-i {found.name}")
    value: str | None = text.removeprefix("@") if text.startswith("@@") else text
    if text.startswith("@") and not text.startswith("@@"):
        value = _contents(found, Path(text[1:]), text[1:], mark, problems)
    return _checked(found, ScalarNode(value, mark, value or ""), problems, value, hidden=True)


def _beside_recipe(found: Input, node: ScalarNode, folder: Path, problems: Problems) -> str | None:
    """The text of a file that the recipe names; a recipe from a stranger opens no other file."""
    name = str(node.value)
    path = folder / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside or any(part.startswith(".") for part in Path(name).parts):
        message = f'"{shown(name)}" is hidden, or outside the folder of the recipe'
        hint = f"put it beside the recipe, or give it with -i {found.name}=@FILE"
        problems.add(node.mark, f"{found.path}.file", message, hint)
        return None
    return _contents(found, path, name, node.mark, problems)


def _contents(found: Input, path: Path, name: str, mark: Mark, problems: Problems) -> str | None:
    """The text of the file that people call *name*, without the line break at its end."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
        text = data.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = "it is not UTF-8 text" if isinstance(error, UnicodeError) else _why(error)
        problems.add(mark, found.path, f'"{shown(name)}" cannot be read: {reason}')
        return None
    if len(data) > _LARGEST_FILE:
        problems.add(mark, found.path, f'"{shown(name)}" is longer than a secret: more than 64 KiB')
        return None
    return text.removesuffix("\n").removesuffix("\r")


def _why(error: Exception) -> str:
    return (error.strerror or "").lower() if isinstance(error, OSError) else "no file has this name"


def _checked(
    found: Input, node: ScalarNode, problems: Problems, meaning: object, *, hidden: bool = False
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


def _as_text_type(found: Input, text: str, meaning: object) -> tuple[object, str]:
    if found.pattern is None or _fits(found.pattern, text):
        return text, ""
    return None, f"text that matches {shown(found.pattern.pattern)}"


def _fits(pattern: Regex, text: str) -> bool:
    try:
        return pattern.fullmatch(text) is not None
    except RegexTooSlow:
        # Whether it fits, nobody knows; what is not known to fit is refused.
        return False


def _as_int(found: Input, text: str, meaning: object) -> tuple[object, str]:
    whole = isinstance(meaning, int) and not isinstance(meaning, bool)
    return (meaning if whole else None), "a whole number"


def _as_float(found: Input, text: str, meaning: object) -> tuple[object, str]:
    number = isinstance(meaning, (int, float)) and not isinstance(meaning, bool)
    return (meaning if number else None), "a number"


def _as_bool(found: Input, text: str, meaning: object) -> tuple[object, str]:
    return _TRUTH.get(text.lower()), "true or false"


def _as_enum(found: Input, text: str, meaning: object) -> tuple[object, str]:
    if not found.options or text in found.options:
        return found.options.get(text), ""
    return None, f"one of {', '.join(shown(label) for label in found.options)}"


_AS_TYPE: Mapping[str, Callable[[Input, str, object], tuple[object, str]]] = {
    "string": _as_text_type,
    "secret": _as_text_type,
    "int": _as_int,
    "float": _as_float,
    "bool": _as_bool,
    "enum": _as_enum,
}
