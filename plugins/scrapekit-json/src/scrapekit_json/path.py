"""JSONPath, read: the text of a path to its steps (RFC 9535), each mistake with its offset."""

from __future__ import annotations

import re

from scrapekit import SelectorError
from scrapekit_json.conditions import read_condition
from scrapekit_json.scan import Scanner
from scrapekit_json.tree import Filter, Operator, Segment, Selector, Step, Wildcard

OPERATORS = ("keys", "len", "parent", "sorted")
_WORD = re.compile(r"`[^`]*`?")
_HINTS = {
    "(": "a script is not supported: the last element is [-1], a condition is [?@.name == 'x']",
    "^": "the value above is .`parent`",
    "~": "the names of an object are .`keys`",
    "|": "a path gives one thing; several names are written ['a', 'b']",
    "=": "a condition stands in brackets: [?@.name == 'x']",
}


def read_path(text: str) -> list[Step]:
    r"""The steps of a path; raises SelectorError for whatever cannot be read.

    As the RFC has it, and more: ``$`` may be left out (``a.b`` is ``$.a.b``), ``@`` means the same
    as ``$``, a name after a dot may hold hyphens and begin with ``@`` (``$.@type``), and there are
    jsonpath-ng's operators (`OPERATORS`) and its way to sort (``$.a[\price]``).
    """
    scan = Scanner(text)
    if not text.strip():
        raise scan.refusal("expected a path, found the end", at=len(text))
    if text[0] in " \t\r\n":
        raise scan.refusal("a path does not begin with white space")
    steps = _start(scan)
    while (step := _step(scan)) is not None:
        steps.append(step)
    if scan.at < len(text):
        if not text[scan.at :].strip():
            raise scan.refusal("a path does not end in white space", width=len(text) - scan.at)
        scan.space()
        hint = _HINTS.get(scan.peek(), "")
        raise scan.refusal(f'expected ".", ".." or "[", found {scan.found()}', hint=hint)
    return steps


def _start(scan: Scanner) -> list[Step]:
    """``$``, ``@``, or a first segment that stands without them."""
    if scan.take("$"):
        return []
    if name := scan.key():
        return [Segment((name,))]
    if scan.take("*"):
        return [Segment((Wildcard(),))]
    scan.take("@")
    return []


def _step(scan: Scanner) -> Step | None:
    """The next step; None, and nothing taken, where none begins."""
    start = scan.at
    scan.space()
    if scan.take(".."):
        return Segment(_bracket(scan) if scan.peek() == "[" else (_shorthand(scan),), deep=True)
    if scan.take("."):
        return _operator(scan) if scan.peek() == "`" else Segment((_shorthand(scan),))
    if scan.peek() == "[":
        return _sorting(scan) or Segment(_bracket(scan))
    scan.at = start
    return None


def _segments(scan: Scanner) -> tuple[Segment, ...]:
    """The segments of a path in a condition."""
    found = []
    while (start := scan.at) >= 0 and (step := _step(scan)) is not None:
        if isinstance(step, Operator):
            raise scan.refusal("an operator cannot stand in a condition", at=start, width=scan.at - start)
        found.append(step)
    return tuple(found)


def _shorthand(scan: Scanner) -> Selector:
    """What stands after a dot: a name or ``*``."""
    if scan.take("*"):
        return Wildcard()
    if name := scan.key():
        return name
    hint = "write other names in quotes: $['a name']"
    if scan.peek().isdecimal():
        hint = f"an index is written [{scan.peek()}], a name that begins with a digit ['{scan.peek()}']"
    raise scan.refusal(f"expected a name, found {scan.found()}", hint=hint)


def _bracket(scan: Scanner) -> tuple[Selector, ...]:
    scan.take("[")
    found = []
    while True:
        scan.space()
        found.append(_selector(scan))
        scan.space()
        if scan.take("]"):
            return tuple(found)
        if not scan.take(","):
            raise _end_of_selector(scan, found[-1])


def _end_of_selector(scan: Scanner, selector: Selector) -> SelectorError:
    ends, hint = '"," or "]"', ""
    if isinstance(selector, Filter):
        ends = '"&&", "||", "," or "]"'
        hint = {"&": "and is &&", "|": "or is ||", "=": "is equal is =="}.get(scan.peek(), "")
        if scan.peek().isalpha():
            hint = "and is &&, or is ||; a text is quoted: 'a text'"
        elif scan.peek() in ("+", "-", "*", "/", "%"):
            hint = "there is no arithmetic: use a template or a filter"
    return scan.refusal(f"expected {ends}, found {scan.found()}", hint=hint)


def _selector(scan: Scanner) -> Selector:
    char = scan.peek()
    if char in ("'", '"'):
        return scan.string()
    if scan.take("*"):
        return Wildcard()
    if scan.take("?"):
        return Filter(read_condition(scan, _segments))
    if char == ":" or char.isdecimal() or char == "-":
        return _index_or_slice(scan)
    start = scan.at
    name = scan.key()
    hint = f"quote a name: ['{name}']" if name else _HINTS.get(char, "")
    scan.at = start
    said = f"expected a quoted name, a number, a slice, ? or *, found {scan.found()}"
    raise scan.refusal(said, width=len(name), hint=hint)


def _index_or_slice(scan: Scanner) -> int | slice:
    numbers = [scan.integer()]
    for _ in range(2):
        start = scan.at
        scan.space()
        if not scan.take(":"):
            scan.at = start
            break
        scan.space()
        numbers.append(scan.integer())
    if len(numbers) > 1:
        return slice(*numbers)
    if numbers[0] is None:
        raise scan.refusal(f"expected a number, found {scan.found()}")
    return numbers[0]


def _operator(scan: Scanner) -> Operator:
    start = scan.at
    word = scan.match(_WORD)
    if word.strip("`") in OPERATORS and word.endswith("`"):
        return Operator(word.strip("`"))
    hint = f"there are {', '.join(OPERATORS)}; for anything else use the filters of pipe"
    raise scan.refusal(f"unknown operator {word:.20}", at=start, width=len(word), hint=hint)


def _sorting(scan: Scanner) -> Operator | None:
    r"""``[\price, /name]``: the list sorted, by price downwards, then by name; None for any other bracket."""
    start = scan.at
    scan.take("[")
    scan.space()
    keys = []
    while scan.peek() in ("/", "\\"):
        down = scan.take("\\") or not scan.take("/")
        keys.append((_names(scan), down))
        scan.space()
        if scan.take("]"):
            return Operator("sorted", tuple(keys))
        if not scan.take(","):
            raise scan.refusal(f'expected "," or "]", found {scan.found()}')
        scan.space()
    if keys:
        raise scan.refusal(f'expected "/" or "\\", found {scan.found()}')
    scan.at = start
    return None


def _names(scan: Scanner) -> tuple[str, ...]:
    names = []
    while True:
        if not (name := scan.key()):
            raise scan.refusal(f"expected the name to sort by, found {scan.found()}")
        names.append(name)
        if not scan.take("."):
            return tuple(names)
