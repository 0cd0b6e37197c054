"""Fault 72: files that servers and pages call what they like, and what may stand in their place already."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from urllib.parse import quote

from catalogue.fault import Fault, Ground, Happened, Right
from catalogue.own import by_rule
from fault_site import answer

_NAMES = (
    "../../evil",
    "/etc/cron.d/evil",
    "C:\\Windows\\evil",
    "..\\..\\evil.exe",
    "..%2f..%2fevil",
    "a\0b",
    "CON",
    "nul.txt",
    "aux.",
    "x" * 1_900,
    "photo\u202egpj.exe",
    ".bashrc",
    "~",
    "-rf",
    "a b;$(touch ran)`touch ran`",
    "\x1b[2J\r\nforged",
)
_SAFE = re.compile(
    r"out/files/(?!(?:con|nul|aux|prn)[.])(?!-)[\w-]{0,100}[0-9a-f]{16}\.[a-z0-9]{1,8}", re.ASCII | re.I
)
_RULE = (
    "{ item: book, each: li, fields: { title: b, file: { css: a@href, download: true, required: true } } }"
)


def _content(number: int) -> bytes:
    return f"file {number}".encode()


def _page(links: Sequence[str]) -> bytes:
    return answer("".join(f'<li><b>{n}</b><a href="{link}">x</a></li>' for n, link in enumerate(links)))


def _by_address(ground: Ground) -> bytes:
    for number in range(len(_NAMES)):
        body = answer(_content(number), kind="application/octet-stream")
        start = f"/file/{number}/"
        ground.site.patterns.append(
            lambda _, path, start=start, body=body: body if path.startswith(start) else None
        )
    return _page([f"/file/{n}/{quote(name, safe='')}" for n, name in enumerate(_NAMES)])


def _by_header(ground: Ground) -> bytes:
    names = [*_NAMES, "x" * 5_000]
    for number, name in enumerate(names):
        plain = re.sub(r"[^ -!#-~]", "", name)
        told = (
            f"Content-Disposition: attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
        )
        body = answer(_content(number), "200 OK", told, kind="application/octet-stream")
        ground.site.serve(f"/file/{number}", body, ground.host)
    return _page([f"/file/{n}" for n in range(len(names))])


def _named(serve: Callable[[Ground], bytes]) -> Callable[[Ground], Happened]:
    """Told: what is wrong with a name, a content, or a file that nobody named; asked: how many came."""

    def run(ground: Ground) -> Happened:
        around = ground.folder.with_name(ground.folder.name + "-home")
        own = Ground(around / "job", ground.site, ground.host, ground.run)
        happened = by_rule(_RULE, serve(ground))(own)
        wrong, named = [], set()
        for record in happened.records:
            file = record["file"]
            named.add(own.folder / file["path"])
            body = (own.folder / file["path"]).read_bytes()
            if not _SAFE.fullmatch(file["path"]) or body != _content(int(record["title"])):
                wrong.append(file["path"])
        there = {path for path in (own.folder / "out/files").rglob("*") if path.is_file()}
        wrong += [str(path) for path in there ^ named]
        wrong += [str(path) for path in around.iterdir() if path.name != "job"]
        wrong += [path.name for path in own.folder.iterdir() if path.name not in _OWN]
        return Happened(happened.ended, "; ".join(wrong), happened.records, len(named))

    return run


_OWN = {"job.yaml", ".scrapekit", "out"}


def _in_place(ground: Ground) -> Happened:
    """A link of exactly the name that the file will have: its target stays as it is."""
    there = ground.folder.with_name(ground.folder.name + "-there")
    there.mkdir()
    (there / "file").write_text("untouched")
    digits = sha256(_content(0)).hexdigest()
    name = f"tea-{digits[:16]}.bin"
    folder = ground.folder / "out/files"
    folder.mkdir(parents=True)
    (folder / name).symlink_to(there / "file")
    ground.site.serve("/tea.bin", answer(_content(0), kind="application/octet-stream"), ground.host)
    happened = by_rule(_RULE, _page(["/tea.bin"]))(ground)
    assert (there / "file").read_text() == "untouched"
    assert len(list(there.iterdir())) == 1
    # Where the short name is taken by something else, all of the hash stands there.
    assert happened.records[0]["file"]["path"] == f"out/files/tea-{digits}.bin"
    assert (ground.folder / f"out/files/tea-{digits}.bin").read_bytes() == _content(0)
    return happened


def _folder_is_a_link(ground: Ground) -> Happened:
    there = ground.folder.with_name(ground.folder.name + "-there")
    there.mkdir()
    (ground.folder / "out").mkdir(parents=True)
    (ground.folder / "out/files").symlink_to(there)
    ground.site.serve("/tea.bin", answer(_content(0), kind="application/octet-stream"), ground.host)
    happened = by_rule(_RULE, _page(["/tea.bin"]))(ground)
    assert list(there.iterdir()) == []
    return happened


def _came(count: int) -> Right:
    return Right(f"{count} files below their folder, safely named", lambda h: not h.told and h.asked == count)


FAULTS = [
    Fault(72, "names-in-addresses", "output", _came(len(_NAMES)), alone=_named(_by_address)),
    Fault(72, "names-in-headers", "output", _came(len(_NAMES) + 1), alone=_named(_by_header)),
    Fault(
        72,
        "link-in-its-place",
        "output",
        Right("the file beside it", lambda h: h.ended.code == 0),
        alone=_in_place,
    ),
    Fault(
        72,
        "folder-is-a-link",
        "output",
        Right("refused, nothing written there", lambda h: h.ended.code in (2, 3) and not h.records),
        alone=_folder_is_a_link,
    ),
]
