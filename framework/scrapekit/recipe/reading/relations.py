"""How the rows of a page hang together: ``span``, ``explode``, ``join``, ``sort`` and ``unique``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import Explode, Field, InPageJoin, RowSpan, SortKey, Unique
from scrapekit.recipe.reading.fields import read_fields
from scrapekit.recipe.reading.joins import refuse_other_pages
from scrapekit.recipe.reading.selector import Ground
from scrapekit.recipe.reading.source import ground_in, read_rows

NEXT = "next"
"""``span: next``: a row goes on up to the next row."""


def read_span(ground: Ground, options: Options) -> RowSpan | None:
    """``span``: how many siblings make a row, ``next`` for all up to the next row, or ``{until: …}``."""
    node = options.node("span")
    if node is None:
        return None
    if "each" not in options:
        options.problem("span", '"span" is about the rows of "each", which is missing')
    mark = options.key_mark("span")
    if isinstance(node, MapNode):
        long = options.section("span")
        until = read_rows(ground, long.node("until"), long.at("until")) if long.require("until") else None
        long.close()
        return RowSpan(mark, until=until)
    if isinstance(node, ScalarNode) and node.value == NEXT:
        return RowSpan(mark)
    count = options.integer("span", least=2)
    return None if count is None else RowSpan(mark, count)


def read_explode(options: Options, fields: Iterable[Field]) -> tuple[Explode, ...]:
    """``explode``: a field's name, a mapping, or a list of those, each seeing what the one before made."""
    columns = {field.name: field for field in fields}
    found = []
    for long in _each_of(options, "explode", short="field"):
        long.require("field")
        name = long.text("field")
        explode = Explode(name, long.mark, long.text("prefix"), long.flag("keep_empty"))
        long.close()
        if name and _can_explode(long, explode, columns):
            _lift(long, explode, columns)
            found.append(explode)
    return tuple(found)


def _can_explode(options: Options, explode: Explode, columns: dict[str, Field]) -> bool:
    field = columns.get(explode.field)
    if field is None:
        options.problem("field", *_no_field(options, explode.field, columns))
        return False
    # A pipe, a template or JSON may well give a list; these cannot.
    single = not field.all and field.nth is None and not field.pipe and field.type in (None, "object")
    if field.fields and field.each is None and single and not field.otherwise:
        options.problem("field", f'"{explode.field}" is one object', "a list of objects has each and fields")
        return False
    if explode.prefix and not field.fields:
        hint = "a value keeps the name of its list"
        options.problem("prefix", f'the entries of "{explode.field}" have no fields to name', hint)
    return True


def _lift(options: Options, explode: Explode, columns: dict[str, Field]) -> None:
    """Put the entries' fields in the place of their list; a name that is taken is a problem."""
    field = columns[explode.field]
    if not field.fields:
        return
    del columns[explode.field]
    for entry in field.fields:
        name = explode.prefix + entry.name
        if name in columns:
            message = f'"{shown(name)}" is a field of the record and of the entries of "{explode.field}"'
            hint = f"explode: {{ field: {explode.field}, prefix: {explode.field}_ }}"
            options.problems.add(entry.mark, entry.path, message, hint)
        columns[name] = entry


def read_joins(ground: Ground, options: Options, columns: Collection[str]) -> tuple[InPageJoin, ...]:
    """``join``: each list to look partners up in, by the name they get under ``item.``."""
    node = options.node("join")
    if node is None:
        return ()
    if not isinstance(node, MapNode) or not node.entries:
        said = f"expected a mapping of joined lists, found {describe(node)}"
        options.problem("join", said, "write NAME: { each: …, on: …, fields: … }")
        return ()
    here = [*columns, *node.entries]
    found = []
    for name, value in node.entries.items():
        mark, path = node.key_mark(name), f"{options.at('join')}.{name}"
        if name in columns:
            message = f'"{shown(name)}" is a field of the record already'
            options.problems.add(mark, path, message, "give the joined list another name")
        found.append(_join(ground, name, Options(value, options.problems, path, mark=mark), here))
    return tuple(found)


def _join(ground: Ground, name: str, options: Options, here: Collection[str]) -> InPageJoin:
    each = read_rows(ground, options.node("each"), options.at("each")) if options.require("each") else None
    options.require("fields")
    fields = read_fields(ground_in(ground, each), options.node("fields"), options.at("fields"))
    refuse_other_pages(fields, options.problems, "in a list that is joined to it")
    on = tuple(_pairs(options, here, [field.name for field in fields]))
    join = InPageJoin(name, options.path, options.mark, each, on, fields, all=options.flag("all"))
    options.close()
    return join


def _pairs(options: Options, here: Collection[str], there: Collection[str]) -> Iterator[tuple[str, str]]:
    """``on``: a field both sides have, a list of such, or a mapping from the field here to that there."""
    if not options.require("on", "on: { field_here: field_there }"):
        return
    if isinstance(node := options.node("on"), MapNode):
        pairs = [(name, options.section("on").text(name)) for name in node.entries]
    else:
        pairs = [(str(name.value), str(name.value)) for name in options.texts("on")]
    for mine, theirs in pairs:
        if mine not in here:
            options.problem("on", *_no_field(options, mine, here))
        elif theirs not in there:
            message, hint = _no_field(options, theirs, there)
            options.problem("on", f"{message} in the joined list", hint)
        else:
            yield mine, theirs


def read_sort(options: Options, columns: Collection[str]) -> tuple[SortKey, ...]:
    """``sort``: a field's name, ``{by, order}``, or a list of those."""
    found = []
    for long in _each_of(options, "sort", short="by"):
        long.require("by")
        by = long.text("by")
        if by and by not in columns:
            long.problem("by", *_no_field(long, by, columns))
        found.append(SortKey(by, long.choice("order", ("asc", "desc"), "asc")))
        long.close()
    return tuple(found)


def read_unique(options: Options, columns: Collection[str]) -> Unique | None:
    """``unique``: true for whole records, or the field or fields in which they differ."""
    node = options.node("unique")
    if node is None or (isinstance(node, ScalarNode) and isinstance(node.value, bool)):
        return Unique() if options.flag("unique") else None
    names = [str(name.value) for name in options.texts("unique")]
    for name in names:
        if name not in columns:
            options.problem("unique", *_no_field(options, name, columns))
    return Unique(tuple(names)) if names else None


def _each_of(options: Options, key: str, *, short: str) -> Iterator[Options]:
    """The settings under *key*, of which there may be a list, each short or long."""
    node = options.node(key)
    items: tuple[Node, ...] = node.items if isinstance(node, ListNode) else () if node is None else (node,)
    for at, item in enumerate(items):
        path = f"{options.at(key)}[{at}]" if isinstance(node, ListNode) else options.at(key)
        yield Options(item, options.problems, path, mark=options.where(key), short=short)


def _no_field(options: Options, name: str, known: Collection[str]) -> tuple[str, str]:
    return f'there is no field "{shown(name)}"', options.problems.near(name, known)
