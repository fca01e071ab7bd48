"""JSON of others holds whole characters."""

from __future__ import annotations

import pytest

from retrodict.models.json_text import read_json


@pytest.mark.parametrize("text", [r'{"a\ud800": 1}', r'["\udfff"]', rb'["\uDBFF a"]', r'[["\ude00\ud83d"]]'])
def test_half_a_character_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        read_json(text)


def test_two_halves_are_one_character() -> None:
    assert read_json(r'["\ud83d\ude00", "\\ud800"]') == ["\U0001f600", r"\ud800"]
    assert read_json(b"[1.5]", parse_float=str) == ["1.5"]
