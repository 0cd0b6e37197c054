"""A shop whose records have files: a recipe in a folder of its own, crawled from a site on the loopback."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from textwrap import dedent, indent

from file_site import FileSite
from scrapekit.report import Report
from scrapekit.run import RunSettings, StopSignal, prepare, run

HEAD = """\
scrapekit: 1
name: shop
inputs: {{ site: {{ type: string }} }}
seeds: {{ listing: "{{{{ inputs.site }}}}/" }}
crawl: {{ delay: 0, allow_failed: 100% }}
http: {{ retries: {retries}, allow_hosts: localhost }}
export: {export}
pages:
"""
LISTING = """\
listing:
  item: product
  each: li
  fields:
    name: b
    image: { css: img, download: %s }
"""


class Shop:
    """A recipe in a folder of its own."""

    def __init__(self, folder: Path, site: FileSite) -> None:
        self.folder = folder
        self.site = site
        self.report: Report

    def prepared(self, pages: str, *, retries: int = 0, export: str = "out/shop.jsonl", **of):
        head = HEAD.format(retries=retries, export=export)
        (self.folder / "shop.yaml").write_text(head + indent(dedent(pages), "  "))
        inputs = {"site": self.site.url}
        return prepare(RunSettings(self.folder / "shop.yaml", inputs, out_dir=self.folder, **of))

    async def run(self, pages: str, *, stop: StopSignal | None = None, **settings) -> list[dict]:
        """Run these page rules; gives the records, in the order of their names."""
        self.report = await run(self.prepared(pages, **settings), stop=stop)
        path = self.folder / "out" / "shop.jsonl"
        if not path.exists():
            return []
        records = [json.loads(line) for line in path.read_text().splitlines()]
        return sorted(records, key=lambda record: str(record["name"]))

    def found(self, folder: str = "out/files") -> dict[str, bytes]:
        """Every file of a folder, hidden ones and those below included."""
        root = self.folder / folder
        paths = [path for path in root.rglob("*") if path.is_file() or path.is_symlink()]
        return {str(path.relative_to(root)): path.read_bytes() for path in paths}


def row(name: str, *images: str) -> str:
    return f"<li><b>{name}</b>" + "".join(f"<img src='{image}'>" for image in images) + "</li>"


def short(body: bytes) -> str:
    return sha256(body).hexdigest()[:16]
