"""Whether what is installed is what the recipe was made with; asked before any of it is imported."""

from __future__ import annotations

from collections.abc import Iterable

from scrapekit.errors import Problems
from scrapekit.plugins.hashes import Installed, installed
from scrapekit.recipe.model import Pin


def check_pins(pins: Iterable[Pin], problems: Problems) -> bool:
    """True when every pinned package is as its pin says; a problem for each that is not."""
    held = [_holds(pin, installed(pin.dist, hashed=bool(pin.sha256)), problems) for pin in pins]
    return all(held)


def _holds(pin: Pin, found: Installed | None, problems: Problems) -> bool:
    path = f"plugins.{pin.dist}"
    wanted = f"{pin.dist}=={pin.version}" if pin.version else pin.dist
    if found is None:
        problems.add(pin.mark, path, f"{pin.dist} is not installed", f"pip install {wanted}")
    elif pin.version and found.version != pin.version:
        message = f"{pin.dist} is installed at version {found.version}, not {pin.version}"
        hint = f"pip install {wanted}, or write {found.version} when that is what the recipe works with now"
        problems.add(pin.version_mark, f"{path}.version", message, hint)
    elif pin.sha256 and not found.sha256:
        message = f"{pin.dist} has no hash: {found.note}"
        problems.add(
            pin.sha256_mark, f"{path}.sha256", message, "leave sha256 out, or install it from a wheel"
        )
    elif pin.sha256 and found.sha256 != pin.sha256:
        message = f"the files of {pin.dist} {found.version} are others: their sha256 is {found.sha256}"
        hint = "install it again from where you trust it; write the new one only if you know why it changed"
        problems.add(pin.sha256_mark, f"{path}.sha256", message, hint)
    else:
        return True
    return False
