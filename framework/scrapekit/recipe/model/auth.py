"""How a recipe lets itself in: secrets, where they may go, the kinds of HTTP authentication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that is never printed, logged or stored; ``repr`` hides it."""

    value: str = field(repr=False)
    names: tuple[str, ...] = ()
    """The inputs that it is made of."""

    def __str__(self) -> str:
        return "•••"


@dataclass(frozen=True, slots=True)
class Bound:
    """A secret input: its value is put into a request only when that is sent, and to its own origins only."""

    value: str | None = field(default=None, repr=False)
    """None: it was not given, and need not be."""
    origins: tuple[str, ...] = ()
    """As `url.origin_of` writes them; none: the seeds' origins."""
    source: str = ""
    """Where the value is from, as people name it: ``$SHOP_TOKEN``."""


Credential: TypeAlias = str | Secret

AuthKind: TypeAlias = Literal["bearer", "basic", "api_key", "digest", "oauth2"]


@dataclass(frozen=True, slots=True)
class Auth:
    """The section ``http.auth``. ``kind`` says which of the rest applies."""

    kind: AuthKind
    token: Credential = field(default="", repr=False)
    """bearer, api_key: what is sent."""
    user: Credential = field(default="", repr=False)
    """basic, digest; oauth2: the client's identifier."""
    password: Credential = field(default="", repr=False)
    """basic, digest; oauth2: the client's secret."""
    name: str = ""
    """api_key: the name of the header, parameter or cookie."""
    place: Literal["header", "query", "cookie"] = "header"
    token_url: str = ""
    send: Literal["basic", "body"] = "basic"
    """oauth2: how the client lets itself in at the token's address."""
    scope: str = ""
    parameters: Mapping[str, Credential] = field(default_factory=dict, repr=False)
    """oauth2: what else the token's address is told, such as ``audience``."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secret inputs that it is made of: it goes only where all of them may."""
        values = (self.token, self.user, self.password, *self.parameters.values())
        return tuple(
            dict.fromkeys(name for each in values if isinstance(each, Secret) for name in each.names)
        )


def revealed(value: Credential) -> str:
    """The text itself."""
    return value.value if isinstance(value, Secret) else value
