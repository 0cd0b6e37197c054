"""Which of a page's links are wanted: patterns, domains, files that are no pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

from scrapekit.errors import Problems
from scrapekit.recipe.model import LinkRule, Pattern
from scrapekit.regex import Regex, RegexError, RegexTooSlow, compile_regex
from scrapekit.web.url import host_of

Check: TypeAlias = Callable[[str], str]
"""Says why a URL is not wanted, in the words of a remark; ``""`` when it is."""

OF_ADDRESSES = frozenset(
    ("a file, not a page", "denied", "not allowed", "on another domain", "not http(s)", "no address")
)
"""The remarks on links that their address alone decides."""

_FILES = """
    jpg jpeg png gif webp avif svg ico bmp tif tiff heic psd mp3 ogg oga opus wav flac m4a aac
    mp4 m4v mov avi mkv webm wmv flv mpg mpeg ogv
    css js mjs map woff woff2 ttf otf eot
    pdf doc docx xls xlsx ppt pptx odt ods odp rtf epub mobi djvu
    zip tar gz tgz bz2 xz zst 7z rar jar war exe msi dmg pkg deb rpm apk iso img bin swf wasm
"""
BINARY = frozenset(_FILES.split())
"""Endings of files that are not followed as pages unless an ``allow`` pattern fits them."""

_LONGEST_ENDING = max(map(len, BINARY)) + 1


def is_binary(url: str, endings: Collection[str] = BINARY) -> bool:
    """True when the URL's path ends like a file that is no page."""
    path = url.partition("?")[0]
    dot = path.rfind(".", -_LONGEST_ENDING)
    # The third slash ends the host: "https://films.zip" is no archive.
    return dot > 0 and path[dot + 1 :].lower() in endings and path.rfind("/", 8, dot) > 0


def compile_patterns(patterns: Sequence[Pattern], path: str, problems: Problems) -> list[Regex]:
    """The patterns ready to search with; one that is no regular expression becomes a problem."""
    found = []
    for pattern in patterns:
        try:
            found.append(compile_regex(pattern.regex))
        except RegexError as error:
            problems.add(pattern.text.mark, path, str(error))
    return found


def found_by(pattern: Regex) -> Callable[[str], bool]:
    """Whether the pattern is found in a text; where that takes too long, it counts as not found."""

    def found(text: str) -> bool:
        try:
            return pattern.search(text) is not None
        except RegexTooSlow:
            return False

    return found


def compile_check(rule: LinkRule, problems: Problems) -> Check | None:
    """All that the link rule asks of a URL as one function; None when it asks for nothing."""
    checks: list[Check] = []
    if rule.domains:
        checks.append(_on_domains(rule.domains))
    if rule.deny:
        checks.append(_denied(compile_patterns(rule.deny, f"{rule.path}.deny", problems)))
    if rule.allow:
        checks.append(_allowed(compile_patterns(rule.allow, f"{rule.path}.allow", problems)))
    elif rule.selector is not None:
        checks.append(_no_file(BINARY.difference(rule.extensions)))
    if len(checks) < 2:
        return _patient(checks[0]) if checks else None
    return _patient(lambda url: next((reason for check in checks if (reason := check(url))), ""))


def _patient(check: Check) -> Check:
    """A link whose pattern takes too long is not wanted: whether it fits, nobody knows."""

    def check_while_quick(url: str) -> str:
        try:
            return check(url)
        except RegexTooSlow as error:
            return str(error)

    return check_while_quick


def _no_file(endings: Collection[str]) -> Check:
    return lambda url: "a file, not a page" if is_binary(url, endings) else ""


def _allowed(patterns: list[Regex]) -> Check:
    searches = [pattern.search for pattern in patterns]
    return lambda url: "" if any(search(url) for search in searches) else "not allowed"


def _denied(patterns: list[Regex]) -> Check:
    searches = [pattern.search for pattern in patterns]
    return lambda url: "denied" if any(search(url) for search in searches) else ""


def _on_domains(domains: Sequence[str]) -> Check:
    names = frozenset(domain.lower() for domain in domains)
    endings = tuple(f".{name}" for name in names)

    def check(url: str) -> str:
        host = host_of(url)
        return "" if host in names or host.endswith(endings) else "on another domain"

    return check
