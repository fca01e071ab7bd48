"""Each format of model files: how one is mutated, with regard to what it is made of and without."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from tests.fuzz import skops_mutations, ubjson
from tests.fuzz.cbm_mutations import mutate_cbm
from tests.fuzz.message_mutations import mutate_onnx
from tests.fuzz.raw_bytes import raw_mutation
from tests.fuzz.text_mutations import mutate_lines
from tests.fuzz.value_mutations import TEXTS, mutate_values, places

Rng = np.random.Generator
Folder = Mapping[str, bytes]
Content = bytes | Folder
"""Of a file, or of a folder by the names in it."""
Once = Callable[[bytes, Rng], tuple[bytes, str]]
"""Makes one mutation of a file."""

_RAW_SHARE = 0.25
"""How often a mutation knows nothing of the format: most of these are refused by the first look at a file."""


@dataclass(frozen=True)
class Format:
    """One format.

    Parameters
    ----------
    name
        Of the format.
    once
        Makes one mutation that knows it.
    """

    name: str
    once: Once

    def mutated(self, content: Content, rng: Rng) -> tuple[Content, str]:
        """Return a file with one to three mutations, and their names."""
        assert isinstance(content, bytes)
        names = []
        for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
            try:
                content, name = (raw_mutation if rng.random() < _RAW_SHARE else self.once)(content, rng)
            except Exception:  # what an earlier mutation made can't be taken apart any more
                content, name = raw_mutation(content, rng)
            names.append(name)
        return content, "+".join(names)


def _json(content: bytes, rng: Rng) -> tuple[bytes, str]:
    root = json.loads(content)
    if rng.random() < 0.06:
        return _twice(root, rng), "a key twice"
    name = mutate_values(root, rng)
    return _dumped(root), name


def _dumped(root: Any) -> bytes:
    """Return JSON as it was written, without spaces; by hand where it is nested deeper than Python writes it."""
    try:
        return json.dumps(root, separators=(",", ":")).encode("utf-8", "surrogatepass")
    except RecursionError:
        return _flat(root).encode("utf-8", "surrogatepass")


def _flat(root: Any) -> str:
    parts: list[str] = []
    stack: list[Any] = [root]
    while stack:
        one = stack.pop()
        if isinstance(one, tuple):
            parts.append(one[0])
        elif isinstance(one, dict):
            stack.append(("}",))
            for at, (name, inner) in reversed([*enumerate(one.items())]):
                stack += [inner, (f"{',' if at else ''}{json.dumps(str(name))}:",)]
            parts.append("{")
        elif isinstance(one, list):
            stack.append(("]",))
            for at, inner in reversed([*enumerate(one)]):
                stack += [inner, ("," if at else "",)]
            parts.append("[")
        else:
            parts.append(json.dumps(one))
    return "".join(parts)


def _twice(root: Any, rng: Rng) -> bytes:
    """Write one key of a mapping twice, with the value of another place first."""
    own = [one for one in places(root) if isinstance(one[1], str)]
    (_, key, _), (_, _, other) = own[rng.integers(len(own))], own[rng.integers(len(own))]
    mark = json.dumps(key) + ":"
    return _dumped(root).replace(mark.encode(), f"{mark}{json.dumps(other)},{mark}".encode(), 1)


def _ubj(content: bytes, rng: Rng) -> tuple[bytes, str]:
    root = ubjson.read(content)
    name = mutate_values(root, rng)
    return ubjson.write(root), name


def _skops(content: bytes, rng: Rng) -> tuple[bytes, str]:
    """Mutate a skops file itself, or the model of another library in it: a member, or a text of its description."""
    parts = skops_mutations.Parts.of(content)
    members: list[Any] = [name for name, own in sorted(parts.members.items()) if _format_inside(own) is not None]
    inner = members + [node for _, _, node in parts.nodes(lambda node: _text_of(node) is not None)]
    if not inner or rng.random() < 0.4:
        return skops_mutations.mutated(content, rng)
    chosen = inner[rng.integers(len(inner))]
    own = parts.members[chosen] if isinstance(chosen, str) else _text_of(chosen) or b""
    form = _format_inside(own)
    assert form is not None
    changed, words = form.mutated(own, rng)
    assert isinstance(changed, bytes)
    if isinstance(chosen, str):
        parts.members[chosen] = changed
    else:
        chosen["content"] = json.dumps(changed.decode("utf-8", "replace"))
    return parts.content(compressed=False), f"inside: {words}"


def _text_of(node: Any) -> bytes | None:
    """Return the model of another library that a description of skops holds as a text."""
    text = node.get("content")
    if node.get("__loader__") != "JsonNode" or not isinstance(text, str) or not text.startswith('"tree\\n'):
        return None
    return str(json.loads(text)).encode()


JSON = Format("json", _json)
UBJ = Format("ubj", _ubj)
LINES = Format("text", mutate_lines)
CBM = Format("cbm", mutate_cbm)
ONNX = Format("onnx", mutate_onnx)
SKOPS = Format("skops", _skops)


class _Plain(Format):
    """skops files of scikit-learn alone: as many mutations as `skops_mutations` makes of one."""

    def mutated(self, content: Content, rng: Rng) -> tuple[Content, str]:
        """Return a file with its mutations, and their names."""
        assert isinstance(content, bytes)
        return skops_mutations.mutated(content, rng)


PLAIN_SKOPS = _Plain("skops", skops_mutations.mutated)


def _format_inside(member: bytes) -> Format | None:
    """Return the format of another library's model in a member of a skops file, by its first bytes."""
    for mark, own in ((b"{L", UBJ), (b"tree\n", LINES), (b"CBM1", CBM)):
        if member.startswith(mark):
            return own
    return None


@dataclass(frozen=True)
class FolderFormat:
    """A folder of MLflow: its description, and a model file of another format.

    Parameters
    ----------
    inner
        The format of the model file.
    model
        Its name in the folder.
    """

    inner: Format
    model: str
    name: str = "mlflow"

    def mutated(self, content: Content, rng: Rng) -> tuple[Content, str]:
        """Return a folder with one mutation of one of its files, and its name."""
        assert not isinstance(content, bytes)
        files = dict(content)
        way = rng.random()
        if way < 0.45:
            files["MLmodel"], name = _described(files["MLmodel"], rng)
        elif way < 0.9:
            changed, name = self.inner.mutated(files[self.model], rng)
            assert isinstance(changed, bytes)
            files[self.model] = changed
        else:
            name = "members"
            one = sorted(files)[rng.integers(len(files))]
            moved = files.pop(one)
            with suppress(IndexError):
                files[str(rng.choice(["MLmodel", self.model, "other.bin", "data/model.pkl"]))] = moved
        return files, name


@dataclass(frozen=True)
class Seed:
    """A file to start from.

    Parameters
    ----------
    make
        Fits its model and writes it.
    form
        How it is mutated.
    packages
        That it takes to make one and to read one.
    trees
        Whether its table can be looked for from node counts.
    """

    make: Callable[[], Content]
    form: Format | FolderFormat
    packages: tuple[str, ...] = ()
    trees: bool = False


_ELSEWHERE = ("../MLmodel", "/etc/passwd", "/dev/zero", "..", ".", "", "model.pkl", "MLmodel", "a/../../b")


def _described(content: bytes, rng: Rng) -> tuple[bytes, str]:
    if rng.random() < 0.3:
        return raw_mutation(content, rng)
    root = yaml.safe_load(content)
    if rng.random() < 0.3:
        texts = [one for one in places(root) if isinstance(one[2], str)]
        holder, key, _ = texts[rng.integers(len(texts))]
        holder[key] = str(rng.choice([*_ELSEWHERE, *(one for one in TEXTS if one != "\ud800")]))
        name = "elsewhere"
    else:
        name = mutate_values(root, rng)
    try:
        return yaml.safe_dump(root, allow_unicode=True).encode("utf-8", "replace"), name
    except (RecursionError, yaml.YAMLError):
        return _dumped(root), name  # JSON is YAML


def write(content: Content, path: Path) -> None:
    """Write a file, or a folder with all that is in it."""
    if isinstance(content, bytes):
        path.write_bytes(content)
        return
    path.mkdir()
    for name, data in content.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # a name that another one's folder has
            place.write_bytes(data)
