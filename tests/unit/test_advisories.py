"""No lower bound, and no installed version, of what scrapekit is built on has a fault that is known."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECTS = sorted([ROOT / "pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml")])


@dataclass(frozen=True, slots=True)
class Advisory:
    package: str
    fixed_in: Version
    id: str


def read_advisories(text: str) -> list[Advisory]:
    rows = [line.split(None, 3) for line in text.splitlines() if line and not line.startswith("#")]
    return [Advisory(package, Version(version), name) for package, version, name, _ in rows]


ADVISORIES = read_advisories(Path(__file__).with_name("advisories.txt").read_text(encoding="utf-8"))


def requirements(project: dict[str, Any]) -> Iterator[Requirement]:
    """What a project asks for: to run, in its extras, and to be worked on."""
    named = project.get("project", {})
    extras, groups = named.get("optional-dependencies", {}), project.get("dependency-groups", {})
    for texts in (named.get("dependencies", []), *extras.values(), *groups.values()):
        yield from (Requirement(text) for text in texts)


def floor(requirement: Requirement) -> Version | None:
    """The oldest version that may be installed; None where any may."""
    bounds = [
        Version(bound.version) for bound in requirement.specifier if bound.operator in (">=", "==", "~=")
    ]
    return max(bounds, default=None)


def too_low(asked: Iterable[Requirement], advisories: Iterable[Advisory]) -> list[str]:
    """The advisories that a version within the bounds still has."""
    known = list(advisories)
    return [
        f"{requirement} allows {advisory.id}, which is mended in {advisory.fixed_in}"
        for requirement in asked
        for advisory in known
        if advisory.package == canonicalize_name(requirement.name)
        and ((least := floor(requirement)) is None or least < advisory.fixed_in)
    ]


@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.parent.name)
def test_no_lower_bound_lets_a_known_fault_in(path: Path):
    asked = list(requirements(tomllib.loads(path.read_text(encoding="utf-8"))))

    assert too_low(asked, ADVISORIES) == []


@pytest.mark.parametrize("package", sorted({advisory.package for advisory in ADVISORIES}))
def test_nothing_installed_has_a_known_fault(package: str):
    try:
        installed = Version(metadata.version(package))
    except metadata.PackageNotFoundError:
        pytest.skip("not installed here")

    assert [a.id for a in ADVISORIES if a.package == package and installed < a.fixed_in] == []


def test_what_reaches_strangers_data_through_another_package_has_a_bound_of_its_own():
    """Host names go through idna, which the project itself never imports."""
    asked = requirements(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")))

    assert "idna" in {canonicalize_name(requirement.name) for requirement in asked}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("tea>=1.9", ["tea>=1.9 allows T-1, which is mended in 2.0"]),
        ("Tea", ["Tea allows T-1, which is mended in 2.0"]),
        ("tea<3", ["tea<3 allows T-1, which is mended in 2.0"]),
        ("tea>=2.0,<3", []),
        ("teapot>=1", []),
    ],
)
def test_a_bound_below_the_repair_is_found(asked: str, found: list[str]):
    advisories = read_advisories("# comment\ntea 2.0 T-1 it leaks\n")

    assert too_low([Requirement(asked)], advisories) == found
