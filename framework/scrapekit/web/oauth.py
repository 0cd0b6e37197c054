"""OAuth 2 client credentials (RFC 6749 4.4): how a token is asked for, and what the answer means."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.node import shown
from scrapekit.page import Page
from scrapekit.recipe.model.auth import Auth, revealed
from scrapekit.request import Request
from scrapekit.web.senders import basic

PAGE_RULE = "oauth token"
"""The page rule's name of requests for tokens; no recipe can name one so."""

_MARGIN = 30.0
_FOREVER = math.inf


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and when on the clock it is to be renewed."""

    text: str
    until: float = _FOREVER

    @property
    def header(self) -> str:
        """The value of Authorization (RFC 6750 2.1)."""
        return f"Bearer {self.text}"


def token_request(auth: Auth) -> Request:
    """The request for a token (RFC 6749 4.4.2); the client lets itself in as ``send`` says (2.3.1)."""
    form = {"grant_type": "client_credentials"}
    form |= {name: revealed(value) for name, value in auth.parameters.items()}
    if auth.scope:
        form["scope"] = auth.scope
    headers = [("Accept", "application/json"), ("Content-Type", "application/x-www-form-urlencoded")]
    user, password = revealed(auth.user), revealed(auth.password)
    if auth.send == "body":
        form |= {"client_id": user, "client_secret": password}
    else:
        # 2.3.1: both are form-encoded before they become a Basic credential.
        headers.append(("Authorization", basic(quote_plus(user), quote_plus(password))))
    return Request(
        auth.token_url, PAGE_RULE, method="POST", headers=tuple(headers), body=urlencode(form).encode()
    )


def read_token(page: Page, now: float) -> Token:
    """The token in an answer (RFC 6749 5.1), to be renewed a little before it ends.

    Raises FetchError with what the server said (5.2) when it gave none; that is worth another try
    only when the server itself was in trouble.
    """
    data = _object(page)
    text = data.get("access_token")
    if page.status != 200 or not isinstance(text, str) or not text:
        raise _refusal(page, data)
    if not text.isascii() or not text.isprintable():
        raise FetchError("the token's address gave a token that no header can hold", verdict=Verdict.BLOCKED)
    kind = data.get("token_type", "Bearer")
    if str(kind).lower() != "bearer":
        message = f'the token\'s address gave a token of type "{shown(kind)}", not Bearer'
        raise FetchError(message, verdict=Verdict.BLOCKED)
    lasts = _seconds(data.get("expires_in"))
    # A short-lived token keeps most of its life.
    return Token(text, now + lasts - min(_MARGIN, lasts / 10))


def _object(page: Page) -> dict[str, Any]:
    try:
        data = json.loads(page.body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _seconds(value: object) -> float:
    try:
        seconds = float(str(value))
    except ValueError:
        return _FOREVER
    return max(0.0, seconds) if math.isfinite(seconds) else _FOREVER


def _refusal(page: Page, data: dict[str, Any]) -> FetchError:
    said = data.get("error")
    if not isinstance(said, str):
        said = "no access_token in its answer" if page.status == 200 else f"HTTP {page.status}"
    elif isinstance(data.get("error_description"), str):
        said += f" ({shown(data['error_description'], 200)})"
    hint = "; check client_id and client_secret" if data.get("error") == "invalid_client" else ""
    return FetchError(
        f"no token was given: {shown(said, 300)}{hint}",
        verdict=Verdict.BLOCKED,
        retry=page.status >= 500 or page.status == 429,
        status=page.status,
    )


class Tokens:
    """The token of one recipe: asked for when first needed, renewed before it ends or when refused."""

    def __init__(self, auth: Auth, clock: Callable[[], float]) -> None:
        self.auth = auth
        self._clock = clock
        self._token: Token | None = None
        self._has_worked = False
        self._refusal: FetchError | None = None

    @property
    def current(self) -> Token | None:
        """The token to send, if there is one that still holds."""
        if self._token is not None and self._clock() >= self._token.until:
            self._token = None
        return self._token

    def take(self, page: Page) -> Token:
        """Keep the token in an answer; raises FetchError when there is none."""
        try:
            self._token = read_token(page, self._clock())
        except FetchError as error:
            self._refusal = None if error.retry else error
            raise
        self._has_worked = False
        return self._token

    def check(self) -> None:
        """Raise FetchError where a token was refused for good: not every page asks again."""
        if self._refusal is not None:
            raise FetchError(str(self._refusal), verdict=self._refusal.verdict, status=self._refusal.status)

    def worked(self, token: Token) -> None:
        """A page was given for this token."""
        self._has_worked = self._has_worked or token is self._token

    def refused(self, token: Token) -> bool:
        """A page was not given for this token; True when another one may help.

        One that never worked is not the trouble: another would fare no better.
        """
        if self._token is token:
            if not self._has_worked:
                return False
            self._token = None
        return True
