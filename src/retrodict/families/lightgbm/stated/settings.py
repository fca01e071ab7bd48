"""How training was set, as far as the text says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from retrodict.disclosures.kinds import SampleSize, TrainingSettings
from retrodict.disclosures.place import Place
from retrodict.families.lightgbm.columns import Columns
from retrodict.families.lightgbm.stated.drawn import drawn_of, rows_drawn
from retrodict.families.lightgbm.text.model_text import ModelText

_OF_LIKELIHOOD = {"quantile": "alpha", "huber": "alpha", "fair": "fair_c", "tweedie": "tweedie_variance_power"}
"""The parameter that an objective's line leaves out."""
OF_MACHINES = frozenset(
    (
        *("num_threads", "device_type", "tree_learner", "verbosity", "num_machines", "local_listen_port", "time_out"),
        *("machine_list_filename", "machines", "gpu_platform_id", "gpu_device_id", "gpu_device_id_list", "gpu_use_dp"),
        *("num_gpu", "histogram_pool_size", "force_col_wise", "force_row_wise", "saved_feature_importance_type"),
    )
)
"""Parameters that say how the machine was used, and nothing of the table."""


def needed(text: ModelText, kinds: Columns) -> dict[str, str]:
    """Return the parameters that reading a model takes: its likelihood, linear leaves, which columns have lists.

    Parameters
    ----------
    text
        The model.
    kinds
        Of its columns.
    """
    names = ["" if text.objective is None else _OF_LIKELIHOOD.get(text.objective.name, "")]
    names += ["linear_tree"] if any(tree.linear for tree in text.trees) else []
    found = {name: text.parameters[name] for name in names if name in text.parameters}
    listed = sorted(set(kinds.lists) - kinds.ordered)
    return found | ({"categorical_feature": ",".join(map(str, listed))} if listed else {})


def of_training(text: ModelText, place: Place, kinds: Columns) -> Iterator[TrainingSettings]:
    """Yield the objective with what its likelihood takes, and all parameters beyond it."""
    own = needed(text, kinds)
    said = {"objective": text.objective.line} if text.objective is not None else {}
    told = said | {name: _read(value) for name, value in own.items()}
    if told:
        yield TrainingSettings(told, features=(), source=place.at("objective"), exact=True)
    rest = {
        name: _read(value)
        for name, value in text.parameters.items()
        if value and name not in OF_MACHINES and own.get(name) != value
    }
    if rest:
        yield TrainingSettings(rest, features=(), source=place.at("parameters"), exact=True)
    if "monotone_constraints" in text.header:
        signs = [int(one) for one in text.header["monotone_constraints"].split()]
        told = {"monotone_constraints": signs}
        yield TrainingSettings(told, features=(), source=place.at("monotone_constraints"), exact=True)
    rates = sorted({tree.shrinkage for tree in text.trees} - {1.0})
    if rates:
        source = place.at("trees[*].shrinkage")
        yield TrainingSettings({"shrinkage": rates}, features=(), source=source, exact=True)
    if text.parser:
        yield TrainingSettings({"parser": text.parser}, features=(), source=place.at("parser"), exact=True)


def of_size(text: ModelText, place: Place) -> Iterator[SampleSize]:
    """Yield how many rows there were, as the first tree counts them."""
    n, drawn, source = rows_drawn(text), drawn_of(text), place.at("trees[0].leaf_count")
    if n is None:
        return
    exact: bool | str = place.exact
    if drawn.first:
        if drawn.share is None:
            return
        n, exact = round(n / drawn.share), False
    elif drawn.first is None:
        exact = place.sample or "of all rows, unless the first tree was grown on a draw: the file does not say"
    yield SampleSize(n, features=(), source=source, exact=exact)


def _read(value: str) -> Any:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value
