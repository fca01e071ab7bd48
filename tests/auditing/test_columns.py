"""Tables as people have them: columns without values, features called as our own columns are, values as targets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import retrodict as rd
from retrodict.auditing.public import public_prior
from retrodict.models import load_model


def flats(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"target": rng.normal(size=n), "confidence": rng.normal(size=n), "empty": np.full(n, np.nan)})
    return frame.assign(price=2 * frame["target"] + rng.normal(0, 0.3, n))


def fitted(train: pd.DataFrame) -> Ridge:
    model = make_pipeline(SimpleImputer(keep_empty_features=True), StandardScaler(), Ridge())
    return model.fit(train.drop(columns="price"), train["price"])


def test_a_column_without_values_stays_without(tmp_path: Path) -> None:
    train, test = flats(40, 0), flats(40, 1)
    model = load_model(fitted(train))
    prior, words = public_prior(model, None, test)
    assert prior is not None
    assert words == "uniform over the ranges and categories of the held-out rows"
    drawn = prior.schema.decode(prior.sample(50, np.random.default_rng(0)))
    assert drawn["empty"].isna().all()
    assert drawn["target"].notna().all()
    found = rd.membership_attacks(model, train, test, target="price")
    error = np.abs(model.predict(np.nan_to_num(train[["target", "confidence", "empty"]].to_numpy())) - train["price"])
    other = np.abs(model.predict(np.nan_to_num(test[["target", "confidence", "empty"]].to_numpy())) - test["price"])
    expected = np.mean(error.to_numpy()[:, None] < other.to_numpy())
    assert found.worst.auc == pytest.approx(expected)


def test_attacks_that_learn_and_guesses_of_columns_take_it() -> None:
    train, test = flats(60, 0), flats(60, 1)
    model = fitted(train)
    made = rd.membership_attacks(model, train, test, target="price")
    assert "quantile regression" in {one.attack for one in made.attacks}
    guessed = rd.attribute_risk(model, train, test, target="price")
    assert [line.column for line in guessed.lines] == ["target", "confidence"]
    assert [(name, why.code) for name, why in guessed.left_out] == [("empty", "constant_column")]


@pytest.mark.slow
def test_such_a_table_is_audited_in_every_part(tmp_path: Path) -> None:
    train, test = flats(60, 0), flats(60, 1)
    say: list[str] = []
    model = fitted(train)
    found = rd.audit(
        model, train=train, holdout=test, target="price", out=tmp_path / "out", quick=True, seconds=1e6, say=say.append
    )
    told = dict(found.not_tested)
    assert (
        set(told)
        - {
            "rebuilding the training table itself",
            "error budget",
            "inferring column 'empty'",
            "attackers who know more",
            "other seeds, and the same model refitted",
        }
        == set()
    )
    assert "column 'empty' of the training rows holds no values" in " ".join(found.warnings)
    assert found.verdict == "review"
    assert {"absolute error", "quantile regression", "rmia"} <= {one.attack for one in found.membership.attacks}
    assert [line.column for line in found.attributes.lines] == ["target", "confidence"]
    assert [line for line in say if "query curve" in line]
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "absolute error" in page
    assert "R2 of the predictions" in page
