"""Tiny models in files, fitted once, and a way to run the command line in this process."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from retrodict.cli.app import run

PRIOR = "features:\n  a: {mean: 0, sd: 1, min: -4, max: 4}\n  b: {mean: 0, sd: 1, min: -4, max: 4}\n"
MIXED_PRIOR = (
    "features:\n  age: {kind: integer, mean: 44, sd: 12, min: 17, max: 90}\n  sex: {shares: {f: 0.5, m: 0.5}}\n"
)


class OwnModel(LogisticRegression):
    """A type that skops does not know."""


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    def call(*arguments: object) -> Outcome:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Outcome(code, out, err)

    return call


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of model files and priors that fit them."""
    shelf = tmp_path_factory.mktemp("shelf")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(120, 2)), columns=["a", "b"])
    label = np.where(frame["a"] + 0.3 * rng.normal(size=120) > 0, "yes", "no")
    mixed = pd.DataFrame({"age": rng.integers(18, 90, 120), "sex": rng.choice(["f", "m"], 120)})
    columns = make_column_transformer((StandardScaler(), ["age"]), (OneHotEncoder(), ["sex"]))
    models = {
        "logistic": make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, label),
        "mixed": make_pipeline(columns, LogisticRegression()).fit(mixed, mixed["age"] > 50),
        "linear": LinearRegression().fit(frame, 2 * frame["a"]),
        # a leaf of `rare` rows far outside the priors above: under them, that class has no probability at all
        "tree": DecisionTreeClassifier(random_state=0).fit(
            pd.DataFrame({"a": [*frame["a"], 50.0, 51.0], "b": [*frame["b"], 50.0, 51.0]}), [*label, "rare", "rare"]
        ),
        "far": DecisionTreeClassifier(max_depth=1, random_state=0).fit(
            pd.DataFrame({"a": [0.0, 100.0], "b": [0.0, 0.0]}), ["near", "far"]
        ),
        "unfitted": LogisticRegression(),
        "scaler": StandardScaler().fit(frame),
        "kmeans": KMeans(2, n_init=1).fit(frame),
        "dictionary": {"a": 1},
        "untrusted": OwnModel().fit(frame, label),
    }
    for name, model in models.items():
        skops.io.dump(model, shelf / f"{name}.skops")
    (shelf / "logistic.pkl").write_bytes(pickle.dumps(models["logistic"]))
    (shelf / "prior.yaml").write_text(PRIOR)
    (shelf / "mixed.yaml").write_text(MIXED_PRIOR)
    (shelf / "states.yaml").write_text(
        "features:\n  age: {kind: integer, min: 40, max: 60}\n  sex: {shares: {f: 0.5, m: 0.5}}\n"
    )
    return shelf


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory, shelf: Path) -> Path:
    """Return a folder of small tables, models, results and a study."""
    from retrodict.study.store import Writer
    from tests.study.running.toy import CELLS, DESIGN, quick

    here = tmp_path_factory.mktemp("inputs")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(240, 2)).round(1), columns=["a", "b"])
    frame["target"] = np.where(frame.a + 0.3 * rng.normal(size=240) > 0, "yes", "no")
    frame[:120].to_csv(here / "train.csv", index=False)
    frame[120:].to_csv(here / "holdout.csv", index=False)
    frame[:30].to_csv(here / "small.csv", index=False)
    mixed = pd.DataFrame({"age": rng.integers(18, 90, 120), "sex": rng.choice(["f", "m"], 120)})
    mixed.assign(target=mixed.age > 50).to_csv(here / "mixed.csv", index=False)
    X, y = frame[["a", "b"]][:30], frame.target[:30]
    skops.io.dump(DecisionTreeClassifier(max_depth=3, random_state=0).fit(X, y), here / "tree.skops")
    skops.io.dump(KNeighborsClassifier().fit(X, y), here / "neighbours.skops")
    (here / "outputs.csv").write_text("no,yes\n0.2,0.8\n")
    (here / "values.csv").write_text("y\n1.5\n")
    words = f"reconstruct {shelf}/logistic.skops --prior {shelf}/prior.yaml --rows 120 --quiet --out {here}/rec"
    assert run(words.split()) == 0
    assert run(f"rebuild {here}/tree.skops --quiet --out {here}/table".split()) == 0
    with Writer(here / "toy.study", DESIGN, len(CELLS)) as writer:
        for cell in CELLS[:12]:
            writer.add(cell, {"status": "done", "seconds": 0.1, **quick(DESIGN, cell)})
        writer.add(CELLS[12], {"status": "failed", "failure": "ValueError: no luck"})
    return here
