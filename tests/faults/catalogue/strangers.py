"""Faults 77 to 84: recipes from strangers. Each is refused with its place, or does no harm."""

from __future__ import annotations

import re
from collections.abc import Callable

from catalogue.fault import Fault, Ground, Happened, Right
from fault_site import book

_CANARY = "t0p-s3cret-word"
_HEAD = 'scrapekit: 1\nname: books\nseeds: { page: "SITE/page" }\n'
_PAGES = "pages: { page: { item: book, fields: { title: h1 } } }\n"
_END = "crawl: { robots: ignore, delay: 0 }\nexport: out/books.jsonl\n"
_REFUSED = Right(
    "refused, with its place",
    lambda h: h.ended.code == 2 and bool(re.search(r"^\S*job\.yaml:\d+:\d+: ", h.ended.output, re.MULTILINE)),
)
_HARMLESS = Right("refused, or does no harm", lambda h: h.ended.code in (0, 1, 2))


def _by(text: str) -> Callable[[Ground], Happened]:
    """Run the recipe where it has a folder of its own, beside what is none of its business."""

    def run(ground: Ground) -> Happened:
        site = ground.site
        home = ground.folder.with_name(ground.folder.name + "-home")
        own = Ground(home / "stranger", site, ground.host, ground.run)
        home.mkdir()
        for suffix in ("txt", "yaml", "csv"):
            (home / f"secret.{suffix}").write_text(f"{_CANARY}: {_CANARY}\n")
        site.serve("/page", book("tea"), ground.host)
        origin = site.url("", ground.host)
        job = own.job(text.replace("SITE", origin).replace("HOME", str(home)))
        for suffix in ("txt", "yaml", "csv"):
            (job.folder / f"link.{suffix}").symlink_to(home / f"secret.{suffix}")
        ended = own.run(job)
        _check(own, ended.output + str(ended.report))
        return Happened(ended, "" if ended.code != 2 else ended.output, asked=len(site.log))

    return run


def _check(ground: Ground, shown: str) -> None:
    """Nothing was executed, read, written elsewhere or sent."""
    home = ground.folder.parent
    names = {path.name for path in home.iterdir()}
    assert names == {"stranger", "secret.txt", "secret.yaml", "secret.csv"}, names
    assert not list(home.rglob("ran")), "it ran"
    assert _CANARY not in shown, shown
    assert _CANARY not in "".join(f"{e.path}{e.headers}" for e in ground.site.log)
    files = [path for path in ground.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert not any(_CANARY.encode() in path.read_bytes() for path in files)


def _refused(number: int, name: str, text: str) -> Fault:
    return Fault(number, name, "recipes", _REFUSED, alone=_by(text))


def _harmless(number: int, name: str, text: str) -> Fault:
    return Fault(number, name, "recipes", _HARMLESS, alone=_by(text))


def _whole(more: str = "", pages: str = _PAGES, head: str = _HEAD) -> str:
    return head + pages + _END + more


def _field(value: str) -> str:
    return _whole(pages=f"pages: {{ page: {{ item: book, fields: {{ title: h1, x: {value} }} }} }}\n")


def _export(value: str) -> str:
    return _HEAD + _PAGES + f"export: {value}\n"


_TAGS = {
    "apply": "!!python/object/apply:os.system [touch ran]",
    "new": "!!python/object/new:os.system [touch ran]",
    "name": "!!python/name:os.system",
    "module": "!!python/module:os",
    "tuple": "!!python/tuple [a, b]",
    "binary": "!!binary aGk=",
    "timestamp": "!!timestamp 2001-01-01",
    "own": "!stranger x",
}
_LAUGHS = "".join(f"x{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 9))

_YAML = [
    *(
        _refused(77, f"tag-{name}", _whole().replace("name: books", f"name: {tag}"))
        for name, tag in _TAGS.items()
    ),
    _refused(78, "alias", _whole("x: &a [1]\ny: *a\n")),
    _refused(78, "billion-laughs", _whole(f"x0: &l0 [ha]\n{_LAUGHS}")),
    _refused(78, "merge-key", _whole("x: { <<: { a: 1 } }\n")),
    _refused(78, "two-mebibytes", _whole("# " + "x" * 2**21 + "\n")),
    _refused(78, "hundred-thousand-nodes", _whole("x: [" + "a, " * 100_001 + "]\n")),
    _refused(79, "nested-3000-lists", _whole("x: " + "[" * 3000 + "]" * 3000 + "\n")),
    _refused(79, "nested-3000-mappings", _whole("x: " + "{a: " * 3000 + "}" * 3000 + "\n")),
    _refused(79, "never-closed", _whole("x: " + "[" * 500)),
    _refused(80, "key-twice", _whole("name: other\n")),
    _refused(80, "field-twice", _field("h2, x: h3")),
    _refused(80, "key-twice-quoted", _whole('"name": other\n')),
    _refused(81, "octal-number", _whole().replace("delay: 0", "delay: 0, depth: 012")),
    _refused(81, "sexagesimal-number", _whole().replace("delay: 0", "delay: 0, depth: 22:22")),
    _refused(81, "off-for-a-word", _whole().replace("robots: ignore", "robots: off")),
    _refused(81, "infinity", _whole().replace("delay: 0", "delay: .inf")),
    _refused(81, "not-a-number", _whole().replace("delay: 0", "delay: .nan")),
    _refused(81, "two-documents", _whole("---\nname: other\n")),
    _refused(81, "nul", _whole("x: a\0b\n")),
    _refused(81, "escape-in-a-key", _whole('"\\e]0;owned\\a": 1\n')),
    _refused(81, "key-of-a-megabyte", _whole(f'"{"k" * 900_000}": 1\n')),
]


def _words(ground: Ground) -> Happened:
    """What YAML 1.1 takes for truth, octal, a number of minutes: text where text is meant."""
    words = ["on", "no", "y", "012", "22:22", "~tilde", "2001-01-01", "1.10", "0x1F", "1e3"]
    fields = ", ".join(f"f{n}: {{ const: {word}, type: string }}" for n, word in enumerate(words))
    rule = f"pages: {{ page: {{ item: book, fields: {{ title: h1, {fields} }} }} }}\n"
    ground.site.serve("/page", book("tea"), ground.host)
    job = ground.job(_whole(pages=rule).replace("SITE", ground.site.url("", ground.host)))
    ended = ground.run(job)
    found = [str(job.records()[0][f"f{n}"]) for n in range(len(words))]
    return Happened(ended, "" if found == words else str(found))


_PLACES = ["../secret.KIND", "HOME/secret.KIND", "link.KIND", "../stranger/../secret.KIND"]
_TARGETS = [
    "../x.jsonl",
    "out/../../x.jsonl",
    "HOME/x.jsonl",
    "~/x.jsonl",
    "C:/x.jsonl",
    "..\\x.jsonl",
    "/dev/stdout",
]
_SECRET = "inputs: { t: { type: secret, file: ../secret.txt } }\n"

_REACHES = [
    *(
        _refused(82, f"extends-{n}", _whole(f"extends: {place.replace('KIND', 'yaml')}\n"))
        for n, place in enumerate(_PLACES)
    ),
    *(
        _refused(
            82,
            f"seeds-of-a-file-{n}",
            _whole(head=_HEAD.replace('"SITE/page"', f"{{ file: '{place.replace('KIND', 'csv')}' }}")),
        )
        for n, place in enumerate(_PLACES)
    ),
    *(
        _refused(
            82,
            f"secret-of-a-file-{n}",
            _whole(f"inputs: {{ t: {{ type: secret, file: '{place.replace('KIND', 'txt')}' }} }}\n"),
        )
        for n, place in enumerate(_PLACES)
    ),
    *(_refused(82, f"writes-{n}", _export(f"'{target}'")) for n, target in enumerate(_TARGETS)),
    _refused(82, "test-of-a-file", _whole("tests: [{ file: ../secret.txt, records: [] }]\n")),
    _refused(82, "name-is-a-path", _whole(head=_HEAD.replace("books", "../../r"))),
    _refused(82, "seed-is-a-file", _whole(head=_HEAD.replace("SITE/page", "file://HOME/secret.txt"))),
    _refused(82, "any-variable", _whole("inputs: { t: { env: HOME } }\n")),
    _refused(82, "variable-in-a-template", _whole(head=_HEAD.replace("/page", "/{{ env.HOME }}"))),
    _refused(82, "undeclared-input", _whole(head=_HEAD.replace("/page", "/{{ inputs.HOME }}"))),
    _refused(82, "line-break-in-a-header", _whole('http: { headers: { X: "a\\r\\nY: b" } }\n')),
    _refused(82, "line-break-in-a-header-s-name", _whole('http: { headers: { "X: a\\r\\nY": b } }\n')),
    _refused(82, "line-break-in-the-user-agent", _whole('http: { user_agent: "a\\r\\nY: b" }\n')),
    _refused(82, "proxy-of-another-kind", _whole("http: { proxy: 'file:///etc/passwd' }\n")),
]

_CODE = [
    _refused(83, "import", _field("\"{{ __import__('os').system('touch ran') }}\"")),
    _refused(83, "open", _field("\"{{ open('ran', 'w') }}\"")),
    _refused(83, "lambda", _field('"{{ (lambda: 1)() }}"')),
    _refused(83, "comprehension", _field('"{{ [x for x in y] }}"')),
    _harmless(83, "class-of-a-text", _field("\"{{ ''.__class__.__mro__ }}\"")),
    _harmless(83, "class-of-an-item", _field('"{{ item.title.__class__.__init__.__globals__ }}"')),
    _harmless(83, "power-of-a-power", _field('"{{ 9 ** 9 ** 9 }}"')),
    _harmless(83, "text-without-end", _field("\"{{ 'a' * 1000000000 }}\"")),
    _harmless(83, "jinja", _field("{ const: '{% for x in range(9) %}' }")),
    _refused(83, "nested-too-deeply", _field(f'"{{{{ {"(" * 2000}1{")" * 2000} }}}}"')),
    _refused(83, "where-is-code", _whole(pages=_PAGES.replace("item: book", 'item: book, where: "exit()"'))),
    _refused(83, "document-in-xpath", _field("\"xpath:document('HOME/secret.txt')\"")),
    _refused(83, "unparsed-text-in-xpath", _field("\"xpath:unparsed-text('HOME/secret.txt')\"")),
    _refused(84, "parser-is-a-function", _whole(pages=_PAGES.replace("item:", "parser: 'os:system', item:"))),
    _refused(84, "parser-is-a-module", _whole(pages=_PAGES.replace("item:", "parser: html.parser, item:"))),
    _refused(84, "parser-is-a-path", _whole(pages=_PAGES.replace("item:", "parser: ../html, item:"))),
    _refused(84, "exporter-is-a-function", _export("{ 'subprocess:run': x.txt }")),
    *(
        _refused(84, f"filter-{name}", _field(f"{{ css: h1, pipe: [{{ {name}: touch ran }}] }}"))
        for name in ("shell", "eval", "exec", "python", "'os:system'")
    ),
]

FAULTS = [
    *_YAML,
    Fault(
        81, "words-are-words", "recipes", Right("each as it was written", lambda h: not h.told), alone=_words
    ),
    *_REACHES,
    *_CODE,
]
