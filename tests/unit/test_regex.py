import re
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit.regex import PATIENCE, RegexError, RegexTooSlow, compile_regex

EVIL = [
    (r"(a+)+$", "a" * 50_000 + "!"),
    (r"(a|aa)+$", "a" * 50_000 + "!"),
    (r"(a|a?)+$", "a" * 50_000 + "!"),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 50_000),
    (r"(\w+\s?)*$", "a " * 25_000 + "!"),
    (r"(?:a?){30}a{30}$", "a" * 50_000 + "b"),
    (r"(a{1,30}){1,30}b", "a" * 50_000),
    (r"(x+x+)+y", "x" * 50_000),
    (r"\s+$", " " * 50_000 + "x"),
    (r"(.*?),(.*?),(.*?),(.*?)x$", "," * 50_000),
    (r"^(.+)\1+x$", "ab" * 25_000 + "xa"),
]
SIMPLE = [
    r"/product/", r"(?i)^n/?a$", r"ID (\d+)", r"[?&]page=\d+", r"\d{4}-\d{2}-\d{2}", r"^\d+$", r"\A\s*tea",
    r"^[^/]+/", r"(?:jpe?g|png)\Z", r"(?P<size>\d+)", r"\b(?:new|used)\b", r"^(?>.*?/)x",
]  # fmt: skip


def test_a_regular_expression_is_compiled():
    assert compile_regex(r"(\d+)").findall("a1b22") == ["1", "22"]


def test_what_python_only_warns_of_is_compiled_quietly():
    assert compile_regex("[[a]").search("x[y") is not None


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("a(b", "not a regular expression: missing ), unterminated subpattern", 1),
        ("*", "not a regular expression: nothing to repeat", 0),
        ("a{99999999999999999999}", "not a regular expression: it is too large", 0),
        ("(" * 3000, "not a regular expression: it is too large", 0),
        ("a" * 4001, "the regular expression is longer than 4,000 characters", 4000),
    ],
)
def test_a_regular_expression_is_refused_at_its_mistake(text: str, message: str, offset: int):
    with pytest.raises(RegexError) as caught:
        compile_regex(text)

    assert (str(caught.value), caught.value.offset) == (message, offset)


@pytest.mark.slow
@pytest.mark.parametrize(("text", "page"), EVIL)
def test_a_search_without_end_is_stopped(text: str, page: str):
    began = time.monotonic()
    with pytest.raises(RegexTooSlow) as caught:
        compile_regex(text).search(page)

    assert str(caught.value) == "its regular expression took longer than 1 s"
    assert time.monotonic() - began < 20 * PATIENCE


@pytest.mark.parametrize("method", ["findall", "finditer", "match", "fullmatch"])
def test_every_way_of_searching_is_stopped(method: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scrapekit.regex.PATIENCE", 0.05)

    with pytest.raises(RegexTooSlow):
        getattr(compile_regex("(?:a|aa)+$"), method)("a" * 5_000 + "!")
    with pytest.raises(RegexTooSlow):
        compile_regex("(?:a|aa)+$").sub("", "a" * 5_000 + "!")


def test_patience_wears_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scrapekit.regex.PATIENCE", 0.03)
    monkeypatch.setattr("scrapekit.regex._LESS_PATIENCE", ((5, 0.01), (7, 0.005)))
    regex, reasons = compile_regex("(a|aa)+$"), []
    for _ in range(9):
        with pytest.raises(RegexTooSlow) as caught:
            regex.search("a" * 1000 + "!")
        reasons.append(str(caught.value))

    assert reasons[0] == "its regular expression took longer than 0.03 s"
    said = [reason.rpartition("than ")[2] for reason in reasons]
    assert said == ["0.03 s"] * 5 + ["0.01 s"] * 2 + ["0.005 s"] * 2


def test_in_a_thread_a_search_without_end_leaves_time_for_others():
    stopped: list[Exception] = []

    def search() -> None:
        try:
            compile_regex("(a|aa)+$").search("a" * 5_000 + "!")
        except RegexTooSlow as error:
            stopped.append(error)

    thread, turns = threading.Thread(target=search), 0
    thread.start()
    while thread.is_alive():
        thread.join(0.01)
        turns += 1

    assert len(stopped) == 1
    assert turns > 10


@pytest.mark.parametrize("text", SIMPLE)
def test_what_cannot_take_long_is_pythons_own(text: str):
    assert isinstance(compile_regex(text), re.Pattern)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (r"(\d+) x{e}", "1 x{e}"),
        (r"a+b{1,2}c", "abbc"),
        (r"\{+x", "{x"),
        (r"[[:a]+x", "[:ax"),
        (r"\N{COLON}+x", "::x"),
        (r"(?i)STRASSE+x", "strasseex"),
        (r"(?P<a>.)+(?P=a)", "xyy"),
    ],
)
def test_an_expression_means_the_same_on_either_engine(text: str, found: str):
    timed, own = compile_regex(text), re.compile(text)

    assert not isinstance(timed, re.Pattern)
    assert timed.search(f"-{found}-")[0] == own.search(f"-{found}-")[0]
    assert (timed.groups, dict(timed.groupindex), timed.pattern) == (own.groups, own.groupindex, text)


_PIECES = st.sampled_from(
    ["a", "b", ".", "[ab]", "(a)", "(a|b)", "^", "$", r"\b", "(?:ab)", "(?=a)", "(?>a)"]
)
_TURNS = st.sampled_from(["", "?", "*", "+", "{2}", "{1,3}", "{2,}", "*?", "+?", "*+"])


@given(st.lists(st.tuples(_PIECES, _TURNS), min_size=1, max_size=5), st.text("ab\n", max_size=12))
def test_the_engine_makes_no_difference(pieces: list[tuple[str, str]], page: str):
    text = "".join(piece + (turns if piece not in ("^", "$", r"\b") else "") for piece, turns in pieces)
    own, timed = re.compile(text).search(page), compile_regex(text).search(page)

    assert (own is None) == (timed is None)
    assert own is None or (own.span() == (timed.start(), timed.end()) and own[0] == timed[0])


def test_a_replacement_that_names_no_group_is_an_error_of_either_engine():
    for text in ("(a)", "(a)+b"):
        with pytest.raises(re.error):
            compile_regex(text).sub(r"\2", "aab")
