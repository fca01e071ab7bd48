"""A file that holds codes of its classes alone can be told what they are called."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

import retrodict as rd
from retrodict.errors import SchemaError
from retrodict.schema import Feature, Schema, Target


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"age": rng.integers(20, 80, 300), "dose": rng.normal(size=300).round(2)})
    return frame.assign(grade=np.array(["good", "poor"])[(frame.age + 5 * frame.dose > 50).astype(int)])


@pytest.fixture(scope="module", params=["lightgbm", "xgboost"])
def file(request: pytest.FixtureRequest, table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    library: Any = pytest.importorskip(request.param)
    X, y = table[["age", "dose"]], (table.grade == "poor").astype(int)
    path = tmp_path_factory.mktemp("named") / "model"
    if request.param == "lightgbm":
        library.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1).fit(X, y).booster_.save_model(path)
    else:
        path = path.with_suffix(".ubj")
        library.XGBClassifier(n_estimators=5, n_jobs=1).fit(X, y).save_model(path)
    return path


def schema(table: pd.DataFrame, *classes: Any) -> Schema:
    return Schema(Schema.from_frame(table[["age", "dose"]]).features, Target("grade", classes))


def test_classes_are_called_as_in_the_table(file: Path, table: pd.DataFrame) -> None:
    with pytest.raises(SchemaError, match=r"none of the classes 0, 1; write them alike, or name the model's"):
        rd.membership_attacks(file, table[:150], table[150:], target="grade")
    model = rd.load_model(file, schema=schema(table, "good", "poor"))
    assert model.schema.target == Target("grade", ("good", "poor"))
    plain = rd.load_model(file)
    X = model.schema.encode(table[["age", "dose"]])
    np.testing.assert_array_equal(model.log_proba(X), plain.log_proba(X))
    drawn = rd.reconstruct(model, rows=50, seed=0).frame
    assert set(drawn.grade) <= {"good", "poor"}
    assert rd.membership_attacks(model, table[:150], table[150:], target="grade") is not None


@pytest.mark.parametrize("classes", [("good",), (1, 0), ("good", "poor", "fair")])
def test_other_numbers_and_orders_are_refused(file: Path, table: pd.DataFrame, classes: tuple[Any, ...]) -> None:
    with pytest.raises(SchemaError, match=r"are not the model's \[0, 1\]; list 2 in the order of its codes"):
        rd.load_model(file, schema=schema(table, *classes))


def test_columns_that_are_left_out_are_as_the_model_has_them(file: Path) -> None:
    stated = Schema((Feature("dose", low=-3.0, high=3.0),), Target("grade", ("good", "poor")))
    model, plain = rd.load_model(file, schema=stated), rd.load_model(file)
    assert model.schema["dose"] == Feature("dose", low=-3.0, high=3.0)
    assert model.schema["age"] == plain.schema["age"]
    assert model.schema.names == plain.schema.names
    with pytest.raises(SchemaError, match="weight"):
        rd.load_model(file, schema=Schema((Feature("weight"),)))


def test_columns_of_a_pipeline_that_are_left_out(table: pd.DataFrame) -> None:
    columns = make_column_transformer((OneHotEncoder(), ["site"]), (FunctionTransformer(), ["age", "dose"]))
    X = table[["age", "dose"]].assign(site="north")
    made = make_pipeline(columns, LogisticRegression()).fit(X, table.grade)
    model = rd.load_model(made, schema=Schema((Feature("age", "integer", low=20, high=80),)))
    assert model.schema["age"] == Feature("age", "integer", low=20, high=80)
    assert model.schema["site"].categories == ("north",)
    assert model.about.undetermined == rd.load_model(made).about.undetermined - {"age"}
