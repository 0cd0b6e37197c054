"""What response rules ask of an answer, as functions: its status, its headers, what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from numbers import Number
from time import time
from typing import Any, TypeAlias

from scrapekit.errors import PageError
from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.selectors import compile_selector
from scrapekit.extract.fields.values import compile_value
from scrapekit.extract.reading import Environment, Ground, ReadField, Reading
from scrapekit.extract.texts import compile_condition
from scrapekit.language.expression_values import OPERATIONS
from scrapekit.node import ListNode, Node, plain
from scrapekit.page import Page
from scrapekit.parts import Document, SimpleDocument
from scrapekit.recipe.model import Selector
from scrapekit.recipe.model.responses import After, ResponseRule
from scrapekit.regex import RegexTooSlow
from scrapekit.web.responses import retry_after

FACTS: Mapping[str, Callable[[Page], Any]] = {
    "status": lambda page: page.status,
    "url": lambda page: page.url,
    "size": lambda page: len(page.body),
    "text": lambda page: page.text,
    "type": lambda page: page.content_type.partition(";")[0].strip().lower(),
    "rule": lambda page: page.request.page,
    "number": lambda page: (page.request.paging or {}).get("n", 1),
}
"""What a condition on an answer may name, beside ``header.NAME`` and the ``value`` of its selector."""

LONGEST_WAIT = 3600.0
_LONG_AGO = 1e9
"""A number of seconds as large as this is no wait but a moment, in Unix time; a thousand times it, in ms."""

_TEXTS = frozenset({"regex", "header", "cookie", "status", "url"})
"""Languages that no parser need know: what they look in is there without parsing."""

_PLAIN = (str, bytes, Number, list, dict, type(None))


class Answer:
    """One answer while it is judged; its page is parsed when the first rule asks, and at most once."""

    def __init__(self, page: Page, parse: Callable[[Page], Document], ground: Ground) -> None:
        self.page = page
        self.ground = ground
        self.remarks: list[str] = []
        """What the report should count of how the answer was judged."""
        self._parse = parse
        self._document: Document | None = None
        self._fault: PageError | None = None

    @property
    def document(self) -> Document:
        """The parsed page; raises PageError where it cannot be read, each time it is asked for."""
        if self._fault is not None:
            raise self._fault
        if self._document is None:
            try:
                self._document = self._parse(self.page)
            except PageError as error:
                self._fault = error
                raise
        return self._document

    @property
    def parsed(self) -> Reading | None:
        """The page as selectors read it; None where it cannot be read: an error page need not be JSON."""
        try:
            return Reading(self.page, self.document, self.ground)
        except PageError:
            return None

    @property
    def whole(self) -> Reading:
        """The page as a text, not parsed."""
        document: Any = SimpleDocument(None, self.page.url)
        return Reading(self.page, document, self.ground)

    def environment(self, value: Any) -> Environment:
        """What a condition sees; *value* is what the rule's selector found."""
        request = self.page.request
        return {
            "inputs": self.ground.inputs,
            "parent": {**self.ground.parents, **request.carry},
            "page": _Facts(self.page, value),
            "header": _Headers(self.page.headers),
        }


class _Facts(Mapping[str, Any]):
    """The facts of a page, each found when it is asked for: a size needs no text."""

    def __init__(self, page: Page, value: Any) -> None:
        self._page = page
        self._value = value

    def __getitem__(self, name: str) -> Any:
        return self._value if name == "value" else FACTS[name](self._page)

    def __iter__(self) -> Iterator[str]:
        return iter(FACTS)

    def __len__(self) -> int:
        return len(FACTS)


class _Headers(Mapping[str, Any]):
    """Headers by name in any case; ``_`` stands for the hyphen that a name in an expression cannot have."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __getitem__(self, name: str) -> str:
        word = name.lower()
        found = self._headers.get(word)
        return self._headers[word.replace("_", "-")] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)


Holds: TypeAlias = Callable[[Answer], bool]
Find: TypeAlias = Callable[[Answer], Any]


def compile_conditions(draft: Draft, rule: ResponseRule) -> list[Holds]:
    """All that the rule asks for, the cheapest first. What does not compile is among the problems."""
    conditions: list[Holds] = []
    if rule.statuses:
        statuses = frozenset(status for each in rule.statuses for status in each)
        conditions.append(lambda answer: answer.page.status in statuses)
    find: Find | None = None
    if rule.selector is not None:
        asks_value = rule.equals is not None or rule.when is not None
        find = _compile_find(draft, rule.selector, rule.reads, rule.path, value=asks_value)
    if rule.when is not None:
        conditions.append(_compile_when(draft, rule, find))
    if rule.equals is not None and find is not None:
        conditions.append(_equals(find, rule.equals))
    elif find is not None and rule.when is None:
        conditions.append(_truth(find))
    return conditions


def _compile_when(draft: Draft, rule: ResponseRule, find: Find | None) -> Holds:
    assert rule.when is not None
    known = [*FACTS, "value"] if rule.selector is not None else list(FACTS)
    names = {key: value for key, value in draft.names.items() if key in ("inputs", "parent")}
    scope = replace(draft, names={**names, "page": known, "header": None})
    run = compile_condition(scope, rule.when, f"{rule.path}.when", bare="page").render

    def holds(answer: Answer) -> bool:
        try:
            return bool(run(answer.environment(find(answer) if find else None)))
        except RegexTooSlow as error:
            answer.remarks.append(f"{rule.path}.when: {error}")
        except ValueError:
            pass
        return False

    return holds


def _compile_find(
    draft: Draft, selector: Selector, reads: tuple[str, ...], path: str, *, value: bool
) -> Find | None:
    """What the selector finds in an answer: its value, or without *value* whether there is anything."""
    if selector.language in _TEXTS and selector.language not in draft.parser.languages:
        read = compile_value(draft, selector, reads, path, all=False, nth=None)
        return read and _in_text(read)
    if value or reads:
        read = compile_value(draft, selector, reads, path, all=False, nth=None)
        return read and _in_page(read)
    select = compile_selector(draft, selector, path, first=True)
    if select is None:
        return None
    return _in_page(lambda scope, _: any(_is_there(node) for node in select(scope)))


def _in_text(read: ReadField) -> Find:
    return lambda answer: read(None, answer.whole)


def _in_page(read: ReadField) -> Find:
    def find(answer: Answer) -> Any:
        reading = answer.parsed
        return None if reading is None else read(reading.document.root, reading)

    return find


def _is_there(node: Any) -> bool:
    """An element is there, be it empty; a value as in any condition: null, false and 0 are not."""
    return bool(node) if isinstance(node, _PLAIN) else True


def _truth(find: Find) -> Holds:
    return lambda answer: _is_there(find(answer))


def _equals(find: Find, equals: Node) -> Holds:
    wanted = [plain(each) for each in (equals.items if isinstance(equals, ListNode) else (equals,))]
    same = OPERATIONS["=="]

    def holds(answer: Answer) -> bool:
        value = find(answer)
        return any(same(value, each) for each in wanted)

    return holds


Wait: TypeAlias = Callable[[Answer], float | None]


def compile_wait(draft: Draft, after: After, path: str) -> Wait | None:
    """The seconds to wait, none of them longer than an hour; None from it where the answer does not say."""
    if after.seconds is not None:
        seconds = after.seconds
        return lambda _: seconds
    if after.header:
        name = after.header
        return lambda answer: seconds_in(answer.page.headers.get(name), time())
    if after.selector is None:
        return None
    find = _compile_find(draft, after.selector, (), path, value=True)
    return find and (lambda answer: seconds_in(find(answer), time()))


def seconds_in(value: Any, now: float) -> float | None:
    """The seconds that a value of a server asks to wait: a number of them, a moment, or a date."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        wait = retry_after(value, now) if isinstance(value, str) else None
        return None if wait is None else min(wait, LONGEST_WAIT)
    if isinstance(value, bool) or number != number:
        return None
    if number >= _LONG_AGO * 1000:
        number /= 1000
    return min(max(0.0, number - now if number >= _LONG_AGO else number), LONGEST_WAIT)
