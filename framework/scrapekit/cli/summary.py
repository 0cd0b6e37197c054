"""The words at the end of a run: numbers that add up, where the files are, what failed and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from scrapekit.cli.words import columns, counted, duration, printable, short_path, size
from scrapekit.errors import ExitCode
from scrapekit.model import FAILURES, Verdict
from scrapekit.report import DOWNLOAD, ExportReport, Failure, Report

_MEANING = {
    ExitCode.BROKEN_CONTRACT: "the run ended, but it did not bring what was promised",
    ExitCode.WRONG: "the recipe or the command is wrong",
    ExitCode.STUCK: "the run could not go on",
    ExitCode.INTERRUPTED: "interrupted; nothing is lost",
}
_NO_PAGE = FAILURES | {Verdict.ROBOTS, Verdict.OUT_OF_SCOPE, Verdict.DROPPED}
_OF_FILES = {"known": "there before", "unused": "left out with their records"}
_SHOWN_FAILURES = 10
_WIDEST_REASON = 300


def summarize(report: Report, command: str = "") -> str:
    """The report as text for a person, several lines without a last line break.

    *command* is what to type to go on, shown where the run can be resumed.
    """
    parts = [
        [_headline(report)],
        list(_pages(report)),
        list(_cache(report.cache)),
        list(_records(report)),
        list(_joins(report)),
        list(_files(report.exports)),
        list(_downloads(report)),
        list(_quarantine(report.quarantine)),
        list(_failures(report)),
        list(_notes(report)),
        list(_listed("parked", [f"  {host}: {why}" for host, why in report.parked.items()])),
        list(_listed("not as promised", [f"  {text}" for text in report.broken])),
        list(_listed("callbacks that held the loop", _slow(report))),
        list(_listed("switched off", [f"  {text}" for text in report.listeners_off])),
        list(_ending(report, command)),
    ]
    return "\n\n".join("\n".join(map(printable, lines)) for lines in parts if lines)


def _headline(report: Report) -> str:
    resumed = " (with the runs before it)" if report.resumed else ""
    # The other outcomes are explained below, by the broken contracts and by how to go on.
    reason = f": {report.reason}" if report.outcome in ("limit reached", "stuck") and report.reason else ""
    return f"{report.recipe}: {report.outcome} after {duration(report.elapsed)}{resumed}{reason}"


def _pages(report: Report) -> Iterator[str]:
    rows = [(name.replace("_", " "), f"{number:,}") for name, number in report.verdicts.items() if number]
    if report.waiting:
        rows.append(("waiting", f"{report.waiting:,}"))
    yield "pages"
    yield from columns([*rows, ("seen", f"{report.seen:,}")], right=(1,), indent="  ")
    if report.bytes or report.retries:
        retries = f", {counted(report.retries, 'retry', 'retries')}" if report.retries else ""
        yield f"  ({size(report.bytes)}{retries})"


def _cache(counts: Mapping[str, int]) -> Iterator[str]:
    """Kept answers: what was there, what was not, and what became of that."""
    if counts:
        yield "cache"
        words = {
            "hits": "found",
            "misses": "not there",
            "unchanged": "unchanged",
            "stored": "kept",
            "evicted": "evicted",
            "withheld": "withheld",
        }
        rows = [(text, f"{counts[name]:,}") for name, text in words.items() if name in counts]
        yield from columns([row for row in rows if row[1] != "0"], right=(1,), indent="  ")


def _records(report: Report) -> Iterator[str]:
    if report.records:
        yield "records"
        rows = [(kind, f"{number:,}") for kind, number in report.records.items()]
        yield from columns(rows, right=(1,), indent="  ")


def _joins(report: Report) -> Iterator[str]:
    """The further pages that records were made of: parents and children, and what is missing."""
    pages = [(name, _in_words(of)) for name, of in report.joins.items() if not name.startswith(DOWNLOAD)]
    if pages:
        yield "pages of records"
        yield from columns(pages, indent="  ")
    if report.records_waiting:
        yield f"  {counted(report.records_waiting, 'record')} still waiting for a page"


def _in_words(counts: Mapping[str, int]) -> str:
    names = {
        "asked": "asked",
        "answered": "answered",
        "failed": "failed",
        "shared": "shared",
        "unasked": "not asked",
    }
    return ", ".join(f"{counts[key]:,} {words}" for key, words in names.items() if counts.get(key))


def _files(exports: Sequence[ExportReport]) -> Iterator[str]:
    if exports:
        yield "files"
        rows = [(short_path(e.path), counted(e.records, "record"), _promise(e)) for e in exports]
        yield from columns(rows, right=(1,), indent="  ")


def _downloads(report: Report) -> Iterator[str]:
    """The files that records name: how many came, of what size, and how many did not."""
    rows = []
    for rule, counts in report.joins.items():
        if rule.startswith(DOWNLOAD):
            came = report.downloads.get(rule, {})
            missing = counts.get("failed", 0) + counts.get("unasked", 0)
            words = "".join(f", {came[key]:,} {text}" for key, text in _OF_FILES.items() if came.get(key))
            words += f", {missing:,} missing" if missing else ""
            found = counted(came.get("files", 0), "file")
            rows.append((rule.removeprefix(DOWNLOAD), found, f"{size(came.get('bytes', 0))}{words}"))
    if rows:
        yield "downloads"
        yield from columns(rows, right=(1,), indent="  ")


def _quarantine(export: ExportReport | None) -> Iterator[str]:
    if export is not None:
        yield "in quarantine"
        yield f"  {short_path(export.path)}  {counted(export.records, 'invalid record')}"


def _promise(export: ExportReport) -> str:
    if export.kept:
        return "the file of an earlier run stays as it was"
    if export.adds and export.published:
        return f"each {export.guarantee}; added to what is there"
    if export.published:
        return f"each {export.guarantee}"
    return f"each {export.guarantee}; the file comes at the end"


def _failures(report: Report) -> Iterator[str]:
    total = max(sum(report.verdicts.get(verdict, 0) for verdict in _NO_PAGE), len(report.failures))
    if not total:
        return
    yield f"gave no page: {counted(total, 'request')}"
    left = _SHOWN_FAILURES
    for reason, failures in _by_reason(report.failures):
        if left <= 0:
            break
        yield f"  {len(failures):,} × {reason}"
        yield from (f"      {failure.url}" for failure in failures[:left])
        left -= len(failures[:left])
    if more := total - (_SHOWN_FAILURES - left):
        yield f"  and {more:,} more; see {short_path(Path(report.job) / 'report.json')}"


def _by_reason(failures: Iterable[Failure]) -> list[tuple[str, list[Failure]]]:
    """Failures under their reason, the most frequent first; equals stay in the order of the run."""
    groups: dict[str, list[Failure]] = {}
    for failure in failures:
        told = failure.reason.endswith(" tries)")
        tries = f", {failure.tries} tries" if failure.tries > 1 and not told else ""
        verdict = failure.verdict.replace("_", " ")
        reason = failure.reason if failure.verdict == Verdict.FAILED else f"{verdict}: {failure.reason}"
        reason = reason if failure.reason else verdict
        if len(reason) > _WIDEST_REASON:
            reason = reason[: _WIDEST_REASON - 1] + "…"
        groups.setdefault(f"{reason}{tries}", []).append(failure)
    return sorted(groups.items(), key=lambda group: -len(group[1]))


def _notes(report: Report) -> Iterator[str]:
    yield from _listed("noted", columns(_counts(report.notes.items()), right=(0,), indent="  "))
    if report.quarantine is None and any(_is_dropped(note) for note in report.notes):
        yield "  to see what was dropped, and why: on_invalid: quarantine"


def _is_dropped(note: str) -> bool:
    return " dropped: " in note and not note.startswith("links to ")


def _counts(pairs: Iterable[tuple[str, int]]) -> list[tuple[str, str]]:
    return [(f"{number:,}", f"× {text}") for text, number in sorted(pairs, key=lambda pair: -pair[1])]


def _slow(report: Report) -> list[str]:
    slowest = sorted(report.slow_callbacks.items(), key=lambda pair: -pair[1])
    return [f"  {name}: {seconds:.2f} s" for name, seconds in slowest]


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield title
        yield from lines


def _ending(report: Report, command: str) -> Iterator[str]:
    if report.told_again:
        yield "this job had ended before, but was killed before it could say so: nothing was fetched again"
    if meaning := _MEANING.get(report.exit_code):
        yield f"exit code {int(report.exit_code)}: {meaning}"
    if command and report.exit_code in (ExitCode.INTERRUPTED, ExitCode.STUCK):
        yield f"to go on, give the same command again: {command}"
    elif command and report.told_again:
        yield f"to begin anew, give the same command again: {command}"
