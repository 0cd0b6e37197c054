"""How often a path may go through the whole of a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scrapekit_json.tree import (
    Call,
    Comparison,
    Condition,
    Either,
    Every,
    Exists,
    Filter,
    Finds,
    Not,
    Operand,
    Query,
    Segment,
    Selector,
    Step,
)


def steepness(steps: Sequence[Step]) -> int:
    """By which power of a page's size the time grows that a path takes; 1 goes for every short path."""
    return max(1, sum(_of_step(step) for step in steps))


def _of_step(step: Step) -> int:
    if not isinstance(step, Segment):
        # From many children back to one parent, and down again.
        return step.name == "parent"
    conditions = [each.condition for each in step.selectors if isinstance(each, Filter)]
    inside = [_of_query(query) for condition in conditions for query in _queries(condition)]
    return step.deep + _overlaps(step.selectors) + max(inside, default=0)


def _overlaps(selectors: Sequence[Selector]) -> bool:
    """Whether one value may be selected twice: all that follows is then done twice, too."""
    names = {each for each in selectors if isinstance(each, str)}
    return len(selectors) > 1 and len(names) < len(selectors)


def _of_query(query: Query) -> int:
    inside = sum(_of_step(segment) for segment in query.segments)
    # From the top, for every value that is judged.
    return inside + 2 if query.absolute and query.keys is None else inside


def _queries(condition: Condition) -> Iterator[Query]:
    match condition:
        case Exists(query):
            yield query
        case Comparison(left, _, right):
            yield from _in_operands((left, right))
        case Finds(value, _):
            yield from _in_operands((value,))
        case Call(_, arguments):
            yield from _in_operands(arguments)
        case Not(inner):
            yield from _queries(inner)
        case Every(conditions) | Either(conditions):
            for each in conditions:
                yield from _queries(each)


def _in_operands(operands: Sequence[Operand]) -> Iterator[Query]:
    for operand in operands:
        if isinstance(operand, Query):
            yield operand
        elif isinstance(operand, Call):
            yield from _in_operands(operand.arguments)
