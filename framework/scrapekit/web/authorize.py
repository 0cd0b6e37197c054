"""A fetcher that lets itself in where a server must be asked first: digest and OAuth 2 (``http.auth``)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic, time
from urllib.parse import urlsplit

from scrapekit.errors import FetchError
from scrapekit.page import Page
from scrapekit.parts import Fetcher
from scrapekit.recipe.model.auth import Auth, revealed
from scrapekit.request import Request
from scrapekit.web.bindings import Bindings
from scrapekit.web.digest import Challenge, answer, next_nonce, read_challenge
from scrapekit.web.oauth import Token, Tokens, token_request
from scrapekit.web.responses import is_redirect, judge
from scrapekit.web.turns import Turns
from scrapekit.web.url import origin_of

_MOST_ANSWERS = 2
"""How often one request is sent again: once for a first challenge, once for a nonce that grew old."""


def authorizing(fetcher: Fetcher, auth: Auth | None, bindings: Bindings, turns: Turns) -> Fetcher:
    """*fetcher*, or one around it where the recipe's kind of authentication needs one.

    Whatever that sends beside the request itself, or once more, waits for one of *turns*.
    """
    if auth is not None and auth.kind == "digest":
        return DigestFetcher(fetcher, auth, bindings, turns)
    if auth is not None and auth.kind == "oauth2":
        return OAuthFetcher(fetcher, auth, bindings, turns)
    return fetcher


class _Around:
    """What both have in common: only the recipe's own sites are let known who asks."""

    def __init__(self, fetcher: Fetcher, auth: Auth, bindings: Bindings, turns: Turns) -> None:
        self._fetcher = fetcher
        self._auth = auth
        self._bindings = bindings
        self._turns = turns

    async def open(self) -> None:
        """Get ready."""
        await self._fetcher.open()

    async def close(self) -> None:
        """Let go of every connection."""
        await self._fetcher.close()

    def _may(self, request: Request) -> bool:
        origin, secrets = origin_of(request.url), self._auth.secrets
        if any(name.lower() == "authorization" for name, _ in request.headers):
            return False
        if not secrets:
            return origin in self._bindings.seeds
        return all(self._bindings.allows(name, origin) for name in secrets)


def _with_header(request: Request, value: str) -> Request:
    return replace(request, headers=(*request.headers, ("Authorization", value)))


def _settled(page: Page, request: Request, *, raw: bool) -> Page:
    """The page as the fetcher inside would have given it."""
    page.request = request
    error = None if raw else judge(request, page.status, page.headers, time())
    if error is not None:
        raise error
    if not raw and is_redirect(page.status, page.headers):
        page.body = b""
    return page


@dataclass(slots=True)
class _Space:
    """One origin's challenge, and how many requests have used its nonce."""

    challenge: Challenge
    uses: int = 0


class DigestFetcher(_Around):
    """Answers Digest challenges (RFC 7616), once for each nonce; then every request carries its proof."""

    def __init__(self, fetcher: Fetcher, auth: Auth, bindings: Bindings, turns: Turns) -> None:
        super().__init__(fetcher, auth, bindings, turns)
        self._spaces: dict[str, _Space] = {}

    async def fetch(self, request: Request, raw: bool = False) -> Page:
        """Fetch one hop, again with an answer when the server asks for one."""
        if not self._may(request):
            return await self._fetcher.fetch(request, raw)
        origin = origin_of(request.url)
        for _ in range(_MOST_ANSWERS):
            used = self._spaces.get(origin)
            page = await self._fetcher.fetch(self._proven(request, used), raw=True)
            if page.status != 401 or not self._learn(origin, page, used):
                break
            async with self._turns.aside(request.url):
                pass
        else:
            page = await self._fetcher.fetch(self._proven(request, self._spaces[origin]), raw=True)
        self._take_next(origin, page)
        return _settled(page, request, raw=raw)

    def _proven(self, request: Request, space: _Space | None) -> Request:
        if space is None:
            return request
        space.uses += 1
        parts = urlsplit(request.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        user, password = revealed(self._auth.user), revealed(self._auth.password)
        proof = answer(space.challenge, user, password, request.method, target, space.uses)
        return _with_header(request, proof)

    def _learn(self, origin: str, page: Page, used: _Space | None) -> bool:
        """True when the request is worth sending again, with the challenge that is known now."""
        challenge = read_challenge(page.headers.get("www-authenticate", ""))
        if challenge is None:
            return False
        known = self._spaces.get(origin)
        if known is not used:
            return True  # another request has met a newer challenge meanwhile
        self._spaces[origin] = _Space(challenge)
        # Without "stale" an answered challenge means that the password is wrong (3.3).
        return used is None or challenge.stale

    def _take_next(self, origin: str, page: Page) -> None:
        space, info = self._spaces.get(origin), page.headers.get("authentication-info", "")
        if space is not None and info and (known := next_nonce(space.challenge, info)) != space.challenge:
            self._spaces[origin] = _Space(known)


class OAuthFetcher(_Around):
    """Sends a token with every request, asked for by the first and renewed by whoever is refused."""

    def __init__(
        self,
        fetcher: Fetcher,
        auth: Auth,
        bindings: Bindings,
        turns: Turns,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(fetcher, auth, bindings, turns)
        self._tokens = Tokens(auth, clock)
        self._one_at_a_time = asyncio.Lock()

    async def fetch(self, request: Request, raw: bool = False) -> Page:
        """Fetch one hop with a token; once again with a new one where it was refused (RFC 6750 3.1)."""
        if not self._may(request):
            return await self._fetcher.fetch(request, raw)
        if (token := self._tokens.current) is None:
            async with self._turns.aside(request.url):
                token = await self._token()
        page = await self._fetcher.fetch(_with_header(request, token.header), raw=True)
        if page.status == 401 and self._tokens.refused(token):
            async with self._turns.aside(request.url):
                token = await self._token()
            page = await self._fetcher.fetch(_with_header(request, token.header), raw=True)
        if page.status != 401:
            self._tokens.worked(token)
        return _settled(page, request, raw=raw)

    async def _token(self) -> Token:
        """The token, asked for by one while the others wait. Raises FetchError when none is given."""
        if (token := self._tokens.current) is not None:
            return token
        async with self._one_at_a_time:
            if (token := self._tokens.current) is not None:
                return token
            self._tokens.check()
            asked = token_request(self._auth)
            try:
                async with self._turns.own(asked.url):
                    page = await self._fetcher.fetch(asked, raw=True)
            except FetchError as error:
                error.args = (f"no token could be asked for: {error}",)
                raise
            return self._tokens.take(page)
