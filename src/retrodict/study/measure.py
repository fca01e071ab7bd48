"""One cell of a study: a base model, a prior, a reconstruction, and how near it comes."""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from retrodict.priors import Prior
from retrodict.study.base_model import FEWEST, Fitted, Value, fitted, labels_of, new_model, scores_beside
from retrodict.study.cache import Kept
from retrodict.study.distilled import distilled
from retrodict.study.divergence import LARGEST, Divergences
from retrodict.study.exact import (
    ExactDivergences,
    exact_divergences,
    model_divergence,
    state_probabilities,
)
from retrodict.study.ladder import IMPLIED, implied, prior_step
from retrodict.study.setting import Setting, setting_of

if TYPE_CHECKING:
    from retrodict.study.design import Cell, Design

Array = np.ndarray
_LIBRARIES = ("retrodict", "scikit-learn", "numpy", "scipy", "pandas")


_OFF, _STATES = Kept(24), Kept(24)


def measure_cell(design: Design, cell: Cell) -> dict[str, Value]:
    """Run one cell.

    The result depends on the design and the cell alone; what neighbouring cells share is kept within a process.

    Parameters
    ----------
    design
        Of the study.
    cell
        One of its cells.

    Returns
    -------
    dict
        One value a column of the study's table; None where there is none: exact divergences off worlds, infinite ones,
        probabilities of a regressor, replicas of a reconstruction of one class.

    Raises
    ------
    Exception
        Whatever fails: the runner makes a row of it.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of iterations, collinear columns, categories not seen: scores tell
        return _measured(design, cell)


def _measured(design: Design, cell: Cell) -> dict[str, Value]:
    here = setting_of(design, cell.dataset, cell.seed)
    base = fitted(here, cell)
    prior = implied(base.model) if cell.prior == IMPLIED else here.prior(cell.prior)
    drawn, alone = _prior_alone(here, cell, prior)
    rec = _reconstruction(here, cell, base, prior)
    X, y = _codes(here, rec.frame)
    kept = here.stream("judged", *_names(cell)).permutation(len(X))[: design.evaluation_rows]
    posterior = here.compared(X[kept], y[kept], "posterior")
    row: dict[str, Value] = {
        "source": here.table.source,
        "task": here.table.task,
        "prior_step": prior_step(cell.prior),
        "n_train": base.n_train,
        "n_holdout": len(here.parts.holdout),
        "n_public": len(here.parts.public),
        "n_features": len(here.schema),
        "n_classes": here.classes or None,
        "prior_js": drawn.js,
        "prior_energy": drawn.energy,
        **base.scores,
        "posterior_js": posterior.js,
        "posterior_energy": posterior.energy,
        "posterior_by_class": _by_class(posterior),
        "fidelity_js": 1.0 - posterior.js / LARGEST,
        "fidelity_energy": 1.0 - posterior.energy,
        "lift_js": _lift(posterior.js, alone.js, here.fresh.js),
        "lift_energy": _lift(posterior.energy, alone.energy, here.fresh.energy),
        **_exact(here, cell, base, prior),
        **_replica(here, cell, base, X, y),
        **distilled(here, cell, base, prior),
        "queries": rec.provenance.queries,
        "engine": "+".join(sorted({report.engine for report in rec.diagnostics})),
        "versions": json.dumps({name: version(name) for name in _LIBRARIES}),
    }
    return row


def _names(cell: Cell) -> tuple[str, ...]:
    return cell.algorithm, cell.quality, cell.prior


def _prior_alone(here: Setting, cell: Cell, prior: Prior) -> tuple[Divergences, Divergences]:
    """Return how far the prior's features are, and the same rows with targets that know nothing of them."""
    names = _names(cell) if cell.prior == IMPLIED else (cell.prior,)

    def compare() -> tuple[Divergences, Divergences]:
        X = here.drawn(prior, here.design.evaluation_rows, here.stream("prior", *names))
        return here.compared_features(X, "prior"), here.unlabelled(X, "/".join(names))

    return _OFF.get((here.design.digest, cell.dataset, cell.seed, *names), compare)


def _reconstruction(here: Setting, cell: Cell, base: Fitted, prior: Prior) -> Any:
    from retrodict.reconstruction import reconstruct

    return reconstruct(
        base.model,
        prior,
        here.design.rows,
        seed=here.number("reconstruction", *_names(cell)),
        class_shares=here.class_shares,  # type: ignore[arg-type]  # a mapping's keys are invariant
        engine=here.design.engine,
        max_queries=here.design.max_queries,
        progress=False,
    )


def _codes(here: Setting, frame: Any) -> tuple[Float[Array, "n d"], Float[Array, " n"]]:
    """Return a reconstruction as codes and targets."""
    name = here.schema.target.name
    return here.layout.encode(frame, "the reconstruction"), frame[name].to_numpy(dtype=np.float64)


def _replica(here: Setting, cell: Cell, base: Fitted, X: Array, y: Array) -> dict[str, Value]:
    """Return how the same algorithm does that was fitted to the reconstruction, on the same held-out rows.

    Classes with hardly a row are left out, as no algorithm can learn them; a table of one class makes no replica.
    """
    if here.classes:
        counts = np.bincount(y.astype(np.int64), minlength=here.classes)
        enough = (counts >= FEWEST)[y.astype(np.int64)]
        X, y = X[enough], y[enough]
        if len(np.unique(y)) < 2:
            names = ("accuracy", "balanced_accuracy", "log_loss", "agreement")
            return {f"replica_{name}": None for name in names}
    replica = new_model(here, cell, len(X), "replica").fit(here.frame(X), labels_of(here, y))
    found = scores_beside(here, base, replica)
    return {f"replica_{name}": value for name, value in found.items()}


def _by_class(found: Divergences) -> str:
    values = zip(found.js_of.tolist(), found.energy_of.tolist(), strict=True)
    return json.dumps({str(g): {"js": js, "energy": energy} for g, (js, energy) in enumerate(values) if js == js})


def _lift(value: float, alone: float, fresh: float) -> float | None:
    """Return the share of the way from the prior alone to a fresh sample; None where there is hardly any way."""
    return (alone - value) / (alone - fresh) if alone - fresh > 0.01 else None


def _exact(here: Setting, cell: Cell, base: Fitted, prior: Prior) -> dict[str, Value]:
    """Return the exact divergences of a world; None on tables, whose truth nobody knows."""
    truth, said = here.table.truth, base.of_states
    if truth is None or said is None:
        return {"model_kl": None, **asdict(ExactDivergences())}
    names = _names(cell) if cell.prior == IMPLIED else (cell.prior,)
    q_x = _STATES.get((here.design.digest, cell.dataset, cell.seed, *names), lambda: state_probabilities(prior, truth))
    return {"model_kl": model_divergence(truth, said), **asdict(exact_divergences(truth, q_x, said))}
