"""``download``: the file behind a field's address, kept in a folder."""

from __future__ import annotations

import re

from scrapekit.node import ScalarNode, shown
from scrapekit.options import Options
from scrapekit.recipe.model import Field
from scrapekit.recipe.model.downloads import FACTS, FOLDER, LARGEST, MOST, Download
from scrapekit.web.url import host_of, resolve

_MOST_EVER = 100_000
_TYPE = re.compile(r"[a-z]+/(?:\*|[a-z0-9][a-z0-9.+-]*)\Z")
_WANTED = 'download: { to: images, types: ["image/*"], max_size: 20MiB }'


def read_download(options: Options) -> Download | None:
    """What a field says about its file; None where it is none."""
    node = options.node("download")
    if node is None:
        return None
    path = options.at("download")
    if isinstance(node, ScalarNode):
        if isinstance(node.value, bool):
            return Download(path, node.mark) if node.value else None
        options.problem("download", "expected true or a mapping", _WANTED)
        return None
    own = options.section("download")
    largest = own.bytes("max_size", LARGEST)
    if largest <= 0:
        own.problem("max_size", "must be more than 0")
    download = Download(
        path,
        own.mark,
        to=_folder(own),
        types=_types(own),
        max_size=largest,
        max_files=own.integer("max_files", MOST, least=1, most=_MOST_EVER) or MOST,
        max_age=own.seconds("max_age", 0.0),
        hosts=_hosts(own),
        name=own.scalar("name", "a template"),
        give=own.choice("give", FACTS),
    )
    own.close()
    return download


def _folder(options: Options) -> str:
    """A recipe may be a stranger's: its files stay below the output folder, and are no hidden ones."""
    node = options.scalar("to", "a folder")
    if node is None:
        return FOLDER
    text = str(node.value)
    parts = re.split(r"[/\\]", text.removesuffix("/"))
    if text.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:", text) or ".." in parts:
        options.problem("to", f'"{shown(text)}" leads out of the output folder')
    elif any(part.startswith(".") for part in parts):
        options.problem(
            "to", f'"{shown(text)}" is a hidden folder', "name one that does not begin with a dot"
        )
    elif not text.isprintable() or not all(parts) or any(part != part.strip() for part in parts):
        options.problem("to", f'"{shown(text)}" cannot name a folder')
    else:
        return "/".join(parts)
    return FOLDER


def _types(options: Options) -> tuple[str, ...]:
    found = []
    for node in options.texts("types"):
        text = str(node.value).lower()
        if _TYPE.match(text):
            found.append(text)
        elif not node.broken:
            hint = "image/png is one, image/* any of its family"
            message = f'"{shown(text)}" is no media type'
            options.problems.add(node.mark, options.at("types"), message, hint)
    return tuple(found)


def _hosts(options: Options) -> tuple[str, ...]:
    found = []
    for node in options.texts("hosts"):
        text = str(node.value).lower()
        url = resolve("", f"https://{text}/")
        if url is not None and host_of(url) == text.removesuffix("."):
            found.append(text)
        elif not node.broken:
            message, hint = f'"{shown(text)}" is no host', "write cdn.example.net, or any"
            options.problems.add(node.mark, options.at("hosts"), message, hint)
    return tuple(found)


def check_download(options: Options, field: Field) -> None:
    """Note a problem with every key that makes no sense beside ``download``."""
    if field.download is None:
        return
    if field.fields or field.previous is not None:
        message = "what is downloaded is an address; this field has none"
        options.problem("download", message, "put it on the field that finds the address")
    for key in ("type", "min", "max", "pattern", "unique"):
        if key in options:
            message = f'"{key}" is about a value; this field is a file'
            options.problem(key, message, "download has types and max_size")
    if "pages" in options:
        options.problem(
            "pages", '"pages" and "download" cannot stand on one field', "leave out one of the two"
        )
