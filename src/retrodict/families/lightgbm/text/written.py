"""A model text, written from what was read and checked: nothing else reaches the library."""

from __future__ import annotations

import json
from collections.abc import Iterator

from retrodict.families.lightgbm.text.model_text import HEADER, ModelText
from retrodict.families.lightgbm.text.tree_text import FIELDS


def written(text: ModelText) -> str:
    """Return a text that the library loads, without what was not known of the one that was read.

    Parameters
    ----------
    text
        What was read; the same one gives the same text.
    """
    blocks = list(_blocks(text))
    sizes = b" ".join(str(len(block)).encode() for block in blocks)
    objective = {} if text.objective is None else {"objective": text.objective.line.encode()}
    header = {**text.header, **objective, "tree_sizes": sizes}
    lines = [b"tree", *(_line(key, header[key]) for key in HEADER if key in header)]
    return b"".join([b"\n".join(lines), b"\n\n", *blocks, b"end of trees\n", *_sections(text)]).decode("utf-8")


def _blocks(text: ModelText) -> Iterator[bytes]:
    for i, tree in enumerate(text.trees):
        lines = [b"%s=%s" % (key.encode(), tree.fields[key]) for key in FIELDS if key in tree.fields]
        yield b"\n".join([b"Tree=%d" % i, *lines, b"\n\n"])


def _line(key: str, value: bytes) -> bytes:
    return key.encode() if key == "average_output" else b"%s=%s" % (key.encode(), value)


def _sections(text: ModelText) -> Iterator[bytes]:
    if text.parameters:
        yield b"\nparameters:\n"
        yield from (f"[{name}: {value}]\n".encode("utf-8", "replace") for name, value in text.parameters.items())
        yield b"\nend of parameters\n"
    if text.parser:
        yield b"\nparser:\n" + text.parser.encode("utf-8", "replace") + b"\n\nend of parser\n"
    told = None if text.categories is None else [list(one) for one in text.categories]
    yield f"\npandas_categorical:{json.dumps(told)}\n".encode()
