"""What the demo starts from: a trained model in a file, and a prior file with a table's published characteristics."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

from retrodict import threads
from retrodict.families.sklearn.train.examples import scaled_logistic, write_skops
from retrodict.priors import write_prior_file

TARGET = "diagnosis"


@dataclass(frozen=True)
class Parts:
    """The bundled data set, split."""

    train: pd.DataFrame
    holdout: pd.DataFrame


def load_parts(seed: int) -> Parts:
    """Return the breast-cancer data that scikit-learn bundles: 70% to train on, 30% held out, split by class."""
    bundle = load_breast_cancer(as_frame=True)
    frame = bundle.data.assign(**{TARGET: np.asarray(bundle.target_names)[bundle.target].astype(object)})
    train, test = train_test_split(frame, test_size=0.3, random_state=seed, stratify=frame[TARGET])
    return Parts(train.reset_index(drop=True), test.reset_index(drop=True))


def write_inputs(train: pd.DataFrame, model: Path, prior: Path) -> None:
    """Fit the base model and write it and the prior file; nothing else of the training part is kept.

    Parameters
    ----------
    train
        The training part.
    model, prior
        The two files to write.
    """
    with threads.fitting(*train.shape):
        estimator = scaled_logistic().fit(train.drop(columns=TARGET), train[TARGET])
    write_skops(estimator, model)
    write_prior_file(train, prior, target=TARGET)
