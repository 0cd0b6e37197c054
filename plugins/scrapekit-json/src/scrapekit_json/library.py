"""The door to jsonpath-ng: filters, and what it is known to get wrong refused before a run."""

from __future__ import annotations

import re
import warnings
from typing import Any

from scrapekit import PageError, Select, SelectorError

_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", re.DOTALL)
_FUNCTION = re.compile(r"\b(?P<name>[A-Za-z_]\w*)\s*\(")
_REGEX = re.compile(r"=~\s*(?P<quoted>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", re.DOTALL)
_ESCAPE = re.compile(r"\\(?P<char>.)", re.DOTALL)
_PLACE = re.compile(r"(?:at \d+:|col )(?P<at>\d+)")
_NEAR = re.compile(r"near token (?P<token>.*) \(\w+\)|[Uu]nexpected character: (?P<char>.)", re.DOTALL)
_LONE_LITERAL = re.compile(
    r"(?:\?|&&|\|\||\()\s*(?P<literal>true|false|null|'_*'|-?\d[\d.]*)\s*(?=\]|&&|\|\||\))"
)


def compile_with_library(text: str, *, first: bool) -> Select:
    """The path as jsonpath-ng's extended dialect reads it; raises SelectorError."""
    _refuse_escapes(text)
    bare = _QUOTED.sub(lambda quoted: "'" + "_" * (len(quoted[0]) - 2) + "'", text)
    _refuse_functions(bare)
    _refuse_literals(bare)
    _refuse_regexes(text)
    path = _parsed(_spaced(text, bare))

    def select(scope: Any) -> list[Any]:
        try:
            found = [match.value for match in path.find(scope)]
        except RecursionError:
            raise PageError(f"the JSONPath {text} went too deep") from None
        except Exception as error:
            # The library raises whatever its operators ran into (a TypeError of an arithmetic one).
            raise PageError(f"the JSONPath {text} failed: {error}") from error
        return found[:1] if first else found

    return select


def _parsed(text: str) -> Any:
    # 29 ms to import, and only recipes with filters need it.
    from jsonpath_ng.ext.parser import parse

    # The library wants something before a bracket or dot; what the path starts from is "$".
    lead = "$" if text.lstrip()[:1] in ("[", ".") else ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)
            return parse(lead + text)
    except DeprecationWarning as warning:
        raise SelectorError(_advice(str(warning)), width=max(1, len(text))) from None
    except RecursionError:
        raise SelectorError("the path is nested too deeply") from None
    except Exception as error:
        raise _refusal(str(error), text, len(lead)) from None


def _advice(warning: str) -> str:
    if "unquoted word" in warning:
        return "quote the word that is compared with: 'word'"
    said = warning.split(". ")[0].rstrip(".")
    return said[:1].lower() + said[1:]


def _refusal(said: str, text: str, shift: int) -> SelectorError:
    place, near = _PLACE.search(said), _NEAR.search(said)
    if place is None or near is None:
        return SelectorError("not a JSONPath: it ends too early", offset=len(text))
    offset = min(max(0, int(place["at"]) - shift), len(text))
    shown = near["token"] or near["char"]
    return SelectorError(f'not a JSONPath near "{shown:.40}"', offset=offset, width=max(1, len(shown)))


def _spaced(text: str, bare: str) -> str:
    """All white space outside of quotes as blanks: jsonpath-ng stops at a carriage return."""
    return "".join(" " if mark in "\t\r\n" else char for char, mark in zip(text, bare, strict=True))


def _refuse_escapes(text: str) -> None:
    r"""jsonpath-ng reads ``\n`` as n and ``\u263a`` as u263a, and so finds nothing."""
    for quoted in _QUOTED.finditer(text):
        for escape in _ESCAPE.finditer(quoted[0]):
            if escape["char"] not in ("\\", "/", quoted[0][0]):
                raise SelectorError(
                    f"the escape \\{escape['char']} cannot be read in a path with a filter",
                    offset=quoted.start() + escape.start(),
                    width=2,
                    hint="write the character itself",
                )


def _refuse_functions(bare: str) -> None:
    for call in _FUNCTION.finditer(bare):
        raise SelectorError(
            f"the function {call['name']}() is not supported",
            offset=call.start(),
            width=len(call["name"]),
            hint="select the rows without it and narrow them with a where: condition or a filter",
        )


def _refuse_literals(bare: str) -> None:
    """jsonpath-ng takes ``[?'a']`` for the member of that name, and ``[?1]`` for all."""
    for found in _LONE_LITERAL.finditer(bare):
        at = found.start("literal")
        raise SelectorError(
            "a condition compares something", offset=at, width=len(found["literal"]), hint="[?@.name == 'x']"
        )


def _refuse_regexes(text: str) -> None:
    for found in _REGEX.finditer(text):
        try:
            re.compile(found["quoted"][1:-1].replace("\\\\", "\\"))
        except re.error as error:
            raise SelectorError(
                f"not a regular expression: {error.msg}",
                offset=found.start("quoted"),
                width=len(found["quoted"]),
            ) from None
