"""Which encoding a body is in, in the order the WHATWG standards ask, and the body as text.

Byte order mark, charset of the Content-Type, what the first 1024 bytes declare, UTF-8 where it
fits, a later declaration, windows-1252. UTF-7 is never read: as text it could hide markup from
whoever looks for it.
"""

from __future__ import annotations

import re
from functools import lru_cache

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))
_PRESCANNED = 1024
_SCANNED = 2**16
_CHARSET = re.compile(r"charset\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;\"']+))", re.IGNORECASE)
_DATA_TYPE = re.compile(r"\s*(?:[\w.-]+/(?:[\w.-]*\+)?json|text/(?:plain|csv))\b", re.IGNORECASE)
_XML_DECLARATION = re.compile(rb"<\?xml[^>]*?\sencoding\s*=\s*[\"']\s*([^\s\"'>]+)")
_TAG = re.compile(rb"<!--|<[!?]|</?[a-z][^\s/>]*", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    rb"[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"'][^\s>]*)))?", re.IGNORECASE
)
_LATE_META = re.compile(rb"<meta[^>]{0,200}charset", re.IGNORECASE)
_TAG_END = re.compile(rb"[\s/]*>")

# WHATWG Encoding Standard 4.2, by the name that Python's codecs and libxml2 both know. Left out on
# purpose: UTF-7, and the labels of "replacement" (ISO-2022-KR, HZ, …), which no page may use.
_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "ibm866": "866 cp866 csibm866 ibm866",
    "iso-8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2",
    "iso-8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3",
    "iso-8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4",
    "iso-8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 "
    "iso_8859-5:1988",
    "iso-8859-6": "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e "
    "iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso-8859-7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 "
    "iso_8859-7 iso_8859-7:1987 sun_eu_greek",
    "iso-8859-8": "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 "
    "iso_8859-8 iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical",
    "iso-8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso-8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso-8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso-8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso-8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "macintosh": "csmacintosh mac macintosh x-mac-roman",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "windows-1250": "cp1250 windows-1250 x-cp1250",
    "windows-1251": "cp1251 windows-1251 x-cp1251",
    "windows-1252": "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 "
    "iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252 x-user-defined",
    "windows-1253": "cp1253 windows-1253 x-cp1253",
    "windows-1254": "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 "
    "l5 latin5 windows-1254 x-cp1254",
    "windows-1255": "cp1255 windows-1255 x-cp1255",
    "windows-1256": "cp1256 windows-1256 x-cp1256",
    "windows-1257": "cp1257 windows-1257 x-cp1257",
    "windows-1258": "cp1258 windows-1258 x-cp1258",
    "maccyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030",
    "big5-hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc-jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "iso-2022-jp": "csiso2022jp iso-2022-jp",
    "cp932": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "cp949": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 "
    "windows-949",
    "utf-16be": "unicodefffe utf-16be",
    "utf-16le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
}
_NAMES = {label: name for name, labels in _LABELS.items() for label in labels.split()}


def encoding_named(label: str) -> str | None:
    """The encoding that a label such as ``cp1251`` stands for, by Python's name; None for an unknown one."""
    return _named(label)


def labels() -> list[str]:
    """Every label that stands for an encoding."""
    return list(_NAMES)


def decode(body: bytes, content_type: str) -> tuple[str, str]:
    """The body as text, without a byte order mark, and the name of the encoding it was read in.

    Never fails: what does not fit the encoding becomes U+FFFD.
    """
    encoding = _declared(body, content_type)
    if encoding is None:
        try:
            return body.decode(), "utf-8"
        except UnicodeDecodeError:
            encoding = _fallback(body, content_type)
    return body.decode(encoding, "replace").removeprefix("\ufeff"), encoding


def sniff(body: bytes, content_type: str) -> str:
    """The name of the encoding of *body*, one that Python's codecs and libxml2 both know."""
    return _declared(body, content_type) or ("utf-8" if _is_utf8(body) else _fallback(body, content_type))


def _fallback(body: bytes, content_type: str) -> str:
    """What a body without an early declaration is in when it is no UTF-8.

    HTML 13.2.3.4: a ``<meta>`` that stands too far back to be prescanned still counts once the parser
    comes to it. Only here it matters: text that fits UTF-8 is hardly anything else.
    """
    head = body[:_SCANNED]
    # Scanning so much costs milliseconds, and most such pages declare nothing at all.
    late = _of_meta(head) if _LATE_META.search(head) and not _DATA_TYPE.match(content_type) else None
    return "windows-1252" if late in (None, "utf-8", "utf-16le", "utf-16be") else late


def _is_utf8(body: bytes) -> bool:
    if body.isascii():
        return True
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _declared(body: bytes, content_type: str) -> str | None:
    if body[:1] in (b"\xef", b"\xfe", b"\xff"):
        for mark, encoding in _BOMS:
            if body.startswith(mark):
                return encoding
    return _of_header(content_type) or _prescan(body, content_type)


@lru_cache(maxsize=256)
def _of_header(content_type: str) -> str | None:
    match = _CHARSET.search(content_type)
    return _named(match[1] or match[2] or match[3] or "") if match else None


def _named(label: str) -> str | None:
    return _NAMES.get(label.strip().lower())


def _prescan(body: bytes, content_type: str) -> str | None:
    """What the document itself declares: an XML declaration, or a ``<meta>`` in HTML."""
    if _DATA_TYPE.match(content_type):
        return None
    if body.startswith((b"<\0?\0x\0", b"\0<\0?\0x")):  # XML in UTF-16 without its byte order mark
        return "utf-16le" if body[0] else "utf-16be"
    head = body[:_PRESCANNED]
    match = _XML_DECLARATION.match(head)
    found = _named(match[1].decode("latin-1")) if match else None
    if found is None and b"charset" in head.lower():
        found = _of_meta(head)
    # A document that could be read as ASCII so far is not in UTF-16, whatever it says.
    return "utf-8" if found in ("utf-16le", "utf-16be") else found


def _of_meta(head: bytes) -> str | None:
    """HTML 13.2.3.2, "prescan a byte stream to determine its encoding"."""
    place = 0
    while tag := _TAG.search(head, place):
        place = tag.end()
        if tag[0] == b"<!--":
            place = _after(head, b"-->", tag.start() + 2)
        elif tag[0] in (b"<!", b"<?"):
            place = _after(head, b">", place)
        else:
            attributes, place = _attributes(head, place)
            ends = tag[0].lower() == b"<meta" and _TAG_END.match(head, place)
            found = _charset_of(attributes) if ends else None
            if found is not None:
                return found
    return None


def _after(head: bytes, end: bytes, start: int) -> int:
    place = head.find(end, start)
    return len(head) if place < 0 else place + len(end)


def _attributes(head: bytes, place: int) -> tuple[dict[str, str], int]:
    """The attributes that follow a tag's name, the first of equals, and where they end."""
    found: dict[str, str] = {}
    while match := _ATTRIBUTE.match(head, place):
        place = match.end()
        value = match[2] or match[3] or match[4] or b""
        found.setdefault(match[1].decode("latin-1").lower(), value.decode("latin-1"))
    return found, place


def _charset_of(attributes: dict[str, str]) -> str | None:
    if "charset" in attributes:
        return _named(attributes["charset"])
    if attributes.get("http-equiv", "").lower() == "content-type":
        return _of_header(attributes.get("content", ""))
    return None
