"""Compares our reading of robots.txt with another program's, on a folder of real files; by hand.

    python tests/realworld/compare_robots.py ORACLE FOLDER [--list] [--most 50]

ORACLE is any program that answers questions, one a line on its standard input: the path of a file, a
product token and an address, with tabs between. Its answers begin with 1 (allowed) or 0, one a line.
FOLDER holds the files, whatever their names. Each is asked about for four agents: ours, a well-known
one, everyone's, and one that it names; the addresses are made of its own rules.

The oracle is given addresses with their letters unescaped (RFC 9309 2.2.2), which Google's matcher
leaves to its caller. A disagreement is explained where the oracle says what we say once a rule of the
RFC is carried out beforehand that it does not know. Ends with 1 where one is left unexplained.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scrapekit.web.robots import LARGEST_ROBOTS, read_robots
from scrapekit.web.url import resolve, target_of

_RULE = re.compile(rb"^([ \t]*(?:dis)?allow[ \t]*:[ \t]*)([^\r\n#]*)", re.IGNORECASE | re.MULTILINE)
_AGENT = re.compile(rb"^[ \t]*user-agent[ \t]*:[ \t]*([A-Za-z_-]+)", re.IGNORECASE | re.MULTILINE)
_ESCAPE_OR_NONE = re.compile(rb"%[0-9A-Fa-f]{2}|[^!#-;=?-\[\]_a-z~]")
_LETTER = re.compile(rb"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SITE = "https://www.site.test"
_RULES_OF_A_FILE = 8
NOT_EXPLAINED = "not explained"


@dataclass(frozen=True, slots=True)
class Question:
    """May this agent fetch this address, by this file?"""

    file: Path
    agent: str
    url: str

    def __str__(self) -> str:
        return f"{self.file}\t{self.agent}\t{_SITE}{_LETTER.sub(_spelling, self.target).decode()}"

    @property
    def target(self) -> bytes:
        """Path and query."""
        return target_of(self.url).encode()


@dataclass(slots=True)
class Tally:
    """How many questions, how many seconds for each file, and how many disagreements of each kind."""

    asked: int = 0
    times: list[float] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def show(self, files: int) -> None:
        """Print it."""
        share = self.kinds.total() / max(1, self.asked)
        print(f"{files} files, {self.asked} questions, {self.kinds.total()} disagreements ({share:.3%})")
        for kind, count in self.kinds.most_common():
            print(f"{count:>8}  {count / self.asked:.4%}  {kind}")
        times = sorted(self.times) or [0.0]
        p99, worst = times[int(len(times) * 0.99)] * 1000, times[-1] * 1000
        print(f"reading a file and answering once: p99 {p99:.1f} ms, longest {worst:.1f} ms")


class Oracle:
    """The other program."""

    def __init__(self, program: str) -> None:
        self._program = program

    def answers(self, questions: Iterable[Question]) -> list[bool]:
        """True where it allows, a question at a time."""
        asked = "".join(f"{question}\n" for question in questions).encode()
        told = subprocess.run([self._program], input=asked, capture_output=True, check=True).stdout
        return [line.startswith(b"1") for line in told.splitlines()]


def questions_about(file: Path, body: bytes) -> Iterator[Question]:
    """The questions about one file, always the same ones."""
    rng = random.Random(file.name)
    named = sorted({name.decode() for name in _AGENT.findall(body)})
    agents = ["scrapekit", "Googlebot", "*", *rng.sample(named, min(1, len(named)))]
    rules = sorted({value.strip() for _, value in _RULE.findall(body)} - {b""})
    targets = ["/", "/robots.txt", "/index.html", "/a/b?c=d"]
    for rule in rng.sample(rules, min(_RULES_OF_A_FILE, len(rules))):
        targets += _targets(rule.decode("utf-8", "replace"), rng)
    urls = dict.fromkeys(resolve("", _SITE + target) for target in targets)
    for agent in dict.fromkeys(agents):
        yield from (Question(file, agent, url) for url in urls if url)


def _targets(rule: str, rng: random.Random) -> Iterator[str]:
    """Paths that a rule's value fits, or nearly."""
    ended = rule.endswith("$")
    for filling in ("", "x", "a/b-1"):
        yield "/" + rule.removesuffix("$").replace("*", filling).removeprefix("/")
    plain = "/" + rule.removesuffix("$").replace("*", "y").removeprefix("/")
    place = rng.randrange(len(plain))
    yield plain + ("" if ended else "x")
    yield plain[:-1]
    yield plain + "?q=1&r=/"
    yield plain.swapcase()
    yield "/en" + plain
    if plain[place].isalnum():
        yield plain[:place] + "".join(f"%{byte:02x}" for byte in plain[place].encode()) + plain[place + 1 :]
    yield rule  # as it stands, with its wildcards


def cut(body: bytes, target: bytes) -> tuple[bytes, bytes]:
    """RFC 9309 2.5: what is behind 500 KiB need not be read."""
    kept = body[:LARGEST_ROBOTS]
    if len(body) > LARGEST_ROBOTS:
        kept = kept[: max(kept.rfind(b"\n"), kept.rfind(b"\r")) + 1]
    return kept, target


def escaped(body: bytes, target: bytes) -> tuple[bytes, bytes]:
    """RFC 9309 2.2.2: letters are compared unescaped, what no address may hold is compared escaped."""
    text = _RULE.sub(lambda match: match[1] + _spelled(match[2].strip()), body)
    return text, _spelled(target)


def verbatim(body: bytes, target: bytes) -> tuple[bytes, bytes]:
    """RFC 9309 2.2.3: a `*` or `$` of an address is compared escaped."""
    return body, target.replace(b"*", b"%2A").replace(b"$", b"%24")


def both(body: bytes, target: bytes) -> tuple[bytes, bytes]:
    """Both of these."""
    return escaped(*verbatim(body, target))


def unmarked(body: bytes, target: bytes) -> tuple[bytes, bytes]:
    """UTF-16 with its mark is read as what it is."""
    if body[:2] not in (BOM_UTF16_LE, BOM_UTF16_BE):
        return body, target
    return body.decode("utf-16", "replace").encode("utf-8", "replace"), target


def _spelled(text: bytes) -> bytes:
    return _ESCAPE_OR_NONE.sub(_spelling, text)


def _spelling(match: re.Match[bytes]) -> bytes:
    octet = int(match[0][1:], 16) if len(match[0]) == 3 else match[0][0]
    return bytes([octet]) if octet in _UNRESERVED else b"%%%02X" % octet


_REASONS: dict[str, Callable[[bytes, bytes], tuple[bytes, bytes]]] = {
    "2.2.2: percent-escapes": escaped,
    "2.2.3: * and $ in addresses": verbatim,
    "2.2.2 and 2.2.3 together": both,
    "2.5: behind 500 KiB": cut,
    "UTF-16 with its mark": unmarked,
}


def explained(oracle: Oracle, file: Path, differing: Sequence[tuple[Question, bool]]) -> Iterator[str]:
    """For each question about a file, and our answer, the rule by which the oracle would say the same."""
    if not differing:
        return
    said: dict[str, list[bool]] = {}
    for reason, change in _REASONS.items():
        changed = [change(file.read_bytes(), question.target) for question, _ in differing]
        with tempfile.NamedTemporaryFile() as other:
            path = Path(other.name)
            path.write_bytes(changed[0][0])
            agents = [question.agent for question, _ in differing]
            urls = [_SITE + target.decode() for _, target in changed]
            asked = [Question(path, agent, url) for agent, url in zip(agents, urls, strict=True)]
            said[reason] = oracle.answers(asked)
    for number, (question, ours) in enumerate(differing):
        if question.target == b"/robots.txt" and ours:
            yield "2.2.2: robots.txt itself is allowed"
        else:
            yield next((reason for reason, told in said.items() if told[number] == ours), NOT_EXPLAINED)


def our_answers(questions: Sequence[Question], body: bytes) -> tuple[list[bool], float]:
    """What we say about one file, and the seconds that the first answer took."""
    start = time.perf_counter()
    read_robots(200, body, "scrapekit").allows(_SITE)
    took = time.perf_counter() - start
    read = {agent: read_robots(200, body, agent) for agent in {question.agent for question in questions}}
    return [read[question.agent].allows(question.url) for question in questions], took


def compare(oracle: Oracle, file: Path, tally: Tally) -> Iterator[tuple[Question, bool, str]]:
    """The questions that the two answer otherwise, what we answer, and why."""
    body = file.read_bytes()
    questions = list(questions_about(file, body))
    ours, took = our_answers(questions, body)
    tally.asked += len(questions)
    tally.times.append(took)
    triples = zip(questions, ours, oracle.answers(questions), strict=True)
    differing = [(question, own) for question, own, their in triples if own != their]
    for (question, own), kind in zip(differing, explained(oracle, file, differing), strict=True):
        tally.kinds[kind] += 1
        yield question, own, kind


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("oracle")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--list", action="store_true", help="every disagreement, not only the unexplained")
    parser.add_argument("--most", type=int, default=50, help="how many are listed of each kind")
    options = parser.parse_args()
    files = sorted(path for path in options.folder.iterdir() if path.is_file())
    oracle, tally = Oracle(options.oracle), Tally()
    for file in files:
        for question, own, kind in compare(oracle, file, tally):
            if (options.list or kind == NOT_EXPLAINED) and tally.kinds[kind] <= options.most:
                print(f"{question.file.name}  {question.agent}  {question.url}  we allow: {own}  {kind}")
    tally.show(len(files))
    return 1 if tally.kinds[NOT_EXPLAINED] or not tally.asked else 0


if __name__ == "__main__":
    sys.exit(main())
