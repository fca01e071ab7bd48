"""Run the peer on one table, as a process of its own.

The peer is TimberStrike (https://github.com/necst/TimberStrike): a checkout named by the job, whose reconstruction is
called as its own `Attack` does, with the free solver. Job and result are joblib files.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import joblib
import xgboost

from bench.tables import TARGET


def main(job_file: str, result_file: str) -> None:
    job = joblib.load(job_file)
    sys.path.insert(0, str(Path(job["peer"]).resolve()))
    import xgboost_reconstruction as peer

    train = job["train"]
    X = train.drop(columns=TARGET)
    model = xgboost.XGBClassifier(**job["settings"]).fit(X, train[TARGET])
    booster = model.get_booster()
    tables = [booster[i].trees_to_dataframe() for i in range(len(booster.get_dump()))]
    told = peer.xgboost_utils.GenericXGBoostInfo(
        base_score=job["settings"]["base_score"],
        lambda_=job["settings"]["reg_lambda"],
        gamma=0.0,
        lr=job["settings"]["learning_rate"],
    )
    started = time.perf_counter()
    attack = peer.DatabaseReconstructor(tables, list(X.columns), told)
    while attack.step():
        pass
    found = peer.database_to_final_dataframe(attack.database, [], {}, job["ranges"])
    seconds = time.perf_counter() - started
    frame = found.rename(columns={"label": TARGET})
    joblib.dump({"frame": frame, "seconds": seconds, "status": "finished"}, result_file)


if __name__ == "__main__":
    main(*sys.argv[1:])
