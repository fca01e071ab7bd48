"""Rules that boosted trees of every library have in common, by each library's own names of settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from retrodict.checking.rules import LEAST_ROWS, OUTPUTS, Answer, Condition, Planned, Rule, always, sometimes

_KEEP = "give away a replica, or give predictions and not the file"


def leaf_values(estimators: tuple[str, ...], when: Condition = always, looks_at: tuple[str, ...] = ()) -> Rule:
    """Return the rule that leaf values are sums over rows."""
    return Rule(
        "leaf_values",
        "from_file.gradient_sums",
        "review",
        estimators,
        "state an equation about the training rows in every leaf value: enough of them determine the table",
        when,
        looks_at,
        f"no setting and no stripping takes leaf values out: train fewer and smaller trees, {_KEEP}",
    )


def node_sums(estimators: tuple[str, ...], when: Condition = always, looks_at: tuple[str, ...] = ()) -> Rule:
    """Return the rule that sums over the rows of each node are kept."""
    return Rule(
        "node_sums",
        "from_file.node_sums",
        "review",
        estimators,
        "state sums over the training rows of every node: more equations about them",
        when,
        looks_at,
        "`retrodict sanitize` takes them out: predictions do not need them",
        stripped=True,
    )


def values_between_splits(
    estimators: tuple[str, ...], when: Condition = sometimes, looks_at: tuple[str, ...] = ()
) -> Rule:
    """Return the rule that split points midway between two values give values away where there are many."""
    return Rule(
        "values_between_splits",
        "from_file.facts_of_unknown_count",
        "review",
        estimators,
        "state values of training rows: split points lie midway between two, and where many lie close together, the "
        "values follow",
        when,
        looks_at,
        "train fewer trees with larger leaves, on columns that are rounded; no setting rules it out",
    )


def settings_stated(estimators: tuple[str, ...]) -> Rule:
    """Return the rule that a file states how its model was trained."""
    return Rule(
        "settings_of_training",
        "from_file.training_settings",
        "note",
        estimators,
        "state how it was trained, seeds among the settings",
        always,
        (),
        "`retrodict sanitize` takes out what predictions do not need of them; no row follows from them alone",
    )


def many_leaves(
    code: str,
    estimators: tuple[str, ...],
    leaves: Callable[[Planned], float],
    looks_at: tuple[str, ...],
    lowered: Mapping[str, Any],
    applies: Callable[[Planned], bool] = lambda planned: True,
) -> Rule:
    """Return the rule that trees with many leaves for the rows there are can bend to single rows.

    Parameters
    ----------
    code, estimators, looks_at, lowered
        As `Rule` has them.
    leaves
        How many leaves the trees may have, all together.
    applies
        Whether there are trees at all.
    """

    def answer(planned: Planned) -> Answer:
        known = planned.rows is not None and leaves(planned) * LEAST_ROWS <= planned.rows
        return "no" if known or not applies(planned) else "maybe"

    smaller = ", ".join(f"{name}={value!r}" for name, value in lowered.items())
    return Rule(
        code,
        OUTPUTS,
        "reject",
        estimators,
        f"predict its training rows more surely than others: its trees have more than one leaf for {LEAST_ROWS} rows",
        answer,
        looks_at,
        f"train fewer and smaller trees, such as {smaller}",
        lowered,
    )
