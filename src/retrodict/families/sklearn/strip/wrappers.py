"""Wrappers: searches, thresholds, self-training; what they keep beside the model they predict with."""

from __future__ import annotations

from typing import Any

from sklearn import semi_supervised

from retrodict.families.sklearn.structure.delegates import SEARCHES, THRESHOLDS
from retrodict.sanitizing.plan import Trim

_SEARCHED = (
    "cv_results_",
    "best_score_",
    "best_index_",
    "refit_time_",
    "n_resources_",
    "n_candidates_",
    "n_required_iterations_",
    "n_possible_iterations_",
    "n_remaining_candidates_",
    "min_resources_",
    "max_resources_",
)


def search(estimator: Any, trim: Trim) -> None:
    """Take out the table of the search."""
    trim.drop(estimator, _SEARCHED, "scores of every setting on every fold")


def threshold(estimator: Any, trim: Trim) -> None:
    """Take out the scores; the threshold that they chose stays."""
    trim.drop(estimator, ("cv_results_", "best_score_"), "scores of every threshold")
    if "best_threshold_" in vars(estimator):
        trim.keep("best_threshold_", "scores above it are the second class")


def taught(estimator: semi_supervised.SelfTrainingClassifier, trim: Trim) -> None:
    """Take out the labels that were given to the training rows."""
    trim.drop(estimator, ("transduction_", "labeled_iter_"), "the label of every training row")
    trim.drop(estimator, ("n_iter_", "termination_condition_"), "rounds of training")


TRIMS = {
    **dict.fromkeys(SEARCHES, search),
    **dict.fromkeys(THRESHOLDS, threshold),
    semi_supervised.SelfTrainingClassifier: taught,
}
