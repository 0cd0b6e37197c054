"""Response rules to one function: what an answer means, before anything is read from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import time
from typing import TypeAlias

from scrapekit.errors import FetchError, Patience, Problems
from scrapekit.extract.draft import Draft
from scrapekit.extract.responses.conditions import Answer, Holds, Wait, compile_conditions, compile_wait
from scrapekit.model import DECLARED_EMPTY, Outcome, Verdict
from scrapekit.page import Page
from scrapekit.recipe.model import PageRule
from scrapekit.recipe.model.responses import ResponseRule
from scrapekit.request import NOTHING
from scrapekit.web.responses import describe_status, judge

Ruled: TypeAlias = Outcome | FetchError | str
"""How an answer ends, or what went wrong; a text where it is to be read: why paging stops then, or ``""``."""

Verdicts: TypeAlias = Callable[[Answer], Ruled]


@dataclass(frozen=True, slots=True)
class _Rule:
    """One response rule, compiled."""

    rule: ResponseRule
    conditions: Sequence[Holds]
    wait: Wait | None
    paging: str
    """The page rule whose paging ends where no page is read; empty where it has none."""

    def holds(self, answer: Answer) -> bool:
        for condition in self.conditions:  # noqa: SIM110 (all() over a generator takes three times as long)
            if not condition(answer):
                return False
        return True

    def reason(self, page: Page) -> str:
        return f"{self.rule.reason or describe_status(page.status)} ({self.rule.path})"

    def notes(self, *more: str) -> Mapping[str, int]:
        stopped = (f"paging {self.paging} stopped: {self.rule.path}",) if self.paging else ()
        return dict.fromkeys((*more, *stopped), 1) or NOTHING


def compile_verdicts(draft: Draft, page: PageRule) -> Verdicts | None:
    """The page rule's response rules as one function, the first that fits counting; None without rules."""
    rules = [_compile(draft, rule, page) for rule in page.responses if isinstance(rule, ResponseRule)]
    if not rules:
        return None

    def verdicts(answer: Answer) -> Ruled:
        for rule in rules:
            if rule.holds(answer):
                return _RULED[rule.rule.verdict](rule, answer)
        return _plain_verdict(answer.page) or ""

    return verdicts


def _compile(draft: Draft, rule: ResponseRule, page: PageRule) -> _Rule:
    # A set that several page rules share is compiled for each of them; what is wrong is told once.
    scratch = Problems()
    own = replace(draft, problems=scratch)
    wait = compile_wait(own, rule.after, f"{rule.path}.after") if rule.after else None
    compiled = _Rule(rule, compile_conditions(own, rule), wait, page.name if page.paginate else "")
    known = set(draft.problems)
    for problem in scratch:
        if problem not in known:
            draft.problems.add(problem.mark, problem.path, problem.message, problem.hint)
    return compiled


def _plain_verdict(page: Page) -> FetchError | None:
    """What the answer means by its status alone."""
    return judge(page.request, page.status, page.headers, time())


def _ok(rule: _Rule, answer: Answer) -> Ruled:
    return ""


def _empty(rule: _Rule, answer: Answer) -> Ruled:
    notes = rule.notes(DECLARED_EMPTY + rule.rule.path)
    return _ended(rule, answer, Verdict.EMPTY, notes)


def _skip(rule: _Rule, answer: Answer) -> Ruled:
    return _ended(rule, answer, Verdict.SKIPPED, rule.notes())


def _stop_paging(rule: _Rule, answer: Answer) -> Ruled:
    if _plain_verdict(answer.page) is None:
        return rule.rule.path
    return _ended(rule, answer, Verdict.EMPTY, rule.notes())


def _ended(rule: _Rule, answer: Answer, verdict: Verdict, notes: Mapping[str, int]) -> Outcome:
    page = answer.page
    return Outcome(page.request, verdict, (), (), rule.reason(page), notes, page.status)


def _fail(rule: _Rule, answer: Answer) -> Ruled:
    plain = _plain_verdict(answer.page)
    verdict = plain.verdict if plain else Verdict.FAILED
    return FetchError(rule.reason(answer.page), verdict=verdict, status=answer.page.status)


def _login(rule: _Rule, answer: Answer) -> Ruled:
    page = answer.page
    return FetchError(rule.reason(page), verdict=Verdict.BLOCKED, status=page.status, expired=True)


def _rotate(rule: _Rule, answer: Answer) -> Ruled:
    page = answer.page
    plain = _plain_verdict(page)
    # Another proxy is no way round a host that asks for patience.
    throttled = plain is not None and plain.throttled
    wait = None if throttled else 0.0
    return _again(rule, page, plain, Patience(wait, None, rule.rule.times), throttled=throttled, rotates=True)


def _retry(rule: _Rule, answer: Answer) -> Ruled:
    page, after = answer.page, rule.rule.after
    plain = _plain_verdict(page)
    wait = rule.wait(answer) if rule.wait else None
    # Where the server itself says how long, the host asks for patience: the URL is not at fault.
    asked = wait is not None and after is not None and after.seconds is None
    throttled = asked or (plain is not None and plain.throttled)
    whole = None if rule.rule.pause is None else rule.rule.pause == "host"
    return _again(rule, page, plain, Patience(wait, whole, rule.rule.times), throttled=throttled)


def _again(
    rule: _Rule,
    page: Page,
    plain: FetchError | None,
    patience: Patience,
    *,
    throttled: bool,
    rotates: bool = False,
) -> FetchError:
    """The error that has the request made again; *plain* is what the status alone would mean."""
    return FetchError(
        rule.reason(page),
        verdict=plain.verdict if plain else Verdict.FAILED,
        retry=True,
        retry_after=plain.retry_after if plain else None,
        status=page.status,
        throttled=throttled,
        patience=patience,
        rotates=rotates,
    )


_RULED: Mapping[str, Callable[[_Rule, Answer], Ruled]] = {
    "ok": _ok,
    "empty": _empty,
    "skip": _skip,
    "stop_paging": _stop_paging,
    "fail": _fail,
    "login": _login,
    "retry": _retry,
    "rotate": _rotate,
}
