"""Answers that are kept and given again: what a request is known by, and what of its answer is kept.

A replay store for those who write recipes, not a cache of RFC 9111: what a server says of how long an
answer may be kept is not looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from hashlib import blake2b
from typing import TypeAlias

from scrapekit.errors import FetchError
from scrapekit.page import Page, StoredFile
from scrapekit.recipe.model import Http, Secret
from scrapekit.recipe.model.values import Selector
from scrapekit.request import Request
from scrapekit.web.late import marked, resealed, seal, unsealed
from scrapekit.web.robots import Robots, RobotsNotNow
from scrapekit.web.url import canonical

# What lets somebody in, and what proves that: RFC 6265 4.1, RFC 7615 3.
_NEVER_KEPT = frozenset({"set-cookie", "set-cookie2", "authentication-info", "proxy-authentication-info"})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is kept: as it was read, with placeholders where it repeated a secret."""

    status: int
    headers: Mapping[str, str]
    """Without those that set cookies or prove who asked."""
    body: bytes
    seal: str = ""
    """What tells the placeholders in it; empty where there are none."""
    at: float = 0.0
    """When it was kept, Unix time."""


LOST = Answer(0, {}, b"")
"""Kept in place of an answer: a redirect led here, to no page. Who redirected is asked anew."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of an answer that was kept: its host was not asked."""

    answer: Page | Request | FetchError | Robots | RobotsNotNow


Key: TypeAlias = bytes


def terms_of(http: Http, *, logged_in: bool = False, lent_cookies: bool = False) -> bytes:
    """What a recipe sends with all its requests, as one short text; of secrets only their names.

    Of a login and of cookies it counts whether there are any: a recipe that gets them asks anew.
    """
    auth = http.auth
    said = [
        http.user_agent,
        sorted((name.lower(), _plain(value)) for name, value in http.headers.items()),
        sorted((name.lower(), str(value.value)) for name, value in http.late_headers.items()),
        sorted((name, _plain(value)) for name, value in http.cookies.items()),
        (auth.kind, auth.name, auth.place, auth.secrets) if auth is not None else (),
        (http.keep_cookies, logged_in, lent_cookies),
    ]
    return blake2b(repr(said).encode(), digest_size=16).digest()


def _plain(value: str | Secret) -> object:
    return value.names if isinstance(value, Secret) else value


def key_of(request: Request, terms: bytes) -> Key:
    """What a request is known by: method, canonical address, headers, body, and what the recipe always sends.

    Secrets count by their names, so another value of one finds the same answer. Of cookies that pages
    set, what they are does not count.
    """
    if request.late:
        request = unsealed(request)
    digest = blake2b(terms, digest_size=16)
    texts = [request.method, canonical(request.url)]
    texts += [f"{name.lower()}:{value}" for name, value in sorted(request.headers)]
    for data in (*(text.encode("utf-8", "surrogatepass") for text in texts), request.body or b""):
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


def answer_of(page: Page, at: float) -> Answer:
    """What is kept of a page."""
    headers = {name: value for name, value in page.headers.items() if name not in _NEVER_KEPT}
    return Answer(page.status, headers, page.body, seal() if page.holds_late else "", at)


def file_answer(stored: StoredFile, at: float) -> Answer:
    """What is kept of a file: what is known of it. The file itself stands where the recipe put it."""
    return Answer(200, {}, json.dumps(asdict(stored)).encode(), at=at)


def file_of(answer: Answer, key: str) -> StoredFile:
    """What `file_answer` kept, as the answer to the question *key*."""
    return StoredFile(**{**json.loads(answer.body), "key": key})


def hop_of(request: Request, target: Request, at: float) -> Answer:
    """What is kept of a redirect: as much as it takes to make the same of it (RFC 9110 15.4)."""
    same = (target.method, target.body) == (request.method, request.body)
    return Answer(307 if same else 303, {"location": target.url}, b"", target.seal, at)


def page_of(request: Request, answer: Answer) -> Page:
    """The page that an answer is to *request*."""
    headers, body = answer.headers, answer.body
    if answer.seal:
        headers = {name: resealed(value, answer.seal) for name, value in headers.items()}
        body = resealed(body.decode("latin-1"), answer.seal).encode("latin-1")
    url = marked(request).url if request.late else request.url
    page = Page(request, url, answer.status, headers, body)
    page.holds_late = bool(answer.seal)
    return page


def reads_cookies(values: Iterable[object]) -> bool:
    """True where page rules read a cookie that an answer sets: such an answer cannot be given again."""
    return any(
        each.language == "cookie" or (each.language == "header" and "set-cookie" in each.source.lower())
        for each in _selectors(tuple(values))
    )


def _selectors(value: object) -> Iterator[Selector]:
    if isinstance(value, Selector):
        yield value
    elif is_dataclass(value):
        for each in fields(value):
            yield from _selectors(getattr(value, each.name))
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _selectors(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _selectors(part)
