"""What a run is put together from: the engine, and what the job's store needs, for one prepared recipe."""

from __future__ import annotations

import itertools
from dataclasses import replace
from time import monotonic, time

from scrapekit.crawl.admission import Admission, Limits
from scrapekit.crawl.engine import Engine
from scrapekit.crawl.entries import Restored
from scrapekit.crawl.fairness import Fairness
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.page_reader import PageReader
from scrapekit.crawl.politeness import Pace
from scrapekit.crawl.revisits import Revisits
from scrapekit.crawl.spending import Spending
from scrapekit.crawl.tally import compile_tally
from scrapekit.files.fetching import FileFetching
from scrapekit.files.files import Files
from scrapekit.job.contracts import may_fail
from scrapekit.job.folder import JobFolder
from scrapekit.job.history import History
from scrapekit.job.joins import JoinTerms
from scrapekit.job.journal import Journal
from scrapekit.job.sifting import SeenTerms, Sifting
from scrapekit.job.state import Store
from scrapekit.planning.prepare import Prepared
from scrapekit.plugins.relay import Relay
from scrapekit.recipe.model import Budget, Recipe, Site
from scrapekit.running.caching import begun, hurried
from scrapekit.web.perform import Performer
from scrapekit.web.proxies import Proxies
from scrapekit.web.replaying import ReplayPerformer
from scrapekit.web.session.performing import SessionPerformer


def files_of(prepared: Prepared) -> Files | None:
    """The files that records name, yet to be opened; None where the recipe fetches none."""
    plan = prepared.plan
    return Files(plan.files, prepared.settings.out_dir, prepared.job) if plan.files else None


def journal_of(prepared: Prepared, folder: JobFolder, files: Files | None = None) -> Journal:
    """The journal of the job, yet to be opened: its store, and the exports it brings up to date."""
    recipe = prepared.recipe
    return Journal(
        Store(folder.store, Fairness(recipe.crawl.order, recipe.crawl.traps)),
        prepared.plan.written,
        recipe.fingerprint,
        _join_terms(prepared),
        _sifting(recipe, folder),
        files,
    )


def frontier_of(prepared: Prepared, journal: Journal) -> Frontier:
    """The frontier, with nothing in it yet: whatever is sent from now on takes a turn of its lanes."""
    pace = _pace_of(prepared.recipe)
    return Frontier(hurried(pace) if prepared.settings.offline else pace, journal, clock=monotonic)


def assemble(
    prepared: Prepared,
    restored: Restored,
    journal: Journal,
    frontier: Frontier,
    performer: Performer | SessionPerformer | ReplayPerformer,
    relay: Relay,
    records: int,
    proxies: Proxies,
    files: Files | None = None,
) -> Engine:
    """The engine with everything it needs, where the job was left."""
    recipe, plan, crawl = prepared.recipe, prepared.plan, prepared.recipe.crawl
    restored, first = begun(restored, offline=prepared.settings.offline)
    frontier.restore(restored.lanes, now_unix=time())
    most = _most_records(prepared)
    limits = Limits(plan.scope, crawl.order, crawl.depth, crawl.traps, most, plan.scopes)
    keeper = performer if isinstance(performer, ReplayPerformer) else None
    perform = performer.perform if files is None else FileFetching(performer.perform, files, keeper).perform
    engine = Engine(
        frontier=frontier,
        perform=Revisits(perform, journal.recall).perform if recipe.remembers else perform,
        reader=PageReader(plan.callback, crawl.parse_timeout),
        journal=journal,
        relay=relay,
        admission=Admission(limits, records=records, tally=compile_tally(recipe)),
        seeds=itertools.islice(plan.seeds(restored.began), restored.seeds, None),
        session=performer.session,
        spending=Spending(crawl.budget, restored.counters) if crawl.budget != Budget() else None,
        remembers=recipe.remembers,
        keeper=keeper,
        rotate=proxies.rotate,
    )
    engine.committer.group.counters.update(first)
    if performer.session is not None:
        performer.session.note = lambda remark: engine.committer.group.counters.update({f"note:{remark}": 1})
    engine.committer.counters.update(restored.counters)
    frontier.may_fail = lambda more: may_fail(recipe, engine.committer.counters, more)
    return engine


def _join_terms(prepared: Prepared) -> JoinTerms | None:
    """What the journal needs for records that several pages make; None where the recipe has none."""
    plan, crawl = prepared.plan, prepared.recipe.crawl
    if not plan.joiners:
        return None
    most, tally = _most_records(prepared), compile_tally(prepared.recipe)
    return JoinTerms(
        plan.joiners, plan.scope, crawl.order, crawl.depth, most, tally, plan.scopes, bool(plan.files)
    )


def _most_records(prepared: Prepared) -> int | None:
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
