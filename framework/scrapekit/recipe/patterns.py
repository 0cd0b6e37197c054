"""``allow``, ``deny`` and ``text`` patterns: globs and regular expressions, as one kind of thing.

- ``re:…`` is a regular expression, searched anywhere.
- Anything else is a glob: ``*`` is any run of characters, everything else stands for itself, ``?``
  too, for addresses are full of it.
- A glob with ``://`` is the whole address; any other may begin anywhere in it.
- A glob with ``*`` ends where the address ends, one without is found anywhere: ``*.pdf`` is every
  address that ends in .pdf, ``/product/`` every one that holds /product/.
"""

from __future__ import annotations

import re

from scrapekit.language.template import has_placeholder
from scrapekit.node import ScalarNode
from scrapekit.options import Options
from scrapekit.recipe.model import Pattern
from scrapekit.regex import RegexError, compile_regex

_PREFIX = "re:"


def read_patterns(options: Options, key: str) -> tuple[Pattern, ...]:
    """The patterns under *key*, one or a list; those with a problem are left out."""
    found = (_read(options, key, node) for node in options.texts(key))
    return tuple(pattern for pattern in found if pattern is not None)


def _read(options: Options, key: str, node: ScalarNode) -> Pattern | None:
    text = str(node.value)
    if node.broken:
        return None
    if not node.literal and has_placeholder(text):
        hint = "only {{ inputs.NAME }} can be part of a pattern"
        options.problems.add(node.mark, options.at(key), "a pattern cannot hold a template", hint)
        return None
    if not text.startswith(_PREFIX):
        return Pattern(node, glob_regex(text))
    regex = text[len(_PREFIX) :]
    try:
        compile_regex(regex)
    except RegexError as error:
        options.problems.add(node.at(len(_PREFIX) + error.offset), options.at(key), str(error))
        return None
    return Pattern(node, regex)


def glob_regex(glob: str) -> str:
    """The regular expression that finds what *glob* means."""
    start = r"\A" if "://" in glob or glob.startswith("*") else ""
    first, *others = (re.escape(part) for part in re.split(r"\*+", glob))
    if not others:
        return start + first + (r"\Z" if start else "")
    # With a star in front there is nothing to look for in other places: only time to lose. And the
    # leftmost place for each part is always good enough, so none is ever tried again: a hostile
    # address cannot make a glob with many stars slow.
    middle = "".join(f"(?>.*?{part})" for part in others[:-1])
    return f"(?s){start}{first}{middle}" + (rf".*{others[-1]}\Z" if others[-1] else "")
