"""A run that uses kept answers: the file, what it may hold, and a job that asks nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from scrapekit.crawl.committer import Committer
from scrapekit.crawl.entries import Restored
from scrapekit.crawl.politeness import Pace
from scrapekit.errors import JobError
from scrapekit.job.answers import AnswerFile
from scrapekit.job.cache import Cache
from scrapekit.job.folder import JobFolder
from scrapekit.planning.prepare import Prepared
from scrapekit.recipe.model import Recipe
from scrapekit.web.replay import reads_cookies, terms_of
from scrapekit.web.replaying import ReplayPerformer, ReplayTerms

_COUNTED = "cache:"
_OFFLINE = "offline"
"""What a job's store counts under that it asks nobody."""


def check_kept(prepared: Prepared, folder: JobFolder) -> None:
    """Raise JobError where the kept answers cannot be used, or a run is to ask nobody and there are none.

    Asked before anything of an earlier job is cleared.
    """
    settings, there = prepared.settings, folder.cache.exists()
    if settings.offline and not there:
        raise JobError(f"no answers are kept in {folder.path}", hint="run with --cache first")
    if there and (settings.cache or settings.offline):
        answers = AnswerFile(folder.cache, prepared.recipe.http.cache.size)
        answers.open()
        answers.close()


def cache_of(prepared: Prepared, folder: JobFolder) -> Cache | None:
    """The job folder's kept answers, yet to be opened; None where they are not asked for."""
    settings = prepared.settings
    if not (settings.cache or settings.offline):
        return None
    return Cache(AnswerFile(folder.cache, prepared.recipe.http.cache.size))


def replay_terms(recipe: Recipe, *, offline: bool, lent_cookies: bool) -> ReplayTerms:
    """How the recipe uses kept answers."""
    return ReplayTerms(
        sent=terms_of(recipe.http, logged_in=recipe.login is not None, lent_cookies=lent_cookies),
        ttl=recipe.http.cache.ttl,
        conditional=recipe.http.conditional,
        offline=offline,
        hidden=recipe.secrets,
        needs_cookies=reads_cookies(recipe.pages.values()),
    )


def follow(cache: Cache, performer: object, committer: Committer) -> None:
    """From now on, count what becomes of answers with everything else that is durable."""
    cache.count = lambda counts: committer.group.counters.update(_named(counts))
    if isinstance(performer, ReplayPerformer):
        performer.count = lambda what: committer.group.counters.update(_named({what: 1}))


async def settle(cache: Cache, committer: Committer) -> None:
    """The crawl is over: wait for the last answers, and count them where nothing is committed any more."""
    cache.count = lambda counts: committer.counters.update(_named(counts))
    await cache.settle()
    left = committer.group.counters.items()
    committer.counters.update({name: count for name, count in left if name.startswith(_COUNTED)})
    if cache.trouble:
        committer.counters.update({f"note:answers were not kept any more: {cache.trouble}": 1})


def _named(counts: Mapping[str, int]) -> dict[str, int]:
    return {f"{_COUNTED}{what}": number for what, number in counts.items()}


def begun(restored: Restored, *, offline: bool) -> tuple[Restored, Mapping[str, int]]:
    """What a job begins with, and what it counts then. Raises JobError where it was begun the other way.

    An unfinished job that asks hosts would end offline with failures for all that is left of it.
    """
    was_offline = bool(restored.counters.get(_OFFLINE))
    if restored.counters.get("seen") and was_offline != offline:
        begun, how = ("with", "add") if was_offline else ("without", "leave out")
        raise JobError(
            f"the job folder holds an unfinished job that was begun {begun} --offline",
            hint=f"{how} --offline to go on with it, or run with --fresh to begin anew",
        )
    if not offline:
        return restored, {}
    # Who is not asked need not be left alone.
    lanes = [replace(lane, not_before=0.0) for lane in restored.lanes]
    return replace(restored, lanes=lanes), {} if was_offline else {_OFFLINE: 1}


def hurried(pace: Pace) -> Pace:
    """The pace of a run that asks nobody: no host needs a pause."""
    return replace(pace, delay=0.0, sites={host: hurried(each) for host, each in pace.sites.items()})
