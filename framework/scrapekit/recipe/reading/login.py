"""``login``: how the recipe logs in, how that is proved, and when it is done anew."""

from __future__ import annotations

from dataclasses import replace

from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe
from scrapekit.options import Options
from scrapekit.recipe.model import Field, RequestShape, Selector
from scrapekit.recipe.model.responses import ResponseRule
from scrapekit.recipe.model.session import Call, Check, Login, LoginForm
from scrapekit.recipe.patterns import read_patterns
from scrapekit.recipe.reading.call import (
    REQUEST,
    mapping_without,
    read_call,
    read_page_call,
    read_reader,
)
from scrapekit.recipe.reading.condition import read_condition, read_statuses
from scrapekit.recipe.reading.fields import read_fields
from scrapekit.recipe.reading.joins import refuse_other_pages
from scrapekit.recipe.reading.request import read_headers, read_parameters
from scrapekit.recipe.reading.selector import Ground, read_selector
from scrapekit.web.url import origin_of

_METHODS = ("POST", "GET")
_OF_FORM = ("fields", "submit", "tokens", "harvest")


def read_login(top: Options) -> Login | None:
    """The section ``login``; None when there is none, or it has no request that could be made."""
    node = top.node("login")
    if node is None:
        return None
    options = top.section("login")
    take = options.node("take")
    reader = read_reader(options, take.entries.values() if isinstance(take, MapNode) else ())
    ground = Ground(top.problems, reader.name)
    form, call = _form(options), None
    if "page" not in options:
        call = _call(options, node)
    expired = options.section("expired", short="status")
    statuses, redirects = read_statuses(expired, "status"), read_patterns(expired, "redirect")
    expired.close()
    login = Login(
        "login",
        node.mark,
        reader,
        form,
        call,
        take=_values(ground, options, "take"),
        fail=_fail(ground, options),
        check=_check(ground, options),
        expired_at=redirects,
        origins=_origins(options),
    )
    options.close(*REQUEST, "page")
    if form is None and call is None:
        return None
    return replace(login, expired=statuses) if statuses else login


def _call(options: Options, node: Node) -> Call | None:
    of_form = [key for key in _OF_FORM if options.node(key) is not None]
    for key in of_form:
        options.problem(key, f'"{key}" is about a form', 'add "page", the address of the page it stands on')
    if of_form and "url" not in options:
        return None
    if "url" not in options and isinstance(node, MapNode):
        message = "how does one log in?"
        options.problems.add(
            options.mark, "login", message, "write page: ADDRESS for a form, or url: ADDRESS for a request"
        )
        return None
    return read_call(options)


def _form(options: Options) -> LoginForm | None:
    node = options.node("page")
    if node is None:
        return None
    for key in ("url", "query", "cookies", "json", "body", "graphql", "encoding"):
        if key in options:
            hint = "the address to send it to is written submit: ADDRESS"
            options.problem(key, f'"{key}" stands beside "page", which makes this a form', hint)
    page = read_page_call(node, "login.page", options.problems)
    form = LoginForm(
        page or Call("login.page", node.mark, ScalarNode("", node.mark), RequestShape()),
        selector=_selector(options),
        fields=read_parameters(options, "fields"),
        tokens=_values(Ground(options.problems), options, "tokens"),
        harvest=options.flag("harvest", True),
        submit=options.scalar("submit", "an address"),
        method=options.choice("method", _METHODS),
        headers=read_headers(options),
    )
    return form if page is not None else None


def _selector(options: Options) -> Selector | None:
    node = options.node("form")
    if node is None:
        return None
    if not isinstance(node, ScalarNode):
        hint = "what is filled in is written under fields"
        options.problem("form", f"expected the form's selector, found {describe(node)}", hint)
        return None
    found = read_selector(Ground(options.problems), node, options.at("form"))
    return found.selector if found else None


def _values(ground: Ground, options: Options, key: str) -> tuple[Field, ...]:
    fields = read_fields(ground, options.node(key), options.at(key))
    refuse_other_pages(fields, options.problems, "in login")
    return fields


def _fail(ground: Ground, options: Options) -> tuple[ResponseRule, ...]:
    node, path = options.node("fail"), options.at("fail")
    if node is None:
        return ()
    several = node.items if isinstance(node, ListNode) else (node,)
    at = path + "[{}]" if isinstance(node, ListNode) else path
    read = (read_condition(ground, each, at.format(place)) for place, each in enumerate(several))
    return tuple(rule for rule in read if rule is not None)


def _check(ground: Ground, options: Options) -> Check | None:
    node = options.node("check")
    if node is None:
        return None
    call = None
    if isinstance(node, MapNode) and "url" in node.entries:
        own = {"url": node.entries["url"]} | {k: v for k, v in node.entries.items() if k == "headers"}
        keys = {key: node.key_mark(key) for key in own}
        call = read_page_call(MapNode(own, node.mark, keys), options.at("check"), options.problems)
        node = mapping_without(node, own, node.mark)
        if not node.entries:
            return Check(call, None)
    return Check(call, read_condition(ground, node, options.at("check")))


def _origins(options: Options) -> tuple[str, ...]:
    found = []
    for node in options.texts("origins"):
        origin = origin_of(str(node.value)) if "://" in str(node.value) else ""
        if not origin and not node.broken:
            message = f"expected an address such as https://shop.example, found {describe(node)}"
            options.problems.add(node.mark, options.at("origins"), message)
        found.append(origin)
    return tuple(filter(None, found))
