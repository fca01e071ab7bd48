"""Make the model files of this folder: run it with Python environments that hold CatBoost of each release.

``python make.py`` writes ``RELEASE-NAME.cbm`` (or ``.json``) and, beside it, what that release predicts on the rows of
``rows.json``, as 64-bit numbers in hexadecimal. The releases in use are 1.2.3 and 1.2.7.
"""

import json
from pathlib import Path

import catboost
import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SETTINGS = {"iterations": 5, "depth": 3, "verbose": 0, "allow_writing_files": False, "thread_count": 1}
N, ASKED = 160, 24


def table():
    """Return rows with gaps and categories, made without a library's generator: the same for all releases."""
    i = np.arange(N)
    frame = pd.DataFrame({"age": 20 + (i * 37) % 53, "dose": ((i * 71) % 97) / 8.0})
    frame["site"] = np.array(["north", "south", "west"])[(i * 5 // 3) % 3]
    frame["code"] = np.array([1, 20, 300])[(i * 11 // 4) % 3]
    frame.loc[i % 11 == 0, "dose"] = np.nan
    score = frame["age"] / 10 + (frame["site"] == "west") * 2 + (i * 29 % 31) / 10
    return frame, score


def models():
    """Yield a name, whether it is a json file, and a model."""
    X, score = table()
    two = np.where(score > score.median(), "yes", "no")
    three = np.array(["high", "low", "middle"])[pd.qcut(score, 3, labels=False)]
    listed = {"cat_features": ["site", "code"]}
    yield "classes", False, catboost.CatBoostClassifier(**SETTINGS, **listed).fit(X, two)
    yield "classes", True, catboost.CatBoostClassifier(**SETTINGS, **listed).fit(X, two)
    numbers = X[["age", "dose"]]
    lossguide = catboost.CatBoostClassifier(**SETTINGS, grow_policy="Lossguide", max_leaves=6)
    yield "three-lossguide", False, lossguide.fit(numbers, three)
    yield "values", False, catboost.CatBoostRegressor(**SETTINGS).fit(numbers, score)


def main():
    """Write all files of the release that is installed."""
    X, _ = table()
    asked = X.iloc[:ASKED]
    rows = {name: [None if x != x else x for x in asked[name].tolist()] for name in asked}
    (HERE / "rows.json").write_text(json.dumps(rows) + "\n")
    for name, as_json, model in models():
        path = HERE / f"{catboost.__version__}-{name}.{'json' if as_json else 'cbm'}"
        info = model.get_metadata()
        kept = [line for line in info["catboost_version_info"].split("\n") if "Branch" in line or "Summary" in line]
        info["catboost_version_info"] = "\n".join(kept)  # without who built it, and where
        model.save_model(str(path), format="json" if as_json else "cbm")
        raw = model.predict(asked[model.feature_names_], prediction_type="RawFormulaVal")
        told = [float(x).hex() for x in np.ravel(raw)]
        Path(f"{path}.raw").write_text("\n".join(told) + "\n")


if __name__ == "__main__":
    main()
