"""What containers do with columns: the branches of those that work side by side, and steps that pass rows on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion

from retrodict.disclosures.columns import Columns


@dataclass(frozen=True)
class Branch:
    """One of several side by side: its name, attribute path, fitted step, input, and how many columns it puts out."""

    name: str
    path: str
    step: Any
    columns: Columns
    width: int | None = None


@singledispatch
def branches_of(step: Any, columns: Columns) -> tuple[Branch, ...]:
    """Return the branches in the order of their outputs; nothing for a step that has none.

    Parameters
    ----------
    step
        A fitted transformer.
    columns
        Its input.
    """
    del step, columns
    return ()


@branches_of.register
def _(step: ColumnTransformer, columns: Columns) -> tuple[Branch, ...]:
    positions = pd.Series(range(len(columns)), index=getattr(step, "feature_names_in_", None))
    found = []
    for name, inner, spec in step.transformers_:
        slot = step.output_indices_.get(name)
        chosen = tuple(columns[i] for i in _positions(spec, positions))
        if not chosen:  # scikit-learn leaves such a transformer unfitted
            continue
        width = None if slot is None else slot.stop - slot.start
        branch = Branch(name, f"named_transformers_[{name!r}]", inner, chosen, width)
        found.append((np.inf if slot is None else slot.start, branch))
    return tuple(branch for _, branch in sorted(found, key=lambda pair: pair[0]))


@branches_of.register
def _(step: FeatureUnion, columns: Columns) -> tuple[Branch, ...]:
    return tuple(
        Branch(name, f"transformer_list[{i}][1]", inner, columns)
        for i, (name, inner) in enumerate(step.transformer_list)
    )


def _positions(spec: Any, positions: pd.Series[int]) -> list[int]:
    """Resolve a column specification: names, a slice of names (its end included), integers, a slice or a mask."""
    bounds = (spec.start, spec.stop) if isinstance(spec, slice) else tuple(np.atleast_1d(np.asarray(spec)).tolist())
    by_name = any(isinstance(bound, str) for bound in bounds)
    chosen = positions.loc[spec] if by_name else positions.to_numpy()[spec if len(bounds) else []]
    return [int(i) for i in np.atleast_1d(np.asarray(chosen))]


def resamples(step: Any) -> bool:
    """Whether a step draws or makes rows while it is fitted, and passes rows on as they are when asked.

    Such steps (imbalanced-learn's samplers) have `fit_resample` in the place of `transform`.
    """
    return hasattr(step, "fit_resample") and not hasattr(step, "transform")
