import pytest

from scrapekit.regex import RegexError, compile_regex


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
