"""What replicas are trained on: labels of the base model, hard or soft, and more rows than the reconstruction has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from retrodict.errors import RequestError
from retrodict.evaluation.replicas.base_model import Base, drawn_labels
from retrodict.evaluation.replicas.training import Examples
from retrodict.models import Model
from retrodict.models.noise import drawn_targets
from retrodict.priors import Prior, fit_prior
from retrodict.reconstruction import reconstruct
from retrodict.results.arguments import check_positive
from retrodict.results.notes import Note
from retrodict.schema import Schema
from retrodict.tables.encoded import Rows


@dataclass(frozen=True)
class Labelling:
    """How rows are labelled.

    Parameters
    ----------
    soft
        By the probabilities of the classes; else by one label.
    temperature
        Probabilities are raised to the power of its inverse.
    """

    soft: bool = False
    temperature: float = 1.0

    @classmethod
    def of(cls, soft: bool, temperature: float, model: Model | None) -> Self:
        """Check the settings.

        Raises
        ------
        RequestError
            If the temperature is no positive number, or the base model that they need is not there.
        """
        check_positive(temperature, "the temperature")
        if model is None and (soft or temperature != 1):
            raise RequestError("soft labels and a temperature need the base model's probabilities; give it (model=)")
        if model is not None and not model.schema.target.is_class and temperature != 1:
            raise RequestError("a temperature is for labels, and the base model predicts a real value; leave it out")
        return cls(bool(soft), float(temperature))

    def of_rows(self, rows: Rows, base: Base | None, rng: np.random.Generator) -> Examples:
        """Label rows; those that have labels keep them, unless they are to be soft or of another temperature.

        Parameters
        ----------
        rows
            NaN is no label.
        base
            Labels them.
        rng
            Of the labels that are drawn.
        """
        unlabelled = bool(np.isnan(rows.y).any())
        if base is None or not (unlabelled or self.soft or self.temperature != 1):
            return Examples(rows)
        p = base.output(rows.X, "rows to be labelled", self.temperature)
        if p.ndim == 1:
            return Examples(Rows(rows.X, p if self.soft else drawn_targets(base.meter.model, p, rng)))
        own = rows.y if not unlabelled and self.temperature == 1 else drawn_labels(p, rng)
        return Examples(Rows(rows.X, own), p if self.soft else None)


def more_rows(
    frame: pd.DataFrame, schema: Schema, n: int, model: Model | None, prior: Any, seed: int
) -> tuple[pd.DataFrame, int, list[Note]]:
    """Return more rows of the prior and the base model, in the class shares of those there are, and what they cost.

    Parameters
    ----------
    frame
        The rows there are.
    schema
        Theirs.
    n
        How many more.
    model, prior
        Where they come from; rows of a prior stand for it.
    seed
        Of the draws.

    Returns
    -------
    frame, int, list of Note
        Rows, model calls, and what a user should know.

    Raises
    ------
    RequestError
        If there is no model or no prior.
    """
    if model is None or prior is None:
        raise RequestError(
            f"the reconstruction has {len(frame):,} rows; more need the base model and a prior (model=, prior=)"
        )
    prior = prior if isinstance(prior, Prior) else fit_prior(prior[list(schema.names)], kind="empirical")
    labels = frame[schema.target.name].astype(object)
    shares = labels.value_counts(normalize=True).to_dict() if schema.target.is_class else None
    found = reconstruct(model, prior, n, seed=seed, class_shares=shares, progress=False)
    rows = found.frame.rename(columns={found.schema.target.name: schema.target.name})
    text = f"{len(rows):,} rows more are drawn from the prior and the base model, in the same class shares"
    notes = [Note("more_rows", text, rows=len(rows))]
    notes += [Note("shortfall", f"of the rows more, {line}") for line in found.shortfalls]
    rows = rows[[*schema.names, schema.target.name]].astype({schema.target.name: object})
    return rows, found.provenance.queries, notes
