"""The parts of a transformer that works on several sets of columns side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion

from retrodict.disclosures.columns import Columns
from retrodict.families.sklearn.model.columns import column_positions


@dataclass(frozen=True)
class Part:
    """One branch: its name, its attribute path, the fitted step, its input, and how many columns it puts out."""

    name: str
    path: str
    step: Any
    columns: Columns
    width: int | None = None


@singledispatch
def parts_of(step: Any, columns: Columns) -> tuple[Part, ...]:
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


@parts_of.register
def _(step: ColumnTransformer, columns: Columns) -> tuple[Part, ...]:
    positions = pd.Series(range(len(columns)), index=getattr(step, "feature_names_in_", None))
    found = []
    for name, inner, spec in step.transformers_:
        slot = step.output_indices_.get(name)
        chosen = tuple(columns[i] for i in column_positions(spec, positions))
        if not chosen:  # scikit-learn leaves such a transformer unfitted
            continue
        width = None if slot is None else slot.stop - slot.start
        found.append((np.inf if slot is None else slot.start, Part(name, _path(name), inner, chosen, width)))
    return tuple(part for _, part in sorted(found, key=lambda pair: pair[0]))


@parts_of.register
def _(step: FeatureUnion, columns: Columns) -> tuple[Part, ...]:
    return tuple(
        Part(name, f"transformer_list[{i}][1]", inner, columns) for i, (name, inner) in enumerate(step.transformer_list)
    )


def _path(name: str) -> str:
    return f"named_transformers_[{name!r}]"
