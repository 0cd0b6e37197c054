"""The catalogue of parts and the relay of moments, on real packages written into a folder."""

from __future__ import annotations

import logging
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from scrapekit import hookimpl, parts
from scrapekit.errors import PluginError
from scrapekit.hookspecs import MOMENTS
from scrapekit.plugins import PartInfo, Plugins
from scrapekit.plugins.loading import PROMISES, SINGULAR
from scrapekit.plugins.offers import Offer, may_be_offered, read_offers
from scrapekit.plugins.relay import Relay

PARSER = """
class {name}:
    languages = ("word",)
    def __init__(self, options): ...
    def compile(self, selector, language, first): ...
    def read(self, name): ...
    def parse(self, page): ...
"""


class Site:
    """A folder on the import path that packages are installed into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, dist: str, version: str, entry_points: str, **modules: str) -> None:
        """Write what an installer leaves behind: the metadata and the modules."""
        info = self.folder / f"{dist.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(textwrap.dedent(entry_points))
        for name, source in modules.items():
            (self.folder / f"{name}.py").write_text(textwrap.dedent(source))

    def plugins(self, *disabled: str) -> Plugins:
        """The catalogue of what is installed here, and nothing else."""
        return Plugins(disabled, offers=read_offers([str(self.folder)]))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = set(sys.modules)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield Site(tmp_path)
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "/").is_relative_to(tmp_path):
            del sys.modules[name]


def refusal(plugins: Plugins, kind: str, name: str) -> tuple[str, str]:
    with pytest.raises(PluginError) as caught:
        plugins.load(kind, name)
    return str(caught.value), caught.value.hint


# --- names and loading


def test_names_come_from_metadata_and_nothing_is_imported(site):
    site.install("words", "1.0", "[scrapekit.parsers]\nwords = words_mod:Words", words_mod="raise SystemExit")

    assert site.plugins().names("parsers") == ["words"]
    assert "words_mod" not in sys.modules


def test_a_part_is_imported_when_it_is_named_and_is_the_object_at_the_entry_point(site):
    site.install(
        "words", "1.0", "[scrapekit.parsers]\nw = words_a:Words", words_a=PARSER.format(name="Words")
    )
    plugins = site.plugins()

    part = plugins.load("parsers", "w")

    assert part is sys.modules["words_a"].Words
    assert plugins.load("parsers", "w") is part


def test_a_loaded_part_is_registered_in_pluggy_by_kind_and_name(site):
    site.install(
        "words", "1.0", "[scrapekit.parsers]\nw = words_b:Words", words_b=PARSER.format(name="Words")
    )
    plugins = site.plugins()
    plugins.load("parsers", "w")

    assert plugins._manager.has_plugin("parsers.w")


def test_one_object_may_be_offered_under_two_names(site):
    entry_points = "[scrapekit.parsers]\nw = words_c:Words\nwords = words_c:Words"
    site.install("words", "1.0", entry_points, words_c=PARSER.format(name="Words"))
    plugins = site.plugins()

    assert plugins.load("parsers", "w") is plugins.load("parsers", "words")


def test_a_broken_package_hurts_only_those_who_name_it(site):
    site.install("bad", "1.0", "[scrapekit.parsers]\nbad = bad_mod:X", bad_mod="1 / 0")
    site.install("good", "1.0", "[scrapekit.parsers]\ngood = good_mod:G", good_mod=PARSER.format(name="G"))

    assert site.plugins().load("parsers", "good").languages == ("word",)


def test_a_part_that_fails_to_import_is_named_with_its_package_and_the_cause(site):
    site.install("bad-one", "2.1", "[scrapekit.parsers]\nbad = bad_a:X", bad_a="1 / 0")

    assert refusal(site.plugins(), "parsers", "bad") == (
        'parser "bad" of bad-one 2.1 cannot be loaded: ZeroDivisionError: division by zero',
        "this is for the makers of bad-one to mend; -p no:bad-one switches it off",
    )


def test_a_part_whose_library_is_missing_names_the_library(site):
    site.install("bad-two", "2.1", "[scrapekit.filters]\nbad = bad_b:X", bad_b="import no_such_library.deep")

    assert refusal(site.plugins(), "filters", "bad") == (
        'filter "bad" of bad-two 2.1 cannot be loaded: '
        "ModuleNotFoundError: No module named 'no_such_library'",
        'it needs the module "no_such_library"; install bad-two again with what it depends on',
    )


def test_a_part_whose_own_module_is_missing_says_so(site):
    site.install("gone", "1", "[scrapekit.filters]\nbad = gone_module.inner:X")

    assert refusal(site.plugins(), "filters", "bad") == (
        "filter \"bad\" of gone 1 cannot be loaded: ModuleNotFoundError: No module named 'gone_module'",
        'gone does not hold the module "gone_module"; install it again',
    )


def test_a_part_that_exits_at_import_is_an_error_not_the_end(site):
    site.install("quit", "1", "[scrapekit.filters]\nq = quit_a:X", quit_a="import sys; sys.exit(0)")

    assert refusal(site.plugins(), "filters", "q")[0] == (
        'filter "q" of quit 1 cannot be loaded: SystemExit: 0'
    )


def test_an_entry_point_that_is_no_address_is_refused(site):
    site.install("odd", "1", "[scrapekit.filters]\nq = what is this")

    assert refusal(site.plugins(), "filters", "q")[0] == (
        'filter "q" of odd 1 cannot be loaded: "what is this" is not written MODULE:NAME'
    )


def test_a_part_that_lacks_what_its_kind_must_have_is_refused(site):
    source = "class X:\n    guarantee = 'exactly once'\n    def open(self): ...\n    def write(self): ..."
    site.install("half", "1", "[scrapekit.exporters]\nx = half_a:X", half_a=source)

    assert refusal(site.plugins(), "exporters", "x")[0] == (
        'exporter "x" of half 1 is not an exporter: it lacks checkpoint and close'
    )


def test_an_exporter_may_be_a_function_that_makes_one(site):
    site.install(
        "made", "1", "[scrapekit.exporters]\nx = made_a:make", made_a="def make(options, context): ..."
    )

    assert callable(site.plugins().load("exporters", "x"))


def test_a_parser_that_cannot_be_called_is_refused(site):
    site.install("noun", "1", "[scrapekit.parsers]\nx = noun_a:X", noun_a="X = 7")

    assert refusal(site.plugins(), "parsers", "x")[0] == (
        'parser "x" of noun 1 is not one: its entry point noun_a:X cannot be called'
    )


def test_what_is_checked_is_what_the_protocols_ask():
    for kind, protocol in {
        "parsers": parts.Parser,
        "exporters": parts.Exporter,
        "filters": parts.Filter,
        "fetchers": parts.Fetcher,
    }.items():
        asked = set(protocol.__annotations__) | {n for n in vars(protocol) if not n.startswith("_")}

        assert set(PROMISES[kind]) == asked


def test_every_kind_has_a_word_for_one_of_it():
    assert set(SINGULAR) == set(parts.GROUPS)


# --- unknown, clashing and switched off


def test_an_unknown_name_gets_a_suggestion(site):
    site.install("words", "1.0", "[scrapekit.parsers]\nwords = words_d:W")

    assert refusal(site.plugins(), "parsers", "wrods") == (
        'no parser is called "wrods"',
        'did you mean "words"?',
    )


def test_an_unknown_name_with_nothing_near_lists_what_is_known(site):
    site.install("words", "1.0", "[scrapekit.parsers]\nwords = w:W\nlines = w:L")

    assert refusal(site.plugins(), "parsers", "zzz")[1] == "known here: lines, words"


def test_a_well_known_part_that_is_not_installed_says_what_to_install(site):
    assert refusal(site.plugins(), "parsers", "html") == (
        'no parser is called "html"',
        "scrapekit-html brings it: pip install scrapekit-html",
    )
    assert (
        refusal(site.plugins(), "filters", "trim")[1]
        == "scrapekit-filters brings it: pip install scrapekit-filters"
    )


def test_the_hints_for_well_known_parts_name_who_really_brings_them():
    from scrapekit.plugins.catalogue import _WELL_KNOWN

    brought = {(info.kind, info.name): info.dist for info in Plugins().all()}

    assert {key: brought.get(key) for key in _WELL_KNOWN} == _WELL_KNOWN


def test_a_name_offered_twice_is_an_error_naming_both(site):
    site.install("one", "1.0", "[scrapekit.parsers]\nw = one_a:W")
    site.install("two", "2.0", "[scrapekit.parsers]\nw = two_a:W")

    assert refusal(site.plugins(), "parsers", "w") == (
        'parser "w" is offered by one 1.0 and two 2.0',
        'write "one:w" or "two:w" to choose one',
    )


def test_dist_and_name_choose_between_two_offers(site):
    site.install("One.Thing", "1.0", "[scrapekit.parsers]\nw = one_b:W", one_b=PARSER.format(name="W"))
    site.install("two", "2.0", "[scrapekit.parsers]\nw = two_b:W", two_b=PARSER.format(name="W"))
    plugins = site.plugins()

    assert plugins.load("parsers", "one-thing:w").__module__ == "one_b"
    assert plugins.load("parsers", "two:w").__module__ == "two_b"


def test_switching_one_of_two_off_leaves_the_other_by_its_plain_name(site):
    site.install("one", "1.0", "[scrapekit.parsers]\nw = one_c:W")
    site.install("two", "2.0", "[scrapekit.parsers]\nw = two_c:W", two_c=PARSER.format(name="W"))

    assert site.plugins("no:one:w").load("parsers", "w").__module__ == "two_c"


@pytest.mark.parametrize("word", ["no:w", "w", "no:parsers.w", "no:one:w", "no:one"])
def test_a_part_is_switched_off_by_any_of_its_names(site, word):
    site.install("one", "1.0", "[scrapekit.parsers]\nw = one_d:W")
    plugins = site.plugins(word)

    assert plugins.names("parsers") == []
    assert refusal(plugins, "parsers", "w") == (
        'parser "w" of one 1.0 is switched off',
        f"leave out -p no:{word.removeprefix('no:')}",
    )


def test_switching_off_what_nobody_knows_is_an_error(site):
    site.install("one", "1.0", "[scrapekit.parsers]\nwords = one_e:W")

    with pytest.raises(PluginError) as caught:
        site.plugins("no:word")

    assert str(caught.value) == '-p no:word: nothing installed is called "word"'
    assert caught.value.hint == 'did you mean "words"?'


def test_only_what_is_named_is_let_in(site):
    site.install(
        "one", "1.0", "[scrapekit.parsers]\nw = one_g:W\n[scrapekit.listeners]\nl = one_g:L", one_g=""
    )
    site.install("two", "2.0", "[scrapekit.parsers]\nv = two_g:V", two_g=PARSER.format(name="V"))
    plugins = site.plugins("only:two")

    assert (plugins.names("parsers"), plugins.names("listeners")) == (["v"], [])
    assert refusal(plugins, "parsers", "w") == ('parser "w" of one 1.0 is switched off', "add -p only:one")
    assert [info.note for info in plugins.all() if info.dist == "one"] == ["not let in by -p only:two"] * 2


def test_letting_in_what_nobody_knows_is_an_error(site):
    site.install("one", "1.0", "[scrapekit.parsers]\nw = one_h:W")

    with pytest.raises(PluginError, match='-p only:too: nothing installed is called "too"'):
        site.plugins("only:too")


# --- listing


def test_the_list_marks_the_broken_the_clashing_and_the_switched_off(site):
    site.install("one", "1.0", "[scrapekit.parsers]\nw = one_f:W\nv = one_f:V", one_f="")
    site.install("two", "2.0", "[scrapekit.parsers]\nw = two_f:W", two_f="")
    site.install("zap", "3", "[scrapekit.filters]\nz = zap_gone:Z")

    assert site.plugins("no:v").all() == [
        PartInfo("parsers", "v", "one", "1.0", "one_f:V", "off", "switched off by -p no:v"),
        PartInfo("parsers", "w", "one", "1.0", "one_f:W", "clash", "also offered by two 2.0"),
        PartInfo("parsers", "w", "two", "2.0", "two_f:W", "clash", "also offered by one 1.0"),
        PartInfo(
            "filters", "z", "zap", "3", "zap_gone:Z", "broken", 'the module of "zap_gone:Z" cannot be found'
        ),
    ]


def test_a_missing_inner_module_is_found_without_importing_its_package(site):
    site.install("deep", "1", "[scrapekit.parsers]\na = deep_pkg.here:A\nb = deep_pkg.gone:B")
    package = site.folder / "deep_pkg"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "here.py").write_text("")

    assert [(info.name, info.state) for info in site.plugins().all()] == [("a", "ok"), ("b", "broken")]


def test_a_misspelt_group_is_listed_as_broken(site):
    site.install("typo", "1", "[scrapekit.parser]\na = typo_a:A", typo_a="")

    (info,) = site.plugins().all()

    assert (info.kind, info.state, info.note) == (
        "scrapekit.parser",
        "broken",
        'no part belongs to the group "scrapekit.parser" (did you mean "scrapekit.parsers"?)',
    )


def test_a_package_with_unreadable_entry_points_is_listed_and_hurts_nobody(site):
    site.install("torn", "1", "[scrapekit.parsers]\nthis line has no equals sign")
    site.install("good", "1", "[scrapekit.parsers]\ng = good_b:G", good_b="")

    torn, good = sorted(site.plugins().all(), key=lambda info: info.kind)

    assert (torn.dist, torn.state) == ("torn", "broken")
    assert torn.note.startswith("its entry_points.txt cannot be read: ")
    assert (good.dist, good.state) == ("good", "ok")


def test_a_package_without_metadata_is_listed_without_a_version(site):
    site.install("lost", "1", "[scrapekit.parsers]\ng = lost_a:G", lost_a="")
    (site.folder / "lost-1.dist-info" / "METADATA").unlink()

    assert [info.name for info in site.plugins().all()] == ["g"]


def test_the_first_of_two_copies_on_the_path_counts(site, tmp_path):
    site.install("twin", "1", "[scrapekit.parsers]\nold = twin_a:A\n")
    newer = Site(tmp_path / "newer")
    newer.folder.mkdir()
    newer.install("twin", "2", "[console_scripts]\nx = twin_a:A\n")

    assert read_offers([str(newer.folder), str(tmp_path)]) == []
    assert [o.name for o in read_offers([str(tmp_path), str(newer.folder)])] == ["old"]


def test_about_tells_one_part_without_importing_it(site):
    site.install("one", "1.0", "[scrapekit.parsers]\nw = one_g:W", one_g="1 / 0")

    assert site.plugins().about("parsers", "w") == PartInfo("parsers", "w", "one", "1.0", "one_g:W", "ok")


@pytest.mark.parametrize(
    ("entry_points", "may_be"),
    [("[scrapekit.seeds]\na = b:c", True), ("[scrapekit.parsers]\na = b:c", False), ("", False)],
)
def test_a_quick_look_tells_whether_a_kind_may_be_offered(site, monkeypatch, entry_points, may_be):
    site.install("quick", "1", entry_points)
    monkeypatch.setattr(sys, "path", [str(site.folder), "/no/such/folder"])

    assert may_be_offered("seeds") is may_be


def test_a_quick_look_is_unsure_about_an_archive(site, monkeypatch):
    archive = site.folder / "packages.zip"
    archive.write_bytes(b"")
    monkeypatch.setattr(sys, "path", [str(archive)])

    assert may_be_offered("seeds") is True


def test_listing_needs_no_pluggy():
    code = (
        "import sys; from scrapekit.plugins import Plugins; Plugins().all(); print('pluggy' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout == "False\n"


# --- listeners

BELL = """
from scrapekit import hookimpl
heard = []
class Bell:
    @hookimpl
    def run_started(self, recipe):
        heard.append(("{name}", recipe))
"""


def start(relay: Relay) -> None:
    assert relay.run_started is not None
    relay.run_started(recipe="books", job="/tmp/x", resumed=False)


def test_a_moment_nobody_listens_to_is_none(site):
    relay = site.plugins().relay()

    assert [getattr(relay, moment) for moment in MOMENTS] == [None] * len(MOMENTS)


def test_the_relay_has_an_attribute_for_every_moment():
    assert list(Relay.__annotations__) == list(MOMENTS)


def test_a_listener_is_told_what_it_asks_for(site):
    site.install("bell", "1", "[scrapekit.listeners]\nbell = bell_a:Bell", bell_a=BELL.format(name="bell"))
    relay = site.plugins().relay()

    start(relay)

    assert sys.modules["bell_a"].heard == [("bell", "books")]
    assert relay.page_fetched is None
    assert repr(relay) == "<Relay 1 listeners, run_started>"


def test_a_module_is_a_listener_too(site):
    source = (
        "from scrapekit import hookimpl\nheard = []\n@hookimpl\ndef run_started(recipe): heard.append(recipe)"
    )
    site.install("bell", "1", "[scrapekit.listeners]\nbell = bell_b", bell_b=source)

    start(site.plugins().relay())

    assert sys.modules["bell_b"].heard == ["books"]


def test_listeners_are_told_in_the_order_of_their_names(site):
    source = """
    from scrapekit import hookimpl
    heard = []
    class Bell:
        def __init__(self, name): self.name = name
        @hookimpl
        def run_started(self): heard.append(self.name)
    b, a, c = Bell("b"), Bell("a"), Bell("c")
    """
    entry_points = "[scrapekit.listeners]\nb = bell_c:b\na = bell_c:a\nc = bell_c:c"
    site.install("bell", "1", entry_points, bell_c=source)

    start(site.plugins().relay())

    assert sys.modules["bell_c"].heard == ["a", "b", "c"]


def test_two_packages_may_have_listeners_of_one_name(site):
    site.install("one", "1", "[scrapekit.listeners]\nbell = bell_d:Bell", bell_d=BELL.format(name="one"))
    site.install("two", "1", "[scrapekit.listeners]\nbell = bell_e:Bell", bell_e=BELL.format(name="two"))
    plugins = site.plugins()

    start(plugins.relay())

    assert sys.modules["bell_d"].heard + sys.modules["bell_e"].heard == [("one", "books"), ("two", "books")]
    assert [info.state for info in plugins.all()] == ["ok", "ok"]


def test_a_listener_switched_off_is_not_even_imported(site):
    site.install("bell", "1", "[scrapekit.listeners]\nbell = bell_f:Bell", bell_f="1 / 0")
    relay = site.plugins("no:bell").relay()

    assert relay.off == []
    assert "bell_f" not in sys.modules


def off(site: Site, module: str, source: str) -> str:
    site.install("bell", "1.5", f"[scrapekit.listeners]\nbell = {module}:Bell", **{module: source})
    (line,) = site.plugins().relay().off
    return line


def test_a_listener_that_cannot_be_imported_is_named_and_switched_off(site):
    assert off(site, "bell_g", "1 / 0") == (
        'listener "bell" of bell 1.5: cannot be loaded: ZeroDivisionError: division by zero'
    )


def test_a_listener_that_cannot_be_made_is_named_and_switched_off(site):
    source = "class Bell:\n    def __init__(self): raise OSError('no bell here')"

    assert off(site, "bell_h", source) == 'listener "bell" of bell 1.5: OSError: no bell here'


def test_a_misspelt_moment_is_named_and_switched_off(site):
    source = """
    from scrapekit import hookimpl
    class Bell:
        @hookimpl
        def run_finnished(self): ...
        @hookimpl
        def run_started(self): raise AssertionError
    """

    assert off(site, "bell_i", source) == (
        'listener "bell" of bell 1.5: there is no moment "run_finnished" (did you mean "run_finished"?)'
    )


def test_an_argument_that_a_moment_does_not_offer_is_named_and_switched_off(site):
    source = (
        "from scrapekit import hookimpl\nclass Bell:\n    @hookimpl\n    def run_started(self, colour): ..."
    )

    assert off(site, "bell_j", source) == (
        'listener "bell" of bell 1.5: hookimpl definition: run_started(colour); '
        "Argument(s) {'colour'} are declared in the hookimpl but can not be found in the hookspec"
    )


def test_an_async_listener_is_named_and_switched_off(site):
    source = (
        "from scrapekit import hookimpl\nclass Bell:\n    @hookimpl\n    async def run_started(self): ..."
    )

    assert off(site, "bell_k", source) == (
        'listener "bell" of bell 1.5: run_started is async, but listeners are called without await'
    )


def test_a_wrapper_is_named_and_switched_off(site):
    source = (
        "from scrapekit import hookimpl\nclass Bell:\n    @hookimpl(wrapper=True)\n"
        "    def run_started(self):\n        return (yield)"
    )

    assert off(site, "bell_l", source) == (
        'listener "bell" of bell 1.5: run_started is a wrapper, but listeners are told, never asked'
    )


def test_a_listener_without_a_marked_function_is_named_and_switched_off(site):
    source = "class Bell:\n    def run_started(self): ..."

    assert off(site, "bell_m", source) == (
        'listener "bell" of bell 1.5: it listens to nothing: no function of it is marked with @hookimpl'
    )


def test_a_listener_that_raises_is_logged_once_switched_off_and_the_others_go_on(site, caplog):
    source = """
    from scrapekit import hookimpl
    heard = []
    class Bad:
        @hookimpl
        def run_started(self): heard.append("bad"); raise ValueError("broken\\nbell")
        @hookimpl
        def page_fetched(self): ...
    class Good:
        @hookimpl
        def run_started(self): heard.append("good")
    """
    entry_points = "[scrapekit.listeners]\nbad = bell_n:Bad\ngood = bell_n:Good"
    site.install("bell", "1", entry_points, bell_n=source)
    relay = site.plugins().relay()
    told_before = relay.run_started
    assert told_before is not None
    assert relay.page_fetched is not None

    with caplog.at_level(logging.WARNING, "scrapekit.plugins"):
        start(relay)
        start(relay)
        told_before(recipe="books", job="", resumed=False)

    assert sys.modules["bell_n"].heard == ["bad", "good", "good", "good"]
    assert relay.page_fetched is None
    assert relay.off == ['listener "bad" of bell 1: ValueError: broken']
    assert caplog.messages == ['switched off listener "bad" of bell 1: ValueError: broken']


def test_a_caller_may_listen_beside_the_installed_ones(site):
    site.install("bell", "1", "[scrapekit.listeners]\nbell = bell_o:Bell", bell_o=BELL.format(name="bell"))
    heard: list[str] = []

    class Own:
        @hookimpl
        def run_started(self, recipe: str) -> None:
            heard.append(recipe)

    plugins = site.plugins()
    plugins.listen("own", Own())
    start(plugins.relay())

    assert heard == ["books"]
    assert sys.modules["bell_o"].heard == [("bell", "books")]


def test_the_relay_is_made_once(site):
    plugins = site.plugins()

    assert plugins.relay() is plugins.relay()


def test_an_offer_names_its_source():
    assert Offer("parsers", "w", "words", "", "w:W").source == "words"
