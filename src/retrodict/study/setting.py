"""What all cells of one table and seed share: parts, points, class shares, and what fresh rows reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from retrodict.errors import RequestError
from retrodict.priors import Prior
from retrodict.schema import Feature, Schema, Target
from retrodict.schema.frames import features_frame
from retrodict.study.cache import Kept
from retrodict.study.datasets import TARGET, Table, entry_named, feature_columns, load_table
from retrodict.study.divergence import Divergences, divergences
from retrodict.study.ladder import fitted_prior
from retrodict.study.seeds import number, stream
from retrodict.study.specs import WorldSet
from retrodict.study.split import Parts, common_classes, draw_rows, split
from retrodict.tables.layout import Layout, embed

if TYPE_CHECKING:
    from retrodict.study.design import Design

Array = np.ndarray

_BINS = 3  # of a real-valued target, where classes would be


@dataclass(frozen=True, eq=False)
class Setting:
    """A table and seed.

    Parameters
    ----------
    design
        Of the study.
    table
        As it was read.
    seed
        The cell's.
    schema
        The features with the bounds of the public rows, and the target with the classes that are in use.
    X, y
        Rows that are used.
    parts
        Where they belong.
    """

    design: Design
    table: Table
    seed: int
    schema: Schema
    X: Float[Array, "n d"]
    y: Float[Array, " n"]
    parts: Parts

    @property
    def classes(self) -> int:
        """How many; 0 for values."""
        return len(self.schema.target.classes)

    def number(self, *names: str | int) -> int:
        """Return a seed of a purpose."""
        return number(self.design.seed, self.table.name, self.seed, *names)

    def stream(self, *names: str | int) -> np.random.Generator:
        """Return a generator of a purpose."""
        return stream(self.design.seed, self.table.name, self.seed, *names)

    def frame(self, X: Float[Array, "n d"]) -> pd.DataFrame:
        """Return rows as models take them."""
        return features_frame(self.schema.features, X)

    @cached_property
    def layout(self) -> Layout:
        """The columns that divergences look at."""
        return Layout(feature_columns(self.schema))

    @cached_property
    def gaps(self) -> Array:
        """Columns with missing values."""
        return np.isnan(self.X).any(axis=0)

    def points(self, X: Float[Array, "n d"]) -> Float[Array, "n p"]:
        """Return rows as points, on the scale of the held-out rows."""
        return embed(self.layout, X, self.X[self.parts.holdout], self.gaps)

    def drawn(self, prior: Prior, n: int, rng: np.random.Generator) -> Float[Array, "n d"]:
        """Return rows of a prior as codes of the table's features."""
        return self.layout.encode(prior.schema.decode(prior.sample(n, rng)), "the prior's rows")

    def groups(self, y: Float[Array, " n"]) -> Int[Array, " n"]:
        """Return what rows are judged within: their class, or the third of the held-out values that theirs lies in."""
        if self.classes:
            return y.astype(np.int64)
        cuts = np.quantile(self.y[self.parts.holdout], np.arange(1, _BINS) / _BINS)
        return np.searchsorted(cuts, y)

    @cached_property
    def class_shares(self) -> dict[int, float] | None:
        """Shares of the classes in the public part."""
        if not self.classes:
            return None
        counts = np.bincount(self.y[self.parts.public].astype(np.int64), minlength=self.classes)
        return {label: float(count / counts.sum()) for label, count in enumerate(counts)}

    def some(self, part: Int[Array, " n"], purpose: str) -> Int[Array, " m"]:
        """Return as many rows of a part as divergences are estimated from."""
        return self.stream(purpose).permutation(part)[: self.design.evaluation_rows]

    @cached_property
    def real(self) -> tuple[Float[Array, "n p"], Int[Array, " n"]]:
        """Held-out rows that everything is compared with, as points, and their groups."""
        rows = self.some(self.parts.holdout, "real")
        return self.points(self.X[rows]), self.groups(self.y[rows])

    def compared(self, X: Float[Array, "n d"], y: Float[Array, " n"], purpose: str) -> Divergences:
        """Return how far rows with targets are from the held-out rows, within groups."""
        real, groups = self.real
        return divergences(real, self.points(X), groups, self.groups(y), self.number("folds", purpose))

    def compared_features(self, X: Float[Array, "n d"], purpose: str) -> Divergences:
        """Return how far rows are from the held-out rows, whatever their targets."""
        real, groups = self.real
        none = np.zeros(len(X), dtype=np.int64)
        return divergences(real, self.points(X), np.zeros_like(groups), none, self.number("folds", purpose))

    @cached_property
    def fresh(self) -> Divergences:
        """What rows of the same source reach: those of the training part."""
        rows = self.some(self.parts.train, "fresh")
        return self.compared(self.X[rows], self.y[rows], "fresh")

    def unlabelled(self, X: Float[Array, "n d"], purpose: str) -> Divergences:
        """Return how far a prior's rows are whose targets know nothing of them: public ones in random order."""
        y = self.stream("labels", purpose).choice(self.y[self.parts.public], size=len(X))
        return self.compared(X, y, f"unlabelled {purpose}")

    def prior(self, name: str) -> Prior:
        """Return a prior of the ladder, fitted to the public part."""
        public = self.schema.decode(self.X[self.parts.public])
        return _PRIORS.get(
            (self.design.digest, self.table.name, self.seed, name),
            lambda: fitted_prior(name, public, self.schema, self.prior),
        )


_SETTINGS, _PRIORS = Kept(2), Kept(12)


def setting_of(design: Design, dataset: str, seed: int) -> Setting:
    """Return what a design's cells of a table and seed share."""
    return _SETTINGS.get((design.digest, dataset, seed), lambda: _made(design, dataset, seed))


def _made(design: Design, dataset: str, seed: int) -> Setting:
    entry = entry_named(design.datasets, dataset)
    table = load_table(entry)
    rows = min(design.max_rows, entry.rows) if isinstance(entry, WorldSet) else design.max_rows
    X, y = draw_rows(table, rows, stream(design.seed, dataset, seed, "rows"))
    target = Target(TARGET)
    if table.schema.target.is_class and table.truth is None:
        kept = common_classes(y)
        own = np.isin(y, kept)
        X, y = X[own], np.searchsorted(kept, y[own]).astype(np.float64)
        target = Target(TARGET, tuple(range(len(kept))))
    elif table.truth is not None:
        target = table.schema.target
        if len(np.unique(y)) < len(target.classes):
            raise RequestError(f"world '{dataset}' has a class that none of {rows} rows is of; raise its rows")
    parts = split(y, target.is_class, design.parts, stream(design.seed, dataset, seed, "split"))
    features = tuple(_bounded(f, X[parts.public, j]) for j, f in enumerate(table.schema.features))
    return Setting(design, table, seed, Schema(features, target), X, y, parts)


def _bounded(feature: Feature, public: Float[Array, " n"]) -> Feature:
    """Return a feature with what the public rows show of it: range and share of missing values."""
    present = public[~np.isnan(public)]
    missing = min(1.0 - len(present) / max(len(public), 1), 1.0 - 1e-9)
    if feature.listed or not len(present):
        return replace(feature, missing=missing)
    return replace(feature, missing=missing, low=float(present.min()), high=float(present.max()))
