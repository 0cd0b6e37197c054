"""The engine of a run, put together from what the run works with."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from time import time

from scrapekit.crawl.admission import Admission, Limits
from scrapekit.crawl.arrivals import Performed
from scrapekit.crawl.engine import Engine
from scrapekit.crawl.entries import Restored
from scrapekit.crawl.page_reader import PageReader
from scrapekit.crawl.revisits import Revisits
from scrapekit.crawl.spending import Spending
from scrapekit.crawl.tally import compile_tally
from scrapekit.files.fetching import FileFetching
from scrapekit.job.contracts import may_fail
from scrapekit.planning.prepare import Prepared
from scrapekit.recipe.model import Budget
from scrapekit.request import Request
from scrapekit.running.caching import begun
from scrapekit.running.means import Means, most_records


def assemble(prepared: Prepared, means: Means, restored: Restored, records: int) -> Engine:
    """The engine with everything it needs, where the job was left; it holds *records* already."""
    recipe, plan, crawl = prepared.recipe, prepared.plan, prepared.recipe.crawl
    journal, frontier, performer = means.journal, means.frontier, means.performer
    restored, first = begun(restored, offline=prepared.settings.offline)
    frontier.restore(restored.lanes, now_unix=time())
    limits = Limits(plan.scope, crawl.order, crawl.depth, crawl.traps, most_records(prepared), plan.scopes)
    engine = Engine(
        frontier=frontier,
        perform=_perform(means, remembers=recipe.remembers),
        reader=PageReader(plan.callback, crawl.parse_timeout),
        journal=journal,
        relay=means.relay,
        admission=Admission(limits, records=records, tally=compile_tally(recipe)),
        seeds=itertools.islice(plan.seeds(restored.began), restored.seeds, None),
        session=performer.session,
        spending=Spending(crawl.budget, restored.counters) if crawl.budget != Budget() else None,
        remembers=recipe.remembers,
        keeper=means.keeper,
        rotate=means.proxies.rotate,
    )
    engine.committer.group.counters.update(first)
    if performer.session is not None:
        performer.session.note = lambda remark: engine.committer.group.counters.update({f"note:{remark}": 1})
    engine.committer.counters.update(restored.counters)
    frontier.may_fail = lambda more: may_fail(recipe, engine.committer.counters, more)
    return engine


def _perform(means: Means, *, remembers: bool) -> Callable[[Request], Awaitable[Performed]]:
    """How a request is performed: files go to disk, pages of earlier jobs are asked if they changed."""
    perform = means.performer.perform
    if means.files is not None:
        perform = FileFetching(perform, means.files, means.keeper, means.journal.earlier_file).perform
    return Revisits(perform, means.journal.recall).perform if remembers else perform
