"""What an answer must be like: conditions of response rules, logins and checks."""

from __future__ import annotations

import re
from dataclasses import replace

from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model.responses import ResponseRule
from scrapekit.recipe.reading.selector import Found, Ground, read_selector

SELECTORS = ("css", "xpath", "jsonpath", "regex", "select")
"""The keys of a rule that look into the page."""

_CONDITIONS = ("when", "status", *SELECTORS)
BEGINS_SELECTOR = re.compile(r"\s*[a-z]+:(?!:)")
"""How a selector with its prefix begins; no expression does, whatever language the parser reads."""

_STATUS = re.compile(r"([1-5])xx\Z|([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?\Z")


def read_condition(ground: Ground, node: Node, path: str) -> ResponseRule | None:
    """A condition alone: short, as ``when`` or a status, or long."""
    if isinstance(node, ScalarNode) and node.value is not None:
        key = "when" if isinstance(node.value, str) else "status"
        node = MapNode({key: node}, node.mark, {key: node.mark})
    if not isinstance(node, MapNode):
        message, hint = f"expected a condition, found {describe(node)}", "such as css:.error or status == 403"
        ground.problems.add(node.mark, path, message, hint)
        return None
    options = Options(node, ground.problems, path, mark=node.mark)
    rule = conditioned(ground, options, ResponseRule(path, node.mark, "fail"))
    options.close()
    return rule


def read_statuses(options: Options, key: str) -> tuple[range, ...]:
    """Statuses as ``404``, ``5xx`` or ``500-599``; one or a list of them."""
    found = []
    for node in options.texts(key):
        match = _STATUS.match(str(node.value).strip())
        if match is None:
            message = f"expected a status such as 404, 5xx or 500-599, found {describe(node)}"
            options.problems.add(node.mark, options.at(key), message)
        elif match[1]:
            found.append(range(int(match[1]) * 100, int(match[1]) * 100 + 100))
        else:
            found.append(range(int(match[2]), int(match[3] or match[2]) + 1))
    return tuple(found)


def conditioned(ground: Ground, options: Options, rule: ResponseRule) -> ResponseRule:
    """The rule with everything that an answer must be like."""
    when, found = _condition(ground, options)
    if not any(key in options for key in _CONDITIONS):
        hint = f"one of {', '.join(_CONDITIONS)}"
        options.problems.add(options.mark, options.path, "a rule needs a condition", hint)
    rule = replace(
        rule,
        statuses=read_statuses(options, "status"),
        when=when,
        selector=found.selector if found else None,
        reads=found.reads if found else (),
        equals=_equals(options, found),
    )
    if rule.equals is not None and when is not None and "value" in str(when.value):
        options.problem("equals", '"equals" stands beside a condition on value', "leave out one of the two")
    return rule


def _condition(ground: Ground, options: Options) -> tuple[ScalarNode | None, Found | None]:
    # Asked for one and all, so that a misspelt one is told what was meant.
    written = [key for key in SELECTORS if options.node(key) is not None]
    for key in written[1:]:
        options.problem(key, f'"{key}" stands beside "{written[0]}"', "make two rules of it")
    found = _selector(ground, options, written[0]) if written else None
    when = options.scalar("when", "a condition")
    if when is None or when.broken or _is_bare_path(options, when):
        return None, found
    if not BEGINS_SELECTOR.match(str(when.value)):
        return when, found
    if written:
        options.problem("when", f'a selector stands here and under "{written[0]}"', "make two rules of it")
        return None, found
    return None, read_selector(ground, when, options.at("when"))


def _is_bare_path(options: Options, when: ScalarNode) -> bool:
    text = str(when.value)
    if text.startswith("$"):
        options.problem("when", "a selector here begins with its language", f"write json:{shown(text)}")
    return text.startswith("$")


def _selector(ground: Ground, options: Options, key: str) -> Found | None:
    node = options.node(key)
    if node is None:
        return None
    return read_selector(ground, node, options.at(key), None if key == "select" else key)


def _equals(options: Options, found: Found | None) -> Node | None:
    node = options.node("equals")
    values = node.items if isinstance(node, ListNode) else (node,)
    for each in values:
        if each is not None and not isinstance(each, ScalarNode):
            message = f"expected a value or a list of values, found {describe(each)}"
            options.problems.add(each.mark, options.at("equals"), message)
    if node is not None and found is None and not any(key in options for key in SELECTORS):
        options.problem("equals", '"equals" is about what a selector finds', 'add "jsonpath", "css", ...')
    return node
