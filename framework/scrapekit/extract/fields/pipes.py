"""Filters to one function: each step checked against the next, lists mapped, empty values spared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from scrapekit.errors import PluginError
from scrapekit.extract.draft import Terms
from scrapekit.extract.filters import Made, make_filter
from scrapekit.extract.reading import Reading, is_empty
from scrapekit.recipe.model import Step
from scrapekit.regex import RegexTooSlow

Apply: TypeAlias = Callable[[Any, Reading], Any]
"""One step of a pipe, or a whole pipe: an empty value goes in and comes out as None."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a value before it is there: its type, and whether it is a list of that type."""

    type: str = "any"
    many: bool = False

    def __str__(self) -> str:
        return f"a list of {self.type}" if self.many else self.type


def begins_with_html(terms: Terms, steps: Sequence[Step]) -> bool:
    """Whether the first filter of the pipe takes html; False where it cannot be told."""
    if not steps:
        return False
    if pipe := terms.pipes.get(steps[0].name):
        return pipe[0].takes == "html"
    try:
        return bool(terms.plugins.load("filters", steps[0].name).takes == "html")
    except (PluginError, AttributeError):
        return False


def compile_pipe(terms: Terms, steps: Sequence[Step], path: str, given: Shape) -> tuple[Apply | None, Shape]:
    """The pipe as one function (None when it has no steps), and what is known of what it gives."""
    applied: list[Apply] = []
    before = "the field"
    for step, made in _made_in(terms, steps, f"{path}.pipe"):
        if made is None:
            given, before = Shape(), step.name
            continue
        if not _connects(made, given):
            message = f"{before} gives {given}, but {made.label} takes {made.takes}"
            terms.problems.add(step.mark, f"{path}.pipe", message, _hint(made, given))
        given, before = _after(made, given), made.label
        applied.append(apply_filter(made, f"field {path}: {made.name} could not read the value"))
    return _chain(applied), given


def _made_in(terms: Terms, steps: Sequence[Step], path: str) -> Iterator[tuple[Step, Made | None]]:
    """Each filter with the step that names it, or names its pipe."""
    for step in steps:
        if (pipe := terms.pipes.get(step.name)) is None:
            yield step, make_filter(terms, step.name, step.argument, step.mark, path, terms.pipes)
        elif takes_no_options(terms, step, path):
            yield from ((step, made) for made in pipe)


def takes_no_options(terms: Terms, step: Step, path: str) -> bool:
    """True when the step, which names a pipe, has no argument; a problem otherwise."""
    if step.argument is None:
        return True
    message = f'"{step.name}" is a pipe of this recipe and takes no options'
    terms.problems.add(step.argument.mark, path, message)
    return False


def _connects(made: Made, given: Shape) -> bool:
    if made.takes == "any" or (given.type == "any" and not given.many):
        return True
    if made.takes == "list":
        return given.many or given.type == "list"
    if (given.type, made.takes) in (("html", "text"), ("text", "html")):
        # Markup is text, and a text of a JSON page or an attribute may be markup.
        return True
    return given.type in (made.takes, "any", "list") or (given.type, made.takes) == ("datetime", "date")


def _hint(made: Made, given: Shape) -> str:
    where = f'the pipe "{made.pipe}" has {made.name} at {made.mark}' if made.pipe else ""
    return "; ".join(filter(None, [where, _remedy(made, given)]))


def _remedy(made: Made, given: Shape) -> str:
    if made.takes == "list":
        return "`all: true` takes every match, as a list"
    if made.takes == "text" and given.type in ("number", "date", "datetime", "bool"):
        return f"put {made.name} before it, or `string` between them"
    return ""


def _after(made: Made, given: Shape) -> Shape:
    if made.gives == "list":
        return Shape("any", many=True)
    return Shape(made.gives, many=made.maps and given.many)


def _chain(steps: list[Apply]) -> Apply | None:
    if len(steps) < 2:
        return steps[0] if steps else None

    def apply(value: Any, reading: Reading) -> Any:
        for step in steps:
            value = step(value, reading)
        return value

    return apply


def apply_filter(made: Made, remark: str) -> Apply:
    """One filter as a step of a pipe; a value it cannot work on is empty and counted as *remark*."""
    one = _guarded(made, remark)
    if not made.maps:
        # What a list filter is handed is a list, also where only one value was there.
        return lambda value, reading: one(
            value if value.__class__ is list or value is None else [value], reading
        )

    def apply(value: Any, reading: Reading) -> Any:
        if value.__class__ is list:
            found = [result for each in value if (result := one(each, reading)) is not None]
            return found or None
        return one(value, reading)

    return apply


def _guarded(made: Made, remark: str) -> Apply:
    call = with_page(made)
    spares_empty = not made.takes_empty
    where = remark.partition(": ")[0]

    def one(value: Any, reading: Reading) -> Any:
        if not value and spares_empty and is_empty(value):
            return None
        try:
            result = call(value, reading)
        except RegexTooSlow as error:
            reading.note(f"{where}: {error}")
            return None
        except ValueError:
            reading.note(remark)
            return None
        return result if result or not is_empty(result) else None

    return one


def with_page(made: Made) -> Apply:
    """The filter's own function, called alike whether it uses the page or not."""
    function = made.function
    if made.uses_page:
        return lambda value, reading: function(value, reading.context)
    return lambda value, _: function(value)
