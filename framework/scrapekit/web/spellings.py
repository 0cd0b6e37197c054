"""Which addresses people take for one another, although a site may answer each with another page."""

from __future__ import annotations

from collections.abc import Iterator

from scrapekit.web.url import canonical


def spellings(url: str) -> Iterator[str]:
    """The canonical addresses that differ from *url* in one thing that is easily overlooked.

    The other scheme, ``www.`` more or less, a slash at the end more or less, and no query.
    """
    scheme, _, rest = url.partition("://")
    authority, _, target = rest.partition("/")
    path, mark, query = target.partition("?")
    other_scheme = "http" if scheme == "https" else "https"
    other_host = authority.removeprefix("www.") if authority.startswith("www.") else f"www.{authority}"
    other_path = path.removesuffix("/") if path.endswith("/") else f"{path}/"
    yield canonical(f"{other_scheme}://{rest}")
    yield canonical(f"{scheme}://{other_host}/{target}")
    if path:
        yield canonical(f"{scheme}://{authority}/{other_path}{mark}{query}")
    if mark:
        yield canonical(f"{scheme}://{authority}/{path}")
