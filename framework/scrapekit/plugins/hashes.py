"""What an installed package holds, as one hash: read from its files, nothing is imported."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib import metadata

_OF_THE_INSTALLER = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json")
"""What is written beside the package's own metadata differs from machine to machine."""


@dataclass(frozen=True, slots=True)
class Installed:
    """One installed distribution: its version, and the SHA-256 of its files in hexadecimal digits.

    ``sha256`` is empty where there can be none, and ``note`` then says why; or where none was asked for.
    """

    dist: str
    version: str
    sha256: str
    note: str = ""


def installed(dist: str, *, hashed: bool = True) -> Installed | None:
    """What is installed under the name; None when nothing is. Without *hashed* none of its files is read.

    The same wheel has the same hash everywhere: paths and contents count, not compiled files, scripts
    (they name the interpreter) nor what installers note. What it depends on is not in it.
    """
    from importlib import metadata

    try:
        found = metadata.distribution(dist)
    except (metadata.PackageNotFoundError, ValueError):
        return None
    sha, note = _hashed(found) if hashed else ("", "")
    return Installed(dist, str(found.metadata["Version"] or ""), sha, note)


def _hashed(dist: metadata.Distribution) -> tuple[str, str]:
    if _is_editable(dist):
        return "", "installed editable: its files are those of a working copy, which may change at any time"
    paths = [path for path in dist.files or () if _counts(path.as_posix())]
    if not paths:
        return "", "its files are not listed by whoever installed it"
    whole = sha256()
    for path in sorted(paths, key=lambda path: path.as_posix()):
        try:
            content = sha256(dist.locate_file(path).read_bytes()).hexdigest()  # type: ignore[attr-defined]
        except OSError:
            return "", f"{path.as_posix()} is missing: install it again"
        whole.update(f"{path.as_posix()}\0{content}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest(), ""


def _is_editable(dist: metadata.Distribution) -> bool:
    """PEP 660 installs note it in direct_url.json (PEP 610)."""
    import json

    try:
        noted = json.loads(dist.read_text("direct_url.json") or "{}")
        return bool(noted.get("dir_info", {}).get("editable", False))
    except (OSError, ValueError, AttributeError):
        return False


def _counts(path: str) -> bool:
    if path.startswith(("../", "/")) or path.endswith(".pyc"):
        return False
    folder, _, name = path.rpartition("/")
    return not (folder.endswith(".dist-info") and name in _OF_THE_INSTALLER)
