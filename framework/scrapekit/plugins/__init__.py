"""Parts and listeners that installed packages offer: found by name, loaded when named, told of moments."""

from __future__ import annotations

from scrapekit.plugins.catalogue import PartInfo, Plugins

__all__ = ["PartInfo", "Plugins"]
