"""Fields: each short form of them, and the long one."""

from __future__ import annotations

from dataclasses import replace

from scrapekit.language.template import has_placeholder
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options, as_text
from scrapekit.recipe.model import Field
from scrapekit.recipe.reading.before import read_context, read_previous
from scrapekit.recipe.reading.contract import read_contract
from scrapekit.recipe.reading.download import check_download, read_download
from scrapekit.recipe.reading.joins import read_at, read_following, refuse_other_pages
from scrapekit.recipe.reading.pipe import read_pipe
from scrapekit.recipe.reading.selector import Found, Ground, attribute_list_hint, read_selector
from scrapekit.recipe.reading.source import (
    SELECTORS,
    default_ways,
    ground_in,
    read_remove,
    read_rows,
    read_source,
    read_ways,
    sources_in,
)

TYPES = (
    "string", "int", "float", "decimal", "number", "bool", "date",
    "datetime", "url", "email", "price", "enum", "list", "object",
)  # fmt: skip
_SOURCES = (*SELECTORS, "template", "const", "fields", "context", "previous")


def read_fields(ground: Ground, node: Node | None, path: str) -> tuple[Field, ...]:
    """The fields of the mapping *node*, in order; those with a problem in their source are left out."""
    if not isinstance(node, MapNode):
        if node is not None:
            ground.problems.add(node.mark, path, f"expected a mapping of fields, found {describe(node)}")
        return ()
    if not node.entries:
        ground.problems.add(node.mark, path, "there are no fields here", "write NAME: SELECTOR")
    read = (read_field(ground, name, value, f"{path}.{name}") for name, value in node.entries.items())
    return tuple(field for field in read if field is not None)


def read_field(ground: Ground, name: str, node: Node, path: str) -> Field | None:
    """One field; None where its source has a problem."""
    match node:
        case MapNode():
            return _long(ground, name, node, path)
        case ListNode():
            return _every_match(ground, name, node, path)
        case _ if node.broken:
            return None
        case ScalarNode(value=str() as text) if node.literal or has_placeholder(text):
            return Field(name, path, node.mark, template=node)
        case ScalarNode(literal=True):
            return Field(name, path, node.mark, const=node)
    found = read_selector(ground, node, path)
    if found is None:
        return None
    return Field(name, path, node.mark, selector=found.selector, reads=_short_ways(found))


def _short_ways(found: Found) -> tuple[str, ...]:
    return found.reads or default_ways(found.selector)


def _every_match(ground: Ground, name: str, node: ListNode, path: str) -> Field | None:
    """``["a.tag"]``: a list of every match."""
    if len(node) != 1:
        message = f"a list here holds one selector, whose every match is taken; found {len(node)}"
        ground.problems.add(node.mark, path, message, "selectors to try in turn are written under else")
        return None
    item = node.items[0]
    if hint := attribute_list_hint(ground, item):
        ground.problems.add(
            node.mark, path, f"{shown(_written(node))} is a list to YAML, not a selector", hint
        )
        return None
    if isinstance(item, MapNode):
        field = _long(ground, name, item, path)
        return field and _with_all(ground, field, item, path)
    found = read_selector(ground, item, path)
    if found is None:
        return None
    return Field(name, path, node.mark, selector=found.selector, reads=_short_ways(found), all=True)


def _written(node: ListNode) -> str:
    return node.mark.source.lines[node.mark.line - 1][node.mark.column - 1 :][: node.mark.width]


def _with_all(ground: Ground, field: Field, node: MapNode, path: str) -> Field | None:
    if field.selector is None or field.nth is not None:
        ground.problems.add(
            node.mark, path, "only a selector's matches can be listed", "leave out the brackets"
        )
        return None
    return Field(**{key: getattr(field, key) for key in Field.__slots__} | {"all": True})


def _long(ground: Ground, name: str, node: MapNode, path: str) -> Field | None:
    options = Options(node, ground.problems, path, mark=node.mark)
    source = _source(options)
    at, ground = read_at(ground, options)
    found = _found(ground, options)
    each = read_rows(ground, options.node("each"), options.at("each"))
    inside = ground_in(ground, each)
    kind, type_options = _type(options)
    before = read_context(ground, options)
    # One line for each key, in the order of the reference: in pieces nobody could see that all are read.
    field = Field(
        name,
        path,
        node.mark,
        selector=found.selector if found else None,
        template=options.scalar("template"),
        const=_const(options, kind),
        fields=read_fields(inside, options.node("fields"), options.at("fields")),
        each=each,
        reads=before[1] or read_ways(options, None) if before else read_ways(options, found),
        all=options.flag("all"),
        nth=options.integer("nth"),
        pipe=read_pipe(options.node("pipe"), ground.problems, options.at("pipe")),
        type=kind,
        type_options=type_options,
        required=options.flag("required"),
        default=options.node("default"),
        otherwise=_otherwise(ground, options, name),
        when=options.scalar("when", "a condition"),
        context=before and before[0],
        previous=read_previous(options),
        contract=read_contract(options, kind),
        at=at,
        pages=read_following(ground, options),
        download=read_download(options),
    )
    _check(options, field, source)
    options.close()
    found_at = (field.selector, field.template, field.fields, field.context, field.previous)
    return field if any(found_at) or source == "const" else None


def _const(options: Options, kind: str | None) -> Node | None:
    node = options.node("const")
    # ``1.10`` is the number 1.1, save where a text is meant.
    if kind == "string" and isinstance(node, ScalarNode) and node.value is not None:
        return as_text(node)
    return node


def _found(ground: Ground, options: Options) -> Found | None:
    found, remove = read_source(ground, options, SELECTORS), read_remove(ground, options)
    return found and Found(replace(found.selector, remove=remove), found.reads)


def _source(options: Options) -> str:
    """The key that says where the value comes from; a problem when there is none, or a second."""
    written = sources_in(options, _SOURCES)
    for key in written[1:]:
        hint = "what to try when the first gives nothing goes under else"
        if key == "regex" and written[0] in SELECTORS:
            hint = "to search in what was found, write pipe: [{ regex: ... }]"
        options.problem(key, f'a field has one source: "{key}" stands beside "{written[0]}"', hint)
    if not written:
        options.problems.add(options.mark, options.path, f"a field needs one of {', '.join(_SOURCES)}")
    return written[0] if written else ""


def _type(options: Options) -> tuple[str | None, MapNode | None]:
    node = options.node("type")
    if isinstance(node, MapNode):
        long = options.section("type")
        long.require("name")
        kind = long.choice("name", TYPES) or None
        rest = {key: value for key, value in node.entries.items() if key != "name"}
        more = MapNode(rest, node.mark, {key: node.key_mark(key) for key in rest})
    else:
        kind, more = options.choice("type", TYPES) or None, None
    if kind == "enum" and (more is None or "options" not in more.entries):
        options.problem("type", "an enum needs its options", "type: { name: enum, options: [a, b] }")
        return None, None
    return kind, more


def _otherwise(ground: Ground, options: Options, name: str) -> tuple[Field, ...]:
    node, path = options.node("else"), options.at("else")
    if node is None:
        return ()
    if not isinstance(node, ListNode):
        return tuple(filter(None, [read_field(ground, name, node, path)]))
    read = (read_field(ground, name, item, f"{path}[{at}]") for at, item in enumerate(node.items))
    return tuple(field for field in read if field is not None)


def _check(options: Options, field: Field, source: str) -> None:
    refuse_other_pages(field.fields, options.problems, "inside another field")
    refuse_other_pages(field.otherwise, options.problems, "among what is tried in its place")
    if source in ("template", "const") and "pages" in options:
        options.problem("pages", f'"pages" is about what is found on pages; this field has {source}')
    if source not in SELECTORS and source:
        for key in ("attr", "all", "nth", "then", "remove"):
            if key in options and (key, source) != ("attr", "context"):
                options.problem(key, f'"{key}" is about what a selector finds; this field has {source}')
    check_download(options, field)
    if field.all and field.nth is not None:
        options.problem("nth", "a field takes all matches or one of them", "leave out all or nth")
    if "each" in options and source != "fields":
        options.problem("each", '"each" finds the rows of a list of objects', 'add "fields"')
    if field.required and field.default is not None:
        hint = "leave out one of the two"
        options.problem("required", "a field with a default is never missing", hint)
