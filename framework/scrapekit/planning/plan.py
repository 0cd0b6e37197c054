"""Recipe and plugins to a plan: everything a run needs, in which nothing is a name any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from time import time

from scrapekit.errors import Problems
from scrapekit.extract.draft import Draft, Terms
from scrapekit.extract.fields.named_pipes import compile_pipes
from scrapekit.extract.joins.downloads import read_file
from scrapekit.extract.joins.joiner import Joiner
from scrapekit.extract.joins.many_pages import Joinery
from scrapekit.extract.late_outcome import minding_late
from scrapekit.extract.paging.pagination import compile_begin
from scrapekit.extract.reading import PAGE_NAMES, Ground
from scrapekit.extract.rule import Callback, Kind, Surroundings, compile_asked, compile_rule
from scrapekit.extract.seeds.seeds import Seeds, compile_seed
from scrapekit.extract.session.steps import bound_to, compile_session
from scrapekit.options import Options
from scrapekit.parts import Parser
from scrapekit.planning.export import KindInfo, PlannedExport, check_kept, compile_export
from scrapekit.planning.kinds import kinds_of
from scrapekit.planning.quarantine import compile_quarantine, without_quarantined
from scrapekit.plugins import Plugins
from scrapekit.recipe.model import PageRule, Recipe
from scrapekit.recipe.model.downloads import Download
from scrapekit.request import Request
from scrapekit.web.late import placeholder
from scrapekit.web.scope import Scope
from scrapekit.web.session.steps import SessionPlan

__all__ = ["Plan", "PlannedExport", "compile_plan"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe ready to run. It holds no open file, no connection and no state."""

    recipe: Recipe
    exports: tuple[PlannedExport, ...]
    quarantine: PlannedExport | None
    """Where invalid records go that a rule wants kept aside; None where no rule does."""
    scope: Scope
    parts: list[str]
    """Every part the recipe names, as ``parsers.html``, sorted."""
    seed_urls: tuple[str, ...]
    """One URL for every host that seeds name."""
    judged: frozenset[str]
    """The page rules with response rules of their own: they are handed every answer, whatever its status."""
    session: SessionPlan | None
    """How to log in, and values that are fetched once; None where the recipe has neither."""
    joiners: Mapping[str, Joiner]
    """Who completes the records that several pages make, by name."""
    files: Mapping[str, Download]
    """What is wanted of files, by the name of the page rule that their requests have."""
    scopes: Mapping[str, Scope]
    """Where the requests of a page rule may go, of those that may go elsewhere than all others."""
    _callbacks: Mapping[str, Callback]
    _seeds: tuple[Seeds, ...]

    @property
    def written(self) -> tuple[PlannedExport, ...]:
        """Everything that is written, the quarantine included."""
        return self.exports if self.quarantine is None else (*self.exports, self.quarantine)

    def seeds(self, began: float | None = None) -> Iterator[Request | str]:
        """The requests to start with, drawn one by one, for a job that began at that Unix time, or now.

        They are the same in the same order whenever they are drawn for the same job. A text among
        them is a remark for the report, on a row of a file that made no request.
        """
        moment = time() if began is None else began
        return chain.from_iterable(seeds.draw(moment) for seeds in self._seeds)

    def callback(self, page: str) -> Callback:
        """What reads the pages of a page rule: a page in, its outcome out."""
        return self._callbacks[page]


def compile_plan(recipe: Recipe, plugins: Plugins, problems: Problems, *, output: Path) -> Plan | None:
    """The recipe as a plan; None when there are problems, all of which are then in *problems*.

    Imports the parts that the recipe names and opens nothing. Exports are written below *output*.
    """
    inputs = recipe.inputs
    terms = Terms(plugins, problems, {"inputs": list(inputs)}, set(), late=_late(recipe))
    terms = replace(terms, pipes=compile_pipes(terms, recipe.pipes))
    kinds = kinds_of(recipe)
    begins = {name: begin for name, rule in recipe.pages.items() if (begin := compile_begin(rule.paginate))}
    joinery = Joinery(pages=recipe.pages, begins=begins)
    callbacks = _compile_pages(terms, recipe, kinds, joinery)
    seeds = [compile_seed(terms, seed, inputs, begins.get(seed.page)) for seed in recipe.seeds]
    exports = _compile_exports(terms, recipe, kinds, output)
    session = compile_session(terms, recipe)
    quarantine = compile_quarantine(terms, recipe, inputs, output)
    drawn = tuple(each for each in seeds if each is not None)
    if problems or len(drawn) < len(seeds):
        return None
    seed_urls = tuple(dict.fromkeys(url for each in drawn for url in each.urls))
    if session is not None and (session := bound_to(session, seed_urls, recipe, problems)) is None:
        return None
    return Plan(
        recipe=recipe,
        exports=tuple(_beside(each, quarantine) for each in exports),
        quarantine=quarantine,
        scope=Scope.of(recipe.crawl.scope, seed_urls),
        parts=sorted(terms.parts),
        seed_urls=seed_urls,
        judged=_judged(recipe, joinery),
        session=session,
        joiners=joinery.joiners,
        files=joinery.files.rules,
        scopes=_scopes(recipe, joinery.files.rules, seed_urls),
        _callbacks=callbacks | _of_listings(drawn),
        _seeds=drawn,
    )


def _of_listings(drawn: Iterable[Seeds]) -> dict[str, Callback]:
    """What reads the sitemaps and feeds that seeds are drawn from."""
    return {name: minding_late(callback) for each in drawn for name, callback in each.callbacks.items()}


def _compile_pages(
    terms: Terms, recipe: Recipe, kinds: Mapping[str, KindInfo], joinery: Joinery
) -> dict[str, Callback]:
    """What reads the answers, by page rule; those that complete records are found on the way."""
    columns = {name: Kind(info.columns, info.key) for name, info in kinds.items()}
    callbacks = {}
    for name, parents in _parents(recipe).items():
        around = _surroundings(recipe.inputs, parents, columns, joinery)
        if (callback := _compile_page(terms, recipe.pages[name], around)) is not None:
            callbacks[name] = callback
    for name, asked in joinery.asked.items():
        callbacks[name] = minding_late(compile_asked(asked, recipe.pages[asked.rule], Ground(recipe.inputs)))
    return callbacks | dict.fromkeys(joinery.files.rules, read_file)


def _compile_exports(
    terms: Terms, recipe: Recipe, kinds: Mapping[str, KindInfo], output: Path
) -> list[PlannedExport]:
    """The exports that could be compiled; the others are in the problems."""
    planned = []
    for export in recipe.exports:
        found = compile_export(terms, export, kinds, recipe.inputs, output)
        if found is not None:
            if recipe.remembers:
                check_kept(recipe, export, found, terms.problems)
            planned.append(found)
    return planned


def _scopes(recipe: Recipe, files: Mapping[str, Download], seed_urls: Iterable[str]) -> dict[str, Scope]:
    """Where files may lie, of those that name hosts of their own."""
    return {
        name: Scope.of("any" if "any" in rule.hosts else recipe.crawl.scope, seed_urls).beside(rule.hosts)
        for name, rule in files.items()
        if rule.hosts
    }


def _beside(export: PlannedExport, quarantine: PlannedExport | None) -> PlannedExport:
    return export if quarantine is None else replace(export, select=without_quarantined(export.select))


def _judged(recipe: Recipe, joinery: Joinery) -> frozenset[str]:
    """Every page rule with response rules, those of pages that records ask for included."""
    ruled = {name for name, rule in recipe.pages.items() if rule.responses}
    return frozenset(ruled | {name for name, asked in joinery.asked.items() if asked.rule in ruled})


def _surroundings(
    inputs: Mapping[str, object], parents: Mapping[str, None], columns: Mapping[str, Kind], joinery: Joinery
) -> Surroundings:
    ground = Ground(inputs, parents)
    return Surroundings(ground, columns, joinery.begins, replace(joinery, ground=ground))


def _compile_page(terms: Terms, rule: PageRule, around: Surroundings) -> Callback | None:
    mark = rule.parser_mark or rule.mark
    factory = terms.load("parsers", rule.parser, mark, f"{rule.path}.parser")
    if factory is None:
        return None
    options = Options(rule.parser_options, terms.problems, f"{rule.path}.parser", mark=mark)
    parser: Parser = factory(options)
    names = {**terms.names, "page": PAGE_NAMES, "parent": list(around.ground.parents)}
    draft = Draft(
        terms.plugins,
        terms.problems,
        names,
        terms.parts,
        parser,
        rule.parser,
        pipes=terms.pipes,
        late=terms.late,
    )
    return minding_late(compile_rule(draft, rule, around))


def _late(recipe: Recipe) -> dict[str, dict[str, str | None]]:
    """What only requests may name: secrets, and values fetched during the run.

    Each has the placeholder for its value, None where there is none.
    """
    secrets = {
        name: None if secret.value is None else placeholder("inputs", name)
        for name, secret in recipe.bound.items()
    }
    fetched = [var.name for var in recipe.vars]
    fetched += [field.name for field in recipe.login.take] if recipe.login else []
    late: dict[str, dict[str, str | None]] = {"inputs": secrets} if secrets else {}
    return late | ({"vars": {name: placeholder("vars", name) for name in fetched}} if fetched else {})


def _parents(recipe: Recipe) -> dict[str, dict[str, None]]:
    """Page rule → every name that a page leading to it may hand over."""
    handed: dict[str, dict[str, None]] = {name: {} for name in recipe.pages}
    for seed in recipe.seeds:
        if seed.page in handed:
            handed[seed.page].update(dict.fromkeys(seed.carry or ()))
    for link in (link for rule in recipe.pages.values() for link in rule.links):
        if link.page in handed:
            handed[link.page].update(dict.fromkeys(field.name for field in link.carry))
    return handed
