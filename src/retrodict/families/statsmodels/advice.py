"""What files of statsmodels' results store, by how they are saved; see `Advising`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from retrodict.checking.aliases import by_own_names
from retrodict.checking.parts import known_as, no_members
from retrodict.checking.rules import LEAST_ROWS, Answer, Part, Planned, Rule, sometimes, whenever

_ALL = ("Logit", "GLM", "OLS", "WLS", "GLS", "RLM", "Probit", "Poisson", "NegativeBinomial", "MNLogit", "QuantReg")
_DEFAULTS: dict[str, Any] = {"remove_data": False}
"""The one setting: that of `results.save`."""


def _kept(planned: Planned) -> bool:
    return not planned["remove_data"]


def _products(planned: Planned) -> Answer:
    """Say whether sums of products may give rows away; of plain least squares with many rows they do not."""
    if planned.part.estimator not in ("OLS", "RLM") or planned.rows is None or planned.columns is None:
        return "maybe"
    return "maybe" if planned.rows - planned.columns - 1 < LEAST_ROWS else "no"


RULES: tuple[Rule, ...] = (
    Rule(
        "table_saved_with_results",
        "from_file.stored_rows",
        "reject",
        _ALL,
        "save the whole training table with the results",
        whenever(_kept),
        ("remove_data",),
        "save with results.save(PATH, remove_data=True); `retrodict sanitize` takes out the rest",
        {"remove_data": True},
    ),
    Rule(
        "facts_saved_with_results",
        "from_file.personal_facts",
        "review",
        _ALL,
        "save numbers of every training row: fitted values, residuals, weights",
        sometimes,
        ("remove_data",),
        "save with results.save(PATH, remove_data=True), and `retrodict sanitize` the file",
        stripped=True,
    ),
    Rule(
        "facts_of_unknown_count",
        "from_file.facts_of_unknown_count",
        "review",
        _ALL,
        "state facts of which it is not known of how many rows they are",
        sometimes,
        (),
        "`retrodict sanitize` takes out what predictions do not need",
        stripped=True,
    ),
    Rule(
        "cross_products",
        "from_file.cross_products",
        "review",
        _ALL,
        "state sums of products of columns (the covariance of its coefficients), from which rows may follow",
        _products,
        (),
        f"give away the coefficients alone (`retrodict sanitize`); take {LEAST_ROWS} rows more than columns, with rare "
        "categories merged",
    ),
)
members = no_members
REVIEWED = frozenset(_ALL)
NEUTRAL: frozenset[str] = frozenset()


def names() -> Iterable[str]:
    """Return the names of the models whose results are read."""
    return _ALL


def make(name: str, settings: Mapping[str, Any]) -> Any:
    """Return a model as a part: it has no settings of its own before it is given data."""
    own = by_own_names(name, settings, _DEFAULTS, {})
    return Part("statsmodels", name, {**_DEFAULTS, **own}, frozenset(own), predicts=True)


def part_of(made: Any) -> Part | None:
    """Return results, or a model, as a part; see `Advising`."""
    model = getattr(made, "model", made)
    name = known_as(model, _ALL)
    if name is None:
        return None
    removed = getattr(getattr(model, "data", None), "exog", None) is None
    return Part("statsmodels", name, {"remove_data": removed}, predicts=True)
