"""What goes to which origin with every request: what lets us in goes to its own sites and nowhere else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from scrapekit.recipe.model import Http, Secret
from scrapekit.recipe.model.auth import Auth, Credential, revealed
from scrapekit.web.bindings import Bindings
from scrapekit.web.url import host_of, origin_of

# RFC 9110 11.6.2, 11.7.2; RFC 6265 5.4.
_LETS_IN = frozenset({"authorization", "proxy-authorization", "cookie"})


@dataclass(frozen=True, slots=True)
class Site:
    """What a request needs to know of the origin it goes to."""

    host: str
    port: int
    label: str
    """Host and port, as error messages name it."""
    headers: Mapping[str, str]
    """What only this origin is sent."""
    query: str = ""
    """A parameter that only this origin is sent, percent-encoded: ``api_key=…``."""


@dataclass(frozen=True, slots=True)
class _Private:
    """A header or cookie for some origins only, and the secrets that it is made of."""

    name: str
    value: str
    secrets: tuple[str, ...] = ()


class Senders:
    """The headers of one recipe, told apart into those for everyone and those for some origins.

    For some only: secret values, Authorization and Cookie, ``http.auth``, and the credentials that
    a seed's own URL holds. What is made of secrets goes where all of them may go, the rest to the
    seeds' origins. Names are in title case, so that each is there once.
    """

    def __init__(
        self, http: Http, seed_urls: Iterable[str], agent: str, bindings: Bindings | None = None
    ) -> None:
        urls = list(seed_urls)
        contact = f" (+{http.contact})" if http.contact else ""
        everyones = {"User-Agent": (http.user_agent or agent) + contact}
        self._headers: list[_Private] = []
        self._cookies = [_private(name, value) for name, value in http.cookies.items()]
        for name, value in http.headers.items():
            if isinstance(value, Secret) or name.lower() in _LETS_IN:
                self._headers.append(_private(name.title(), value))
            else:
                everyones[name.title()] = value
        self._query: list[_Private] = []
        if http.auth is not None:
            self._let_in(http.auth)
        self.everyones = everyones
        self._bindings = bindings or Bindings({}, urls)
        self._seeds = {origin_of(url): _credentials(url) for url in urls}

    def _let_in(self, auth: Auth) -> None:
        """What can be sent without asking first: a token, a password, a key."""
        token, secrets = revealed(auth.token), auth.secrets
        if auth.kind == "basic":
            credentials = basic(revealed(auth.user), revealed(auth.password))
            self._headers.append(_Private("Authorization", credentials, secrets))
        elif token and auth.kind == "bearer":
            self._headers.append(_Private("Authorization", f"Bearer {token}", secrets))
        elif token and auth.kind == "api_key" and auth.place == "header":
            self._headers.append(_Private(auth.name.title(), token, secrets))
        elif token and auth.kind == "api_key" and auth.place == "cookie":
            self._cookies.append(_Private(auth.name, token, secrets))
        elif token and auth.kind == "api_key":
            self._query.append(_Private(quote(auth.name, safe=""), quote(token, safe=""), secrets))

    def site(self, origin: str) -> Site:
        """The site at *origin*, written as `url.origin_of` writes it."""
        scheme, _, authority = origin.partition("://")
        port = authority.rpartition("]")[2].partition(":")[2]
        number = int(port) if port else 443 if scheme == "https" else 80
        label = authority if port else f"{authority}:{number}"
        headers = dict(self._seeds.get(origin, {}))
        headers |= {each.name: each.value for each in self._headers if self._may(each, origin)}
        cookies = [f"{each.name}={each.value}" for each in self._cookies if self._may(each, origin)]
        if cookies:
            headers["Cookie"] = "; ".join(filter(None, [headers.get("Cookie", ""), *cookies]))
        query = "&".join(f"{each.name}={each.value}" for each in self._query if self._may(each, origin))
        return Site(host_of(origin), number, label, headers, query)

    def _may(self, private: _Private, origin: str) -> bool:
        if not private.secrets:
            return origin in self._bindings.seeds
        return all(self._bindings.allows(name, origin) for name in private.secrets)


def basic(user: str, password: str) -> str:
    """The value of Authorization for Basic authentication (RFC 7617 2, in UTF-8)."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _private(name: str, value: Credential) -> _Private:
    return _Private(name, revealed(value), value.names if isinstance(value, Secret) else ())


def _credentials(url: str) -> dict[str, str]:
    """A Basic Authorization (RFC 7617) from the user and password in a seed's URL."""
    user_and_word, at, _ = urlsplit(url).netloc.rpartition("@")
    if not at:
        return {}
    return {"Authorization": "Basic " + b64encode(unquote(user_and_word).encode()).decode()}
