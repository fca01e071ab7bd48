"""What is held against what, and which rows of a study count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from retrodict.errors import RequestError

ESTIMATORS = ("js", "energy")
LABELS = {
    "prior_js": "prior divergence (JS)",
    "prior_energy": "prior divergence (energy)",
    "prior_kl": "prior divergence (KL)",
    "posterior_js": "posterior divergence (JS)",
    "posterior_energy": "posterior divergence (energy)",
    "posterior_kl": "posterior divergence (KL)",
    "fidelity_js": "fidelity (JS)",
    "fidelity_energy": "fidelity (energy)",
    "model_kl": "model divergence (KL)",
    "accuracy": "base accuracy",
    "balanced_accuracy": "base balanced accuracy",
    "log_loss": "base log-loss",
    "r2": "base R2",
    "replica_accuracy": "replica accuracy",
    "replica_balanced_accuracy": "replica balanced accuracy",
    "replica_r2": "replica R2",
    "alone_accuracy": "accuracy of the replica distilled from the prior",
    "alone_balanced_accuracy": "balanced accuracy of the replica distilled from the prior",
    "alone_r2": "R2 of the replica distilled from the prior",
    "distilled_accuracy": "distilled accuracy",
    "distilled_balanced_accuracy": "distilled balanced accuracy",
    "distilled_r2": "distilled R2",
}
"""Columns in words."""

_MEASURED = (
    *LABELS,
    *("lift_js", "lift_energy", "replica_agreement", "replica_log_loss", "prior_step"),
    *("distilled_agreement", "distilled_log_loss", "alone_agreement", "alone_log_loss", "distilled_queries"),
)
KINDS = ("replica", "alone", "distilled")
"""Replicas: of the reconstruction, distilled from the prior alone, distilled from prior and model file."""

_OF_CLASSES = ("accuracy", "balanced_accuracy", "log_loss")


@dataclass(frozen=True)
class Pair:
    """Two columns that the founding work says go together.

    Parameters
    ----------
    x, y
        The columns.
    sign
        1 if they are said to rise together, -1 if one is said to fall as the other rises.
    held
        The other factor, held for the partial correlation; ``None`` for no partial correlation.
    """

    x: str
    y: str
    sign: int
    held: str | None = None


def _pairs() -> tuple[Pair, ...]:
    found = []
    for one in ESTIMATORS:
        prior = f"prior_{one}"
        for y, sign in ((f"posterior_{one}", 1), (f"fidelity_{one}", -1)):
            found += [
                Pair(prior, y, sign, "accuracy"),
                Pair("accuracy", y, -sign, prior),
                Pair("log_loss", y, sign, prior),
                Pair("r2", y, -sign, prior),
                Pair("model_kl", y, sign, prior),
            ]
    found += [Pair("prior_kl", "posterior_kl", 1, "model_kl"), Pair("model_kl", "posterior_kl", 1, "prior_kl")]
    for kind in ("replica", "distilled"):
        found += [Pair(name, f"{kind}_{name}", 1) for name in ("accuracy", "balanced_accuracy", "r2")]
    return tuple(found)


PAIRS = _pairs()


def usable(cells: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cells that were done, ready to be analysed, and those that failed.

    What is not finite counts as missing. Columns that the frame lacks are missing throughout. A regressor's
    ``accuracy`` is R2, another thing than a share of right labels: it moves to ``r2``, and its replica's to
    ``replica_r2``; those of distilled replicas likewise.

    Parameters
    ----------
    cells
        One row a cell, as a study file keeps them.

    Raises
    ------
    RequestError
        If a column that says what a cell is, is lacking.
    """
    lacking = [name for name in ("dataset", "algorithm", "status") if name not in cells]
    if lacking:
        raise RequestError(f"the cells lack the column '{lacking[0]}'; give a study file, or a table exported from one")
    frame = cells.copy()
    for name in ("quality", "prior", "seed", "failure", "task", "source"):
        frame[name] = frame.get(name)
    for name in _MEASURED:
        values = pd.to_numeric(frame[name], errors="coerce") if name in frame else np.nan
        frame[name] = pd.Series(values, index=frame.index, dtype=float).replace([np.inf, -np.inf], np.nan)
    regression = (frame.task == "regression").to_numpy(dtype=bool)
    for name in ("", *(f"{kind}_" for kind in KINDS)):
        frame[f"{name}r2"] = frame[f"{name}accuracy"].where(regression, frame[f"{name}r2"])
        for own in _OF_CLASSES:
            frame[f"{name}{own}"] = frame[f"{name}{own}"].mask(regression)
    done = (frame.status == "done").to_numpy(dtype=bool)
    return frame[done].reset_index(drop=True), frame[~done].reset_index(drop=True)
