"""Holds a recipe to its ``tests``: a recorded page goes in, the records that come out are compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from scrapekit.errors import FetchError
from scrapekit.extract.joins.downloads import answer_of
from scrapekit.model import FAILURES, Answered, Item, Outcome, Pending, Step
from scrapekit.page import Page
from scrapekit.planning.plan import Plan
from scrapekit.recipe.model import RecordedPage
from scrapekit.recipe.model.downloads import FACTS
from scrapekit.request import Request
from scrapekit.writing.strict_json import json_writer

_write = json_writer()
_NOWHERE = "https://recorded.invalid/"


def differences(plan: Plan, test: RecordedPage) -> list[str]:
    """What a recorded page gives otherwise than its test says, a sentence each; empty when all is the same.

    Values are compared as JSON has them. Raises OSError when the file cannot be read.
    """
    url = test.url or next(iter(plan.seed_urls), _NOWHERE)
    request = Request(url, test.page, carry=dict(test.carry))
    outcome = plan.callback(test.page)(Page(request, url, test.status, test.headers, test.file.read_bytes()))
    if isinstance(outcome, FetchError):
        return [f"the page is none to read: {outcome}"]
    if outcome.verdict in FAILURES:
        return [f"the page failed: {outcome.reason}"]
    items = _records(plan, outcome)
    found: list[str] = []
    for kind, expected in test.records.items():
        found += _compare(kind, expected, [_as_json(item) for item in items if item.kind == kind])
    return found


def _records(plan: Plan, outcome: Outcome) -> Sequence[Item]:
    """The page's records in order; those that need other pages as they are without them."""
    if not outcome.pending:
        return outcome.items
    alone = [item for pending in outcome.pending for item in _alone(plan, pending)]
    return sorted([*outcome.items, *alone], key=lambda item: item.origin.row)


def _alone(plan: Plan, pending: Pending) -> Sequence[Item]:
    joiner = plan.joiners[pending.joiner]
    answers: dict[int, Answered] = {}
    step = Step(pending.asks)
    while step.asks:
        answers |= {ask.place: _answer(plan, ask.request) for ask in step.asks}
        step = joiner.advance(pending.state, answers)
    return step.items


def _answer(plan: Plan, request: Request) -> Answered:
    """Nothing, since nothing is asked for; of a file at least its address is known."""
    if request.page not in plan.files:
        return Answered(whole=False)
    return Answered([answer_of(dict.fromkeys(FACTS) | {"url": request.url})])


def _as_json(item: Item) -> Mapping[str, object]:
    values: Mapping[str, object] = json.loads(_write(item.fields))
    return values


def _compare(
    kind: str, expected: Sequence[Mapping[str, object]], found: Sequence[Mapping[str, object]]
) -> Iterator[str]:
    for number, (wanted, given) in enumerate(zip(expected, found, strict=False), start=1):
        for name, value in wanted.items():
            if given[name] != value or isinstance(given[name], bool) != isinstance(value, bool):
                yield f"{kind} {number}: {name} is {_shown(given[name])}, expected {_shown(value)}"
    for number, wanted in enumerate(expected[len(found) :], start=len(found) + 1):
        yield f"{kind} {number} is missing: {_shown(wanted)}"
    for number, given in enumerate(found[len(expected) :], start=len(expected) + 1):
        yield f"{kind} {number} is one too many: {_shown(given)}"


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
