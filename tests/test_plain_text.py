"""What is shown of texts of others: every character that acts is an escape, and JSON stays exact."""

import json

import pytest

from retrodict.plain_text import error_line, few, json_text, listing, one_line, plain_lines, shown

ACTING = [
    *(chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)]),
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    *"\u200b\u200c\u200d\u2060\ufeff\u2028\u2029\u00ad\ud800\udfff\U000e0041\u3164",
]


@pytest.mark.parametrize("one", ACTING, ids=[f"{ord(one):04x}" for one in ACTING])
def test_acting_characters_become_escapes(one):
    seen = shown(f"a{one}b")
    assert one not in seen
    assert seen.isascii()
    assert seen.encode().decode("unicode_escape") == f"a{one}b"


def test_plain_text_stays_as_it_is():
    for text in ("age (years)", "größe", "年齢", "no\u00a0break", "🙂", "back\\slash", "<b>[bold]$x$"):
        assert shown(text) == text


def test_long_text_says_how_much_is_left_out():
    assert shown("x" * 10_000, 20) == "x" * 20 + "… (9,980 more characters)"
    assert shown("x" * 200) == "x" * 200
    assert shown("\x1b" * 30, 2) == "\\x1b\\x1b… (28 more characters)"


def test_one_line_and_lines():
    assert one_line("a\n  b\t\u2028c \x1b[31m") == "a b c \\x1b[31m"
    assert plain_lines("a\x1b\nb\r") == "a\\x1b\nb\\r"


def test_of_many_names_the_first_are_shown():
    assert listing(["a", 2]) == "a, 2"
    assert listing(range(12)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ... (12 in all)"
    assert (few(["a", "b"], 2), few(["a", "b", "c"], 2)) == ("a, b", "a, b and 1 more")


def test_errors_are_one_line():
    assert error_line(KeyError("a\nb\x1b"), 5) == "KeyError: 'a\\nb… (5 more characters)"


def test_json_text_is_exact_and_holds_nothing_that_acts():
    data = {"-".join(ACTING): ["-".join(ACTING), 1.5, None, True]}
    text = json_text(data)
    assert json.loads(text) == data
    assert all(one == "\n" or one.isprintable() for one in text)
    with pytest.raises(ValueError, match="JSON"):
        json_text({"a": float("nan")})
