"""A recipe's tree to a Recipe: every section read, every mistake gathered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from scrapekit.errors import Problems
from scrapekit.mark import Mark
from scrapekit.node import MapNode, shown
from scrapekit.options import Options
from scrapekit.recipe.fingerprint import fingerprint, with_files
from scrapekit.recipe.fragments import put_in_fragments
from scrapekit.recipe.inputs import Inputs, read_inputs
from scrapekit.recipe.masked import masked_texts
from scrapekit.recipe.model import Expect, Export, PageRule, Recipe, Seed
from scrapekit.recipe.reading.crawl import read_crawl
from scrapekit.recipe.reading.expect import read_expect
from scrapekit.recipe.reading.export import default_export, read_exports, redirected
from scrapekit.recipe.reading.file import Files
from scrapekit.recipe.reading.http import count_proxies, read_http
from scrapekit.recipe.reading.login import read_login
from scrapekit.recipe.reading.pages import read_pages
from scrapekit.recipe.reading.pins import read_pins
from scrapekit.recipe.reading.pipe import read_pipes
from scrapekit.recipe.reading.responses import put_in_responses
from scrapekit.recipe.reading.seeds import read_seeds
from scrapekit.recipe.reading.seen import read_seen
from scrapekit.recipe.reading.tests import read_tests
from scrapekit.recipe.reading.vars import read_vars
from scrapekit.recipe.substitute import substitute
from scrapekit.recipe.version import check_version

# Safe as a folder's name on every system, and in a terminal.
_NAME = re.compile(r"[^\W_][\w. -]{0,79}(?<![. ])\Z")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)


def read_recipe(
    tree: MapNode,
    problems: Problems,
    *,
    file: str,
    inputs: Mapping[str, str],
    environ: Mapping[str, str],
    outputs: Sequence[str] = (),
    sends: bool = True,
) -> Recipe | None:
    """The recipe that *tree* says, as far as it can be read; None when that is not worth going on with.

    *inputs* holds what was given by name, *environ* what `env:` may name; *outputs*, from ``-o``,
    takes the place of the recipe's exports. Where nothing *sends* anything,
    secrets may be missing. A recipe with problems is for finding more of them only.
    """
    if not check_version(tree, problems):
        return None
    tree = put_in_fragments(tree, problems)
    start, folder = Mark(tree.mark.source, 1, 1), Path(file).parent
    given = read_inputs(
        tree.get("inputs"), problems, given=inputs, environ=environ, mark=start, folder=folder, sends=sends
    )
    tree = substitute(tree, given, problems)
    options = Options(tree, problems, "", mark=start)
    options.misplaced("auth", '"auth" stands under "http"', "http: { auth: ... }")
    options.require("pages", "write how each kind of page is read")
    options.require("seeds", "write where to start: seeds: https://...")
    pages = _pages(options)
    files = Files(file, frozenset(inputs.values()))
    seeds = read_seeds(options.node("seeds"), pages, problems, files)
    tests = read_tests(options.node("tests"), pages, problems, files)
    recipe = _assemble(options, pages, seeds, given, _name(options, file), outputs)
    options.close("scrapekit", "inputs", "extends", "fragments")
    if not pages:
        return None
    print_of_tree = fingerprint(tree, given.values, recipe.exports)
    return replace(recipe, file=file, tests=tests, fingerprint=with_files(print_of_tree, seeds))


def _pages(options: Options) -> Mapping[str, PageRule]:
    """The page rules, with the responses that the recipe names for several of them put in."""
    pages = read_pages(options.node("pages"), options.problems)
    login, proxies = "login" in options, count_proxies(options.node("http"))
    return put_in_responses(pages, options.node("responses"), options.problems, login=login, proxies=proxies)


def _assemble(
    options: Options,
    pages: Mapping[str, PageRule],
    seeds: tuple[Seed, ...],
    given: Inputs,
    name: str,
    outputs: Sequence[str],
) -> Recipe:
    kinds = _kinds(pages, options)
    expect, http = read_expect(options.node("expect"), kinds, options.problems), read_http(options)
    return Recipe(
        name=name,
        file="",
        seeds=seeds,
        pages=pages,
        exports=_exports(options, kinds, name, outputs),
        http=replace(http, keep_cookies=http.keep_cookies or "login" in options),
        crawl=read_crawl(options),
        expect={kind: expect.get(kind, Expect(least=0)) for kind in kinds},
        inputs=given.values,
        fingerprint="",
        secrets=masked_texts(given, http),
        bound=given.bound,
        sources=given.sources,
        expect_any=tuple(kind for kind in kinds if kind not in expect),
        pipes=read_pipes(options.node("pipes"), options.problems),
        login=read_login(options),
        vars=read_vars(options),
        seen=read_seen(options, kinds, pages),
        pins=read_pins(options),
    )


def _name(options: Options, file: str) -> str:
    written = options.scalar("name")
    if written is None:
        # A file may be called anything; what cannot name a folder is replaced.
        stem = re.sub(r"[^\w.-]+", "-", PurePath(file).stem).strip("-. _")[:80].rstrip(". ")
        return stem if _is_name(stem) else "recipe"
    name = str(written.value)
    if not _is_name(name) and not written.broken:
        hint = "it becomes a folder: letters, digits, spaces, dots and hyphens, at most 80"
        options.problem("name", f'a recipe cannot be named "{shown(name)}"', hint)
    return name


def _is_name(text: str) -> bool:
    return _NAME.match(text) is not None and _RESERVED.match(text) is None


def _kinds(pages: Mapping[str, PageRule], options: Options) -> dict[str, tuple[str, ...]]:
    """Every record kind and its fields' names, in the order written."""
    found: dict[str, dict[str, None]] = {}
    for rule in pages.values():
        for item in rule.items:
            found.setdefault(item.kind, {}).update(dict.fromkeys(item.columns))
    if pages and not found and not options.problems:
        hint = "add item and fields to a page rule"
        options.problems.add(options.key_mark("pages"), "pages", "no page rule gives a record", hint)
    return {kind: tuple(names) for kind, names in found.items()}


def _exports(
    options: Options, kinds: Mapping[str, Sequence[str]], name: str, outputs: Sequence[str]
) -> tuple[Export, ...]:
    exports = read_exports(options.node("export"), kinds, options.problems)
    if outputs:
        return redirected(exports, outputs, options.problems)
    return exports or (default_export(name, options.mark),)
