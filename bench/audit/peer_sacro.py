"""Run the peer's attacks on one model, as a process of its own under the peer's own Python.

The peer is SACRO-ML (https://github.com/AI-SDC/SACRO-ML, ``pip install sacroml``). This file is a script that imports
nothing of this project: ``PYTHON bench/audit/peer_sacro.py JOB RESULT``, where JOB is a joblib file with the model, its
four arrays and what is asked for, and RESULT another: for each attack the scores of the rows, or why there are none,
and the seconds, which count the attack alone: no import, no report and no picture.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sacroml.attacks.instance_based_attack import InstanceBasedAttack
from sacroml.attacks.likelihood_attack import LIRAAttack
from sacroml.attacks.qmia_attack import QMIAAttack
from sacroml.attacks.structural_attack import StructuralAttack
from sacroml.attacks.target import Target
from sacroml.attacks.worst_case_attack import WorstCaseAttack
from sklearn.neighbors import KNeighborsClassifier

RISKS = {
    "unnecessary_risk": "settings",
    "gen_error_risk": "generalisation",
    "dof_risk": "degrees of freedom",
    "k_anonymity_risk": "k-anonymity",
    "class_disclosure_risk": "class disclosure",
    "smallgroup_risk": "small groups",
}
"""What the structural attack answers yes or no to."""


class Seedable(KNeighborsClassifier):
    """Neighbours that take a seed, which they have no use for: the peer sets one in each shadow model."""

    def __init__(self, n_neighbors: int = 5, random_state: int | None = None) -> None:
        super().__init__(n_neighbors)
        self.random_state = random_state


def target(job: dict[str, Any]) -> Target:
    """Return the peer's view of the model and its arrays: attacks change it, so that each takes a new one."""
    arrays = {name: np.array(job[name]) for name in ("X_train", "y_train", "X_test", "y_test")}
    return Target(model=job["model"], **arrays)


def scores(individual: dict[str, Any], scored: str, member: str) -> dict[str, Any]:
    """Return the scores of members and others."""
    score, kind = np.asarray(individual[scored], float), np.asarray(individual[member]) > 0
    return {"members": score[kind].tolist(), "others": score[~kind].tolist()}


def likelihood(job: dict[str, Any], out: str, **settings: Any) -> dict[str, Any]:
    """Attack by LiRA; the folder keeps its shadow models, so that the first to come trains them for all."""
    attack = LIRAAttack(out, False, n_shadow_models=job["shadows"], report_individual=True, **settings)
    attack.attack(target(job))
    return scores(attack.result, "member_prob", "member") | {"shadows": job["shadows"]}


def worst_case(job: dict[str, Any], out: str) -> dict[str, Any]:
    """Return the scores of its repetitions, each of other test rows: their AUCs are averaged, as its report does."""
    attack = WorstCaseAttack(out, False, n_dummy_reps=0, report_individual=True)
    attack.attack(target(job))
    return {"repeats": [scores(one["individual"], "member_prob", "member") for one in attack.attack_metrics]}


def quantile(job: dict[str, Any], out: str) -> dict[str, Any]:
    attack = QMIAAttack(out, False, report_individual=True)
    said = attack.attack(target(job))
    if said.get("status") == "failed":
        return {"failed": said["fail_reason"].partition(".")[0]}
    return scores(attack.attack_metrics[0]["individual"], "member_prob", "member")


def structural(job: dict[str, Any], out: str) -> dict[str, Any]:
    attack = StructuralAttack(out, False, report_individual=True)
    attack.attack(target(job))
    rows = attack.record_level_results
    return {
        "risks": [words for name, words in RISKS.items() if getattr(attack.results, name)],
        "alone": int(np.sum(np.asarray(rows.k_anonymity) == 1)),
        "class disclosure": int(np.sum(rows.class_disclosure)),
        "small group": int(np.sum(rows.smallgroup_risk)),
    }


def instance(job: dict[str, Any], out: str) -> dict[str, Any]:
    attack = InstanceBasedAttack(out, False, report_individual=True)
    attack.attack(target(job))
    return {"stored": int(attack.results.n_matched)}


ATTACKS: dict[str, Callable[[dict[str, Any], str], dict[str, Any]]] = {
    "lira online": partial(likelihood, mode="online-carlini"),
    "lira offline": partial(likelihood, mode="offline"),
    "lira fixed variance": partial(likelihood, mode="online-carlini", fix_variance=True),
    "worst case": worst_case,
    "quantile regression": quantile,
    "structural": structural,
    "instance": instance,
}


def main(job_file: str, result_file: str) -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    job = joblib.load(job_file)
    if isinstance(job["model"], KNeighborsClassifier):
        job["model"] = Seedable(job["model"].n_neighbors).fit(job["X_train"], job["y_train"])
    found: dict[str, Any] = {"release": version("sacroml"), "status": "finished"}
    with tempfile.TemporaryDirectory() as out:
        for name, attack in ATTACKS.items():
            started = time.perf_counter()
            try:
                one = attack(job, str(Path(out, "lira" if "lira" in name else name)))
            except Exception as error:  # whatever ends one of the peer's attacks is its outcome
                one = {"failed": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
            found[name] = one | {"seconds": time.perf_counter() - started}
    joblib.dump(found, result_file)


if __name__ == "__main__":
    main(*sys.argv[1:])
