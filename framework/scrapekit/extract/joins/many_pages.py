"""A record that several pages make: what its own page begins, what the others answer, who completes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from scrapekit.exact import to_text
from scrapekit.extract.draft import Draft
from scrapekit.extract.joins.addresses import compile_place_step
from scrapekit.extract.joins.asked import Asked, ReadAsked, compile_following, page_facts, read_asked
from scrapekit.extract.joins.downloads import FileRules, is_address
from scrapekit.extract.joins.field_steps import compile_field_step
from scrapekit.extract.joins.joiner import FieldStep, Joiner
from scrapekit.extract.joins.known import Known
from scrapekit.extract.joins.place_reads import ReadPage, compile_page
from scrapekit.extract.joins.places import Place, before, places_of
from scrapekit.extract.joins.stages import Stages, plan_stages
from scrapekit.extract.late_outcome import without_late_values
from scrapekit.extract.links.links import Begin, compile_links
from scrapekit.extract.reading import Ground, Reading
from scrapekit.model import Item, Pending
from scrapekit.options import Options
from scrapekit.parts import Parser, Scope
from scrapekit.recipe.model import ItemRule, PageRule
from scrapekit.recipe.model.joins import Address


@dataclass(frozen=True, slots=True)
class Joinery:
    """What records from several pages hand out beside their reading, for the plan to collect."""

    draft: Draft | None = None
    """That of the page rule which is compiled just now."""
    ground: Ground = field(default_factory=Ground)
    pages: Mapping[str, PageRule] = field(default_factory=dict)
    rule: str = ""
    """Its name."""
    begins: Mapping[str, Begin] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    """Name of such a page rule → how it reads."""
    joiners: dict[str, Joiner] = field(default_factory=dict)
    files: FileRules = field(default_factory=FileRules)
    """The page rules of files."""


Read: TypeAlias = Callable[[Any, Reading], "dict[str, Any] | None"]
Make: TypeAlias = Callable[[dict[str, Any], Reading, int, float], Item]
MakeJoined: TypeAlias = Callable[[dict[str, Any], Reading, int, float], "Item | Pending | None"]


@dataclass(frozen=True, slots=True)
class Judges:
    """How any record of the item rule is judged, before the other pages and after them."""

    first: Callable[[Read, Sequence[str]], Read]
    """What can be said by the fields named, those that are made on the record's own page."""
    last: Callable[[Read, Sequence[str]], Read]
    """All that was not said then."""


_FOUND = ""
"""Where the fields of a record's own page keep what was read there; no field can be called so."""


def compile_many_pages(
    draft: Draft, rule: ItemRule, joinery: Joinery, judges: Judges, make: Make
) -> tuple[Read, MakeJoined]:
    """How the record's own page is read, and what is made of it: a record, or one that waits for others.

    The page rules of the other pages, and who completes the record, are left with the joinery.
    """
    draft = replace(draft, keep_invalid=rule.on_invalid == "keep")
    places = _named(places_of(rule), joinery.files)
    drafts = _drafts(draft, places, joinery.draft or draft)
    stages = plan_stages(places, drafts)
    reads = [
        compile_page(drafts[place.number], place, stages) if place.paginate is None is place.file else None
        for place in places
    ]
    for place, read in zip(places[1:], reads[1:], strict=True):
        if place.file is not None:
            continue
        asked = _compile_asked(drafts[place.number], place, stages, read, joinery)
        joinery.asked[place.name] = Asked(
            drafts[place.number], _rule_of(place, places, joinery), rule.path, asked
        )
    own = [each.name for each in places[0].fields if each.name in stages.local]
    joiner = _compile_joiner(rule, stages, drafts, joinery.ground, judges, own, make)
    joinery.joiners[rule.path] = joiner
    first = reads[0]
    assert first is not None
    paths = {each.name: each.path for each in rule.fields}
    addresses = {place.fields[0].name: place.file.name for place in places if place.file is not None}
    return judges.first(_own(first, paths, addresses), own), _begin(joiner, rule)


def _named(places: list[Place], files: FileRules) -> list[Place]:
    """The places with their files' page rules, which those of other records may share."""
    for place in places:
        if place.file is not None and (download := place.fields[0].download) is not None:
            place.name = files.name(download)
    return places


def _rule_of(place: Place, places: Sequence[Place], joinery: Joinery) -> str:
    """The page rule that has a say in how the pages of a place are taken."""
    while place.number and place.address is None:
        place = places[place.after]
    return joinery.rule if place.address is None else place.address.rule


def _own(read: ReadPage, paths: Mapping[str, str], addresses: Mapping[str, str]) -> Read:
    """The fields that a record's own page gives; of those made later, the sources, of files the addresses."""

    def read_own(scope: Scope, reading: Reading) -> dict[str, Any]:
        found = read(scope, reading)
        sources = found["sources"]
        values: dict[str, Any] = {name: sources.get(path) for name, path in paths.items()}
        values |= found["values"]
        for name, address in addresses.items():
            values[name] = values.pop(address, values[name])
        values[_FOUND] = found
        return values

    return read_own


def _begin(joiner: Joiner, rule: ItemRule) -> MakeJoined:
    """A row to a record that waits; one that needs no other page after all is complete at once."""
    kind, path = rule.kind, rule.path

    def begin(values: dict[str, Any], reading: Reading, row: int, now: float) -> Item | Pending | None:
        found = values.pop(_FOUND)
        # An invalid one may be null by now.
        local = {name: values.get(name, value) for name, value in found["values"].items()}
        state = {**found, "values": local, "page": page_facts(reading), "row": row, "time": now}
        step = joiner.begin(state)
        if step.asks:
            return Pending(kind, path, to_text(state), step.asks, values)
        for remark, count in step.notes.items():
            reading.note(remark, count)
        return step.items[0] if step.items else None

    return begin


def _drafts(draft: Draft, places: Sequence[Place], page: Draft) -> list[Draft]:
    """The draft of each place: its parser, and what the pages before it hand on as ``parent.``.

    *page* is the draft of a whole page where *draft* is that of a row on it.
    """
    drafts = [draft]
    for place in places[1:]:
        after = drafts[place.after]
        if place.address is None:
            drafts.append(after if place.after else replace(page, keep_invalid=draft.keep_invalid))
            continue
        given = [each.name for earlier in before(places, place) for each in earlier.fields]
        parents = tuple(dict.fromkeys([*(draft.names.get("parent") or ()), *given]))
        names = {**draft.names, "parent": parents}
        made = _with_parser(after, place.address)
        drafts.append(replace(made, names=names, in_rows=False, trails=None))
    return drafts


def _with_parser(draft: Draft, address: Address) -> Draft:
    """A parser of its own for each place, since a parser sees every selector before the first page."""
    name, mark = address.parser or draft.parser_name, address.parser_mark or address.mark
    path = f"{address.path}.parser"
    factory = draft.load("parsers", name, mark, path)
    if factory is None:
        return draft
    parser: Parser = factory(Options(address.parser_options, draft.problems, path, mark=mark))
    return replace(draft, parser=parser, parser_name=name)


def _compile_asked(
    draft: Draft, place: Place, stages: Stages, read: ReadPage | None, joinery: Joinery
) -> ReadAsked:
    if read is None:
        return compile_following(draft, place, stages)
    address = place.address
    links = joinery.pages[address.page].links if address is not None and address.page else ()
    # The page answers several records at once: to its links there is no one parent.
    orphan = replace(draft, names={**draft.names, "parent": ()})
    followed = [compile_links(orphan, link, joinery.begins.get(link.page)) for link in links]
    return read_asked(read, [each for each in followed if each is not None])


def _compile_joiner(
    rule: ItemRule,
    stages: Stages,
    drafts: Sequence[Draft],
    ground: Ground,
    judges: Judges,
    own: Sequence[str],
    make: Make,
) -> Joiner:
    places = stages.places
    requests = [compile_place_step(drafts[place.after], place, stages) for place in places[1:]]
    parents = [
        [each.name for earlier in before(places, place) for each in earlier.fields] for place in places
    ]
    ordered = [each.name for each in rule.fields]
    judged = judges.last(_finished, own)

    def known(state: Mapping[str, Any]) -> Known:
        return Known(state, ground, ordered, parents)

    def finish(record: Known) -> Sequence[Item]:
        reading = record.reading(0)
        values = judged(record, reading)
        if values is None:
            return ()
        item = make(values, reading, record.own["row"], record.own["time"])
        return (without_late_values(item) if record.holds_late else item,)

    steps = _compile_field_steps(stages, drafts)
    return Joiner(drafts[0], rule.path, rule.kind, steps, requests, known, finish)


def _compile_field_steps(stages: Stages, drafts: Sequence[Draft]) -> list[FieldStep]:
    """How each field is made, in the order in which each finds what it needs."""
    places = stages.places
    homes = {each.name: place for place in places if place.paginate is None for each in place.fields}
    follows = {each.name: place.number for place in places if place.paginate for each in place.fields}
    fields = {each.name: each for place in places for each in place.fields}
    return [
        compile_field_step(fields[name], homes[name], drafts, stages, follows.get(name))
        for name in stages.order
    ]


def _finished(record: Any, _: Reading) -> dict[str, Any]:
    if record.error is not None:
        raise record.error
    return {name: value for name, value in record.values.items() if not is_address(name)}
