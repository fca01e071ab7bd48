"""A file of a few lines can't stand for billions, nest for ever, or say two things of one key."""

from __future__ import annotations

import pytest
import yaml

from retrodict.schema.yaml_text import MOST_ENTRIES, read_yaml

BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{last}'] * 10)}]\n" for last, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BOMB, f"aliases stand for more than {MOST_ENTRIES:,} entries"),
        ("[" * 5_000, "nested too deeply"),
        ("a: &a [*a]", "nested too deeply, or in itself"),
        ("a: 1\nb: 2\na: 3", "key 'a' stands twice"),
        ("a: {b: 1, b: 2}", "key 'b' stands twice"),
        ("a: " + "9" * 5_000, "integer string conversion"),
        ("a: !!python/object/apply:os.getcwd []", "could not determine a constructor"),
    ],
)
def test_what_is_no_plain_text_is_refused(text: str, told: str) -> None:
    with pytest.raises(yaml.YAMLError, match=told):
        read_yaml(text)


@pytest.mark.slow
def test_plain_text_and_shared_parts_are_read() -> None:
    assert read_yaml("") is None
    assert read_yaml("base: &b {x: 1}\nother: *b\nlist: [1e3, yes, 01]") == {
        "base": {"x": 1},
        "other": {"x": 1},
        "list": [1000.0, "yes", "01"],
    }
    assert len(read_yaml(f"[{', '.join(['1'] * (MOST_ENTRIES + 1))}]")) == MOST_ENTRIES + 1
