"""Which rule of a robots.txt decides about an address: the longest that fits (RFC 9309 2.2.2, 2.2.3).

All text here is octets, one a character, so that what is no UTF-8 compares like everything else.
A rule is found by what stands before its first ``*``, not by trying all: some files have thousands.
"""

from __future__ import annotations

import re
from itertools import product
from operator import itemgetter
from string import hexdigits
from typing import NamedTuple, TypeAlias

SPACE = r"[ \t\v\f]*+"
MOST_STEPS = 2**23
"""Rules with a ``*`` times octets of the address: what is looked at for one answer. 10 ms or so."""

# What no address may hold (RFC 3986 2), save for white space, which may be the file's own.
_ODD = re.compile(r"[^\t-\r !#-;=?-\[\]_a-z~]")
_ORDINARY = re.compile(r"((?:/[^ \t\v\f*$]*+)?+)((?:\*[^ \t\v\f$]*+)?+\$?+)\Z")
_FIRST = frozenset("/*")
_STARS = re.compile(r"\*+")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_CHARACTERS = [f"%{n:02X}" if _ODD.match(chr(n)) else chr(n) for n in range(256)]
_ESCAPES = {
    digits: chr(int(digits, 16)) if _UNRESERVED.match(chr(int(digits, 16))) else f"%{digits.upper()}"
    for digits in map("".join, product(hexdigits, repeat=2))
}


def record(name: str) -> re.Pattern[str]:
    """Finds the lines of one kind in text that begins with a newline; its last group is the value.

    What follows the name up to the colon counts for nothing, and where there is no colon white space
    divides, if exactly one word follows: Google's parser does so, and many files need it.
    """
    one_word = rf"[^ \t:#\n]*+[ \t]++(?=[^ \t:#\n]++{SPACE}(?:[#\n]|\Z))"
    return re.compile(rf"\n{SPACE}(?i:{name})(?:[^:#\n]*+:|{one_word}){SPACE}([^#\n]*+)")


# The misspellings are those that Google's parser knows.
RULE = record("(allow)|diss?all?ow|diasllow|disallaw")


class Decision(NamedTuple):
    """What the rules say of an address: whether it may be fetched, and which of them decides.

    ``rule`` counts the rules from 0; None where none fits, or where telling would take too long.
    """

    allowed: bool
    rule: int | None


_Wild: TypeAlias = tuple[int, str, int]
"""A rule with a ``*``: its rank, which is twice its length and one more for Allow; the pattern from the
first ``*`` on; its number. The highest rank decides."""


def spelled(text: str) -> str:
    """*text* as it is compared: letters unescaped; what no address may hold escaped, in upper case.

    White space stays as it is, and reserved characters too: their escapes mean something else.
    """
    # RFC 9309 2.2.2. Not by a regular expression: a hostile file may hold half a million such characters.
    if _ODD.search(text):
        text = "".join(map(_CHARACTERS.__getitem__, text.encode("latin-1")))
    if "%" not in text:
        return text
    first, *others = text.split("%")
    return first + "".join([_ESCAPES.get(each[:2], f"%{each[:2]}") + each[2:] for each in others])


def octets(text: str) -> str:
    """The octets of *text* in UTF-8, each as one character."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")


class Rules:
    """The rules of one agent, ready to be asked: some microseconds an address, whatever their number."""

    __slots__ = ("_lengths", "_plain", "_wild", "_wild_lengths")

    def __init__(self, text: str) -> None:
        """*text* is what a file says to the agent, as `spelled`."""
        self._plain: dict[str, int] = {}
        """Pattern → twice the rule's number, and one more for Allow. Those with a ``$`` end in it."""
        self._wild: dict[str, list[_Wild]] = {}
        """What stands before the first ``*`` → the rules that begin so, the highest rank first."""
        for number, (allow, value) in enumerate(RULE.findall(text)):
            # RFC 9309 2.2: a path begins with "/". Nothing fits one that begins otherwise, save with "*".
            if value[:1] not in _FIRST or not (found := _ORDINARY.match(value) or _tidied(value)):
                continue
            head, rest = found.groups()
            self._add(number, bool(allow), head, rest)
            # Google's way: whoever allows the index allows the address that shows it.
            if allow and "/index.htm" in value and (found := _folder(head + rest)):
                self._add(number, True, *found.groups())
        for rules in self._wild.values():
            rules.sort(key=itemgetter(0), reverse=True)
        self._lengths = sorted({len(each) for each in self._plain}, reverse=True)
        self._wild_lengths = sorted({len(each) for each in self._wild}, reverse=True)

    def _add(self, number: int, allow: bool, head: str, rest: str) -> None:
        if not rest or rest == "$":
            key = head + rest
            if allow or key not in self._plain:
                self._plain[key] = 2 * number + allow
            return
        rank = 2 * (len(head) + len(rest)) + allow
        rest = _STARS.sub("*", rest) if "**" in rest else rest
        self._wild.setdefault(head, []).append((rank, rest, number))

    def decide(self, target: str) -> Decision:
        """What holds for *target*, an address's path and query."""
        target = spelled(octets(target)).replace("*", "%2A").replace("$", "%24")
        rank, found = self._longest_plain(target)
        steps = 0
        for length in self._wild_lengths:
            if length > len(target):
                continue
            for longer, rest, number in self._wild.get(target[:length], ()):
                steps += len(target)
                if longer <= rank or steps > MOST_STEPS:
                    break
                if _fits(rest, target, length):
                    rank, found = longer, number
                    break
        return Decision(False, None) if steps > MOST_STEPS else Decision(rank % 2 == 1, found)

    def _longest_plain(self, target: str) -> tuple[int, int | None]:
        """Rank and number of the longest rule without ``*``; (1, None) where there is none."""
        exact = self._plain.get(f"{target}$")
        if exact is not None:
            return 2 * (len(target) + 1) + exact % 2, exact // 2
        for length in self._lengths:
            if length <= len(target) and (found := self._plain.get(target[:length])) is not None:
                return 2 * length + found % 2, found // 2
        return 1, None


def _tidied(value: str) -> re.Match[str] | None:
    """The pattern that *value* means, with white space, or a "$" that is not at its end."""
    value = value.rstrip(" \t\v\f")
    for character in " \t\v\f":
        value = value.replace(character, f"%{ord(character):02X}")
    # RFC 9309 2.2.3: "$" is special at the end only. Addresses are asked about with both characters escaped.
    return _ORDINARY.match(value[:-1].replace("$", "%24") + value[-1:])


def _folder(value: str) -> re.Match[str] | None:
    folder, _, name = value.rpartition("/")
    return _ORDINARY.match(f"{folder}/$") if name.startswith("index.htm") else None


def _fits(rest: str, target: str, position: int) -> bool:
    """True when the parts of *rest* follow each other in *target* from there on, each as early as it can."""
    _, *parts, last = rest.split("*")
    for part in parts:
        position = target.find(part, position)
        if position < 0:
            return False
        position += len(part)
    if last[-1:] == "$":
        return target.endswith(last[:-1], position)
    return target.find(last, position) >= 0
