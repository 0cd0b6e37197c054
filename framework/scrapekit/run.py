"""One run: opens everything, crawls, closes in reverse, and writes the report."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

from scrapekit.crawl.engine import Engine, StoppedNow
from scrapekit.errors import ExitCode, JobError, StuckError
from scrapekit.job.ending import Ending
from scrapekit.job.folder import JobFolder
from scrapekit.job.journal import Journal
from scrapekit.planning.plan import Plan
from scrapekit.planning.prepare import Prepared, RunSettings, prepare
from scrapekit.report import Report, Snapshot
from scrapekit.running.accounts import Accounts
from scrapekit.running.assembly import assemble
from scrapekit.running.caching import check_kept
from scrapekit.running.means import Means, means_of
from scrapekit.running.stopping import StopSignal
from scrapekit.running.watching import Watch

__all__ = ["Prepared", "RunSettings", "StopSignal", "acknowledge", "prepare", "run"]


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
        check_kept(prepared, folder)
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
    means = means_of(prepared, folder)
    accounts, journal, relay = means.accounts, means.journal, means.relay
    async with AsyncExitStack() as stack:
        restored = await means.open_journal(stack)
        records = accounts.restore(restored)
        _check_limit(prepared, records)
        await means.open(stack, restored)
        engine = assemble(prepared, means, restored, records)
        means.follow(engine)
        stop.attach(engine.frontier.close, engine.stop_now)
        if relay.run_started is not None:
            relay.run_started(recipe=prepared.recipe.name, job=str(prepared.job), resumed=restored.resumed)
        shown = Watch(watch, lambda: accounts.snapshot(stop.draining))
        async with shown.watching():
            await _crawl(engine, accounts)
        await means.settle(engine)
        if accounts.ended is None:
            await _conclude(accounts, journal, prepared.plan, drained=stop.draining, limit=engine.limit)
        plan, off = prepared.plan, [*relay.off, *shown.off]
        report = await accounts.report(journal, off, plan.exports, plan.quarantine)
        if report.over:
            report = await _finish(means, report, prepared.asked)
        if relay.run_finished is not None:
            relay.run_finished(report=report.to_json())
    return report


async def _finish(means: Means, report: Report, asked: str) -> Report:
    """Note that the job has ended; from now on nothing of it is fetched again."""
    try:
        if means.files is not None:
            await means.files.sweep()
        await means.journal.finish(Ending.now(report, asked))
    except StuckError as error:
        return _stuck(report, error)
    return report


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


async def _conclude(accounts: Accounts, journal: Journal, plan: Plan, *, drained: bool, limit: str) -> None:
    """The crawl ended by itself or was drained: publish the exports unless there is more to come.

    *limit* says in words which limit stopped it.
    """
    if drained and not limit and accounts.unfinished:
        accounts.end("interrupted", "stopped; run the same command again to go on")
        return
    if not limit and accounts.lost:
        hint = "the same command goes on with what waits, and crawl.park_after: 0 asks for it all the same"
        accounts.end("stuck", f"{accounts.lost}; {hint}")
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
