"""What compiling shares: where parts come from, which names are in scope, where problems go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from scrapekit.errors import PluginError, Problems, nearest
from scrapekit.mark import Mark
from scrapekit.node import Node
from scrapekit.options import Options
from scrapekit.request import NOTHING

if TYPE_CHECKING:
    from scrapekit.extract.filters import Made
    from scrapekit.extract.reading import ReadField, Reading
    from scrapekit.parts import Parser
    from scrapekit.plugins import Plugins
    from scrapekit.recipe.model import Field


@dataclass(frozen=True, slots=True)
class Terms:
    """What text in a recipe may refer to: the names in scope and the parts that are installed."""

    plugins: Plugins
    problems: Problems
    names: Mapping[str, Collection[str] | None]
    """Root name → its attributes' names (None: any)."""
    parts: set[str]
    """Every part that was loaded so far, as ``parsers.html``."""
    pipes: Mapping[str, Sequence[Made]] = field(default=NOTHING, kw_only=True)
    """The recipe's named pipes, each as its filters made ready."""
    late: Mapping[str, Mapping[str, str | None]] = field(default=NOTHING, kw_only=True)
    """Root name → names that only requests may use → the placeholder that stands for the value until
    the request is sent, None for a value that there is not."""
    in_request: bool = field(default=False, kw_only=True)
    """True for the terms of what is sent, which may use the late names."""

    def load(self, kind: str, name: str, mark: Mark, path: str, also: Iterable[str] = ()) -> Any:
        """The part of that name; None, and a problem at *mark*, when there is no usable one.

        *also* are names that may have been meant beside those of parts.
        """
        try:
            part = self.plugins.load(kind, name)
        except PluginError as error:
            self.problems.add(mark, path, str(error), nearest(name, also) or error.hint)
            return None
        self.parts.add(f"{kind}.{name}")
        return part


@dataclass(frozen=True, slots=True)
class Trail:
    """What a field keeps of the rows before: told every row once it is read, forgotten with its list."""

    key: object
    """What it is kept under in `Reading.memo`."""
    remember: Callable[[dict[str, Any], Reading], None]


@dataclass(frozen=True, slots=True)
class Draft(Terms):
    """A page rule while it is compiled."""

    parser: Parser
    parser_name: str
    keep_invalid: bool = False
    """True inside ``on_invalid: keep``: a field that is invalid becomes null by itself."""
    stored: Callable[[Field], ReadField | None] | None = None
    """What stands in for a field's source where a record is completed away from the page it was read on."""

    in_rows: bool = False
    """True for what is read in rows: something can stand before it on the page."""
    hold_invalid: frozenset[str] = field(default=frozenset(), kw_only=True)
    """The paths of lists of objects that give an InvalidField in the place of an invalid one."""
    trails: list[Trail] | None = field(default=None, kw_only=True)
    """Where fields right under rows say what they keep of the rows before; None elsewhere."""
    others: dict[str, Parser] = field(default_factory=dict, kw_only=True)
    """The parsers of second steps, by name: one of each serves all that the page rule reads with it."""

    def read_by(self, name: str, mark: Mark, path: str, written: Node | None = None) -> Draft | None:
        """The same, for what another parser reads; None, and a problem, when there is no such parser.

        *written* are that parser's options.
        """
        if name in self.others and written is None:
            return replace(self, parser=self.others[name], parser_name=name)
        factory = self.load("parsers", name, mark, path)
        if factory is None:
            return None
        parser: Parser = factory(Options(written, self.problems, f"{path}.parser", mark=mark))
        if written is None:
            self.others[name] = parser
        return replace(self, parser=parser, parser_name=name)

    def with_items(self, names: Iterable[str]) -> Draft:
        """The same, with these field names under ``item.`` as well as those already there."""
        known = [*(self.names.get("item") or ()), *names]
        return replace(self, names={**self.names, "item": tuple(dict.fromkeys(known))})
