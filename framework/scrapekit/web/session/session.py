"""One run's session: logged in before the first request that needs it, each value there when it is used."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from scrapekit.errors import FetchError, StuckError
from scrapekit.page import Page, Stamp
from scrapekit.request import Request
from scrapekit.web.late import forms_of
from scrapekit.web.session.asking import Ask
from scrapekit.web.session.renewal import Again, Renewal
from scrapekit.web.session.steps import LoginSteps, Refused, SessionPlan, VarSteps
from scrapekit.web.url import origin_of

LOGIN = "login"
_SHORTEST = 8
Clock: TypeAlias = Callable[[], float]

_log = logging.getLogger("scrapekit.session")


@dataclass(slots=True)
class _Held:
    """A login or a value: how it is fetched, when that is due, and who is fetching it."""

    fetch: Callable[[], Awaitable[float | None]]
    """Fetches it; gives the seconds it lasts."""
    statuses: frozenset[int]
    renewal: Renewal = field(default_factory=Renewal)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    error: FetchError | StuckError | None = None
    """Why it cannot be had at all; it is not tried again."""


class Session:
    """Keeps one login and any number of values for the tasks of a run, each fetched once at a time.

    What it asks for itself goes through *ask*. It lives on the event loop, in one run; nothing of it
    is stored.
    """

    def __init__(self, plan: SessionPlan, ask: Ask, clock: Clock) -> None:
        self._plan = plan
        self._ask = ask
        self._clock = clock
        self._values: dict[str, str] = {}
        self._held: dict[str, _Held] = {}
        self.note: Callable[[str], None] = lambda remark: None
        """Told what the report should count: ``logged in``, ``fetched vars.token``."""
        if plan.login is not None:
            self._held[LOGIN] = _Held(self._log_in, plan.login.expired)
        for name, var in plan.vars.items():
            self._held[f"vars.{name}"] = _Held(self._fetcher(name, var), var.renew)

    def allows(self, name: str, origin: str) -> bool:
        """True when the value of ``vars.name`` may be sent to *origin*: the seeds', or where it is from."""
        return origin in self._plan.origins or origin in self._home(name)

    def places(self, name: str) -> str:
        """Where the value may go, in words."""
        origins = sorted(self._plan.origins | self._home(name))
        return " and ".join(origins[:3]) + (" and others" if len(origins) > 3 else "")

    def value(self, name: str) -> str:
        """The value as it is now; `ready` sees to it that there is one."""
        return self._values.get(name, "")

    @property
    def secrets(self) -> list[str]:
        """Every spelling of the values that a login or a secret brought, but for those too short to tell."""
        return [
            form
            for name, value in self._values.items()
            if len(value) >= _SHORTEST and self._is_secret(name)
            for form in forms_of(value)
        ]

    def _is_secret(self, name: str) -> bool:
        var = self._plan.vars.get(name)
        return var is None or bool(var.request.late) or LOGIN in self.needs(var.request)

    def _home(self, name: str) -> frozenset[str]:
        var = self._plan.vars.get(name)
        if var is not None:
            return frozenset({origin_of(var.request.url)})
        return self._plan.login.origins if self._plan.login else frozenset()

    def needs(self, request: Request) -> list[str]:
        """What has to be there before the request is sent, the login first."""
        login, needed = self._plan.login, []
        names = [name.partition(".")[2] for name in request.late if name.startswith("vars.")]
        if login is not None:
            taken = any(name in login.takes for name in names)
            if taken or origin_of(request.url) in login.origins:
                needed.append(LOGIN)
        return needed + [f"vars.{name}" for name in names if name in self._plan.vars]

    def stamp_nowait(self, request: Request) -> Stamp | None:
        """What the request is sent with; None where something of it has to be fetched first."""
        needed, now = self.needs(request), self._clock()
        if not all(self._held[name].renewal.holds(now) for name in needed):
            return None
        return tuple((name, self._held[name].renewal.number) for name in needed)

    async def ready(self, request: Request) -> Stamp:
        """Wait for all that the request needs; gives what it is sent with.

        Raises FetchError where a value cannot be had, StuckError where one cannot log in: then
        nothing sensible can be fetched.
        """
        stamp = []
        for name in self.needs(request):
            held = self._held[name]
            if not held.renewal.holds(self._clock()):
                await self._renew(held)
            stamp.append((name, held.renewal.number))
        return tuple(stamp)

    async def _renew(self, held: _Held) -> None:
        """Fetch it, once for all who wait for it."""
        async with held.lock:
            if held.error is not None:
                raise _once_more(held.error)
            if held.renewal.holds(self._clock()):
                return
            try:
                lasts = await held.fetch()
            except (FetchError, StuckError) as error:
                if not isinstance(error, FetchError) or not error.retry:
                    held.error = error
                raise
            held.renewal.fetched(self._clock(), lasts)

    async def _log_in(self) -> float | None:
        login = self._plan.login
        assert login is not None
        origin = origin_of(login.first.url)
        _log.info("logging in at %s", origin)
        try:
            self._values |= await self._logged_in(login)
        except (Refused, FetchError) as error:
            hint = "nothing was tried again, so that no account gets locked; mend it and run the same command"
            raise StuckError(f"could not log in at {origin}: {error}", hint=hint) from error
        self.note("logged in")
        # What was fetched in the old session belongs to it.
        for name, var in self._plan.vars.items():
            if LOGIN in self.needs(var.request):
                self._held[f"vars.{name}"].renewal.drop()
        return None

    async def _logged_in(self, login: LoginSteps) -> Mapping[str, str]:
        answer = await self._ask.page(login.first, once=login.fill_in is None)
        if login.fill_in is not None:
            answer = await self._ask.page(login.fill_in(answer), once=True)
        taken = login.read(answer)
        if login.check is not None:
            answer = await self._ask.page(login.check)
        if login.prove is not None:
            login.prove(answer)
        return taken

    def _fetcher(self, name: str, var: VarSteps) -> Callable[[], Awaitable[float | None]]:
        async def fetch() -> float | None:
            if LOGIN in self.needs(var.request):
                await self.ready(var.request)
            try:
                self._values[name] = var.read(await self._ask.page(var.request))
            except (Refused, FetchError) as error:
                retry = isinstance(error, FetchError) and error.retry
                raise FetchError(f"vars.{name}: {error}", retry=retry) from error
            self.note(f"fetched vars.{name}")
            return var.expires

        return fetch

    def sent_away(self, url: str, stamp: Stamp) -> bool:
        """True when a redirect to *url* says that we are logged out."""
        login = self._plan.login
        return login is not None and any(name == LOGIN for name, _ in stamp) and login.logged_out_at(url)

    def refused(self, error: FetchError, before: bool) -> Again:
        """Whether a request is sent again whose answer was *error*, and what is fetched anew for it.

        *before*: something was fetched anew for it already.
        """
        says = [
            held.renewal.refused(number, before=before)
            for name, number in error.session
            if error.status in (held := self._held[name]).statuses or (error.expired and name == LOGIN)
        ]
        return "older" if "older" in says else "renewed" if "renewed" in says else ""

    def accepted(self, page: Page, before: bool) -> None:
        """A page came that nothing is wrong with."""
        for name, number in page.session:
            self._held[name].renewal.accepted(number, before=before)


def _once_more(error: FetchError | StuckError) -> FetchError | StuckError:
    """The same error anew: raised again and again, one object would gather a traceback for each time."""
    if isinstance(error, FetchError):
        return FetchError(str(error))
    return StuckError(str(error), hint=error.hint)
