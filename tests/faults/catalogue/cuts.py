"""Half a page is never a page: good answers of every kind, cut after each of their bytes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from behaviours import Behaviour, Wire, links, then_close
from catalogue.fault import Fault, Ground, Happened, Right
from catalogue.packed import gzipped, library, raw_deflate
from job_runner import recipe

# The record stands first, so that a body cut anywhere behind it would still give one.
_PAGE = b"<html><body><h1>whole</h1>" + b"<p>and so on</p>" * 4 + b"</body></html>"
_END = b"\r\n\r\n"


def _chunked(body: bytes, size: int = 40) -> bytes:
    pieces = [body[n : n + size] for n in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0" + _END


def _head(*headers: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: text/html", *headers]).encode() + _END


def _whole() -> Iterator[tuple[str, bytes]]:
    """Good answers, by name. Where only the connection tells the end, the packing has an end of its own."""
    gzip, chunks = gzipped(_PAGE), "Transfer-Encoding: chunked"
    yield "length", _head(f"Content-Length: {len(_PAGE)}") + _PAGE
    yield "chunked", _head(chunks) + _chunked(_PAGE)
    yield "gzip", _head(f"Content-Length: {len(gzip)}", "Content-Encoding: gzip") + gzip
    yield "gzip-chunked", _head(chunks, "Content-Encoding: gzip") + _chunked(gzip)
    yield "gzip-to-the-end", _head("Content-Encoding: gzip") + gzip
    yield "deflate-to-the-end", _head("Content-Encoding: deflate") + zlib.compress(_PAGE)
    yield "raw-deflate-to-the-end", _head("Content-Encoding: deflate") + raw_deflate(_PAGE)
    yield "twice-to-the-end", _head("Content-Encoding: deflate, gzip") + gzipped(zlib.compress(_PAGE))
    for coding in ("br", "zstd"):
        if (module := library(coding)) is not None:
            yield f"{coding}-to-the-end", _head(f"Content-Encoding: {coding}") + module.compress(_PAGE)


def _then_reset_at_once(data: bytes) -> Behaviour:
    """Send and reset; of what was sent, any part may be lost as well."""

    async def behave(wire: Wire) -> None:
        await wire.send(data)
        wire.reset()

    return behave


def _cuts() -> Iterator[tuple[str, Behaviour]]:
    """A path for each answer and each of its bytes, after which it ends, or is reset."""
    for name, data in _WHOLE.items():
        for length in range(len(data)):
            yield f"/{name}/{length}", then_close(data[:length])
            if name in _RESET_TOO:
                yield f"/reset/{name}/{length}", _then_reset_at_once(data[:length])


_WHOLE = dict(_whole())
_RESET_TOO = ("length", "gzip-chunked")
_MOST = sum(len(data) * (2 if name in _RESET_TOO else 1) for name, data in _WHOLE.items())
# With nothing behind the head, and no length, it cannot be told from an empty page; which has no record.
_EMPTY = sum(name.endswith("to-the-end") for name in _WHOLE)


def _cut_everywhere(ground: Ground) -> Happened:
    """One crawl over every cut, and over the whole answers to show that those give records."""
    site, cuts = ground.site, dict(_cuts())
    for path, behaviour in cuts.items():
        site.serve(path, behaviour, ground.host)
    for name, data in _WHOLE.items():
        site.serve(f"/{name}", then_close(data), ground.host)
    site.serve("/", links(*(f"/{name}" for name in _WHOLE), *cuts), ground.host)
    crawl = "delay: 0, robots: ignore, concurrency: 24, per_host: 24"
    job = ground.job(recipe([site.url("/", ground.host)], crawl=crawl))
    ended = ground.run(job)
    asked = len({exchange.path for exchange in site.log}.intersection(cuts))
    return Happened(ended, _told(ended.report["verdicts"]), tuple(job.records()), asked)


def _told(verdicts: dict[str, int]) -> str:
    pages = verdicts["ok"] - 1  # the page with the links has no record
    return f"{pages} whole pages, {verdicts.get('failed', 0)} failed, {verdicts.get('empty', 0)} empty"


def _no_record_of_a_cut(happened: Happened) -> bool:
    # Counted exactly, so that nothing can be right because nothing was asked for.
    told = f"{len(_WHOLE)} whole pages, {_MOST - _EMPTY} failed, {_EMPTY} empty"
    titles = [record["title"] for record in happened.records]
    return happened.told == told and titles == ["whole"] * len(_WHOLE) and happened.asked == _MOST


_NO_RECORD = Right(f"no record of any of {_MOST} cuts", _no_record_of_a_cut)

FAULTS = [
    Fault(7, "cut-after-each-byte", "bodies", _NO_RECORD, alone=_cut_everywhere),
]
