"""Files of CatBoost that are cut short, of another kind, or made to do harm: each refused in one line."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("catboost")

import retrodict as rd
from retrodict.errors import MissingExtraError, ModelError
from retrodict.families.catboost.cbm_file import write_cbm
from retrodict.families.catboost.content import NO_HASH, Content
from retrodict.families.catboost.flat_reader import Flat
from retrodict.families.catboost.json_written import write_json
from retrodict.families.catboost.native import content_of
from retrodict.families.catboost.open import check_content, recognises
from retrodict.models import audit_file
from retrodict.models.family import Source
from tests.families.catboost.fits import fitted, planted


@pytest.fixture(scope="module")
def content() -> Content:
    return content_of(fitted(planted(), listed=("site", "code"), iterations=40))


@pytest.fixture(scope="module")
def nodes() -> Content:
    return content_of(fitted(planted()[["age", "dose", "target"]], grow_policy="Lossguide"))


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(ModelError) as caught:
        rd.load_model(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400
    return str(caught.value)


def _one(array: np.ndarray, at: int, value: int) -> np.ndarray:
    out = array.copy()
    out.flat[at] = value
    return out


def _ctr(content: Content, **changes: Any) -> Content:
    return replace(content, ctrs=(replace(content.ctrs[0], **changes), *content.ctrs[1:]))


def _table(content: Content, **changes: Any) -> Content:
    tables = content.ctr_tables or ()
    return replace(content, ctr_tables=(replace(tables[0], **changes), *tables[1:]))


def _number(content: Content, **changes: Any) -> Content:
    return replace(content, numbers=(replace(content.numbers[0], **changes), *content.numbers[1:]))


def _info(content: Content, key: str, text: str) -> Content:
    return replace(content, info=content.info | {key: text})


def _classes(content: Content, **told: Any) -> Content:
    return _info(content, "class_params", json.dumps(told))


HOSTILE: dict[str, Callable[[Content], Content]] = {
    "a split at no border": lambda c: c.with_trees(splits=_one(c.trees.splits, 3, 10**6)),
    "a split before the first": lambda c: c.with_trees(splits=_one(c.trees.splits, 3, -1)),
    "a tree of too many levels": lambda c: c.with_trees(sizes=_one(c.trees.sizes, 0, 31)),
    "a tree of a size below zero": lambda c: c.with_trees(sizes=_one(c.trees.sizes, 0, -1)),
    "a tree at another place": lambda c: c.with_trees(starts=_one(c.trees.starts, 1, 10**6)),
    "too few leaf values": lambda c: c.with_trees(values=c.trees.values[:-1]),
    "leaf values that are no numbers": lambda c: c.with_trees(values=c.trees.values * np.nan),
    "too many leaf weights": lambda c: c.with_trees(weights=np.append(c.trees.weights, 1.0)),
    "more outputs than leaf values": lambda c: replace(c, dimension=2**31 - 1),
    "no outputs": lambda c: replace(c, dimension=0),
    "two columns at one place": lambda c: _number(c, flat=c.categories[0].flat),
    "a column very far out": lambda c: _number(c, index=2**31 - 1),
    "a column before the first": lambda c: _number(c, index=-1),
    "borders out of order": lambda c: _number(c, borders=c.numbers[0].borders[::-1].copy()),
    "a border that is no number": lambda c: _number(c, borders=c.numbers[0].borders * np.float32(np.nan)),
    "statistics that there are not": lambda c: replace(c, ctr_tables=()),
    "statistics of no column": lambda c: _ctr(
        c, base=replace(c.ctrs[0].base, of=replace(c.ctrs[0].base.of, categories=(99,)))
    ),
    "statistics of a class that there is not": lambda c: _ctr(c, target_border=1000),
    "a search without an end": lambda c: _table(c, hashes=np.arange(16, dtype=np.uint64), rows=np.zeros(16, np.uint32)),
    "a hash table of another length": lambda c: _table(
        c, hashes=np.full(3, NO_HASH, np.uint64), rows=np.zeros(3, np.uint32)
    ),
    "a hash table of no places": lambda c: _table(c, hashes=np.empty(0, np.uint64), rows=np.empty(0, np.uint32)),
    "a hash of no row": lambda c: _table(c, rows=np.full(len((c.ctr_tables or ())[0].rows), 2**31, np.uint32)),
    "rows that are not whole": lambda c: _table(c, blob=b"abc"),
    "counts below zero": lambda c: _table(c, blob=struct.pack("<i", -5) * (len((c.ctr_tables or ())[0].blob) // 4)),
    "no classes": lambda c: _table(c, classes=0),
    "settings that are no JSON": lambda c: _info(c, "params", "{"),
    "settings that are too deep": lambda c: _info(c, "params", "[" * 100_000),
    "a class before the first": lambda c: _info(
        c, "class_params", '{"class_names": ["a", "b"], "class_to_label": [-1, 0]}'
    ),
    "a class twice": lambda c: _info(c, "class_params", '{"class_names": ["a", "a"], "class_to_label": [0, 1]}'),
    "very many classes": lambda c: _info(c, "class_params", '{"classes_count": 1000000000, "class_to_label": [0, 1]}'),
    "a bias that is no number": lambda c: replace(c, bias=(float("inf"),)),
}


@pytest.mark.parametrize("harm", HOSTILE)
def test_numbers_that_lead_out_of_the_file(harm: str, content: Content, tmp_path: Path) -> None:
    refused(tmp_path / "m.cbm", write_cbm(HOSTILE[harm](content)))


NODES: dict[str, Callable[[Content], Content]] = {
    "a child beyond its tree": lambda c: c.with_trees(steps=_one(c.trees.steps, 0, 65_535)),
    "two ways to a node": lambda c: c.with_trees(steps=np.where(c.trees.steps == 2, 1, c.trees.steps)),
    "a leaf of no values": lambda c: c.with_trees(leaf_of=np.full_like(c.trees.leaf_of, 2**31)),
    "leaves that share values": lambda c: c.with_trees(leaf_of=np.zeros_like(c.trees.leaf_of)),
    "too few nodes": lambda c: c.with_trees(steps=c.trees.steps[:-1]),
    "a tree without nodes": lambda c: c.with_trees(sizes=_one(c.trees.sizes, 0, 0)),
    "borders that there are not": lambda c: replace(
        c, numbers=tuple(replace(one, borders=one.borders[:0]) for one in c.numbers)
    ).with_trees(splits=np.zeros_like(c.trees.splits)),
}


@pytest.mark.parametrize("harm", NODES)
def test_nodes_that_make_no_tree(harm: str, nodes: Content, tmp_path: Path) -> None:
    refused(tmp_path / "m.cbm", write_cbm(NODES[harm](nodes)))


def test_files_that_are_cut_short(content: Content, tmp_path: Path) -> None:
    for data in (write_cbm(content), write_json(content)):
        step = max(1, len(data) // 40)
        for end in range(4, len(data) - 1, step):
            if recognises(Source(tmp_path, data[:end])):
                refused(tmp_path / "m", data[:end])
        refused(tmp_path / "m", data + b"more")


def test_bytes_that_were_changed(content: Content, tmp_path: Path) -> None:
    rng, data = np.random.default_rng(0), write_cbm(content)
    for _ in range(300):
        other = bytearray(data)
        for at in rng.integers(4, len(data), 3):
            other[at] = rng.integers(256)
        with suppress(ModelError):  # and nothing else
            check_content(bytes(other))


def test_small_files_that_stand_for_large_ones(content: Content, tmp_path: Path) -> None:
    count = 10_000
    long = replace(content.numbers[0], borders=np.arange(100_000, dtype=np.float32))
    data = bytearray(write_cbm(replace(content, numbers=(*[content.numbers[0]] * count, long))))
    flat = Flat(memoryview(data)[8:])
    trees = flat.root().table(1)
    assert trees is not None
    first = flat.follow(trees.place(5, 4) or 0)
    target = flat.follow(first + 4 + 4 * count)
    for i in range(count):  # all lead to the one with a long list: four gigabytes of borders
        struct.pack_into("<I", data, 8 + first + 4 + 4 * i, target - (first + 4 + 4 * i))
    assert "again and again" in refused(tmp_path / "m.cbm", bytes(data))


JSON: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a split at no border": lambda d: d["oblivious_trees"][0]["splits"][0].update(split_index=10**6),
    "a split that is a text": lambda d: d["oblivious_trees"][0]["splits"][0].update(split_index="1"),
    "a leaf value that is a list": lambda d: d["oblivious_trees"][0]["leaf_values"].__setitem__(0, []),
    "no columns": lambda d: d.pop("features_info"),
    "a stride of zero": lambda d: next(iter(d["ctr_data"].values())).update(hash_stride=0),
    "a hash that is no number": lambda d: next(iter(d["ctr_data"].values()))["hash_map"].__setitem__(0, "x"),
    "a border beyond 32 bits": lambda d: d["features_info"]["float_features"][0].update(borders=[1e300]),
    "a scale that is a text": lambda d: d.update(scale_and_bias=["1", [0]]),
    "trees of two kinds": lambda d: d.update(trees=[]),
    "columns of text": lambda d: d["features_info"].update(text_features=[{}]),
}


@pytest.mark.parametrize("harm", JSON)
def test_json_that_does_not_fit(harm: str, content: Content, tmp_path: Path) -> None:
    data = json.loads(write_json(content))
    JSON[harm](data)
    path = tmp_path / "m.json"
    if recognises(Source(path, json.dumps(data).encode())):
        refused(path, json.dumps(data).encode())
    refused(path, b'{"features_info": {}, "trees": ' + b"[" * 100_000)
    refused(path, b'{"features_info": {}, "oblivious_trees": [NaN]}')


def test_parts_of_a_json_file_that_are_not_known_are_listed(content: Content, tmp_path: Path) -> None:
    data = json.loads(write_json(content))
    (tmp_path / "m.json").write_text(json.dumps(data | {"extra": [1, 2]}))
    assert [entry.path for entry in rd.inspect_model(tmp_path / "m.json").unread] == ["extra"]


def test_without_the_library(content: Content, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.cbm"
    path.write_bytes(write_cbm(content))
    monkeypatch.setitem(sys.modules, "catboost", None)
    with pytest.raises(MissingExtraError, match=r"retrodict\[catboost\]"):
        rd.load_model(path)
    assert audit_file(path).format == "cbm"


def test_files_of_others_are_not_claimed(tmp_path: Path) -> None:
    for data in (b"", b"CBM", b'{"learner": {}, "version": [2, 1, 0]}', b"tree\nversion=v4\n", b'{"trees": []}'):
        assert not recognises(Source(tmp_path, data))
