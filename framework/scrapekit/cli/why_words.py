"""What became of an address, in words: one fact a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from time import time
from typing import Any

from scrapekit.cli.words import counted, printable
from scrapekit.request import FOLLOWING

_LABEL = 12
_READ = frozenset({"ok", "empty", "not_modified"})
_BECAME = {"robots": "not fetched (robots)", "out_of_scope": "not fetched (out of scope)"}
_LED_TO = "redirected to "


def lines_of(facts: Mapping[str, Any]) -> Iterator[str]:
    """The facts that `scrapekit.cli.why` gathered, as lines that any terminal can show."""
    return map(printable, _lines(facts))


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    yield facts["url"]
    if facts["key"] != facts["url"]:
        yield _line("known as", facts["key"])
    requests = facts.get("requests", [])
    for request in requests:
        yield from _request(request, facts)
    if not requests:
        yield from _never(facts)


def _line(label: str, text: str) -> str:
    return f"  {label:<{_LABEL}}{text}"


def _request(request: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[str]:
    yield _line("became", _end(request))
    if request["reason"]:
        led, to, url = request["reason"].partition(_LED_TO)
        yield _line("led to", url) if to and not led else _line("because", request["reason"])
    was_read = request["verdict"] in _READ
    if request["page"]:
        yield _line("read by" if was_read else "meant for", _with_place(request["page"], facts))
    if request.get("file"):
        named = "" if request["placed"] else " (not there: no record that was kept names it)"
        yield _line("file", request["file"] + named)
    elif was_read:
        yield _line("gave", f"{counted(request['records'], 'record')}, {counted(request['links'], 'link')}")
    if not request["verdict"]:
        yield from _waits(request, facts)
    yield from _way(request, facts)


def _end(request: Mapping[str, Any]) -> str:
    if not request["verdict"]:
        return "nothing yet: it waits, or is being fetched"
    name = request["verdict"].replace("_", " ")
    parts = [_BECAME.get(request["verdict"], name), _clock(request["moment"])]
    if request["tries"]:
        parts.append(f"after {counted(request['tries'], 'try', 'tries')}")
    if request["status"] is not None:
        parts.append(f"HTTP {request['status']}")
    return ", ".join(parts)


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def _waits(request: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[str]:
    if request["not_before"] > time():
        why = ", as every request to it failed" if request["parks"] else ""
        yield _line("waits for", f"its host, which is not asked before {_clock(request['not_before'])}{why}")
    before = counted(request["before"], "request")
    delay = f", one every {facts['delay']:g} s at most" if facts.get("delay") else ""
    yield _line("behind", f"{before} of its host{delay if request['before'] else ''}")


def _way(request: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[str]:
    child = request
    for step in request["way"]:
        redirected = step["verdict"] in ("redirected", "duplicate")
        label = "sent by" if redirected else "found on"
        rules = "" if redirected else _link_rules(step, child["page"], facts)
        yield _line(label, step["url"] + rules)
        child = step
    if not request["way"]:
        yield _line("found", "by no page: it is a seed, or a record asked for it")


def _link_rules(step: Mapping[str, Any], child: str, facts: Mapping[str, Any]) -> str:
    """Which rule of a page led on to the *child*: its paginator, a link rule, or one of several."""
    parent, number = step["page"], step["link"]
    if number == FOLLOWING:
        place = facts.get("paginators", {}).get(parent)
        return f", as the page after it{f' (paginate, {place})' if place else ''}"
    rules = [rule for rule in facts.get("link_rules", ()) if (rule["from"], rule["to"]) == (parent, child)]
    places = [rule["place"] for rule in rules if number in (None, rule["number"])]
    if not places:
        return f", read by {parent}" if parent else ""
    return f", by a link of {parent} to {child} ({' or '.join(places)})"


def _with_place(page: str, facts: Mapping[str, Any]) -> str:
    place = facts.get("places", {}).get(page)
    return f"page rule {page} ({place})" if place else f"page rule {page}"


def _never(facts: Mapping[str, Any]) -> Iterator[str]:
    yield _line("became", "nothing: it was never queued" if facts["run"] else "nothing: there was no run yet")
    for url in facts.get("similar", ()):
        yield _line("but", f"{url} was")
    if "decisions" not in facts:
        yield _line("because", "no page led to it, or a rule refused it: name the recipe to know which")
        return
    refused = facts["refused_by"]
    for decision in refused:
        yield _line("refused by", f"{decision['rule']} ({decision['place']}): {decision['refusal']}")
    if not refused:
        yield from _unrefused(facts)


def _unrefused(facts: Mapping[str, Any]) -> Iterator[str]:
    for decision in (each for each in facts["decisions"] if each["link"]):
        rule = f"{decision['rule']} ({decision['place']})"
        yield (
            _line("refused by", f"{rule}: {decision['refusal']}")
            if decision["refusal"]
            else _line("allowed by", rule)
        )
    if facts["run"]:
        some = "" if facts["ended"] else f" so far; {counted(facts['waiting'], 'request')} still wait"
        yield _line("because", f"no page that was read led to it{some}")
        for note, count in facts["left_out"].items():
            yield _line("perhaps", f"it was left out: {count:,} × {note}")
    elif facts.get("depth") is not None:
        yield _line("unless", f"it stands deeper than crawl.depth, {facts['depth']}")
