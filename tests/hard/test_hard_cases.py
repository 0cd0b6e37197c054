"""Hard cases worked from end to end: the program, a recipe, a site with the faults that sites have.

Each folder beside this file is one: ``recipe.yaml``, its site (``site/`` and ``answers.py``, as
`recorded_site` serves them), and the files that the recipe must write, under ``expected``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from recorded_site import in_order, records_in

HERE = Path(__file__).resolve().parent

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Case:
    """One run of a folder's recipe.

    ``sorted`` is true where the recipe says in which order records come; ``asked`` says how often
    the site must have been asked for something, method and path → times.
    """

    folder: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    expected: str = "expected"
    status: int = 0
    sorted: bool = False
    asked: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.folder if self.expected == "expected" else f"{self.folder}, {self.expected}"

    def arguments(self, site: str) -> list[str]:
        """What the command is given: the recipe, its inputs, and no pause on our own machine."""
        inputs = {"site": site, **self.inputs}
        given = [word for name, value in inputs.items() for word in ("-i", f"{name}={value}")]
        return [str(HERE / self.folder / "recipe.yaml"), *given, "--set", "crawl.delay=0"]

    def files(self, site: str) -> dict[str, str]:
        """Name → text of the files that the recipe writes."""
        files = (HERE / self.folder / self.expected).glob("*.jsonl")
        words = {"{site}": site, "{next 24 December}": next_christmas()}
        return {path.name: filled(path.read_text(encoding="utf-8"), words) for path in files}


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with each of these words replaced."""
    for word, meant in words.items():
        text = text.replace(word, meant)
    return text


def next_christmas() -> str:
    """What a page means that says 24 December without a year: this one's, until it is over."""
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    day = date(today.year, 12, 24)
    return str(day if today <= day else day.replace(year=today.year + 1))


CASES = [
    Case("catalogue-search", {"q": "meer"}),
    Case(
        "catalogue-search",
        {"q": "meer", "category": "maps", "until": "1800", "order": "cheapest"},
        "expected-narrowed",
    ),
    Case("catalogue-search", {"signed": "yes"}, "expected-new"),
    Case("catalogue-search", {"q": "wüste"}, "expected-nothing"),
    Case("comments"),
    # 13 pages, and one of them asked for again when the service said "later".
    Case("chat", {"token": "s3cret"}, asked={"GET /api/history": 6, "GET /api/replies": 4}),
    Case("events", asked={"GET /stueck/moewe": 1, "GET /stueck/faust": 0}),
    Case("variants"),
    # Logged in once before the first page, and once more when the session was over.
    Case(
        "members",
        {"card": "1001", "password": "open sesame"},
        asked={"POST /api/session": 2},
    ),
    # A wrong password is tried once, and nothing that only members see is asked for.
    Case(
        "members",
        {"card": "1001", "password": "guess"},
        "expected-refused",
        status=3,
        asked={"POST /api/session": 1, "GET /loans": 0},
    ),
    Case("broadcasts", sorted=True),
]


def test_every_folder_is_a_case():
    assert {path.parent.name for path in HERE.glob("*/recipe.yaml")} == {case.folder for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_hard_case_yields_all_its_records(case, served, command):
    with served(HERE / case.folder / "site") as site:
        arguments = case.arguments(site.url)
        checked, problems = await command.run("check", *arguments)
        status, printed = await command.run("run", *arguments)

    assert checked == 0, problems
    assert status == case.status, printed
    files = case.files(site.url)
    written = {path.name for path in (command.folder / "out").glob("*.jsonl")}
    assert written == (set(files) if case.status == 0 else set())
    for name, text in files.items():
        records, expected = command.records(f"out/{name}"), records_in(text)
        if case.sorted:
            assert records == expected
        else:
            assert in_order(records) == in_order(expected)
    assert {what: site.times(*what.split()) for what in case.asked} == case.asked
