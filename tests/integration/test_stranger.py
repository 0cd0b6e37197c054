"""What somebody who only read the documentation does with the real command, and gets wrong."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

pytestmark = pytest.mark.slow

TEAS = [{"id": n, "name": f"Tea {n}", "price": n * 2.5, "tags": ["a", "b"][: n % 3]} for n in range(1, 26)]
UNTOUCHED = {"env": {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}}

Run = Callable[..., subprocess.CompletedProcess[str]]


class Shop(BaseHTTPRequestHandler):
    """Ten of 25 teas a page, asked for in every way a site may want to be asked; and what was asked."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        address = urlsplit(self.path)
        if address.path == "/robots.txt":
            self.send_error(404)
        elif address.path.startswith("/echo"):
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.give({"asked": f"{self.command} {self.path} {body}", "headers": headers})
        elif address.path.startswith("/tea/"):
            self.give(f"<h1>{TEAS[int(address.path[5:]) - 1]['name']}</h1>")
        else:
            self.give_teas(self.number(address.path, parse_qs(address.query), body))

    def number(self, path: str, query: dict[str, list[str]], body: str) -> int:
        """From which tea on."""
        if path == "/json":
            return (json.loads(body)["paging"]["page"] - 1) * 10
        if path == "/form":
            return (int(dict(parse_qsl(body))["p"]) - 1) * 10
        if path.startswith("/path/"):
            return (int(path.removeprefix("/path/")) - 1) * 10
        if path == "/header":
            return int(self.headers.get("X-After") or 0)
        if "page" in query:
            return (int(query["page"][0]) - 1) * 10
        return int(query.get("offset", query.get("after", "0"))[0])

    def give_teas(self, first: int) -> None:
        after = str(first + 10) if first + 10 < len(TEAS) else None
        teas = TEAS[first : first + 10]
        if not self.path.startswith(("/html", "/form", "/path")):
            self.give({"teas": teas, "after": after, "total": len(TEAS), "pages": 3})
            return
        row = '<li data-id="{id}"><a href="/tea/{id}">{name}</a> <i>€ {price:.2f}</i>'
        rows = "".join(row.format_map(tea) for tea in teas)
        self.give(f'<ul>{rows}</ul><a class="next" href="?offset={after}">on</a>' if after else rows)

    def give(self, content: object) -> None:
        body = (content if isinstance(content, str) else json.dumps(content)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if isinstance(content, str) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *arguments: object) -> None:
        """Nothing: the test's output is for what fails."""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def run(tmp_path: Path, shop: str) -> Run:
    """Run the command in a folder of its own, with the recipe given as text (SHOP is its address)."""

    def call(*arguments: str, recipe: str = "", **more: object) -> subprocess.CompletedProcess[str]:
        if recipe:
            text = "scrapekit: 1\ncrawl: { delay: 0, per_host: 8 }\n" + recipe.replace("SHOP", shop)
            (tmp_path / "r.yaml").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "scrapekit", *(arguments or ("run", "r.yaml", "-q"))]
        piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        return subprocess.run(command, text=True, cwd=tmp_path, check=False, timeout=60, **piped)  # type: ignore[call-overload, no-any-return]

    return call


def records(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


SMALL = """\
seeds: SHOP/html
pages: { p: { item: tea, each: li, fields: { id: { css: '@data-id', type: int }, name: a } } }
"""


# --- what the language promises


def test_every_kind_of_request_arrives_as_it_was_written(run, tmp_path):
    done = run(
        recipe="""\
inputs: { q: grün tee, token: { type: secret, env: TOKEN }, none: { required: false } }
http: { headers: { Authorization: "Bearer {{ inputs.token }}" }, cookies: { sid: abc } }
seeds:
  p:
    - { url: SHOP/echo/form, form: { q: "{{ inputs.q }}", tag: [a, b], no: "{{ inputs.none }}" } }
    - { url: SHOP/echo/json, json: { deep: [1, "{{ inputs.q }}", true, null] } }
    - { url: SHOP/echo/put?q=old, method: PUT, query: { q: "{{ inputs.q }}" }, body: "as it is" }
    - url: SHOP/echo/{{ each.shelf }}/{{ each.n }}
      each: { shelf: [x, y], n: { range: [8, 10], step: 2, pad: 3 } }
    - { url: "SHOP/echo/{{ each.a }}{{ each.b }}", each: { a: [x, y], b: { range: [2, 1] } }, combine: zip }
pages:
  p:
    parser: json
    item: echo
    fields:
      asked: $.asked
      sent: "{{ item.auth }} {{ item.cookie }}"
      auth: $.headers.authorization
      cookie: $.headers.cookie
""",
        env={**os.environ, "TOKEN": "s3same"},
    )

    assert done.returncode == 0
    warned = r"reads \$TOKEN for token, a secret sent to http://127\.0\.0\.1:\d+ only\n"
    assert re.fullmatch(warned, done.stderr)
    found = records(tmp_path / "out" / "r.jsonl")
    assert sorted(str(record["asked"]) for record in found) == [
        "GET /echo/x/008 ",
        "GET /echo/x/010 ",
        "GET /echo/x2 ",
        "GET /echo/y/008 ",
        "GET /echo/y/010 ",
        "GET /echo/y1 ",
        "POST /echo/form q=gr%C3%BCn+tee&tag=a&tag=b",
        'POST /echo/json {"deep": [1, "grün tee", true, null]}',
        "PUT /echo/put?q=gr%C3%BCn+tee as it is",
    ]
    assert {record["sent"] for record in found} == {"Bearer s3same sid=abc"}


def test_every_way_of_paging_brings_every_row_once(run, tmp_path):
    done = run(
        recipe="""\
seeds:
  next: SHOP/html
  page: SHOP/html?page=1
  path: SHOP/path/1
  form: { url: SHOP/form, form: { p: 1 } }
  json: { url: SHOP/json, json: { paging: { page: 1 } } }
  offset: SHOP/list
  cursor: SHOP/list?after=0
  header: SHOP/header
pages:
  next: { item: next, each: li, fields: { id: "@data-id" }, paginate: { next: { select: a.next@href } } }
  page: { item: page, each: li, fields: { id: "@data-id" }, paginate: { page: page } }
  path: { item: path, each: li, fields: { id: "@data-id" }, paginate: { page: path, in: path } }
  form: { item: form, each: li, fields: { id: "@data-id" }, paginate: { page: p, in: form } }
  json:
    { parser: json, item: json, each: "$.teas[*]", fields: { id: $.id },
      paginate: { page: { param: paging.page, last: $.pages }, in: json } }
  offset:
    { parser: json, item: offset, each: "$.teas[*]", fields: { id: $.id },
      paginate: { offset: { param: offset, size: 10, total: $.total } } }
  cursor:
    { parser: json, item: cursor, each: "$.teas[*]", fields: { id: $.id },
      paginate: { cursor: { param: after, from: $.after } } }
  header:
    { parser: json, item: header, each: "$.teas[*]", fields: { id: $.id },
      paginate: { cursor: { param: X-After, from: { select: $.after } }, in: header } }
export: [jsonl: { path: all.jsonl, meta: true }]
"""
    )

    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, list[int]] = defaultdict(list)
    for record in records(tmp_path / "all.jsonl"):
        found[str(record["_page"])].append(int(str(record["id"])))
    assert {rule: sorted(ids) for rule, ids in found.items()} == {
        rule: list(range(1, 26))
        for rule in ("next", "page", "path", "form", "json", "offset", "cursor", "header")
    }
    report = json.loads((tmp_path / ".scrapekit/r/report.json").read_text())
    assert {note.removeprefix("paging ") for note in report["notes"]} == {
        "cursor stopped: no cursor",
        "form stopped: empty page",
        "header stopped: no cursor",
        "json stopped: last page",
        "next stopped: no next link",
        "offset stopped: total reached",
        "page stopped: empty page",
        "path stopped: empty page",
    }


def test_what_a_row_carries_reaches_the_page_behind_its_link(run, tmp_path):
    done = run(
        recipe="""\
seeds: SHOP/html
pages:
  list:
    links:
      tea:
        each: li
        select: a
        when: price > 5 and id != '10'
        deny: "*/tea/7"
        max: 4
        carry: { id: "@data-id", price: { css: i, type: price } }
  tea:
    item: tea
    fields: { name: h1, price: "{{ parent.price }}", label: "{{ item.name | upper }} {{ parent.id }}" }
"""
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(records(tmp_path / "out/r.jsonl"), key=lambda record: str(record["name"])) == [
        {"name": "Tea 3", "price": 7.5, "label": "TEA 3 3"},
        {"name": "Tea 4", "price": 10, "label": "TEA 4 4"},
        {"name": "Tea 5", "price": 12.5, "label": "TEA 5 5"},
        {"name": "Tea 6", "price": 15, "label": "TEA 6 6"},
    ]
    assert done.stdout.splitlines()[-4:] == [
        "noted",
        "  2  × links to tea: left out by when",
        "  1  × links to tea: denied",
        "  1  × links to tea: more than max on a page",
    ]


def test_each_export_has_its_own_records_columns_and_form(run, tmp_path):
    done = run(
        recipe="""\
seeds: SHOP/list
pages:
  p:
    parser: json
    item: tea
    each: $.teas[*]
    key: id
    fields: { id: $.id, name: $.name, price: { jsonpath: $.price, type: price }, tags: $.tags }
export:
  - out/Tee Größe.json
  - csv:
      path: out/t.csv
      fields: [name, tags]
      where: price > 20
      delimiter: ";"
      nested: join
      line_ending: crlf
  - tsv: { path: out/t.tsv, header: false, fields: [id, price] }
  - sqlite: out/t.sqlite
"""
    )

    assert (done.returncode, done.stderr) == (0, "")
    out = tmp_path / "out"
    assert json.loads((out / "Tee Größe.json").read_text())[1] == {
        "id": 2, "name": "Tea 2", "price": 5, "tags": ["a", "b"],
    }  # fmt: skip
    assert (out / "t.csv").read_bytes() == b"name;tags\r\nTea 9;\r\nTea 10;a\r\n"
    assert (out / "t.tsv").read_text().splitlines()[2] == "3\t7.5"
    with sqlite3.connect(out / "t.sqlite") as database:
        assert database.execute("SELECT count(*), sum(price) FROM tea").fetchone() == (10, 137.5)


# --- what goes wrong


def test_whatever_is_given_for_a_recipe_is_refused_in_a_line(run, tmp_path):
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "binary.yaml").write_bytes(b"\x7fELF\xd0\xff")
    (tmp_path / "folder.yaml").mkdir()

    done = run("check", "missing.yaml", "folder.yaml", "empty.yaml", "binary.yaml")

    assert (done.returncode, done.stdout) == (2, "")
    assert [line for line in done.stderr.splitlines() if line[:1].isalpha()] == [
        'error: there is no recipe "missing.yaml"',
        'error: cannot read the recipe "folder.yaml": Is a directory',
        "empty.yaml:1:1: the recipe is empty",
        "binary.yaml:1:5: the file is not UTF-8 text: byte 0xd0 is not part of any character",
    ]


def test_an_output_below_a_file_is_refused_before_the_first_request(run, tmp_path):
    (tmp_path / "taken").write_text("")

    done = run("run", "r.yaml", "-o", "taken/teas.csv", recipe=SMALL)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == "error: cannot write taken/teas.csv: Not a directory"


def test_the_demo_in_a_folder_it_cannot_use_says_to_go_elsewhere(run, tmp_path):
    (tmp_path / ".scrapekit").write_text("")

    done = run("demo", "-q")

    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: cannot use the job folder .scrapekit/bookshop: Not a directory",
        "hint: run the demo in another folder, one you may write to",
    ]


@pytest.mark.parametrize("closing", ["1", "2", "1,2"])
def test_with_closed_streams_the_records_come_all_the_same(run, tmp_path, closing):
    code = f"import os, sys; [os.close(n) for n in ({closing},)]; os.execv(sys.argv[1], sys.argv[1:])"
    run("check", "r.yaml", recipe=SMALL)
    again = [sys.executable, "-c", code, sys.executable, "-m", "scrapekit", "run", "r.yaml"]
    done = subprocess.run(again, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stderr) == (0, "")
    assert len(records(tmp_path / "out/r.jsonl")) == 10


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_summary_that_cannot_be_written_is_told_and_loses_nothing(run, tmp_path):
    with Path("/dev/full").open("w") as full:
        done = run(recipe=SMALL, stdout=full)

    assert (done.returncode, done.stderr) == (
        0,
        "error: cannot write to standard output: no space left on device\n",
    )
    assert len(records(tmp_path / "out/r.jsonl")) == 10


@pytest.mark.skipif(sys.platform == "darwin", reason="there names are always in UTF-8")
def test_a_name_that_the_locale_cannot_write_is_refused(run):
    done = run(recipe="name: Größe\n" + SMALL, **UNTOUCHED)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        r"error: no file here can be named .scrapekit/Gr\xf6\xdfe: names are in ascii",
        "hint: set LC_ALL=C.UTF-8, or choose a plain name",
    ]


def test_names_with_spaces_and_umlauts_and_no_home_are_fine(run, tmp_path, shop):
    recipe = "scrapekit: 1\nname: Tee Größe\n" + SMALL.replace("SHOP", shop)
    (tmp_path / "mein Rezept ü.yaml").write_text(recipe, encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "HOME"}

    done = run("run", "mein Rezept ü.yaml", "-o", "Tee Größe.jsonl", env=environment)

    assert (done.returncode, done.stderr) == (0, "")
    assert len(records(tmp_path / "Tee Größe.jsonl")) == 10
