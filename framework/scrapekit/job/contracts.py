"""Which of the recipe's contracts over the whole job were not kept, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from scrapekit.crawl.entries import CUT_SHORT, UNREAD, UNREADABLE
from scrapekit.extract.paging.pagination import ROWS_MISSING
from scrapekit.model import DECLARED_EMPTY, FAILURES, Verdict
from scrapekit.recipe.model import Recipe

_TELLING_RECORDS = 10
"""Of fewer records a field that none of them has says nothing."""


def broken_contracts(recipe: Recipe, counters: Counter[str]) -> Iterator[str]:
    """Each contract that was not kept; *counters* are those of the store."""
    yield from _counts(recipe, counters)
    yield from _coverage(recipe, counters)
    yield from _unique(recipe, counters)
    yield from _sequences(counters)
    yield from _failures(recipe, counters)


def named(counters: Mapping[str, int], prefix: str) -> dict[str, int]:
    """The counters under a prefix, without it; zeros left out."""
    cut = len(prefix)
    return {name[cut:]: n for name, n in counters.items() if n and name.startswith(prefix)}


def never_filled(recipe: Recipe, counters: Counter[str]) -> dict[str, int]:
    """Fields that no record has, as remarks: a class that a site renamed breaks no contract by itself."""
    return {
        f"{kind} records, all without {name}": records
        for kind, columns in recipe.kinds.items()
        if (records := counters[f"records:{kind}"]) >= _TELLING_RECORDS
        for name in columns
        if not counters[f"ever:{kind}.{name}"]
    }


def why_so_few(recipe: Recipe, counters: Counter[str]) -> dict[str, int]:
    """Why pages gave nothing, as remarks, where there are fewer records than there must be."""
    if not any(_counts(recipe, counters)):
        return {}
    return {
        reason: pages
        for reason, pages in named(counters, "empty:").items()
        # What was noted on the page itself is told already.
        if not counters[f"note:{reason.partition(': ')[2]}"]
    }


def _counts(recipe: Recipe, counters: Counter[str]) -> Iterator[str]:
    # What was not read again, because it did not change, is as good as read.
    records = Counter(named(counters, "records:")) + Counter(named(counters, f"note:{UNREAD}"))
    for kind, expect in recipe.expect.items():
        count = records.get(kind, 0)
        if count < expect.least:
            yield f"{_counted(count, f'{kind} record')}, expected at least {expect.least}"
        if expect.most is not None and count > expect.most:
            yield f"{_counted(count, f'{kind} record')}, expected at most {expect.most}"
    # A crawl that found nothing is no success, unless the recipe says so for every kind.
    unsaid = () if _nothing_was_there(counters) else recipe.expect_any
    if unsaid and not any(records.get(kind) for kind in unsaid):
        yield f"no {' or '.join(unsaid)} record was found"
    yield from (
        f"{_counted(count, f'{kind} record')}, without a value in any field"
        for kind, columns in recipe.kinds.items()
        if (count := counters[f"records:{kind}"])
        and not any(counters[f"ever:{kind}.{name}"] for name in columns)
    )


def _nothing_was_there(counters: Counter[str]) -> bool:
    """True where every page without a record was one that a rule calls empty: there was none to find."""
    declared = sum(named(counters, f"note:{DECLARED_EMPTY}").values())
    return 0 < declared == counters[f"verdict:{Verdict.EMPTY}"]


def may_fail(recipe: Recipe, counters: Counter[str], more: int) -> bool:
    """True when so many requests more may fail, at the end of a job, without that too many have failed."""
    failed, settled = _failed(counters)
    return failed + more <= recipe.crawl.allow_failed * (settled + more)


def _failed(counters: Counter[str]) -> tuple[int, int]:
    """How many requests have failed, and ended in any way."""
    verdicts = named(counters, "verdict:")
    # A host that is down shows first in its robots.txt: that is a failure, not a refusal.
    failed = counters[f"note:{UNREADABLE}"] + sum(verdicts.get(verdict, 0) for verdict in FAILURES)
    return failed, sum(verdicts.values())


def _failures(recipe: Recipe, counters: Counter[str]) -> Iterator[str]:
    (failed, settled), allowed = _failed(counters), recipe.crawl.allow_failed
    if failed > allowed * settled:
        share = f"{100 * allowed:g} %"
        yield f"{failed} of {_counted(settled, 'request')} failed; crawl.allow_failed is {share}"


def _sequences(counters: Counter[str]) -> Iterator[str]:
    """Pages that follow each other and were not all seen: nobody asked for those after the gap."""
    if cut := counters[f"note:{CUT_SHORT}"]:
        yield f"{_counted(cut, 'sequence')} of pages cut short by a page that failed"
    for rule, rows in named(counters, f"note:{ROWS_MISSING}").items():
        yield f"{rule}: {_counted(rows, 'row')} missing of the total that the site claims"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _coverage(recipe: Recipe, counters: Counter[str]) -> Iterator[str]:
    """Each field that is filled in too few records; a kind without records breaks another contract."""
    for kind, expect in recipe.expect.items():
        records = counters[f"records:{kind}"]
        for name, share in expect.coverage:
            filled = counters[f"filled:{kind}.{name}"]
            if filled < share * records:
                said = f"{name} is there in {filled} of {records} {kind} records"
                yield f"{said} ({100 * filled / records:.3g} %), expected {100 * share:g} %"


def _unique(recipe: Recipe, counters: Counter[str]) -> Iterator[str]:
    """Each field whose values are no two the same by contract, and were."""
    for kind, names in recipe.unique.items():
        for name in names:
            if doubled := counters[f"doubled:{kind}.{name}"]:
                times = "once" if doubled == 1 else f"{doubled} times"
                yield f"{name} of {kind} is unique by contract, but a value came again {times}"
