"""Run this project's attacks on one model, as a process of its own: what `bench.audit.sacro` holds to the peer's.

Job and result are joblib files. The seconds count the attacks alone, as the peer's do: modules are imported before.
"""

from __future__ import annotations

import sys
import time
import warnings
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from bench.tables import TARGET


def frame(model: rd.Model, X: np.ndarray, y: np.ndarray) -> pd.DataFrame:
    """Return rows under the names that the model has for its columns."""
    return pd.DataFrame(X, columns=list(model.schema.names)).assign(**{TARGET: y})


def attacks(job: dict[str, Any]) -> dict[str, Any]:
    """Return what each attack came to, and the scores of the rows."""
    model = rd.load_model(job["model"])
    train, holdout = (frame(model, job[f"X_{part}"], job[f"y_{part}"]) for part in ("train", "test"))
    started = time.perf_counter()
    found = rd.membership_attacks(
        model, train, holdout, target=TARGET, shadows=job["shadows"], workers=1, seed=job["seed"]
    )
    seconds = time.perf_counter() - started
    assert found.records is not None
    rows = found.records
    made: dict[str, Any] = {"status": "finished", "seconds": seconds}
    for one in found.attacks:
        kinds = {"members": rows["table"] == "train", "others": rows["table"] == "holdout"}
        scores = {kind: rows.loc[of, one.attack].tolist() for kind, of in kinds.items()}
        made[one.attack] = {**scores, "shadows": one.shadows, "seconds": one.seconds}
    made["left out"] = {name: str(why) for name, why in found.left_out}
    made["by shadows"] = [one.to_dict() for one in found.by_shadows]
    return made


def disclosures(job: dict[str, Any]) -> dict[str, Any]:
    """Return what the file states of single rows."""
    model = rd.load_model(job["model"])
    started = time.perf_counter()
    found = rd.inspect_model(model)
    seconds = time.perf_counter() - started
    stored = sum(len(fact.rows) for fact in found.of("Rows"))
    kinds = dict.fromkeys(fact.kind for fact in found if fact.personal)
    return {"stored": stored, "personal": list(kinds), "facts": len(found), "seconds": seconds}


def main(job_file: str, result_file: str) -> None:
    warnings.simplefilter("ignore")
    job = joblib.load(job_file)
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(120, 2)), rng.integers(0, 2, 120)
    small = {"X_train": X[:60], "y_train": y[:60], "X_test": X[60:], "y_test": y[60:], "shadows": 4, "seed": 0}
    model = LogisticRegression().fit(X[:60], y[:60])
    attacks(small | {"model": model})  # whatever is imported by then
    disclosures({"model": model})
    joblib.dump(attacks(job) | {"disclosures": disclosures(job)}, result_file)


if __name__ == "__main__":
    main(*sys.argv[1:])
