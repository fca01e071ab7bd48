"""A prior file that is begun: it says what is known, reads back, and leaves open what is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler

import retrodict as rd
from retrodict.errors import PriorError, SchemaError

N = 400


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    age = rng.normal(50, 10, N)
    return pd.DataFrame({"age": age, "bmi": 0.1 * age + rng.normal(22, 3, N), "sex": rng.choice(["f", "m"], N)})


@pytest.fixture(scope="module")
def label(rows: pd.DataFrame) -> np.ndarray:
    return np.where(rows.age + np.random.default_rng(1).normal(0, 8, N) > 52, "ill", "well")


def drawn(path: Path) -> pd.DataFrame:
    prior = rd.load_prior(path)
    return prior.schema.decode(prior.sample(20_000, np.random.default_rng(0)))


def near(found: pd.Series, real: pd.Series, within: float = 5.0) -> None:
    """Hold means and sds to those of the rows, within so many standard errors of a mean of 20,000 draws."""
    error = real.std() / np.sqrt(20_000)
    assert found.mean() == pytest.approx(real.mean(), abs=within * error)
    assert found.std() == pytest.approx(real.std(), abs=within * error)


def test_a_table_s_file_says_what_fit_prior_says_and_what_is_not_public(
    rows: pd.DataFrame, label: np.ndarray, tmp_path: Path
) -> None:
    rows.assign(risk=label).to_csv(tmp_path / "rows.csv", index=False)
    found = rd.new_prior(tmp_path / "rows.csv", tmp_path / "new.yaml", target="risk", by_class=True)
    assert (found.features, found.open) == (("age", "bmi", "sex"), ())
    rd.priors.write_prior_file(rows.assign(risk=label), tmp_path / "old.yaml", target="risk", by_class=True)
    pd.testing.assert_frame_equal(drawn(tmp_path / "new.yaml"), drawn(tmp_path / "old.yaml"))
    text = (tmp_path / "new.yaml").read_text()
    assert "min and max are values of single rows" in text.replace("\n# ", " ")
    assert "# 400 different values in 400 rows\n  age: {" in text
    with pytest.raises(PriorError, match=r"is there already; give another name"):
        rd.new_prior(rows, tmp_path / "new.yaml")


def test_names_of_rows_are_asked_about(tmp_path: Path) -> None:
    rd.new_prior(pd.DataFrame({"who": [f"n{i}" for i in range(30)], "x": range(30)}), tmp_path / "p.yaml")
    assert "30 different values in 30 rows: are these names or numbers of persons?" in (tmp_path / "p.yaml").read_text()


def test_scalers_quantiles_and_classes_of_a_model_come_back(
    rows: pd.DataFrame, label: np.ndarray, tmp_path: Path
) -> None:
    X = rows[["age", "bmi"]]
    made = {
        "scaled": make_pipeline(StandardScaler(), LogisticRegression()),
        "quantiles": make_pipeline(QuantileTransformer(n_quantiles=200), LogisticRegression()),
        "classes": GaussianNB(),
        "stored": KNeighborsClassifier(),
    }
    for name, model in made.items():
        found = rd.new_prior(model.fit(X, label), tmp_path / f"{name}.yaml")
        assert found.open == ()
        draws = drawn(tmp_path / f"{name}.yaml")
        for column in X:
            near(draws[column], X[column], within=60.0 if name == "quantiles" else 8.0)
    assert isinstance(rd.load_prior(tmp_path / "classes.yaml"), rd.priors.ClassPrior)
    stored = drawn(tmp_path / "stored.yaml")
    assert stored.corr().loc["age", "bmi"] == pytest.approx(X.corr().loc["age", "bmi"], abs=0.04)
    assert "The file holds 400 training rows" in (tmp_path / "stored.yaml").read_text()


def test_what_a_model_does_not_state_is_left_open(rows: pd.DataFrame, label: np.ndarray, tmp_path: Path) -> None:
    steps = make_column_transformer((OneHotEncoder(), ["sex"]), (StandardScaler(), ["age"]), remainder="passthrough")
    model = make_pipeline(steps, LogisticRegression(max_iter=2_000)).fit(rows, label)
    found = rd.new_prior(model, tmp_path / "p.yaml")
    assert found.open == ("bmi",)
    text = (tmp_path / "p.yaml").read_text()
    assert "  # TODO: nothing is stated of its values; write what you know, such as\n  # bmi: 44.2 (12.1)\n" in text
    assert rd.load_prior(tmp_path / "p.yaml").schema.names == ("age", "sex")
    with pytest.raises(SchemaError, match="the prior lacks bmi"):
        rd.reconstruct(model, tmp_path / "p.yaml", rows=5, progress=False)
    (tmp_path / "p.yaml").write_text(text.replace("  # bmi: 44.2 (12.1)", "  bmi: 27.0 (3.2)"))
    assert rd.reconstruct(model, tmp_path / "p.yaml", rows=5, progress=False).n_rows == 5
    rd.new_prior(LogisticRegression().fit(rows[["age"]], label), tmp_path / "none.yaml")
    with pytest.raises(PriorError, match=r"'features:' must map names to what is known of them"):
        rd.load_prior(tmp_path / "none.yaml")
    with pytest.raises(PriorError, match="a model was given; leave them out"):
        rd.new_prior(model, tmp_path / "q.yaml", target="risk")


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    names = ["a: b", "# c", "- d", "{e", "f\nfeatures: {}", "g\x1b[31m", "'h\"", "yes", "01", "?", "x" * 200]
    frame = pd.DataFrame({name: np.arange(20.0) + i for i, name in enumerate(names)})
    found = rd.new_prior(frame, tmp_path / "p.yaml")
    assert rd.load_prior(tmp_path / "p.yaml").schema.names == found.features == tuple(names)
    assert "\x1b" not in (tmp_path / "p.yaml").read_text()
    model = LogisticRegression().fit(frame, np.arange(20) > 9)
    assert rd.new_prior(model, tmp_path / "m.yaml").open == tuple(names)
    lines = (tmp_path / "m.yaml").read_text().splitlines()
    entries = lines[lines.index("features:") + 1 :]
    assert all(line == "" or line.lstrip().startswith("#") or line.startswith("target:") for line in entries)
