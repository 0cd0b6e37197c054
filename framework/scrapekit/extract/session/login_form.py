"""From the page with the login's form to the request that logs in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from scrapekit.errors import PageError
from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.objects import compile_one
from scrapekit.extract.late_names import in_request
from scrapekit.extract.requests.forms import Form, Pairs, compile_form
from scrapekit.extract.requests.params import FORM, as_param, header_text, with_query
from scrapekit.extract.responses.conditions import Answer
from scrapekit.extract.session.taking import is_one, take
from scrapekit.extract.texts import Render, compile_text, compile_tree
from scrapekit.node import ListNode, MapNode, Node, ScalarNode
from scrapekit.page import Page
from scrapekit.recipe.model.session import LoginForm
from scrapekit.request import Request
from scrapekit.web.late import marked
from scrapekit.web.session.steps import PAGE, Refused
from scrapekit.web.url import origin_of, resolve

FillIn = Callable[[Page], Request]


def compile_fill_in(
    draft: Draft, form: LoginForm, read: Callable[[Page], Answer], inputs: Mapping[str, Any]
) -> FillIn:
    """How the form is filled in; what does not compile is among the problems."""
    find = compile_form(draft, form.selector, "login.form")
    tokens = [(field.name, compile_one(draft, field).read) for field in form.tokens]
    scope = in_request(draft)
    names = {key: known for key, known in scope.names.items() if key == "inputs"}
    names["tokens"] = [name for name, _ in tokens]
    terms = _Terms(scope, names)
    fields = terms.tree(form.fields, "login.fields")
    headers = terms.tree(form.headers, "login.headers")
    submit = terms.text(form.submit, "login.submit")
    unnamed = [name for name, _ in tokens if ("tokens", name) not in terms.uses]

    def fill_in(page: Page) -> Request:
        answer = read(page)
        known = {name: _token(name, value, answer) for name, value in tokens}
        found = find(_parsed(answer)) if find else None
        if found is None:
            raise Refused(f"there is no {'such ' if form.selector else ''}form on {page.url}")
        environment = {"inputs": inputs, "tokens": known}
        own = {name: known[name] for name in unnamed} | fields(environment)
        pairs = _laid_over(found.values if form.harvest else [], own)
        sent = _pairs(headers(environment))
        return _request(form, _target(page, found, answer, submit(environment)), pairs, sent)

    return fill_in


class _Terms:
    """Compiles the parts of a login, and gathers the names that they use."""

    def __init__(self, draft: Draft, names: Mapping[str, Any]) -> None:
        self._terms = replace(draft, names=names)
        self.uses: set[tuple[str, str]] = set()

    def tree(self, node: MapNode | None, path: str) -> Render:
        """The mapping as a function of the environment."""
        if node is None:
            return lambda _: {}
        renders: dict[str, Any] = {
            key: self._part(each, f"{path}.{key}") for key, each in node.entries.items()
        }
        return lambda environment: {key: render(environment) for key, render in renders.items()}

    def _part(self, node: Node, path: str) -> Render:
        if isinstance(node, ListNode):
            parts = [self._part(each, path) for each in node.items]
            return lambda environment: [part(environment) for part in parts]
        return (
            self.text(node, path)
            if isinstance(node, ScalarNode)
            else compile_tree(self._terms, node, path).render
        )

    def text(self, node: ScalarNode | None, path: str) -> Render:
        """The text as a function of the environment."""
        if node is None:
            return lambda _: None
        text = compile_text(self._terms, node, path)
        self.uses |= text.uses
        return text.render


def _token(name: str, read: Any, answer: Answer) -> str:
    value = take(read, answer, f"login.tokens.{name}")
    if not is_one(value):
        raise Refused(f"login.tokens.{name} found nothing on {answer.page.url}")
    return as_param(value)


def _parsed(answer: Answer) -> Any:
    try:
        return answer.document
    except PageError as error:
        raise Refused(f"{answer.page.url} cannot be read: {error}") from error


def _pairs(values: Mapping[str, Any]) -> Pairs:
    pairs = []
    for name, value in values.items():
        several = value if isinstance(value, list | tuple) else [value]
        pairs += [(name, as_param(each)) for each in several if each is not None]
    return pairs


def _laid_over(harvested: Pairs, own: Mapping[str, Any]) -> Pairs:
    """What the form holds, with what is filled in instead of whatever stood there under its name.

    A null is nothing in its place: a box that nobody ticks.
    """
    return [pair for pair in harvested if pair[0] not in own] + _pairs(own)


def _target(page: Page, found: Form, answer: Answer, submit: object) -> str:
    """Where the form is sent. Another origin must be named in the recipe: a page cannot lead there."""
    base = answer.document.base
    if submit is not None:
        target = resolve(page.url, str(submit))
    else:
        target = resolve(base, found.action) if found.action else page.url
    if target is None:
        raise Refused(f"the form on {page.url} is sent to no http(s) address")
    if submit is None and origin_of(target) not in (origin_of(page.url), _upgraded(page.url)):
        where = f"the form on {page.url} is sent to {origin_of(target)}"
        raise Refused(f"{where}; if that is right, write it under login.submit")
    return target


def _upgraded(url: str) -> str:
    return origin_of("https:" + url.removeprefix("http:")) if url.startswith("http:") else ""


def _request(form: LoginForm, url: str, pairs: Pairs, headers: Pairs) -> Request:
    sent = tuple((name, header_text(value)) for name, value in headers)
    if form.method == "GET":
        return _marked(Request(with_query(url, pairs), PAGE, headers=sent))
    if not any(name.lower() == "content-type" for name, _ in sent):
        sent = (*sent, ("Content-Type", FORM))
    return _marked(Request(url, PAGE, method="POST", headers=sent, body=urlencode(pairs).encode()))


def _marked(request: Request) -> Request:
    try:
        return marked(request)
    except ValueError as error:
        raise Refused(str(error)) from error
