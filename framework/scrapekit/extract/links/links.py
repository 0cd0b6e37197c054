"""One link rule to one function: the links of a page as requests, what is skipped counted by reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, TypeAlias

from scrapekit.errors import PageError
from scrapekit.extract.draft import Draft
from scrapekit.extract.late_names import marking
from scrapekit.extract.links.checks import Check, compile_check, compile_patterns
from scrapekit.extract.links.relations import compile_relation, respecting
from scrapekit.extract.links.sources import FindLinks, compile_source
from scrapekit.extract.reading import Reading, blame
from scrapekit.extract.requests.requests import Shape, compile_shape
from scrapekit.extract.signature import sign
from scrapekit.extract.texts import compile_condition, compile_holds
from scrapekit.parts import Read
from scrapekit.recipe.model import LinkRule
from scrapekit.regex import RegexTooSlow
from scrapekit.request import Request
from scrapekit.web.url import resolve

MOST_LINKS = 10_000
"""How many links of one page are looked at: a page that names more is a trap or a mistake."""

Begin: TypeAlias = Callable[[Request], Request]
"""Makes a request the first page of the paginator of its page rule."""


@dataclass(slots=True)
class Gathered:
    """The requests of one page so far, each once; shared by all link rules of the page."""

    requests: list[Request] = field(default_factory=list)
    looked_at: int = 0
    keys: set[object] = field(default_factory=set)
    """What tells requests apart: the URL, with method and body where there is more than GET."""


def _key_of(request: Request) -> object:
    plain = request.body is None and request.method == "GET"
    if request.paging and "of" in request.paging:
        return request.url, request.method, request.body, request.paging["of"]
    return request.url if plain else (request.url, request.method, request.body)


FollowLinks: TypeAlias = Callable[[Reading, Gathered], None]
"""Adds the links of a page to what was gathered."""

Wanted: TypeAlias = Callable[[Any, Reading], str]
"""Says why a link is not wanted for its text or condition, ``""`` when it is."""

Make: TypeAlias = Callable[[str, Mapping[str, Any], Reading], Request]


@dataclass(frozen=True, slots=True)
class _Steps:
    """What happens to a link, from its place on the page to a request."""

    find: FindLinks
    wanted: Wanted | None
    check: Check | None
    make: Make
    is_plain: bool
    """True when the URL alone makes the request, so that one known already need not be made."""


def compile_links(
    draft: Draft, rule: LinkRule, begin: Begin | None, number: int | None = None
) -> FollowLinks | None:
    """The link rule as a function; None where there is a problem.

    *begin* belongs to the page rule the links lead to, where its first request needs one. *number*
    says which link rule of its page it is, from 1.
    """
    inside = draft.with_items(each.name for each in rule.carry)
    find = compile_source(draft, rule)
    if find is not None and rule.nofollow == "respect":
        find = respecting(draft, rule, find)
    wanted = _compile_wanted(inside, rule)
    check = compile_check(rule, draft.problems)
    shaped = compile_shape(inside, rule.shape, rule.path)
    if find is None:
        return None
    steps = _Steps(
        find,
        wanted,
        check,
        _marking(draft, rule, _maker(rule, number, shaped, begin)),
        shaped is None and begin is None and rule.unique == "url",
    )
    return _blaming(_follow(rule, steps), rule, f"parser {draft.parser_name}")


def _compile_wanted(inside: Draft, rule: LinkRule) -> Wanted | None:
    wanted: list[Wanted] = []
    if rule.text is not None:
        patterns = compile_patterns((rule.text,), f"{rule.path}.text", inside.problems)
        wanted += [_of_text(pattern.search, inside.parser.read("text")) for pattern in patterns]
    if (unrelated := compile_relation(inside, rule)) is not None:
        wanted.append(lambda node, _: unrelated(node))
    if rule.when is not None:
        path = f"{rule.path}.when"
        condition = compile_condition(inside, rule.when, path, bare="item")
        wanted.append(_on_condition(compile_holds(condition, path)))
    if len(wanted) < 2:
        return wanted[0] if wanted else None
    return lambda node, reading: next((reason for each in wanted if (reason := each(node, reading))), "")


def _of_text(search: Callable[[str], object], read: Read) -> Wanted:
    def wanted(node: Any, _: Reading) -> str:
        try:
            return "" if search(str(read(node) or "")) else "other text"
        except RegexTooSlow as error:
            return str(error)

    return wanted


def _on_condition(holds: Callable[[Reading], bool]) -> Wanted:
    return lambda _, reading: "" if holds(reading) else "left out by when"


def _maker(rule: LinkRule, number: int | None, shape: Shape | None, begin: Begin | None) -> Make:
    page, priority, once = rule.page, rule.priority, rule.seen == "skip"

    def make(url: str, carry: Mapping[str, Any], reading: Reading) -> Request:
        parent = reading.page.request
        if parent.carry and parent.page == page:
            # A page of the same rule reads the same `parent.` names: what is not handed anew goes on.
            carry = {**parent.carry, **carry} if carry else parent.carry
        depth = parent.depth + 1
        return Request(url, page, depth=depth, priority=priority, carry=carry, once=once, link=number)

    def make_shaped(url: str, carry: Mapping[str, Any], reading: Reading) -> Request:
        assert shape is not None
        url, method, headers, body = shape(url, reading.environment)
        return replace(make(url, carry, reading), method=method, headers=headers, body=body)

    chosen: Make = make if shape is None else make_shaped
    if begin is not None:
        chosen = _then(chosen, begin)
    return _then(chosen, _told_apart) if rule.unique == "carry" else chosen


def _then(make: Make, change: Begin) -> Make:
    return lambda url, carry, reading: change(make(url, carry, reading))


def _told_apart(request: Request) -> Request:
    """The request as another one than those to its address that carry something else."""
    return replace(
        request, paging={"n": 1, **(request.paging or {}), "of": sign(sorted(request.carry.items()))}
    )


def _marking(draft: Draft, rule: LinkRule, make: Make) -> Make:
    mark = marking(draft, rule.url, rule.shape)
    return make if mark is None else lambda url, carry, reading: mark(make(url, carry, reading))


class _Addresses:
    """The references of one page to the URLs that are wanted, each worked out and counted once."""

    __slots__ = ("_base", "_check", "_known", "_reading", "_remark")

    def __init__(self, reading: Reading, check: Check | None, remark: str) -> None:
        self._base = reading.document.base
        self._reading = reading
        self._check = check
        self._remark = remark
        self._known: dict[str, str | None] = {}

    def url_of(self, reference: Any) -> str | None:
        text = reference if reference.__class__ is str else _as_text(reference)
        if text in self._known:
            return self._known[text]
        url = resolve(self._base, text) if text else None
        if url is None:
            reason = "not http(s)" if text else "no address"
        else:
            reason = self._check(url) if self._check is not None else ""
        if reason:
            self._reading.note(self._remark + reason)
            url = None
        self._known[text] = url
        return url


def _follow(rule: LinkRule, steps: _Steps) -> FollowLinks:
    remark, most = f"links to {rule.page}: ", rule.max
    find, wanted, make, is_plain = steps.find, steps.wanted, steps.make, steps.is_plain

    def follow(reading: Reading, gathered: Gathered) -> None:
        url_of = _Addresses(reading, steps.check, remark).url_of
        keys, before = gathered.keys, len(gathered.requests)
        for node, reference, carry in islice(find(reading), MOST_LINKS - gathered.looked_at + 1):
            gathered.looked_at += 1
            if gathered.looked_at > MOST_LINKS:
                reading.note(f"{remark}more than {MOST_LINKS} links on a page")
                return
            if wanted is not None and (reason := wanted(node, reading)):
                reading.note(remark + reason)
                continue
            url = url_of(reference)
            if url is None or (is_plain and url in keys):
                continue
            request = make(url, carry, reading)
            if (key := url if is_plain else _key_of(request)) in keys:
                continue
            if len(gathered.requests) - before == most:
                reading.note(f"{remark}more than max on a page")
                return
            keys.add(key)
            gathered.requests.append(request)

    return follow


def _blaming(follow: FollowLinks, rule: LinkRule, part: str) -> FollowLinks:
    def blaming(reading: Reading, gathered: Gathered) -> None:
        try:
            follow(reading, gathered)
        except (PageError, ValueError) as error:
            raise blame(rule.path, part, error) from error

    return blaming


def _as_text(reference: Any) -> str:
    """The reference as text; what can be no address (a list, an object, nothing) as ""."""
    if reference is None or isinstance(reference, list | dict | bool):
        return ""
    return str(reference)
