"""Names whose values are put in only when a request is sent: where they may stand, and who uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from scrapekit.errors import ExpressionError
from scrapekit.extract.draft import Terms
from scrapekit.language.expression_tree import Name, Tree, walk
from scrapekit.language.template import Placeholder, has_placeholder, split
from scrapekit.mark import Mark
from scrapekit.node import ListNode, MapNode, ScalarNode
from scrapekit.request import Request
from scrapekit.web.late import marked

AnyTerms = TypeVar("AnyTerms", bound=Terms)


def in_request(terms: AnyTerms) -> AnyTerms:
    """The terms of what is sent: those names are in scope too."""
    names = {**terms.names}
    for root, known in terms.late.items():
        names[root] = [*(names.get(root) or ()), *known]
    return replace(terms, names=names, in_request=True)


def check_late(terms: Terms, tree: Tree, *, alone: bool) -> None:
    """Raise ExpressionError where the tree uses such a name and may not.

    Only in a request may it stand at all, and there only *alone*: its value is not known before.
    """
    for name in walk(tree):
        if not isinstance(name, Name) or name.attribute not in terms.late.get(name.root, ()):
            continue
        whole = f"{name.root}.{name.attribute}"
        if not terms.in_request:
            message, hint = f'the secret "{name.attribute}" cannot stand here', "secrets go in requests"
            if name.root != "inputs":
                message, hint = f'"{whole}" cannot stand here', "it is put in when a request is sent"
        elif tree is not name or not alone:
            message = f'"{whole}" is not known before the request is sent, so nothing can be done with it'
            hint = f"write {{{{ {whole} }}}}"
        else:
            continue
        raise ExpressionError(message, offset=name.offset, width=name.width, hint=hint)


def check_late_text(terms: Terms, text: str) -> None:
    """`check_late` for each placeholder of a template."""
    for part in split(text):
        if isinstance(part, Placeholder):
            try:
                check_late(terms, part.tree, alone=True)
            except ExpressionError as error:
                raise ExpressionError(
                    str(error), offset=part.offset + error.offset, width=error.width, hint=error.hint
                ) from error


def is_late(terms: Terms, uses: Iterable[tuple[str, str]]) -> bool:
    """True when any of the names is put in only when the request is sent."""
    return any(name in terms.late.get(root, ()) for root, name in uses)


def marking(terms: Terms, *parts: object) -> Callable[[Request], Request] | None:
    """`marked` where a part of the recipe (a node, the shape of a request) uses such a name, else None."""
    uses = ((name.root, name.attribute) for part in parts for text in _texts(part) for name in _names(text))
    return marked if terms.late and is_late(terms, uses) else None


def _texts(part: object) -> Iterator[str]:
    """Every text with placeholders in a part of a recipe."""
    found: Any = part
    match found:
        case ScalarNode():
            if isinstance(found.value, str) and not found.literal and has_placeholder(found.value):
                yield found.value
        case MapNode():
            for node in found.entries.values():
                yield from _texts(node)
        case ListNode() | tuple():
            for node in found:
                yield from _texts(node)
        case Mark():
            return
        case _ if is_dataclass(found):
            for field in fields(found):
                yield from _texts(getattr(found, field.name))


def _names(text: str) -> Iterator[Name]:
    try:
        parts = split(text)
    except ExpressionError:  # a problem already
        return
    for part in parts:
        if isinstance(part, Placeholder):
            yield from (tree for tree in walk(part.tree) if isinstance(tree, Name))
