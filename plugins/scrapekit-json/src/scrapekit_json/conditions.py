"""Conditions of a JSONPath, read: ``?`` and what follows it (RFC 9535 2.3.5), types checked (2.4.3)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from functools import partial
from typing import TypeAlias, cast

from scrapekit import Regex, RegexError, compile_regex
from scrapekit_json.iregexp import compile_iregexp
from scrapekit_json.scan import Scanner
from scrapekit_json.tree import (
    Call,
    Comparison,
    Condition,
    Either,
    Every,
    Exists,
    Finds,
    Literal,
    Not,
    Operand,
    Query,
    Segment,
    Sign,
)

ReadSegments: TypeAlias = Callable[[Scanner], tuple[Segment, ...]]

VALUE, NODES, TRUTH = "a value", "a path", "a condition"
"""The RFC's ValueType, NodesType and LogicalType (2.4.1)."""

FUNCTIONS = {
    "length": ((VALUE,), VALUE),
    "count": ((NODES,), VALUE),
    "match": ((VALUE, VALUE), TRUTH),
    "search": ((VALUE, VALUE), TRUTH),
    "value": ((NODES,), VALUE),
}
"""What each function takes and gives (2.4.4 to 2.4.8)."""

_SIGN = re.compile(r"==|!=|<=|>=|=~|<|>")
_WORD = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
_KEYWORDS = {"true": True, "false": False, "null": None}
_ONE_VALUE = "a comparison needs one value, and this path may find several"
_ONE_VALUE_HINT = "ask inside of it, [?@.tags[?@ == 'x']], or count what it finds: count(@.tags[*]) > 1"
_COMPARES = "[?@.name == 'x']; of a name alone, @.name, it is asked whether it is there"


def read_condition(scan: Scanner, segments: ReadSegments) -> Condition:
    """The condition that stands here; *segments* reads those of a path in it. Raises SelectorError."""
    with scan.deeper():
        scan.space()
        return _several(scan, segments, "||", Either, partial(_several, sign="&&", made=Every, part=_basic))


def _several(
    scan: Scanner,
    segments: ReadSegments,
    sign: str,
    made: Callable[[tuple[Condition, ...]], Condition],
    part: Callable[[Scanner, ReadSegments], Condition],
) -> Condition:
    """One part, or several with the sign between them."""
    found = [part(scan, segments)]
    while True:
        end = scan.at
        scan.space()
        if not scan.take(sign):
            scan.at = end
            return made(tuple(found)) if len(found) > 1 else found[0]
        scan.space()
        found.append(part(scan, segments))


def _basic(scan: Scanner, segments: ReadSegments) -> Condition:
    """A comparison, a condition in brackets, or one operand that is a condition; perhaps after ``!``."""
    start = scan.at
    negated = scan.take("!")
    if negated:
        scan.space()
    if scan.peek() == "(":
        condition = _in_brackets(scan, segments)
    else:
        at = scan.at
        left = _operand(scan, segments)
        sign = _sign(scan)
        if sign and negated:
            hint = f"!({scan.text[at : scan.at].strip()} ...) is the opposite of a comparison"
            raise scan.refusal("! stands before a path or brackets", at=start, hint=hint)
        condition = _compared(scan, segments, (left, at), sign) if sign else _alone(scan, left, at)
    return Not(condition) if negated else condition


def _in_brackets(scan: Scanner, segments: ReadSegments) -> Condition:
    start = scan.at
    scan.take("(")
    condition = read_condition(scan, segments)
    scan.space()
    if not scan.take(")"):
        raise scan.refusal(f'expected "&&", "||" or ")", found {scan.found()}')
    width = scan.at - start
    if _sign(scan):
        said = "brackets hold a whole condition, no value"
        raise scan.refusal(said, at=start, width=width, hint="leave the brackets out")
    return condition


def _sign(scan: Scanner) -> str:
    """The comparison's sign; empty, and nothing taken, where none follows."""
    end = scan.at
    scan.space()
    if found := scan.match(_SIGN):
        return found
    scan.at = end
    return ""


def _compared(scan: Scanner, segments: ReadSegments, left: tuple[Operand, int], sign: str) -> Condition:
    scan.space()
    at = scan.at
    if scan.take("="):
        raise scan.refusal(f'"{sign}=" is no comparison', at=at, hint="is equal is ==, is not equal !=")
    _demand_value(scan, *left)
    if sign == "=~":
        return Finds(left[0], _regex(scan))
    right = _operand(scan, segments)
    _demand_value(scan, right, at)
    return Comparison(left[0], cast(Sign, sign), right)


def _demand_value(scan: Scanner, operand: Operand, at: int) -> None:
    """RFC 9535 2.4.3: what is compared is a literal, a singular path or a function that gives a value."""
    if isinstance(operand, Query) and operand.keys is None:
        raise scan.refusal(_ONE_VALUE, at=at, hint=_ONE_VALUE_HINT)
    if isinstance(operand, Call) and FUNCTIONS[operand.name][1] is not VALUE:
        hint = f"it is a condition by itself: [?{operand.name}(@.name, 'x')]"
        raise scan.refusal(f"{operand.name}() gives no value", at=at, width=len(operand.name), hint=hint)


def _alone(scan: Scanner, operand: Operand, at: int) -> Condition:
    """What stands without a comparison: a path asks whether it finds something, match() whether it does."""
    if isinstance(operand, Query):
        return Exists(operand)
    if isinstance(operand, Call) and FUNCTIONS[operand.name][1] is TRUTH:
        return operand
    width = scan.at - at
    if isinstance(operand, Call):
        said, hint = f"{operand.name}() gives a value; compare it", f"[?{operand.name}(@.name) > 1]"
    else:
        said, hint = "a condition compares something", _COMPARES
    raise scan.refusal(said, at=at, width=width, hint=hint)


def _operand(scan: Scanner, segments: ReadSegments) -> Operand:
    char = scan.peek()
    if char in ("'", '"'):
        return Literal(*scan.placed_string())
    if scan.take("@") or scan.take("$"):
        return Query(segments(scan), absolute=char == "$")
    if char in ("-", "+", ".") or char.isdecimal():
        return Literal(scan.number())
    start = scan.at
    if word := scan.match(_WORD):
        if scan.peek() == "(":
            return _call(scan, segments, word, start)
        if word in _KEYWORDS:
            return Literal(_KEYWORDS[word])
        scan.at = start
        raise scan.refusal(f'unexpected word "{word}"', width=len(word), hint=_word_hint(scan, word))
    raise scan.refusal(f"expected a value or a path, found {scan.found()}", hint="a path begins with @ or $")


def _word_hint(scan: Scanner, word: str) -> str:
    if word.lower() in _KEYWORDS or word == "None":
        return f"write {word.lower()}" if word != "None" else "write null"
    if scan.text[scan.at + len(word) :].lstrip()[:1] == "(" and word in FUNCTIONS:
        return f"no white space stands before the bracket: {word}("
    return f"a text is quoted: '{word}'; a member begins with @: @.{word}"


def _call(scan: Scanner, segments: ReadSegments, name: str, start: int) -> Call:
    if name not in FUNCTIONS:
        near = difflib.get_close_matches(name, FUNCTIONS, n=1)
        hint = f"did you mean {near[0]}()?" if near else f"there are {', '.join(FUNCTIONS)}"
        raise scan.refusal(f"unknown function {name}()", at=start, width=len(name), hint=hint)
    with scan.deeper():
        arguments, places = _arguments(scan, segments)
    takes = FUNCTIONS[name][0]
    if len(arguments) != len(takes):
        said = f"{name}() takes {len(takes)} argument{'s' * (len(takes) > 1)}, not {len(arguments)}"
        raise scan.refusal(said, at=start, width=scan.at - start)
    for kind, argument, at in zip(takes, arguments, places, strict=True):
        _check(scan, name, kind, argument, at)
    pattern = arguments[-1]
    if name in ("match", "search") and isinstance(pattern, Literal) and isinstance(pattern.value, str):
        return Call(name, arguments, _compiled(scan, pattern, compile_iregexp))
    return Call(name, arguments)


def _arguments(scan: Scanner, segments: ReadSegments) -> tuple[tuple[Operand, ...], list[int]]:
    """What stands in a function's brackets, and where each argument begins."""
    scan.take("(")
    scan.space()
    found: list[Operand] = []
    places: list[int] = []
    while not scan.take(")"):
        if found and not scan.take(","):
            hint = "a function takes no condition" if _SIGN.match(scan.text, scan.at) else ""
            raise scan.refusal(f'expected "," or ")", found {scan.found()}', hint=hint)
        scan.space()
        places.append(scan.at)
        found.append(_operand(scan, segments))
        scan.space()
    return tuple(found), places


def _check(scan: Scanner, name: str, kind: str, argument: Operand, at: int) -> None:
    """RFC 9535 2.4.3: whether the argument is of the type that the function takes."""
    if kind is NODES:
        if not isinstance(argument, Query):
            raise scan.refusal(f"{name}() takes a path", at=at, hint=f"{name}(@.tags[*])")
    elif isinstance(argument, Query) and argument.keys is None:
        hint = "count() says how many values a path finds" if name == "length" else ""
        raise scan.refusal(f"{name}() takes one value, and this path may find several", at=at, hint=hint)
    elif isinstance(argument, Call) and FUNCTIONS[argument.name][1] is not VALUE:
        raise scan.refusal(f"{argument.name}() gives no value", at=at, width=len(argument.name))


def _regex(scan: Scanner) -> Regex:
    """The quoted regular expression after ``=~``, which is Python's."""
    if scan.peek() not in ("'", '"'):
        raise scan.refusal(f"expected a quoted regular expression, found {scan.found()}")
    return _compiled(scan, Literal(*scan.placed_string()), compile_regex)


def _compiled(scan: Scanner, literal: Literal, compile_: Callable[[str], Regex]) -> Regex:
    try:
        return compile_(str(literal.value))
    except RegexError as error:
        at = literal.places[min(error.offset, len(literal.places) - 1)]
        hint = getattr(error, "hint", "")
        raise scan.refusal(str(error), at=at, hint=hint) from error
