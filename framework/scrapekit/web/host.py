"""The host of an address, spelled the one way that browsers settle on.

WHATWG URL Standard, section 3.5: names lower-case and in their ASCII form, IPv4 addresses in four
decimal parts however they were written, IPv6 addresses compressed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import unquote_to_bytes

# Above DNS's own limits (RFC 1035 2.3.4) a name cannot be looked up, and converting it costs time.
_LONGEST_NAME, _LONGEST_LABEL, _LONGEST_TEXT = 253, 63, 1000
# WHATWG 3.1: forbidden domain code points, after percent-decoding.
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f#%/:<>?@\[\\\]^|]")
_NUMBER = re.compile(r"(?:[0-9]+|0[xX][0-9a-fA-F]*)\Z")


@lru_cache(maxsize=4096)
def read_host(text: str) -> str | None:
    """The host in its normal spelling, IPv6 in brackets; None when it is not a valid host."""
    if not text or len(text) > _LONGEST_TEXT:
        return None
    if text[0] == "[":
        return _ipv6(text[1:-1]) if text[-1] == "]" else None
    name = _ascii_name(text)
    if name is None or _FORBIDDEN.search(name):
        return None
    if _ends_in_number(name):
        return _ipv4(name)
    labels = name.removesuffix(".").split(".")
    fits = len(name) <= _LONGEST_NAME and all(0 < len(label) <= _LONGEST_LABEL for label in labels)
    return name if fits else None


def _ascii_name(text: str) -> str | None:
    if "%" in text:
        text = unquote_to_bytes(text.encode("utf-8", "replace")).decode("utf-8", "replace")
    if not text.isascii():
        mapped = _mapped(text)
        if mapped is None or not all(map(_is_valid, mapped.split("."))):
            return None
        text = ".".join(_ascii_label(label) for label in mapped.split("."))
    text = text.lower()
    if "xn--" in text and not all(_decodes(label) for label in text.split(".")):
        return None
    return text


def _mapped(text: str) -> str | None:
    """UTS #46 mapping, non-transitional; a plain NFKC and lower-casing where `idna` is missing."""
    try:
        from idna import IDNAError, uts46_remap
    except ImportError:
        return re.sub("[\u3002\uff0e\uff61]", ".", unicodedata.normalize("NFKC", text.lower()))
    try:
        return uts46_remap(text, std3_rules=False, transitional=False)
    except (IDNAError, ValueError):
        return None


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    return "xn--" + label.encode("utf-8", "replace").decode("utf-8").encode("punycode").decode("ascii")


def _decodes(label: str) -> bool:
    if not label.startswith("xn--"):
        return True
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError, ValueError):
        return False
    return not decoded.isascii() and _mapped(decoded) == decoded and _is_valid(decoded)


def _is_valid(label: str) -> bool:
    """UTS #46 4.1, with CheckBidi and CheckJoiners, without CheckHyphens: what WHATWG 3.3 asks for."""
    if label.isascii():
        return True
    try:
        from idna import IDNAError, check_bidi, valid_contextj
    except ImportError:
        return True
    try:
        joiners = (place for place, character in enumerate(label) if character in "\u200c\u200d")
        return (
            not label.startswith("xn--")
            and not unicodedata.category(label[0]).startswith("M")
            and all(valid_contextj(label, place) for place in joiners)
            and check_bidi(label)
        )
    except (IDNAError, ValueError):
        return False


def _ends_in_number(name: str) -> bool:
    parts = name.removesuffix(".").rsplit(".", 1)
    return bool(_NUMBER.match(parts[-1]))


def _ipv4(name: str) -> str | None:
    """WHATWG 3.5, the IPv4 parser: one to four parts, each decimal, octal (0…) or hexadecimal (0x…)."""
    parts = name.removesuffix(".").split(".")
    numbers = [_ipv4_number(part) for part in parts]
    if len(parts) > 4 or None in numbers:
        return None
    *leading, last = [number for number in numbers if number is not None]
    if any(number > 255 for number in leading) or last >= 256 ** (5 - len(parts)):
        return None
    value = last + sum(number << 8 * (3 - place) for place, number in enumerate(leading))
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def _ipv4_number(part: str) -> int | None:
    if not part or len(part) > 40:
        return None
    base = 16 if part[:2].lower() == "0x" else 8 if part[0] == "0" and len(part) > 1 else 10
    digits = part[2:] if base == 16 else part
    try:
        return int(digits, base) if digits.isalnum() else 0 if not digits else None
    except ValueError:
        return None


def _ipv6(text: str) -> str | None:
    if "%" in text:  # a zone means nothing outside this machine
        return None
    try:
        value = int(IPv6Address(text))
    except AddressValueError:
        return None
    if value >> 32 == 0xFFFF:  # Python 3.13 writes these with a dotted IPv4 part, browsers do not
        return f"[::ffff:{value >> 16 & 0xFFFF:x}:{value & 0xFFFF:x}]"
    return f"[{IPv6Address(value).compressed}]"
