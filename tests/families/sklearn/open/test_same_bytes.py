"""The same model is the same file, whenever, wherever and in whatever order of hashes it is written."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from retrodict.families.sklearn.open.same_bytes import skops_bytes, zeroed_padding

SCRIPT = """
import hashlib, sys
import retrodict as rd
junk = [bytearray(1_000 + i) for i in range(int(sys.argv[2]))]  # objects lie elsewhere then
made = rd.sanitize(sys.argv[1], rows=100)
for pickled in (False, True):
    print(hashlib.sha256(made.save(sys.argv[3], as_pickle=pickled).read_bytes()).hexdigest())
"""


def forest() -> object:
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=60), "b": rng.choice(list("xyz"), 60)})
    columns = make_column_transformer((StandardScaler(), ["a"]), (OneHotEncoder(), ["b"]))
    return make_pipeline(columns, RandomForestClassifier(3, random_state=0)).fit(X, X["a"] > 0)


@pytest.mark.slow
def test_two_processes_sanitise_a_model_to_the_same_bytes(tmp_path: Path) -> None:
    skops.io.dump(forest(), tmp_path / "forest.skops")
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, tmp_path / "forest.skops", junk, tmp_path / junk],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for junk, seed in (("10", "1"), ("3000", "2"))
    ]
    first, second = (run.communicate()[0] for run in runs)
    assert first == second
    assert len(first.split()) == 2


def test_a_file_names_no_moment_and_no_place_in_memory() -> None:
    model = forest()
    content = skops_bytes(model)
    with ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert [entry.filename.split(".")[0] for entry in entries[:-1]] == [str(i) for i in range(1, len(entries))]
    assert skops_bytes(forest()) == content


def test_what_is_shared_stays_shared_and_values_stay() -> None:
    shared = np.arange(3.0)
    back = skops.io.loads(skops_bytes({"one": shared, "two": [shared, {"b", "a"}], "three": np.ones(2)}))
    assert back["one"] is back["two"][0]
    assert back["one"].tolist() == [0.0, 1.0, 2.0]
    assert back["two"][1] == {"a", "b"}
    assert back["three"].tolist() == [1.0, 1.0]


def test_padding_is_zero_and_fields_stay() -> None:
    kind = np.dtype([("a", "i1"), ("b", [("c", "i1"), ("d", "f8")])], align=True)
    dirty = np.frombuffer(b"\xff" * kind.itemsize * 2, kind).copy()
    clean = zeroed_padding(dirty)
    assert clean["a"].tolist() == dirty["a"].tolist() == [-1, -1]
    assert clean["b"]["c"].tolist() == [-1, -1]
    assert clean["b"]["d"].tobytes() == dirty["b"]["d"].tobytes()
    assert clean.tobytes().count(b"\x00") == clean.nbytes - 2 * 10
