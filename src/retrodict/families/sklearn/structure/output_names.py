"""Which of its input columns a fitted transformer says that each output column is."""

from __future__ import annotations

from typing import Any

from sklearn.base import OneToOneFeatureMixin


def inputs_of_outputs(step: Any, width: int) -> list[int | None] | None:
    """Return, for each output column, the input column that it has the name of.

    Parameters
    ----------
    step
        A fitted transformer.
    width
        How many columns it takes.

    Returns
    -------
    list or None
        ``None`` for an output with a name of its own; ``None`` in place of the list where the step names no outputs.
    """
    own = getattr(step, "feature_names_in_", None)
    names = [f"x{i}" for i in range(width)] if own is None else [str(name) for name in own]
    try:
        outputs = [str(name) for name in step.get_feature_names_out(names if own is None else None)]
    except Exception:  # steps of others fail in any way; so do those of which parts were taken out
        return None
    at = {name: i for i, name in enumerate(names)}
    return [at.get(name) for name in outputs] if len(at) == len(names) == width else [None] * len(outputs)


def keeps_names(step: Any, width: int) -> bool:
    """Return whether scikit-learn itself names a fitted transformer's outputs as its inputs, none of which has a name.

    Then there is nothing to compare: names of a million columns are not made.
    """
    try:
        named = getattr(step.get_feature_names_out, "__func__", None)
        own = named is OneToOneFeatureMixin.get_feature_names_out and not hasattr(step, "feature_names_in_")
        return own and bool(step.n_features_in_ == width)
    except Exception:  # steps of others fail in any way
        return False
