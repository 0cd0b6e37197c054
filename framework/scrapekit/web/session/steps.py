"""What logging in and fetching values consist of: requests to send, and functions that read the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from scrapekit.page import Page
from scrapekit.request import Request

PAGE = "the session's own"
"""The page rule's name of the requests that a session makes for itself; users cannot write it."""


class Refused(Exception):
    """An answer is not what was hoped for; the text says why, and holds nothing of the answer."""


@dataclass(frozen=True, slots=True)
class LoginSteps:
    """A login, ready to be done. Each function raises Refused where an answer will not do."""

    origins: frozenset[str]
    """Where its session holds: requests there wait for the login."""
    first: Request
    """The page with the form; without one, the request that logs in."""
    fill_in: Callable[[Page], Request] | None
    """Makes the request that logs in from the page with the form."""
    read: Callable[[Page], Mapping[str, str]]
    """The values taken from the answer to the login."""
    check: Request | None = None
    """A page to be asked for afterwards; without one, `prove` looks at the answer itself."""
    prove: Callable[[Page], None] | None = None
    takes: frozenset[str] = frozenset()
    expired: frozenset[int] = frozenset()
    """The statuses that mean that the session is over."""
    logged_out_at: Callable[[str], bool] = lambda url: False
    """True for an address that only those are sent to who are logged out."""


@dataclass(frozen=True, slots=True)
class VarSteps:
    """One value, ready to be fetched; ``read`` raises Refused where an answer does not hold it."""

    request: Request
    read: Callable[[Page], str]
    expires: float | None = None
    renew: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """What a recipe says of sessions; nothing in it changes during a run."""

    login: LoginSteps | None = None
    vars: Mapping[str, VarSteps] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    """Headers made of values, with placeholders: sent wherever all of these may go."""
    origins: frozenset[str] = frozenset()
    """The seeds' origins, which every value may be sent to."""
