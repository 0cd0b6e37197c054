"""The recipe's ``pipes:`` to filters made ready once, whatever number of fields uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scrapekit.extract.draft import Terms
from scrapekit.extract.fields.pipes import takes_no_options
from scrapekit.extract.filters import Made, make_filter
from scrapekit.recipe.model import NamedPipe, Step

LONGEST = 100
"""How many filters a pipe may have with those of the pipes it names."""


def compile_pipes(terms: Terms, pipes: Mapping[str, NamedPipe]) -> Mapping[str, Sequence[Made]]:
    """Each pipe's filters in order, those of the pipes it names put in; mistakes become problems.

    A pipe that names itself, on whatever way, is a problem, and so is one with a filter's name.
    """
    filters = set(terms.plugins.names("filters")) if pipes else set()
    for pipe in pipes.values():
        if pipe.name in filters:
            hint = "give the pipe another name"
            terms.problems.add(pipe.mark, f"pipes.{pipe.name}", f'"{pipe.name}" is a filter already', hint)
    maker = _Maker(terms, pipes)
    return {name: maker.made(name) for name in pipes}


class _Maker:
    """Makes each pipe once, the pipes it names first."""

    def __init__(self, terms: Terms, pipes: Mapping[str, NamedPipe]) -> None:
        self._terms = terms
        self._pipes = pipes
        self._done: dict[str, tuple[Made, ...]] = {}
        self._open: list[str] = []

    def made(self, name: str) -> tuple[Made, ...]:
        if name not in self._done:
            self._open.append(name)
            self._done[name] = self._all_of(self._pipes[name])
            self._open.pop()
        return self._done[name]

    def _all_of(self, pipe: NamedPipe) -> tuple[Made, ...]:
        path, found = f"pipes.{pipe.name}", list[Made]()
        for step in pipe.steps:
            found += self._step(step, path, pipe.name)
            if len(found) > LONGEST:
                message = f"the pipe has more than {LONGEST} filters with those of the pipes it names"
                self._terms.problems.add(step.mark, path, message)
                return ()
        return tuple(found)

    def _step(self, step: Step, path: str, pipe: str) -> Sequence[Made]:
        if step.name in self._open:
            way = " → ".join([*self._open[self._open.index(step.name) :], step.name])
            self._terms.problems.add(step.mark, path, f'the pipe "{step.name}" uses itself: {way}')
            return ()
        if step.name in self._pipes:
            return self.made(step.name) if takes_no_options(self._terms, step, path) else ()
        made = make_filter(self._terms, step.name, step.argument, step.mark, path, also=self._pipes)
        return () if made is None else (replace(made, pipe=pipe, mark=step.mark),)
