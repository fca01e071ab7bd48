"""Rows that models are asked of, and how their answers are judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float

from retrodict.evaluation.fidelity.resampling import Resample
from retrodict.evaluation.replicas.base_model import Base
from retrodict.evaluation.replicas.scores import AGREEMENT, Score, agreement, scores
from retrodict.evaluation.replicas.training import Answers

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Question:
    """Rows that models are asked of.

    Parameters
    ----------
    title
        What they are.
    X
        Codes.
    truth
        Class codes, or values; ``None`` where nobody knows.
    base
        What the base model says of them; ``None`` without one.
    weights
        Bootstrap weights of the rows.
    """

    title: str
    X: Float[Array, "n d"]
    truth: Float[Array, " n"] | None
    base: Answers | None
    weights: Resample

    @classmethod
    def of(
        cls,
        title: str,
        X: Float[Array, "n d"],
        truth: Float[Array, " n"] | None,
        base: Base | None,
        rng: np.random.Generator,
    ) -> Self:
        """Ask the base model, and draw the weights."""
        said = None if base is None else Answers.of_base(base.output(X, title))
        return cls(title, X, truth, said, Resample.of(len(X), rng))

    def judge(self, answers: Answers, k: int, is_base: bool = False) -> dict[str, Score]:
        """Return every measure of answers.

        Parameters
        ----------
        answers
            Of a model.
        k
            Number of classes; 0 for real values.
        is_base
            Whether they are the base model's own: then there is no gap and no agreement.
        """
        beside = None if is_base else self.base
        out = {} if self.truth is None else scores(answers, self.truth, k, self.weights, beside)
        if beside is not None:
            out[AGREEMENT] = agreement(answers, beside, k, self.weights)
        return out
