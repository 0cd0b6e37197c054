"""Where values, rows and links come from, written long: ``{css: …}``, in a table, in several steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from scrapekit.node import ListNode, MapNode, Node, ScalarNode
from scrapekit.options import Options
from scrapekit.recipe.model import Selector, Then
from scrapekit.recipe.model.languages import ANSWER, PLACES, READER, REGEX, TEXTS, VALUES
from scrapekit.recipe.reading.selector import Found, Ground, read_prefix, read_selector

ROWS = ("css", "xpath", "jsonpath", *PLACES, "jsonld", "microdata", "state", "select")
"""The long forms' keys that find rows: each a selector language, or what the short form would hold."""

NODES = (*ROWS[:-1], "meta", "select")
"""Those where an address will do, too."""

SELECTORS = (*NODES[:-1], REGEX, *ANSWER, "select")
"""Those where any text will do."""

_STEPS = (*NODES[:-1], REGEX, "select")
"""Those of a second step, which has nothing to do with the answer any more."""


def sources_in(options: Options, keys: Sequence[str]) -> list[str]:
    """Which of *keys* compete to be the source; ``table``, ``row`` and ``column`` do where they are alone."""
    written = [key for key in keys if key in options]
    return [key for key in written if key not in PLACES] or [key for key in PLACES if key in written][-1:]


def read_source(ground: Ground, options: Options, keys: Sequence[str]) -> Found | None:
    """The selector of a long form among *keys*, its ``then`` included; None where it has none, or a problem.

    ``attr`` is left to `read_ways`.
    """
    nodes = {key: options.node(key) for key in keys}
    source = next(iter(sources_in(options, keys)), "")
    then, ways = options.node("then"), _ways(options) if "then" in options else ()
    found = _read_key(ground, options, source) if source and nodes[source] is not None else None
    within = _within(ground, options, source) if PLACES[0] in keys else None
    if found is None:
        return None
    selector = replace(found.selector, within=within)
    if within is not None and selector.language in ANSWER:
        options.problem(source, f'"{source}" is about the answer, not about a place in a table')
    if then is None:
        return Found(selector, found.reads)
    ways = found.reads or ways or default_ways(selector)
    step = _read_then(ground, then, options.at("then"), ways)
    return step and Found(replace(selector, then=step[0]), step[1])


def _read_key(ground: Ground, options: Options, key: str) -> Found | None:
    node = options.node(key)
    assert node is not None
    if key in ("status", "url") and isinstance(node, ScalarNode) and node.value is True:
        return Found(Selector(node, key))
    if key == "status":
        options.problem(key, "the status has nothing to choose from", "write status: true")
        return None
    return read_selector(ground, node, options.at(key), None if key == "select" else key)


def _within(ground: Ground, options: Options, source: str) -> Selector | None:
    """Where in tables the selector under *source* looks; the innermost place first."""
    within: Selector | None = None
    for key in PLACES:
        node = options.node(key)
        if key == source or node is None:
            continue
        # A table beside something else is where that is; alone it is its rows.
        found = read_selector(ground, node, options.at(key), "css" if key == "table" else key)
        if found is not None:
            within = replace(found.selector, within=within)
    return within


def read_ways(options: Options, found: Found | None) -> tuple[str, ...]:
    """How what is found is read: ``attr``, or what the selector says; empty for the parser's own way."""
    if "then" in options:
        # There "attr" belongs to the first step, and was read with it.
        return found.reads if found else ()
    ways, written = _ways(options), found.reads if found else ()
    if ways and written:
        options.problem(
            "attr", f'the selector names an attribute already: "@{written[0]}"', "leave out one of the two"
        )
    if ways and found and found.selector.language in TEXTS:
        said = f'"{found.selector.language}" finds a text, which has nothing more to read'
        options.problem("attr", said, "leave it out")
    return written or ways or (() if found is None else default_ways(found.selector))


def default_ways(selector: Selector) -> tuple[str, ...]:
    """How matches are read where nothing is said: the rows of a table as records, others as text."""
    return ("record",) if selector.language == "table" else ()


def _ways(options: Options) -> tuple[str, ...]:
    return tuple(str(node.value) for node in options.texts("attr"))


def read_remove(ground: Ground, options: Options) -> tuple[Selector, ...]:
    """``remove``: one selector or a list, each short or long."""
    node = options.node("remove")
    if node is None:
        return ()
    found = []
    for item in node.items if isinstance(node, ListNode) else (node,):
        selector = read_rows(ground, item, options.at("remove"), ("css", "xpath", "jsonpath", "select"))
        if selector is not None and selector.then is not None:
            options.problem("remove", "what a second step finds is no part of the page", "leave out then")
        elif selector is not None:
            found.append(selector)
    return tuple(found)


def read_rows(ground: Ground, node: Node | None, path: str, keys: Sequence[str] = ROWS) -> Selector | None:
    """``each``: the selector of rows, as a short form or ``{css: …}``."""
    if node is None:
        return None
    if isinstance(node, MapNode):
        options = Options(node, ground.problems, path, mark=node.mark)
        found = read_one(ground, options, keys)
        if "attr" in options and "then" not in options:
            options.problem("attr", "rows are nodes, not attributes", "leave it out")
        options.close("attr")
    else:
        found = read_selector(ground, node, path)
    if found is not None and found.reads:
        hint = f"write the selector without @{found.reads[0]}"
        ground.problems.add(found.selector.text.mark, path, "rows are nodes, not attributes", hint)
    return None if found is None else found.selector


def ground_in(ground: Ground, rows: Selector | None) -> Ground:
    """What selectors inside *rows* are read with: the parser of what the last step found."""
    parser = ground.parser
    while rows is not None:
        parser = VALUES.get(rows.language or "", parser)
        parser, rows = (rows.then.parser or parser, rows.then.selector) if rows.then else (parser, None)
    return ground if parser == ground.parser else replace(ground, parser=parser)


def read_one(ground: Ground, options: Options, keys: Sequence[str]) -> Found | None:
    """The selector of a mapping that is nothing but one: a problem where none of *keys* is there, or two."""
    written = sources_in(options, keys)
    if not written and REGEX not in options:
        named = [key for key in keys if key != "select"]
        options.problems.add(options.mark, options.path, f"expected one of {', '.join(named)}")
    for key in written[1:]:
        options.problem(key, f'"{key}" stands beside "{written[0]}"', "leave out one of the two")
    return read_source(ground, options, keys)


def _read_then(
    ground: Ground, node: Node, path: str, ways: tuple[str, ...]
) -> tuple[Then, tuple[str, ...]] | None:
    """The second step, those after it included, and how what the last one finds is read."""
    steps = node.items if isinstance(node, ListNode) else (node,)
    if not steps:
        ground.problems.add(node.mark, path, "there is no step here", "write then: { LANGUAGE: SELECTOR }")
        return None
    read = [
        _read_step(ground, step, f"{path}[{at}]" if isinstance(node, ListNode) else path)
        for at, step in enumerate(steps)
    ]
    made: tuple[Then, tuple[str, ...]] | None = None
    for step, found in zip(reversed(steps), reversed(read), strict=True):
        if found is None:
            return None
        then, reads = found
        if made is not None and then.selector.then is not None:
            ground.problems.add(step.mark, path, "a step in a list has no further step of its own")
            return None
        if made is not None:
            inner, after = made
            selector = replace(then.selector, then=replace(inner, reads=reads))
            then, reads = replace(then, selector=selector), after
        made = then, reads
    return made and (replace(made[0], reads=ways), made[1])


def _read_step(ground: Ground, node: Node, path: str) -> tuple[Then, tuple[str, ...]] | None:
    if isinstance(node, MapNode):
        return _long_step(ground, node, path)
    prefix = read_prefix(str(node.value), "html")[0] if isinstance(node, ScalarNode) else None
    if prefix is None and isinstance(node, ScalarNode) and isinstance(node.value, str):
        _refuse_unmarked(ground, node, path)
        return None
    parser = _reader(ground, prefix or "", node, path)
    found = None if parser is None else read_selector(replace(ground, parser=parser or "html"), node, path)
    if found is None:
        return None
    return Then(found.selector, parser or "", node.mark), found.reads or default_ways(found.selector)


def _long_step(ground: Ground, node: MapNode, path: str) -> tuple[Then, tuple[str, ...]] | None:
    options = Options(node, ground.problems, path, mark=node.mark)
    named, more = read_parser(options)
    key = next(iter(sources_in(options, _STEPS)), "")
    language = "" if key == "select" else key
    if key == "select" and not named:
        written = options.node(key)
        language = read_prefix(str(getattr(written, "value", "")), "html")[0] or ""
        if not language and isinstance(written, ScalarNode):
            _refuse_unmarked(ground, written, options.at(key))
    parser = named or (_reader(ground, language, node, path) if language else None)
    inner = replace(ground, parser=parser or "html")
    found = read_one(inner, options, _STEPS)
    reads, remove = read_ways(options, found), read_remove(inner, options)
    where = options.where("parser") if named else node.mark
    options.close()
    if found is None or parser is None:
        return None
    return Then(replace(found.selector, remove=remove), parser, where, options=more), reads


def _reader(ground: Ground, language: str, node: Node, path: str) -> str | None:
    """The parser of a step in *language*, empty for a regular expression; None, and a problem, for none."""
    if language in ANSWER:
        message = f'"{language}" is read from the answer, not from what was found before'
        ground.problems.add(node.mark, path, message)
        return None
    return "" if language == REGEX else READER.get(language, "")


def _refuse_unmarked(ground: Ground, node: ScalarNode, path: str) -> None:
    hint = "begin it with css:, xpath:, json: or re:, or name its parser: then: { parser: …, select: … }"
    ground.problems.add(node.mark, path, "a second step says what language it is in", hint)


def read_parser(options: Options, default: str = "") -> tuple[str, MapNode | None]:
    """``parser``: its name, and the options that stand beside it."""
    node = options.node("parser")
    if not isinstance(node, MapNode):
        return options.text("parser", default), None
    long = options.section("parser")
    long.require("name")
    rest = {key: value for key, value in node.entries.items() if key != "name"}
    return long.text("name", default), MapNode(rest, node.mark, {key: node.key_mark(key) for key in rest})
