"""Every kind of prior, and the least that satisfies the protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.naive_bayes import GaussianNB

from retrodict.errors import PriorError
from retrodict.models import load_model
from retrodict.priors import (
    CopulaPrior,
    EmpiricalPrior,
    IndependentPrior,
    MixturePrior,
    fit_prior,
    implied_prior,
    load_prior,
    uniform_prior,
    write_prior_file,
)
from retrodict.priors.marginals import (
    FiniteMarginal,
    Marginal,
    Normal,
    Uniform,
    constant,
    integer_range,
    listed,
    moments,
    named,
    quantiles,
    sample_marginal,
)
from retrodict.priors.raked import RakedPrior
from retrodict.schema import Feature, Schema
from tests.conformance.recipes import built

SCHEMA = Schema(
    (
        Feature("age", "integer", 17, 90),
        Feature("bmi", "continuous", 10, None, missing=0.1),
        Feature("site", "categorical", categories=("a", "b", "c")),
        Feature("sex", "binary", categories=("f", "m"), missing=0.3),
        Feature("visits", "integer", 0),
    )
)
MARGINALS: tuple[Marginal, ...] = (
    integer_range(17, 90),
    quantiles({0.25: 23, 0.5: 26, 0.75: 30}, 10),
    listed([0.2, 0.5, 0.3], [2, 0, 1]),
    listed([0.4, 0.6]),
    named("poisson", {"mu": 3.8})[0],
)
LATENT = np.array(
    [
        [1, 0.5, 0.2, 0, 0.3],
        [0.5, 1, 0, -0.4, 0],
        [0.2, 0, 1, 0, 0],
        [0, -0.4, 0, 1, 0],
        [0.3, 0, 0, 0, 1],
    ]
)
FINITE_SCHEMA = Schema((SCHEMA["site"], SCHEMA["sex"], Feature("n", "integer", 0, 3)))
FINITE = IndependentPrior(FINITE_SCHEMA, (MARGINALS[2], MARGINALS[3], integer_range(0, 3)))

NUMBERS: dict[str, Marginal] = {
    "normal": Normal(3, 2),
    "uniform": Uniform(-1, 4),
    "constant": constant(7.0),
    "moments": moments(2.0, 0.7, 0.0, 5.0),
    "quantiles": MARGINALS[1],
    "named": named("gamma", {"a": 2.0})[0],
    "sample": sample_marginal(np.random.default_rng(0).gamma(2.0, size=200), integer=False, feature="x"),
}


def rows(n: int = 400) -> np.ndarray:
    return CopulaPrior(SCHEMA, MARGINALS, LATENT).sample(n, np.random.default_rng(7))


class Bare:
    """The members of `Prior`, and nothing else."""

    schema = Schema((Feature("a"), Feature("b", "binary", categories=(0, 1))))
    latent_dim = 2
    notes = ()

    def transport(self, z: np.ndarray) -> np.ndarray:
        z = np.asarray(z)
        if z.ndim != 2 or z.shape[1] != 2:
            raise PriorError(f"latents of shape (n, 2) were expected, got {z.shape}")
        return np.column_stack([z[:, 0], (z[:, 1] > 0).astype(float)])

    def sample(self, n: int, rng: np.random.Generator) -> np.ndarray:
        return self.transport(rng.standard_normal((n, 2)))

    def describe(self) -> dict[str, Any]:
        return {"kind": "bare"}


def empirical(schema: Schema, X: np.ndarray, **settings: Any) -> EmpiricalPrior:
    """Return the prior of rows over a schema that states their own missing rates."""
    gone = np.average(np.isnan(X), axis=0, weights=settings.get("weights"))
    features = tuple(replace(one, missing=float(share)) for one, share in zip(schema.features, gone, strict=True))
    return EmpiricalPrior(replace(schema, features=features), X, **settings)


def bootstrap(**settings: Any) -> EmpiricalPrior:
    return empirical(FINITE_SCHEMA, FINITE.sample(60, np.random.default_rng(2)), bandwidth=0, **settings)


def implied(estimator: Any) -> Any:
    X = np.random.default_rng(0).normal(size=(200, 3))
    return implied_prior(load_model(estimator.fit(X, (X[:, 0] > 0).astype(int))))


def in_classes() -> Any:
    return SCHEMA.decode(rows()).assign(y=np.where(np.arange(400) % 3, "a", "b"))


def from_a_file(by_class: bool = False) -> Any:
    path = Path(mkdtemp()) / "prior.yaml"
    write_prior_file(in_classes(), path, target="y", by_class=by_class)
    return load_prior(path)


def raked_by_hand(finite: bool = False) -> RakedPrior:
    """Return a prior of cells over features of every kind, with gaps."""
    base, rng = (FINITE if finite else IndependentPrior(SCHEMA, MARGINALS)), np.random.default_rng(6)
    edges = [m.breaks() if isinstance(m, FiniteMarginal) else np.array([-0.5, 1.0]) for m in base.marginals]
    cells = np.column_stack([rng.integers(len(own) + 1, size=200) for own in edges])
    gaps = np.column_stack([rng.random(200) < feature.missing for feature in base.schema.features])
    return RakedPrior(base, tuple(edges), cells, gaps, rng.gamma(0.5, size=200))


PRIORS: dict[str, Callable[[], Any]] = {
    "uniform": lambda: uniform_prior(FINITE_SCHEMA),
    "independent": lambda: IndependentPrior(SCHEMA, MARGINALS),
    "finite": lambda: FINITE,
    "copula": lambda: CopulaPrior(SCHEMA, MARGINALS, LATENT),
    "normal copula": lambda: CopulaPrior(
        Schema((Feature("a"), Feature("b"))), (Normal(0, 1), Normal(5, 2)), np.array([[1, 0.7], [0.7, 1]])
    ),
    "empirical": lambda: empirical(SCHEMA, rows()),
    "bootstrap": bootstrap,
    "weighted bootstrap": lambda: bootstrap(weights=np.arange(60.0)),
    "mixture": lambda: MixturePrior(
        (IndependentPrior(SCHEMA, MARGINALS), empirical(SCHEMA, rows(), bandwidth=0)), (0.3, 0.7)
    ),
    "finite mixture": lambda: MixturePrior((FINITE, bootstrap()), (3, 1)),
    "fitted": lambda: fit_prior(SCHEMA.decode(rows()).assign(y="a"), target="y"),
    "fitted by class": lambda: fit_prior(in_classes(), target="y", by_class=True),
    "loaded file": from_a_file,
    "file of classes": lambda: from_a_file(by_class=True),
    "implied by classes": lambda: implied(GaussianNB()),
    "implied by trees": lambda: implied(HistGradientBoostingClassifier(max_iter=20)),
    "raked": raked_by_hand,
    "finite raked": lambda: raked_by_hand(finite=True),
    "by hand": Bare,
    "of the recipe": lambda: built("new_prior.md")["growth"].Growth(),
    **{
        f"marginal: {name}": lambda marginal=marginal: IndependentPrior(Schema((Feature("x"),)), (marginal,))
        for name, marginal in NUMBERS.items()
    },
}
"""Kind of prior -> an example of it."""
