"""The house reads as its plan says: floors, rooms, and one door for each library."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

HOUSE = Path(__file__).parents[2]
SOURCE = HOUSE / "framework" / "scrapekit"
PLAN = HOUSE / "docs" / "how-it-works.md"
ROW = re.compile(r"\| (\d) \| (\w+) \| ((?:`[\w.]+` ?)+) \|")

DOORS = {
    "aiohttp": {"fetch", "doors:demo"},
    "yaml": {"recipe"},
    "sqlite3": {"job"},
    "pluggy": {"plugins", "promises"},
    "click": {"doors:cli"},
    "regex": {"words"},
    "rich": {"doors:cli"},
    "lxml": set(),
    "cssselect": set(),
    "jsonpath_ng": set(),
}


def modules() -> dict[str, Path]:
    found = {}
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts)
        found[name.removesuffix(".__init__") if name != "__init__" else name] = path
    return found


def plan() -> dict[str, tuple[int, str]]:
    """Module or package → its floor and room, from the table people read."""
    rows = ROW.findall(PLAN.read_text(encoding="utf-8"))
    return {
        name: (int(floor), room) for floor, room, names in rows for name in re.findall(r"`([\w.]+)`", names)
    }


def place(module: str, table: dict[str, tuple[int, str]]) -> tuple[int, str]:
    """Floor and room of a module: the longest name in the table that it begins with."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in table:
            return table[name]
    raise AssertionError(f"{module} stands in no room of {PLAN.name}")


def imported(path: Path) -> set[str]:
    """Every module imported anywhere in a file, save for type checkers only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def ours(names: set[str], known: dict[str, Path]) -> set[str]:
    """The modules of the framework among what a file imports."""
    found = set()
    for name in names:
        if name == "scrapekit" or name.startswith("scrapekit."):
            parts = name.split(".")[1:]
            while parts and ".".join(parts) not in known:
                parts.pop()
            found.add(".".join(parts) or "__init__")
    return found


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_module_imports_only_from_floors_below_or_its_own_room(module):
    known, table = modules(), plan()
    floor, room = place(module, table)
    too_high = [
        other
        for other in ours(imported(known[module]), known)
        if place(other, table) != (floor, room) and place(other, table)[0] >= floor and other != "__init__"
    ]

    assert too_high == []


@pytest.mark.parametrize("library", sorted(DOORS))
def test_each_library_has_one_door(library):
    known, table = modules(), plan()
    doors = set()
    for module, path in known.items():
        if any(name.split(".")[0] == library for name in imported(path)):
            room = place(module, table)[1]
            doors.add(f"{room}:{module.split('.')[0]}" if room == "doors" else room)

    assert doors == DOORS[library]


def test_the_plan_names_no_module_that_is_not_there():
    known = modules()

    assert [name for name in plan() if name not in known] == []


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("scrapekit.cli", {"aiohttp", "lxml", "jsonpath_ng", "regex", "rich", "yaml", "pluggy"}),
        ("scrapekit.planning.prepare", {"aiohttp", "lxml", "jsonpath_ng", "rich"}),
        ("scrapekit.plugins", {"aiohttp", "lxml", "jsonpath_ng", "rich", "yaml", "pluggy"}),
    ],
)
def test_start_up_is_part_of_the_design(module, never):
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert never & set(loaded.stdout.split()) == set()


def test_plugins_use_public_names_only():
    private = [
        f"{path.relative_to(HOUSE)}: {name}"
        for path in sorted((HOUSE / "plugins").glob("*/src/**/*.py"))
        for name in imported(path)
        if name.startswith("scrapekit.") and name.split(".")[1] not in {*public(), "testing"}
    ]

    assert private == []


def test_what_is_public_is_listed_in_one_room_and_imported_in_another():
    import scrapekit.public

    there = {name for name, kind in vars(scrapekit.public).items() if not isinstance(kind, ModuleType)}

    assert public() == sorted(public())
    assert {name for name in there if name[0] != "_"} - {"TYPE_CHECKING", "annotations"} == {*public()} - {
        "hookimpl"
    }
    assert all(getattr(scrapekit, name) is not None for name in public())
    with pytest.raises(AttributeError, match="module 'scrapekit' has no attribute 'nothing'"):
        scrapekit.nothing  # noqa: B018


def public() -> list[str]:
    import scrapekit

    return scrapekit.__all__
