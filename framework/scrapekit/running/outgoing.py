"""The way out: what fetches for one recipe, lets itself in and puts in late values, put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic, time

from scrapekit import __version__
from scrapekit.parts import Fetcher
from scrapekit.planning.plan import Plan
from scrapekit.recipe.masked import credentials_of
from scrapekit.request import NOTHING
from scrapekit.running.caching import replay_terms
from scrapekit.web.authorize import authorizing
from scrapekit.web.bindings import Bindings
from scrapekit.web.cookies import Jar
from scrapekit.web.filling import Filling, Values
from scrapekit.web.perform import Performer
from scrapekit.web.proxies import Proxies
from scrapekit.web.replaying import NoNetwork, ReplayPerformer, Shelf
from scrapekit.web.session.asking import Ask
from scrapekit.web.session.performing import SessionPerformer
from scrapekit.web.session.session import Session
from scrapekit.web.session.steps import PAGE
from scrapekit.web.sinks import Sink
from scrapekit.web.turns import Turns

AGENT = "scrapekit"
"""The product token that robots.txt rules are matched against (RFC 9309 2.2.1)."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """What a run lends to its way out, and looks after itself."""

    turns: Turns
    """What is sent beside the requests that are given waits for one of these."""
    proxies: Proxies
    jar: Jar | None = None
    """Keeps the cookies; None: nobody else needs to see those that are kept, if any are."""
    lent_cookies: bool = False
    """The jar began with cookies of somebody else's."""
    cache: Shelf | None = None
    """Keeps answers."""
    sinks: Mapping[str, Sink] = NOTHING
    """Take the bodies that are files, by `Request.ask`."""
    note: Callable[[str], None] = lambda remark: None
    """Is told what the report should say."""


def way_out(
    plan: Plan, belongings: Belongings, *, offline: bool = False
) -> tuple[Fetcher, Performer | SessionPerformer | ReplayPerformer]:
    """The fetcher, yet to be opened and closed, and what performs requests with it.

    *offline* there is nothing but what the cache keeps, and nothing that could open a connection.
    """
    http = plan.recipe.http
    bindings = Bindings(plan.recipe.bound, plan.seed_urls, credentials_of(http.auth))
    fetcher = NoNetwork() if offline else _online(plan, bindings, belongings)
    others: dict[str, Values] = {}
    judged = plan.judged if plan.session is None else plan.judged | {PAGE}
    filling = Filling(bindings, others) if bindings or plan.session is not None else None
    inner = Performer(fetcher, agent=AGENT, redirects=http.redirects, judged=judged, filling=filling)
    outer = inner if offline else _in_session(plan, inner, filling, belongings.turns)
    if (cache := belongings.cache) is None:
        return fetcher, outer
    terms = replay_terms(plan.recipe, offline=offline, lent_cookies=belongings.lent_cookies)
    return fetcher, ReplayPerformer(cache, terms, inner, outer, time)


def _online(plan: Plan, bindings: Bindings, belongings: Belongings) -> Fetcher:
    # Imported here: aiohttp costs a quarter of a second, which a mistake in the command need not wait for.
    from scrapekit.web.fetch import HttpFetcher

    http = plan.recipe.http
    inner = HttpFetcher(
        http,
        plan.seed_urls,
        agent=f"{AGENT}/{__version__}",
        bindings=bindings,
        jar=belongings.jar,
        proxies=belongings.proxies,
        sinks=belongings.sinks,
        note=belongings.note,
    )
    return authorizing(inner, http.auth, bindings, belongings.turns)


def _in_session(
    plan: Plan, performer: Performer, filling: Filling | None, turns: Turns
) -> Performer | SessionPerformer:
    if plan.session is None:
        return performer
    ask = Ask(performer.page, turns=turns, retries=plan.recipe.http.retries)
    session = Session(plan.session, ask, monotonic)
    if filling is not None:
        filling.offer("vars", session)
    return SessionPerformer(performer, session, plan.session.headers, turns=turns)
