"""How a recipe lets itself in and what it fetches first: ``login`` and ``vars``."""

from __future__ import annotations

from dataclasses import dataclass

from scrapekit.mark import Mark
from scrapekit.node import MapNode, ScalarNode
from scrapekit.recipe.model.pages import Pattern, RequestShape
from scrapekit.recipe.model.responses import ResponseRule
from scrapekit.recipe.model.values import Field, Selector


@dataclass(frozen=True, slots=True)
class Call:
    """One request that the recipe makes for itself: an address, and what is sent there."""

    path: str
    mark: Mark
    url: ScalarNode
    shape: RequestShape


@dataclass(frozen=True, slots=True)
class Reader:
    """The parser that reads an answer, and its options."""

    name: str
    mark: Mark
    options: MapNode | None = None


@dataclass(frozen=True, slots=True)
class LoginForm:
    """A form to fill in: which one of the page, with what, and where it is sent."""

    page: Call
    selector: Selector | None = None
    """None: the form with a password field, else the first."""
    fields: MapNode | None = None
    tokens: tuple[Field, ...] = ()
    """Values read from the page with the form; known as ``tokens.NAME`` where the form is filled in."""
    harvest: bool = True
    """Send the fields that the form itself holds, the hidden ones above all."""
    submit: ScalarNode | None = None
    """Where it is sent, when not where the form says."""
    method: str = ""
    """Empty: POST."""
    headers: MapNode | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """What shows that we are logged in: conditions on a page of its own, or on the answer to the login."""

    call: Call | None
    rule: ResponseRule | None


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in: a form, or one request (``call``)."""

    path: str
    mark: Mark
    reader: Reader
    form: LoginForm | None = None
    call: Call | None = None
    take: tuple[Field, ...] = ()
    """Values read from the answer, known to requests as ``vars.NAME``."""
    fail: tuple[ResponseRule, ...] = ()
    check: Check | None = None
    expired: tuple[range, ...] = (range(401, 402),)
    """The statuses that mean that the session is over."""
    expired_at: tuple[Pattern, ...] = ()
    """Addresses that only those are redirected to who are logged out, beside that of the form's page."""
    origins: tuple[str, ...] = ()
    """What it lets us into, beside the login's own origins, as `url.origin_of` writes them."""


@dataclass(frozen=True, slots=True)
class Var:
    """A value that is fetched when a request first needs it."""

    name: str
    path: str
    mark: Mark
    call: Call
    reader: Reader
    field: Field
    expires: float | None = None
    """Seconds until it is fetched anew; None: when it is refused."""
    renew: tuple[range, ...] = (range(401, 402), range(403, 404))
    """The statuses that mean that the value no longer holds."""
