"""Files that a field's address leads to: where they go, and which are wanted."""

from __future__ import annotations

from dataclasses import dataclass

from scrapekit.mark import Mark
from scrapekit.node import ScalarNode

FOLDER = "out/files"
"""Where files go when the recipe does not say: beside the export that it has when it names none."""

LARGEST = 100 * 2**20
"""The most bytes of a file when the recipe does not say."""

MOST = 1000
"""The most files of one field of a record when the recipe does not say: a page has no say in that."""

STEM = "name"
"""What a request carries the beginning of its file's name under."""

FACTS = ("url", "path", "sha256", "size", "type")
"""What is known of a file, and becomes the field's value."""


@dataclass(frozen=True, slots=True)
class Download:
    """``download`` on a field: the file behind its address is kept, and what is known of it is the value."""

    path: str
    mark: Mark
    to: str = FOLDER
    """The folder, below the output folder."""
    types: tuple[str, ...] = ()
    """Media types that are wanted, such as ``image/*``; empty: any."""
    max_size: int = LARGEST
    max_files: int = MOST
    """The most of one record, where the field is a list."""
    max_age: float = 0.0
    """Seconds for which a file of an earlier job that still stands there is not asked for."""
    hosts: tuple[str, ...] = ()
    """Hosts it may lie on beside those of ``crawl.scope``, with those below them; ``any``: wherever it is."""
    name: ScalarNode | None = None
    """A template for the beginning of its name."""
    give: str = ""
    """The one of `FACTS` that is the value; empty: all of them, as an object."""

    @property
    def terms(self) -> tuple[object, ...]:
        """What two fields have to agree in to share the files they both want."""
        return self.to, self.types, self.max_size, self.max_age, self.hosts
