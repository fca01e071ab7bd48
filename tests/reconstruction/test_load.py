"""What is read back is checked: a folder that holds anything else than a result is refused in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from retrodict.errors import RequestError

Data = dict[str, Any]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=50), "b": rng.normal(size=50)})
    model = rd.load_model(LogisticRegression().fit(X, np.where(X["a"] > 0, "yes", "no")))
    prior = rd.fit_prior(X)
    rd.reconstruct(model, prior, 40, out=folder / "reconstruction")
    rd.invert(model, prior, outputs=["yes", "no", "yes"], draws=5).save(folder / "inversion")
    return folder


def text(change: Callable[[str], str]) -> Callable[[Path], object]:
    def spoil(document: Path) -> object:
        return document.write_text(change(document.read_text()))

    return spoil


def entry(change: Callable[[Data], object]) -> Callable[[Path], object]:
    def spoil(document: Path) -> object:
        data = json.loads(document.read_text())
        change(data)
        return document.write_text(json.dumps(data))

    return spoil


def rows(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], object]:
    def spoil(document: Path) -> object:
        path = document.parent / "rows.parquet"
        return change(pd.read_parquet(path)).to_parquet(path, index=False)

    return spoil


def cut(document: Path) -> object:
    path = document.parent / "rows.parquet"
    return path.write_bytes(path.read_bytes()[:-20])


BOTH: dict[str, tuple[Callable[[Path], object], str]] = {
    "no document": (Path.unlink, "json' is not there"),
    "no rows": (lambda document: (document.parent / "rows.parquet").unlink(), "'rows.parquet' is not there"),
    "rows cut off": (cut, "'rows.parquet' is damaged"),
    "no JSON": (text(lambda t: t[:-9]), "is no JSON"),
    "no object": (text(lambda t: "[1]"), "holds no JSON object"),
    "no text": (lambda document: document.write_bytes(b"\xff\xfe"), "is no UTF-8 text"),
    "nested for ever": (text(lambda t: "[" * 200_000), "nested too deeply"),
    "a key twice": (text(lambda t: '{"rows": 1,' + t.lstrip("{ \n")), "key 'rows' stands twice"),
    "no number": (text(lambda t: t.replace('"seed": 0', '"seed": NaN', 1)), "NaN, which JSON has no word for"),
    "no schema": (entry(lambda data: data.pop("schema")), "'schema' is missing"),
    "a schema of text": (entry(lambda data: data.update(schema="x")), "'schema' is no mapping but 'x'"),
    "another feature": (
        entry(lambda data: data["schema"]["features"].update(c={"kind": "continuous"})),
        "not those of its schema: c",
    ),
    "no origin": (entry(lambda data: data.pop("provenance")), "'provenance' is missing"),
    "an origin unknown": (entry(lambda data: data["provenance"].update(moon=1)), "'provenance' has 'moon'"),
    "calls of text": (entry(lambda data: data["provenance"].update(queries="9")), "'provenance.queries' is wrong"),
    "calls below none": (entry(lambda data: data["provenance"].update(queries=-1)), "'queries' is -1"),
    "a family of numbers": (entry(lambda data: data["provenance"]["model"].update(family=7)), "'family' is no text"),
    "a column less": (rows(lambda frame: frame.drop(columns="b")), "not those of its schema: b"),
    "a row less": (rows(lambda frame: frame.iloc[1:]), "rows, and"),
    "words for numbers": (rows(lambda frame: frame.assign(a="x")), "column 'a' of 'rows.parquet' holds no numbers"),
}
OWN: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "no classes": ("reconstruction", entry(lambda data: data.update(classes={})), "'classes' is empty"),
    "a class of text": ("reconstruction", entry(lambda data: data["classes"].update(no="x")), "holds no reports"),
    "rows of text": (
        "reconstruction",
        entry(lambda data: data["classes"]["no"].update(reached="many")),
        "'classes.reached' is wrong: .*, got 'many'",
    ),
    "a note of numbers": ("reconstruction", entry(lambda data: data.update(notes=[1])), "'notes' is no list of notes"),
    "places beyond": ("inversion", entry(lambda data: data.update(place=[0, 1, 9])), "'place' does not say"),
    "outputs beyond": (
        "inversion",
        rows(lambda frame: frame.assign(output=frame["output"] + 5)),
        "column 'output' of 'rows.parquet' names outputs that are none",
    ),
}
CASES = [(what, *case) for what in ("reconstruction", "inversion") for case in BOTH.values()] + list(OWN.values())
NAMES = [f"{name} ({what})" for what in ("reconstruction", "inversion") for name in BOTH] + list(OWN)


@pytest.mark.parametrize(("what", "spoil", "told"), CASES, ids=NAMES)
def test_what_is_spoilt_is_refused(
    what: str, spoil: Callable[[Path], object], told: str, results: Path, tmp_path: Path
) -> None:
    folder = tmp_path / what
    shutil.copytree(results / what, folder)
    spoil(folder / f"{what}.json")
    kind = {"reconstruction": rd.Reconstruction, "inversion": rd.Inversion}[what]
    with pytest.raises(RequestError, match=rf"holds no {what}: .*{told}") as caught:
        kind.load(folder)
    assert str(caught.value).isprintable()


def test_what_is_sound_comes_back(results: Path) -> None:
    rec, inv = rd.Reconstruction.load(results / "reconstruction"), rd.Inversion.load(results / "inversion")
    assert (rec.n_rows, len(rec.frame), rec.complete) == (40, 40, True)
    assert (len(inv.frame), inv.outputs) == (15, ("yes", "no", "yes"))


def test_damage_within_the_rows_is_one_line_when_they_are_read(results: Path, tmp_path: Path) -> None:
    shutil.copytree(results / "reconstruction", tmp_path / "r")
    found, path = rd.Reconstruction.load(tmp_path / "r"), tmp_path / "r" / "rows.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:4] + b"\xff" * 200 + content[204:])
    with pytest.raises(RequestError, match=r"rows.parquet' is damaged"):
        _ = found.frame
