"""One cell of a study: a base model, a prior, a reconstruction, and how near it comes."""

from __future__ import annotations

import json
import warnings
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from retrodict.families.sklearn.train.algorithms import Rung
from retrodict.families.sklearn.train.pipelines import new_estimator
from retrodict.models import Model, Regressor, load_model
from retrodict.models.noise import noise_of
from retrodict.priors import Prior
from retrodict.schema import Feature, Schema
from retrodict.study.cache import Kept
from retrodict.study.divergence import LARGEST, Divergences
from retrodict.study.exact import (
    FLOOR,
    ExactDivergences,
    exact_divergences,
    model_divergence,
    state_probabilities,
)
from retrodict.study.ladder import IMPLIED, implied, prior_step
from retrodict.study.qualities import training_rows
from retrodict.study.setting import Setting, setting_of

if TYPE_CHECKING:
    from retrodict.study.design import Cell, Design

Array = np.ndarray
Value = float | int | str | None

_LEAST_NOISE = 1e-9  # of a model whose errors vanish
_FEWEST = 3  # rows of a class from which a replica learns it
_LIBRARIES = ("retrodict", "scikit-learn", "numpy", "scipy", "pandas")


@dataclass(frozen=True, eq=False)
class Fitted:
    """A base model: the estimator, what it says of the held-out rows, and how good that is."""

    estimator: Any
    model: Model
    n_train: int
    said: Float[Array, " n"]
    scores: dict[str, Value]
    of_states: Float[Array, "n k"] | None
    """Of a world: its probabilities in every state."""


_MODELS, _OFF, _STATES = Kept(2), Kept(24), Kept(24)


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
        "queries": rec.provenance.queries,
        "engine": "+".join(sorted({report.engine for report in rec.diagnostics})),
        "versions": json.dumps({name: version(name) for name in _LIBRARIES}),
    }
    return row


def _names(cell: Cell) -> tuple[str, ...]:
    return cell.algorithm, cell.quality, cell.prior


def fitted(here: Setting, cell: Cell) -> Fitted:
    """Return the base model of a cell, fitted to its share of the training part."""
    key = (here.design.digest, cell.dataset, cell.seed, cell.algorithm, cell.quality)
    return _MODELS.get(key, lambda: _fit(here, cell))


def _fit(here: Setting, cell: Cell) -> Fitted:
    quality = here.design.qualities[cell.quality]
    train = here.parts.train
    rng = here.stream("quality", cell.quality)
    rows, target = training_rows(here.y[train], here.classes, quality, rng)
    estimator = _new(here, cell, len(rows), "base").fit(here.frame(here.X[train[rows]]), _labels(here, target))
    said, p = _answers(here, estimator, here.X[here.parts.holdout])
    scores = _scores(here, said, p)
    # Kinds are a table's code book; ranges and lists are left to what the model itself knows.
    known = tuple(_known(f, here.X[train[rows], j]) for j, f in enumerate(here.schema.features))
    model = load_model(estimator, schema=Schema(known, here.schema.target))
    noise = noise_of(model)
    if noise is not None and noise.scaled and isinstance(model, Regressor):
        public = here.parts.public
        said_public = _answers(here, estimator, here.X[public])[0]
        scale = noise.scale_of(here.y[public] - said_public, said_public)
        model = model.with_noise(max(scale or 0.0, _LEAST_NOISE), "its errors on public rows")
    truth = here.table.truth
    of_states = None if truth is None else _answers(here, estimator, truth.grid)[1]
    return Fitted(estimator, model, len(rows), said, scores, of_states)


def _known(feature: Feature, column: Float[Array, " n"]) -> Feature:
    """Return what a model knows of a feature from its training rows."""
    if not feature.listed:
        return replace(feature, low=None, high=None)
    seen = np.unique(column[~np.isnan(column)]).astype(np.intp)
    if not len(seen) or set(feature.categories) == {0, 1}:  # numbers to a model
        return feature
    return replace(feature, kind="categorical", categories=tuple(feature.categories[i] for i in seen))


def _new(here: Setting, cell: Cell, rows: int, purpose: str) -> Any:
    return new_estimator(
        cell.algorithm,
        here.schema.features,
        here.table.task,
        Rung(here.design.qualities[cell.quality].capacity, rows, here.number("fit", purpose, cell.algorithm)),
    )


def _labels(here: Setting, y: Float[Array, " n"]) -> Array:
    return y.astype(np.int64) if here.classes else y


def _answers(
    here: Setting, estimator: Any, X: Float[Array, "n d"]
) -> tuple[Float[Array, " n"], Float[Array, "n k"] | None]:
    """Return the predictions for rows and, of classifiers, the probabilities of all classes."""
    frame = here.frame(X)
    if not here.classes:
        return np.asarray(estimator.predict(frame), dtype=np.float64).ravel(), None
    p = np.zeros((len(X), here.classes))
    p[:, estimator.classes_] = estimator.predict_proba(frame)
    return p.argmax(axis=1).astype(np.float64), p


def _scores(here: Setting, said: Array, p: Array | None) -> dict[str, Value]:
    from sklearn.metrics import balanced_accuracy_score, r2_score

    y = here.y[here.parts.holdout]
    if p is None:
        return {"accuracy": float(r2_score(y, said)), "balanced_accuracy": None, "log_loss": None}
    of_true = np.clip(p[np.arange(len(y)), y.astype(np.int64)], FLOOR, 1.0)
    return {
        "accuracy": float(np.mean(said == y)),
        "balanced_accuracy": float(balanced_accuracy_score(y, said)),
        "log_loss": float(-np.log(of_true).mean()),
    }


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
        enough = (counts >= _FEWEST)[y.astype(np.int64)]
        X, y = X[enough], y[enough]
        if len(np.unique(y)) < 2:
            names = ("accuracy", "balanced_accuracy", "log_loss", "agreement")
            return {f"replica_{name}": None for name in names}
    replica = _new(here, cell, len(X), "replica").fit(here.frame(X), _labels(here, y))
    said, p = _answers(here, replica, here.X[here.parts.holdout])
    agreement = np.mean(said == base.said) if here.classes else _correlation(said, base.said)
    return {f"replica_{name}": value for name, value in _scores(here, said, p).items()} | {
        "replica_agreement": None if agreement is None else float(agreement)
    }


def _correlation(a: Array, b: Array) -> float | None:
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else None


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
