"""What one run works with: made for a prepared recipe, opened in order, let go of in reverse."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from time import monotonic

from scrapekit.crawl.engine import Engine
from scrapekit.crawl.entries import Restored
from scrapekit.crawl.fairness import Fairness
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.politeness import Pace
from scrapekit.crawl.tally import compile_tally
from scrapekit.files.files import Files
from scrapekit.job.cache import Cache
from scrapekit.job.cookies import CookieFile, jar_of
from scrapekit.job.folder import JobFolder
from scrapekit.job.history import History
from scrapekit.job.joins import JoinTerms
from scrapekit.job.journal import Journal
from scrapekit.job.sifting import SeenTerms, Sifting
from scrapekit.job.state import Store
from scrapekit.parts import Fetcher
from scrapekit.planning.prepare import Prepared
from scrapekit.plugins.relay import Relay
from scrapekit.recipe.model import Recipe, Site
from scrapekit.request import NOTHING
from scrapekit.running.accounts import Accounts
from scrapekit.running.caching import cache_of, follow, hurried, settle
from scrapekit.running.outgoing import Belongings, way_out
from scrapekit.web.perform import Performer
from scrapekit.web.proxies import Proxies
from scrapekit.web.replaying import ReplayPerformer
from scrapekit.web.session.performing import SessionPerformer


@dataclass(frozen=True, slots=True)
class Means:
    """Everything a run opens and closes, and what it tells and counts with."""

    relay: Relay
    accounts: Accounts
    journal: Journal
    frontier: Frontier
    proxies: Proxies
    fetcher: Fetcher
    performer: Performer | SessionPerformer | ReplayPerformer
    files: Files | None
    """Those that records name; None where the recipe fetches none."""
    cache: Cache | None
    """The kept answers; None where they are not asked for."""
    cookies: CookieFile | None
    """Cookies for the next run; None where they are forgotten."""

    @property
    def keeper(self) -> ReplayPerformer | None:
        """Who hands answers to the cache, if anybody does."""
        return self.performer if isinstance(self.performer, ReplayPerformer) else None

    async def open_journal(self, stack: AsyncExitStack) -> Restored:
        """Open the job; gives what it remembers. Raises JobError where it is another recipe's."""
        stack.push_async_callback(self.journal.close)
        return await self.journal.open()

    async def open(self, stack: AsyncExitStack, restored: Restored) -> None:
        """Open the rest. *stack* closes it all in reverse."""
        if self.files is not None:
            stack.push_async_callback(self.files.close)
            await self.files.open(resumed=restored.resumed, placed=self.journal.placed_files)
        await self.fetcher.open()
        stack.push_async_callback(self.fetcher.close)
        if self.cache is not None:
            await self.cache.open()
            stack.push_async_callback(self.cache.close)
        if self.cookies is not None:
            await stack.enter_async_context(self.cookies.keeping())

    def follow(self, engine: Engine) -> None:
        """From now on, count what this engine does."""
        self.accounts.follow(engine)
        if self.cache is not None:
            follow(self.cache, self.performer, engine.committer)

    async def settle(self, engine: Engine) -> None:
        """The crawl is over: wait for what is still being kept."""
        if self.cache is not None:
            await settle(self.cache, engine.committer)


def means_of(prepared: Prepared, folder: JobFolder) -> Means:
    """What this run works with, nothing of it open yet."""
    recipe, settings = prepared.recipe, prepared.settings
    accounts, files = Accounts(recipe, str(prepared.job)), _files_of(prepared)
    journal = _journal_of(prepared, folder, files)
    frontier, cache = _frontier_of(prepared, journal), cache_of(prepared, folder)
    jar = jar_of(recipe.http, folder.cookies, settings.cookies_from, prepared.plan.seed_urls)
    proxies = Proxies(recipe.http.proxy)
    sinks = NOTHING if files is None else files.sinks
    lent = settings.cookies_from is not None
    belongings = Belongings(frontier.turns, proxies, jar, lent, cache, sinks, accounts.note)
    fetcher, performer = way_out(prepared.plan, belongings, offline=settings.offline)
    return Means(
        prepared.plugins.relay(),
        accounts,
        journal,
        frontier,
        proxies,
        fetcher,
        performer,
        files,
        cache,
        None if jar is None or not recipe.http.cookies_between_runs else CookieFile(jar, folder.cookies),
    )


def _files_of(prepared: Prepared) -> Files | None:
    """The files that records name, yet to be opened; None where the recipe fetches none."""
    plan = prepared.plan
    return Files(plan.files, prepared.settings.out_dir, prepared.job) if plan.files else None


def _journal_of(prepared: Prepared, folder: JobFolder, files: Files | None = None) -> Journal:
    """The journal of the job, yet to be opened: its store, and the exports it brings up to date."""
    recipe = prepared.recipe
    return Journal(
        Store(folder.store, Fairness(recipe.crawl.order, recipe.crawl.traps)),
        prepared.plan.written,
        recipe.fingerprint,
        _join_terms(prepared),
        _sifting(recipe, folder),
        files,
        History(folder.history) if files is not None and recipe.http.conditional else None,
    )


def _frontier_of(prepared: Prepared, journal: Journal) -> Frontier:
    """The frontier, with nothing in it yet: whatever is sent from now on takes a turn of its lanes."""
    pace = _pace_of(prepared.recipe)
    return Frontier(hurried(pace) if prepared.settings.offline else pace, journal, clock=monotonic)


def _join_terms(prepared: Prepared) -> JoinTerms | None:
    """What the journal needs for records that several pages make; None where the recipe has none."""
    plan, crawl = prepared.plan, prepared.recipe.crawl
    if not plan.joiners:
        return None
    most, tally = most_records(prepared), compile_tally(prepared.recipe)
    return JoinTerms(
        plan.joiners, plan.scope, crawl.order, crawl.depth, most, tally, plan.scopes, bool(plan.files)
    )


def most_records(prepared: Prepared) -> int | None:
    """How many records are wanted; None: all there are."""
    wanted = (prepared.settings.limit, prepared.recipe.crawl.budget.items)
    return min((most for most in wanted if most is not None), default=None)


def _sifting(recipe: Recipe, folder: JobFolder) -> Sifting | None:
    """What compares the job with those before it; None where the recipe does not ask for it."""
    if not recipe.remembers:
        return None
    # Seeds from a file that changed are other seeds; what a page says is the same.
    terms = SeenTerms(recipe.seen, recipe.conditional, recipe.fingerprint.partition("+")[0])
    return Sifting(History(folder.history), terms)


def _pace_of(recipe: Recipe) -> Pace:
    """The recipe's politeness, as the frontier wants it."""
    crawl = recipe.crawl
    pace = Pace(
        delay=crawl.delay,
        max_delay=crawl.max_delay,
        park_after=crawl.park_after,
        park_probes=crawl.park_probes,
        per_host=crawl.per_host,
        concurrency=crawl.concurrency,
        retries=recipe.http.retries,
        redirects=recipe.http.redirects,
        obey_robots=crawl.robots == "obey",
        order=crawl.order,
    )
    return replace(pace, sites={host: _pace_at(pace, site) for host, site in crawl.sites.items()})


def _pace_at(pace: Pace, site: Site) -> Pace:
    return replace(
        pace,
        delay=pace.delay if site.delay is None else site.delay,
        per_host=site.per_host or pace.per_host,
        obey_robots=pace.obey_robots if site.robots is None else site.robots == "obey",
    )
