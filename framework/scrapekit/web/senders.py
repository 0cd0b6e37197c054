"""Which headers go to which origin: what lets us in goes to the recipe's own sites and nowhere else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from scrapekit.recipe.model import Http, Secret
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


class Senders:
    """The headers of one recipe, told apart into those for everyone and those for the seeds' origins.

    For the seeds' origins only: secret values, Authorization and Cookie, and the credentials that a
    seed's own URL holds. Names are in title case, so that each is there once.
    """

    def __init__(self, http: Http, seed_urls: Iterable[str], agent: str) -> None:
        everyones = {"User-Agent": http.user_agent or agent}
        private: dict[str, str] = {}
        for name, value in http.headers.items():
            is_private = isinstance(value, Secret) or name.lower() in _LETS_IN
            (private if is_private else everyones)[name.title()] = _plain(value)
        if http.cookies:
            cookies = "; ".join(f"{name}={_plain(value)}" for name, value in http.cookies.items())
            private["Cookie"] = "; ".join(filter(None, [private.get("Cookie", ""), cookies]))
        self.everyones = everyones
        self._private = {origin_of(url): _credentials(url) | private for url in seed_urls}

    def site(self, origin: str) -> Site:
        """The site at *origin*, written as `url.origin_of` writes it."""
        scheme, _, authority = origin.partition("://")
        port = authority.rpartition("]")[2].partition(":")[2]
        number = int(port) if port else 443 if scheme == "https" else 80
        label = authority if port else f"{authority}:{number}"
        return Site(host_of(origin), number, label, self._private.get(origin, {}))


def _plain(value: str | Secret) -> str:
    return value.value if isinstance(value, Secret) else value


def _credentials(url: str) -> dict[str, str]:
    """A Basic Authorization (RFC 7617) from the user and password in a seed's URL."""
    user_and_word, at, _ = urlsplit(url).netloc.rpartition("@")
    if not at:
        return {}
    return {"Authorization": "Basic " + b64encode(unquote(user_and_word).encode()).decode()}
