"""One run: opens everything, crawls, closes in reverse, and writes the report."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from time import monotonic, time

from scrapekit.crawl.admission import Admission, Limits
from scrapekit.crawl.engine import Engine, StoppedNow
from scrapekit.crawl.entries import Restored
from scrapekit.crawl.frontier import Frontier
from scrapekit.crawl.politeness import Pace
from scrapekit.crawl.revisits import Revisits
from scrapekit.crawl.spending import Spending
from scrapekit.crawl.tally import compile_tally
from scrapekit.errors import ExitCode, JobError, StuckError
from scrapekit.job.accounts import Accounts
from scrapekit.job.cookies import CookieFile, jar_of
from scrapekit.job.ending import Ending
from scrapekit.job.folder import JobFolder
from scrapekit.job.history import History
from scrapekit.job.joins import JoinTerms
from scrapekit.job.journal import Journal
from scrapekit.job.sifting import SeenTerms, Sifting
from scrapekit.job.state import Store
from scrapekit.outgoing import way_out
from scrapekit.plan import Plan
from scrapekit.plugins.relay import Relay
from scrapekit.prepare import Prepared, RunSettings, prepare
from scrapekit.recipe.model import Budget, Recipe, Site
from scrapekit.report import Report, Snapshot
from scrapekit.watching import Watch
from scrapekit.web.perform import Performer
from scrapekit.web.session.performing import SessionPerformer

__all__ = ["Prepared", "RunSettings", "StopSignal", "acknowledge", "prepare", "run"]


class StopSignal:
    """How a run is asked to stop, from a signal handler or another thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._drain: Callable[[], None] | None = None
        self._now: Callable[[], None] | None = None
        self.draining = False
        self.stopped = False

    def attach(self, drain: Callable[[], None], now: Callable[[], None]) -> None:
        """Called by the run once it can be stopped; a stop asked for before takes effect now."""
        self._loop = asyncio.get_running_loop()
        self._drain, self._now = drain, now
        if self.stopped:
            self.now()
        elif self.draining:
            self.drain()

    def drain(self) -> None:
        """Start nothing new, finish what is in flight, commit, end."""
        self.draining = True
        self._call(self._drain)

    def now(self) -> None:
        """Stop at once; what is not committed is fetched again on resume."""
        self.draining = self.stopped = True
        self._call(self._now)

    def _call(self, action: Callable[[], None] | None) -> None:
        if self._loop is not None and action is not None:
            self._loop.call_soon_threadsafe(action)


async def run(
    prepared: Prepared,
    *,
    watch: Callable[[Snapshot], None] | None = None,
    stop: StopSignal | None = None,
    told: bool = True,
) -> Report:
    """Crawl to the end, or until stopped, and write the report.

    A job that has ended begins anew, unless nobody was told how it ended: then nothing is fetched, and
    its report comes back once more. With the return you are told; say ``told=False`` when you have to
    pass the report on to somebody, and call `acknowledge` when that is done.

    Raises JobError when the folder cannot be used; a run that gets stuck ends in a report too, even
    when that report cannot be written.
    """
    with JobFolder(prepared.job) as folder:
        report = _untold(prepared, folder)
        if report is None:
            if prepared.settings.fresh or folder.ended():
                folder.clear()
            if prepared.settings.fresh:
                folder.forget_cookies()
            report = await _run_job(prepared, folder, watch, stop or StopSignal())
        try:
            folder.write_report(report.to_json())
            if told and report.over:
                folder.note_told()
        except StuckError as error:
            report = _stuck(report, error)
    return report


def acknowledge(prepared: Prepared, report: Report) -> None:
    """Note that the *report* of a run was told to whom it concerns: its job is over.

    Until then the same command tells it once more. Nothing is noted where the job can go on, or where
    another run has taken the folder since. Raises StuckError when the note cannot be written.
    """
    if report.over:
        with suppress(JobError), JobFolder(prepared.job) as folder:
            folder.note_told()


def _untold(prepared: Prepared, folder: JobFolder) -> Report | None:
    """The report of a job that ended just so but was killed before it could tell; told to listeners again."""
    ending = None if prepared.settings.fresh else folder.untold()
    if ending is None or ending.asked != prepared.asked or not ending.stands:
        return None
    report = replace(ending.report, told_again=True)
    relay = prepared.plugins.relay()
    if relay.run_started is not None:
        relay.run_started(recipe=report.recipe, job=report.job, resumed=True)
    if relay.run_finished is not None:
        relay.run_finished(report=report.to_json())
    return report


def _stuck(report: Report, error: StuckError) -> Report:
    """The report of a run whose end could not be written down: the same command tells it again."""
    return replace(report, exit_code=ExitCode.STUCK, outcome="stuck", reason=f"{report.reason}; {error}")


async def _run_job(
    prepared: Prepared, folder: JobFolder, watch: Callable[[Snapshot], None] | None, stop: StopSignal
) -> Report:
    recipe, plan = prepared.recipe, prepared.plan
    relay = prepared.plugins.relay()
    accounts = Accounts(recipe, str(prepared.job))
    journal = Journal(
        Store(folder.store), plan.written, recipe.fingerprint, _join_terms(prepared), _sifting(recipe, folder)
    )
    jar = jar_of(recipe.http, folder.cookies, prepared.settings.cookies_from, plan.seed_urls)
    fetcher, performer = way_out(plan, jar)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(journal.close)
        restored = await journal.open()
        records = accounts.restore(restored)
        _check_limit(prepared, records)
        await fetcher.open()
        stack.push_async_callback(fetcher.close)
        if jar is not None and recipe.http.cookies_between_runs:
            await stack.enter_async_context(CookieFile(jar, folder.cookies).keeping())
        engine = _assemble(prepared, restored, journal, performer, relay, records)
        accounts.follow(engine)
        stop.attach(engine.frontier.close, engine.stop_now)
        if relay.run_started is not None:
            relay.run_started(recipe=recipe.name, job=str(prepared.job), resumed=restored.resumed)
        shown = Watch(watch, lambda: accounts.snapshot(stop.draining))
        async with shown.watching():
            await _crawl(engine, accounts)
        if accounts.ended is None:
            await _conclude(accounts, journal, plan, drained=stop.draining, limit=engine.limit)
        report = await accounts.report(journal, [*relay.off, *shown.off], plan.exports, plan.quarantine)
        if report.over:
            report = await _finish(journal, Ending.now(report, prepared.asked))
        if relay.run_finished is not None:
            relay.run_finished(report=report.to_json())
    return report


async def _finish(journal: Journal, ending: Ending) -> Report:
    """Note that the job has ended; from now on nothing of it is fetched again."""
    try:
        await journal.finish(ending)
    except StuckError as error:
        return _stuck(ending.report, error)
    return ending.report


def _assemble(
    prepared: Prepared,
    restored: Restored,
    journal: Journal,
    performer: Performer | SessionPerformer,
    relay: Relay,
    records: int,
) -> Engine:
    """The engine with everything it needs, where the job was left."""
    recipe, plan, crawl = prepared.recipe, prepared.plan, prepared.recipe.crawl
    frontier = Frontier(pace_of(recipe), journal, clock=monotonic)
    frontier.restore(restored.lanes, now_unix=time())
    limits = Limits(plan.scope, crawl.order, crawl.depth, crawl.traps, _most_records(prepared))
    engine = Engine(
        frontier=frontier,
        perform=Revisits(performer.perform, journal.recall).perform
        if recipe.remembers
        else performer.perform,
        callback=plan.callback,
        journal=journal,
        relay=relay,
        admission=Admission(limits, records=records, tally=compile_tally(recipe)),
        seeds=itertools.islice(plan.seeds(restored.began), restored.seeds, None),
        session=performer.session,
        spending=Spending(crawl.budget, restored.counters) if crawl.budget != Budget() else None,
        remembers=recipe.remembers,
    )
    if performer.session is not None:
        performer.session.note = lambda remark: engine.committer.group.counters.update({f"note:{remark}": 1})
    engine.committer.counters.update(restored.counters)
    return engine


def _check_limit(prepared: Prepared, records: int) -> None:
    """A job that holds more than the limit already would be cut short by it: that is hardly meant."""
    limit = prepared.settings.limit
    if limit is not None and records > limit:
        raise JobError(
            f"{prepared.job} holds an unfinished job with {records} records already, more than {limit}",
            hint="run without --limit to go on, or with --fresh to begin anew",
        )


async def _crawl(engine: Engine, accounts: Accounts) -> None:
    """Run the engine; being stopped at once and getting stuck are ends, anything else is our bug."""
    try:
        await engine.run()
    except StoppedNow:
        accounts.end("interrupted", "stopped at once")
    except StuckError as error:
        accounts.end("stuck", f"{error}; {error.hint}" if error.hint else str(error))


def _join_terms(prepared: Prepared) -> JoinTerms | None:
    """What the journal needs for records that several pages make; None where the recipe has none."""
    plan, crawl = prepared.plan, prepared.recipe.crawl
    if not plan.joiners:
        return None
    most, tally = _most_records(prepared), compile_tally(prepared.recipe)
    return JoinTerms(plan.joiners, plan.scope, crawl.order, crawl.depth, most, tally)


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


async def _conclude(accounts: Accounts, journal: Journal, plan: Plan, *, drained: bool, limit: str) -> None:
    """The crawl ended by itself or was drained: publish the exports unless there is more to come.

    *limit* says in words which limit stopped it.
    """
    if drained and not limit and accounts.unfinished:
        accounts.end("interrupted", "stopped; run the same command again to go on")
        return
    try:
        accounts.count(await journal.complete_waiting())
        broken = [] if limit else accounts.broken()
        # What brought nothing when it should have must not take the place of what an earlier run brought.
        # Nor what had nothing new to bring, save for the quarantine: that tells of this job alone.
        some = plan.written if broken else plan.exports if accounts.some_known else ()
        kept = await journal.publish(accounts.fruitless(some))
    except StuckError as error:
        accounts.end("stuck", f"{error}; {error.hint}" if error.hint else str(error))
        return
    if limit:
        accounts.end("limit reached", limit, published=True, kept=kept)
    elif broken:
        accounts.end("broken contract", "; ".join(broken), published=True, kept=kept)
    else:
        accounts.end("complete", "nothing was left to fetch", published=True, kept=kept)


def pace_of(recipe: Recipe) -> Pace:
    """The recipe's politeness, as the frontier wants it."""
    crawl = recipe.crawl
    pace = Pace(
        delay=crawl.delay,
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
