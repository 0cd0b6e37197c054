"""The way out: what fetches for one recipe, lets itself in and puts in late values, put together."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic, time

from scrapekit import __version__
from scrapekit.caching import replay_terms
from scrapekit.model import NOTHING
from scrapekit.parts import Fetcher
from scrapekit.plan import Plan
from scrapekit.recipe.masked import credentials_of
from scrapekit.web.authorize import authorizing
from scrapekit.web.bindings import Bindings
from scrapekit.web.cookies import Jar
from scrapekit.web.filling import Filling, Values
from scrapekit.web.perform import Performer
from scrapekit.web.replaying import NoNetwork, ReplayPerformer, Shelf
from scrapekit.web.session.asking import Ask
from scrapekit.web.session.performing import SessionPerformer
from scrapekit.web.session.session import Session
from scrapekit.web.session.steps import PAGE
from scrapekit.web.sinks import Sink
from scrapekit.web.turns import Turns

AGENT = "scrapekit"
"""The product token that robots.txt rules are matched against (RFC 9309 2.2.1)."""


def way_out(
    plan: Plan,
    turns: Turns,
    jar: Jar | None = None,
    cache: Shelf | None = None,
    *,
    offline: bool = False,
    sinks: Mapping[str, Sink] = NOTHING,
) -> tuple[Fetcher, Performer | SessionPerformer | ReplayPerformer]:
    """The fetcher, yet to be opened and closed, and what performs requests with it.

    What it sends beside the requests it is given waits for one of *turns*. *jar* keeps the cookies; None:
    nobody else needs to see those that are kept, if any are. *cache* keeps answers; *offline* there is
    nothing else, and nothing that could open a connection. *sinks* take the bodies that are files, by
    `Request.ask`.
    """
    http = plan.recipe.http
    bindings = Bindings(plan.recipe.bound, plan.seed_urls, credentials_of(http.auth))
    fetcher = NoNetwork() if offline else _online(plan, bindings, turns, jar, sinks)
    others: dict[str, Values] = {}
    judged = plan.judged if plan.session is None else plan.judged | {PAGE}
    filling = Filling(bindings, others) if bindings or plan.session is not None else None
    inner = Performer(fetcher, agent=AGENT, redirects=http.redirects, judged=judged, filling=filling)
    outer = inner if offline else _in_session(plan, inner, filling, turns)
    if cache is None:
        return fetcher, outer
    return fetcher, ReplayPerformer(cache, replay_terms(plan.recipe, offline=offline), inner, outer, time)


def _online(
    plan: Plan, bindings: Bindings, turns: Turns, jar: Jar | None, sinks: Mapping[str, Sink]
) -> Fetcher:
    # Imported here: aiohttp costs a quarter of a second, which a mistake in the command need not wait for.
    from scrapekit.web.fetch import HttpFetcher

    http = plan.recipe.http
    agent = f"{AGENT}/{__version__}"
    inner = HttpFetcher(http, plan.seed_urls, agent=agent, bindings=bindings, jar=jar, sinks=sinks)
    return authorizing(inner, http.auth, bindings, turns)


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
