"""``responses``: which answer means what, in ordered rules and in named sets of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Literal

from scrapekit import units
from scrapekit.errors import Problems, did_you_mean
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options, as_text
from scrapekit.recipe.model import PageRule
from scrapekit.recipe.model.responses import VERDICTS, After, NamedResponses, ResponseRule, RuledVerdict
from scrapekit.recipe.reading.condition import BEGINS_SELECTOR, conditioned
from scrapekit.recipe.reading.request import is_token
from scrapekit.recipe.reading.selector import Ground, read_selector

_PAUSES: tuple[Literal["host", "page"], ...] = ("host", "page")
_LONGEST_WAIT = 3600.0
"""No pause of a host is remembered longer than that."""


@dataclass(frozen=True, slots=True)
class Responses:
    """The recipe's top ``responses``: rules for all page rules, or sets for those that name them."""

    common: tuple[ResponseRule, ...] = ()
    sets: Mapping[str, tuple[ResponseRule, ...]] = field(default_factory=dict)


def read_page_responses(ground: Ground, page: Options) -> tuple[ResponseRule | NamedResponses, ...]:
    """A page rule's own rules, in order; the name of a set stands for its rules."""
    node, path = page.node("responses"), page.at("responses")
    if node is None:
        return ()
    entries = node.items if isinstance(node, ListNode) else (node,)
    at = path + "[{}]" if isinstance(node, ListNode) else path
    return tuple(
        found
        for place, entry in enumerate(entries)
        if (found := _entry(ground, entry, at.format(place))) is not None
    )


def _entry(ground: Ground, node: Node, path: str) -> ResponseRule | NamedResponses | None:
    if isinstance(node, ScalarNode) and node.value is not None:
        return NamedResponses(as_text(node), path)
    return _rule(ground, node, path)


def read_responses(node: Node | None, ground: Ground) -> Responses:
    """The section at the recipe's top."""
    if isinstance(node, ListNode):
        return Responses(tuple(_rules(ground, node, "responses")))
    if isinstance(node, MapNode) and not {"when", "then"} & set(node.entries):
        sets = {name: tuple(_set(ground, name, each)) for name, each in node.entries.items()}
        return Responses(sets=sets)
    if node is not None:
        message = f"expected a list of rules, or named lists of them, found {describe(node)}"
        ground.problems.add(node.mark, "responses", message, "write - { when: CONDITION, then: VERDICT }")
    return Responses()


def _set(ground: Ground, name: str, node: Node) -> Iterator[ResponseRule]:
    path = f"responses.{name}"
    if isinstance(node, ListNode):
        yield from _rules(ground, node, path)
    else:
        message = f"expected a list of rules, found {describe(node)}"
        ground.problems.add(node.mark, path, message, "write - { when: CONDITION, then: VERDICT }")


def _rules(ground: Ground, node: ListNode, path: str) -> Iterator[ResponseRule]:
    for place, each in enumerate(node.items):
        rule = _rule(ground, each, f"{path}[{place}]")
        if rule is not None:
            yield rule


def put_in_responses(
    pages: Mapping[str, PageRule], node: Node | None, problems: Problems, *, login: bool, proxies: int
) -> dict[str, PageRule]:
    """Page rules with the named sets put in, and the rules for all behind their own.

    *node* is the recipe's top ``responses``; without a *login* none of them can ask for one, and without
    several *proxies* none for the next.
    """
    parsers = {rule.parser for rule in pages.values()}
    responses = read_responses(node, Ground(problems, parsers.pop() if len(parsers) == 1 else "json"))
    found = {name: _with_rules(rule, responses, problems, proxies) for name, rule in pages.items()}
    own = [rule for page in pages.values() for rule in page.responses]
    if not login:
        _refuse("login", own, responses, problems)
    if proxies < 2:
        _refuse("rotate", own, responses, problems)
    return found


_WITHOUT = {
    "login": ("there is no login to do anew", 'say how under "login" at the recipe\'s top'),
    "rotate": ("there is no other proxy to go on with", "list them: http: { proxy: [http://a:3128, ...] }"),
}


def _refuse(
    verdict: RuledVerdict,
    rules: Iterable[ResponseRule | NamedResponses],
    responses: Responses,
    problems: Problems,
) -> None:
    for rule in chain(rules, responses.common, *responses.sets.values()):
        if isinstance(rule, ResponseRule) and rule.verdict == verdict:
            problems.add(rule.mark, f"{rule.path}.then", *_WITHOUT[verdict])


def _with_rules(page: PageRule, responses: Responses, problems: Problems, proxies: int) -> PageRule:
    rules: list[ResponseRule | NamedResponses] = []
    for entry in page.responses:
        if isinstance(entry, ResponseRule):
            rules.append(entry)
        elif (name := str(entry.name.value)) in responses.sets:
            rules += responses.sets[name]
        elif not entry.name.broken:
            hint = did_you_mean(name, responses.sets) or "name it at the top: responses: { NAME: [ ... ] }"
            problems.add(entry.name.mark, entry.path, f'there are no responses "{shown(name)}"', hint)
    rules += responses.common
    rules = [_rotating(rule, proxies) for rule in rules]
    return replace(page, responses=tuple(rules)) if rules or page.responses else page


def _rotating(rule: ResponseRule | NamedResponses, proxies: int) -> ResponseRule | NamedResponses:
    """The rule; where it sends on to the next proxy, it does so until there is none left."""
    if isinstance(rule, ResponseRule) and rule.verdict == "rotate":
        return replace(rule, times=max(0, proxies - 1))
    return rule


def _rule(ground: Ground, node: Node, path: str) -> ResponseRule | None:
    if not isinstance(node, MapNode):
        message, hint = (
            f"expected a rule, found {describe(node)}",
            "write - { when: CONDITION, then: VERDICT }",
        )
        ground.problems.add(node.mark, path, message, hint)
        return None
    options = Options(node, ground.problems, path, mark=node.mark)
    verdict = _verdict(options)
    rule = ResponseRule(
        path,
        options.where("then"),
        verdict or "ok",
        after=_after(ground, options),
        times=options.integer("times", least=0, most=1000),
        pause=options.choice("pause", _PAUSES) or None,  # type: ignore[arg-type]
        reason=" ".join(options.text("reason").split()),
    )
    rule = conditioned(ground, options, rule)
    _check(options, verdict)
    options.close()
    return rule if verdict else None


def _verdict(options: Options) -> RuledVerdict | None:
    if not options.require("then", f"write what the answer means: {', '.join(VERDICTS)}"):
        return None
    word = options.choice("then", VERDICTS)
    return next((verdict for verdict in VERDICTS if verdict == word), None)


def _after(ground: Ground, options: Options) -> After | None:
    node = options.scalar("after", "a duration, or header:NAME")
    if node is None or node.broken:
        return None
    text = str(node.value).strip()
    if text.lower().startswith("header:"):
        name = text[7:].strip()
        if not is_token(name):
            options.problem("after", f'no header is named "{shown(name)}"', "write header:retry-after")
        return After(header=name.lower())
    if BEGINS_SELECTOR.match(text):
        found = read_selector(ground, node, options.at("after"))
        return After(selector=found.selector) if found else None
    seconds = 0.0 if text == "0" else units.duration(text)
    if seconds is None:
        hint = "or what says it: header:retry-after, json:$.retry_after"
        options.problem("after", f"expected a duration such as 500ms or 30s, found {describe(node)}", hint)
    elif seconds > _LONGEST_WAIT:
        options.problem("after", "must be at most 1h")
    return After(seconds=seconds)


def _check(options: Options, verdict: RuledVerdict | None) -> None:
    for key in ("after", "times", "pause"):
        if key in options and verdict is not None and verdict != "retry":
            options.problem(key, f'"{key}" is about a retry; this rule says {verdict}')
