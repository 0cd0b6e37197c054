"""A form on a page: what it holds, where it is sent, and what a browser would send of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.selectors import compile_selector
from scrapekit.parts import Document, Scope, Select
from scrapekit.recipe.model import Selector

Pairs: TypeAlias = list[tuple[str, str]]

_BUTTONS = frozenset({"submit", "button", "image", "reset", "file"})
_CHECKED = frozenset({"checkbox", "radio"})


@dataclass(frozen=True, slots=True)
class Form:
    """One form as it stands on the page."""

    action: str
    """As written; empty: the page's own address."""
    values: Pairs
    """What a browser would send if nothing were filled in, in the order of the page."""
    has_password: bool


FindForm: TypeAlias = Callable[[Document], Form | None]


def compile_form(draft: Draft, selector: Selector | None, path: str) -> FindForm | None:
    """How the form is found: by *selector*, else the one with a password field, else the first."""
    find = (
        _compile(draft, "form") if selector is None else compile_selector(draft, selector, path, first=False)
    )
    if find is None:
        return None
    controls = _controls(draft)
    action = draft.parser.read("action")

    def form_of(document: Document) -> Form | None:
        found = [_read(node, action, controls) for node in find(document.root)]
        return next((form for form in found if form.has_password), found[0] if found else None)

    return form_of


def _compile(draft: Draft, css: str) -> Select:
    return draft.parser.compile(css, "css", False)


@dataclass(frozen=True, slots=True)
class _Controls:
    """The parser's own ways to find a form's controls and read them."""

    all: Select
    inputs: Select
    areas: Select
    options: Select
    read: dict[str, Callable[[Any], Any]]

    def attribute(self, node: Scope, name: str) -> str:
        value = self.read[name](node)
        return value if isinstance(value, str) else ""


def _controls(draft: Draft) -> _Controls:
    names = ("name", "value", "type", "checked", "selected", "disabled", "text", "class")
    return _Controls(
        _compile(draft, "input, textarea, select"),
        _compile(draft, "input"),
        _compile(draft, "textarea"),
        _compile(draft, "option"),
        {name: draft.parser.read(name) for name in names},
    )


def _read(form: Scope, action: Callable[[Any], Any], controls: _Controls) -> Form:
    inputs, areas = list(controls.inputs(form)), list(controls.areas(form))
    values: Pairs = []
    has_password = False
    for node in controls.all(form):
        kind = controls.attribute(node, "type").strip().lower() if _among(node, inputs) else ""
        has_password = has_password or kind == "password"
        name = controls.attribute(node, "name")
        if not name or controls.read["disabled"](node) is not None:
            continue
        if _among(node, inputs):
            values += _of_input(node, name, kind, controls)
        elif _among(node, areas):
            values.append((name, controls.attribute(node, "text")))
        else:
            values += _of_select(node, name, controls)
    written = action(form)
    return Form(written.strip() if isinstance(written, str) else "", values, has_password)


def _among(node: Scope, nodes: Sequence[Scope]) -> bool:
    return any(node is each for each in nodes)


def _of_input(node: Scope, name: str, kind: str, controls: _Controls) -> Pairs:
    if kind in _BUTTONS or (kind in _CHECKED and controls.read["checked"](node) is None):
        return []
    value = controls.read["value"](node)
    return [(name, value if isinstance(value, str) else "on" if kind in _CHECKED else "")]


def _of_select(node: Scope, name: str, controls: _Controls) -> Pairs:
    options = list(controls.options(node))
    chosen = [each for each in options if controls.read["selected"](each) is not None] or options[:1]
    pairs = []
    for option in chosen[:1]:
        value = controls.read["value"](option)
        pairs.append((name, value if isinstance(value, str) else controls.attribute(option, "text")))
    return pairs
