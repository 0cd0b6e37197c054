"""What the installed packages offer, read from their metadata alone: nothing is imported."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING

from scrapekit.errors import did_you_mean
from scrapekit.parts import GROUPS

if TYPE_CHECKING:
    from importlib import metadata

_KINDS = {group: kind for kind, group in GROUPS.items()}
_OURS = re.compile(r"^\s*\[\s*scrapekit\.", re.MULTILINE)
_METADATA = (".dist-info", ".egg-info", ".egg")
_VALUE = re.compile(r"(?P<module>\w+(\.\w+)*)\s*(:\s*\w+(\.\w+)*)?\s*(\[.*\])?\s*\Z")


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry point of one installed distribution.

    ``kind`` is a key of `parts.GROUPS`, or the group as written when there is no such group;
    ``fault`` says in words why it can never be loaded, and is empty when nothing speaks against it.
    """

    kind: str
    name: str
    dist: str
    version: str
    value: str
    entry_point: metadata.EntryPoint | None = None
    fault: str = ""

    @property
    def source(self) -> str:
        """The distribution and its version, as error messages name them."""
        return f"{self.dist} {self.version}".rstrip()


def read_offers(path: Sequence[str] | None = None) -> list[Offer]:
    """Every offer of the distributions on *path* (None: ``sys.path``), sorted by kind, name, distribution.

    Where one distribution is found twice the first on the path counts, as it does for imports.
    One whose metadata cannot be read becomes an offer with a fault: it must not hurt the others.
    """
    from importlib import metadata

    # metadata.entry_points() gives up on everything when one package's file is malformed.
    folders = list(sys.path if path is None else path)
    found: dict[str, list[Offer]] = {}
    for dist in metadata.distributions(path=folders):
        text = _entry_points_text(dist)
        if not _OURS.search(text):
            continue
        name, version = _identity(dist)
        key = normal_name(name)
        if key not in found and not _is_shadowed(name, text, folders):
            found[key] = list(_offers_of(dist, name, version))
    offers = [offer for group in found.values() for offer in group]
    return sorted(offers, key=lambda o: (o.kind, o.name, o.dist, o.value))


def may_be_offered(kind: str) -> bool:
    """A quick look whether any package offers parts of *kind*; False is sure, True is not.

    It spares `--help` and shell completion the import of importlib.metadata, a quarter of their time.
    """
    if any(hasattr(f, "find_distributions") and f is not PathFinder for f in sys.meta_path):
        return True
    group = GROUPS[kind].encode()
    return any(_names_group(folder, group) for folder in dict.fromkeys(sys.path))


def _names_group(folder: str, group: bytes) -> bool:
    try:
        found = [entry for entry in os.scandir(folder or ".") if entry.name.endswith(_METADATA)]
    except OSError:
        # A file on the path is an archive, and may hold anything.
        return os.path.isfile(folder)  # noqa: PTH113
    for entry in found:
        if entry.name.endswith(".egg"):
            return True
        try:
            with open(os.path.join(entry.path, "entry_points.txt"), "rb") as text:  # noqa: PTH118, PTH123
                if group in text.read():
                    return True
        except OSError:
            continue
    return False


def normal_name(dist: str) -> str:
    """A distribution's name as the packaging specification compares it (``My_Dist`` is ``my-dist``)."""
    return re.sub(r"[-_.]+", "-", dist).lower()


def top_package(module: str) -> str:
    """The outermost package of a dotted name, or of an entry point's ``package.module:object``."""
    return module.partition(":")[0].partition(".")[0].strip()


def module_is_there(value: str) -> bool:
    """Whether the module an entry point names can be found, without importing it or its parents."""
    match = _VALUE.match(value)
    if match is None:
        return False
    path: Sequence[str] | None = None
    name = ""
    for part in match["module"].split("."):
        name = f"{name}.{part}" if name else part
        if name in sys.builtin_module_names:
            return True
        spec = next((s for finder in sys.meta_path if (s := finder.find_spec(name, path))), None)
        if spec is None:
            return False
        path = spec.submodule_search_locations
    return True


def _entry_points_text(dist: metadata.Distribution) -> str:
    try:
        return dist.read_text("entry_points.txt") or ""
    except (OSError, UnicodeDecodeError):
        return ""


def _identity(dist: metadata.Distribution) -> tuple[str, str]:
    """Name and version; a package removed by half has lost its METADATA but not its entry points."""
    try:
        about = dist.metadata
        return about["Name"] or "unknown", about["Version"] or ""
    except Exception:  # whatever the metadata backend raises: its type differs between Pythons
        return "unknown", ""


def _is_shadowed(name: str, text: str, folders: list[str]) -> bool:
    """Whether another copy of the distribution comes earlier on the path, with other entry points."""
    from importlib import metadata

    first = next(iter(metadata.distributions(name=name, path=folders)), None)
    return first is not None and _entry_points_text(first) != text


def _offers_of(dist: metadata.Distribution, name: str, version: str) -> Iterator[Offer]:
    try:
        entries = list(dist.entry_points)
    except Exception as error:  # a malformed line raises TypeError, ValueError or AttributeError
        yield Offer("", "", name, version, "", fault=f"its entry_points.txt cannot be read: {error}")
        return
    for entry in entries:
        if entry.group.startswith("scrapekit."):
            yield Offer(
                _KINDS.get(entry.group, entry.group),
                entry.name,
                name,
                version,
                entry.value,
                entry,
                _fault_of(entry),
            )


def _fault_of(entry: metadata.EntryPoint) -> str:
    if entry.group not in _KINDS:
        return f'no part belongs to the group "{entry.group}" ({did_you_mean(entry.group, _KINDS)})'
    if not _VALUE.match(entry.value):
        return f'"{entry.value}" is not written MODULE:NAME'
    return ""
