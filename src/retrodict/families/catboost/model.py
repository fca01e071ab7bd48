"""Models of CatBoost as likelihoods over their columns.

A category is known to a file by its hash alone. Where the user's schema lists the categories of a column, those are
its categories: any text or whole number is one, also one that training never met. Where it does not, a column's
categories are the names that the file has in clear, ``#`` with the hash for every other that it knows (CatBoost is
told a text with that very hash), and ``other`` where the file does not know them all. A missing category is the text
``nan``, as CatBoost asks for missing ones to be written.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict import threads
from retrodict.disclosures import Categories, Disclosure, Disclosures, Unread
from retrodict.disclosures.known_rows import KnownRows
from retrodict.disclosures.place import Place
from retrodict.errors import SchemaError
from retrodict.families.catboost.category_hash import hash_of
from retrodict.families.catboost.cbm_file import write_cbm
from retrodict.families.catboost.content import Content
from retrodict.families.catboost.defend import leaf_trees, with_leaf_trees
from retrodict.families.catboost.json_written import write_json
from retrodict.families.catboost.named_counts import named_counts, renamed
from retrodict.families.catboost.native import RAW, content_of, known_hashes, loaded, predicted, raw_of
from retrodict.families.catboost.objectives import CLASSES, LOGARITHMS, Objective, objective_of
from retrodict.families.catboost.own_columns import OTHER, Beside
from retrodict.families.catboost.round_borders import rounded
from retrodict.families.catboost.strip import plan_of
from retrodict.families.catboost.trees.equations import equations_of
from retrodict.families.catboost.trees.parts import parts_of
from retrodict.families.plain_model import PlainModel, PlainRegressor
from retrodict.families.unsplit import unsplit
from retrodict.matching.capability import Source
from retrodict.matching.linear_reading import LinearReading
from retrodict.models import links
from retrodict.models.contract import About, Model
from retrodict.models.type_lookup import overridden
from retrodict.sanitizing.capability import Outputs
from retrodict.sanitizing.leaf_trees import LeafTrees
from retrodict.sanitizing.plan import Plan
from retrodict.sanitizing.rounding import Rounding
from retrodict.schema import Schema

Array = np.ndarray

MISSING = "nan"
"""What a missing category is written as."""


@dataclass(frozen=True, eq=False)
class _CatBoost(PlainModel):
    """Any model of CatBoost.

    Parameters
    ----------
    objective
        The loss that it was trained for.
    listed
        Its columns of categories: the texts that stand for those of `own` whose names are not known.
    beside
        What its file has beside.
    """

    objective: Objective = Objective("RMSE", {})  # noqa: RUF009  it is frozen
    listed: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    beside: Beside = field(default_factory=Beside, repr=False)

    @property
    def about(self) -> About:
        """What it says of itself; see `Describing`."""
        hashed = {name for name, texts in self.listed.items() if {*texts, OTHER} & {*self.own[name].categories}}
        return About(
            schema=self.own,
            tolerant=frozenset(self.listed),
            warnings=self.warnings,
            audit=self.audit,
            unnamed=frozenset(hashed),
        )

    def ignored(self) -> frozenset[str]:
        """Return the features that no split of a tree asks for, alone or in a statistic; see `Ignoring`."""
        if self.left:
            return frozenset()
        return unsplit(self.own.names, [content_of(self.made).asked])

    def raw(self, X: Float[Array, "n d"], kind: str = RAW) -> Float[Array, " n"] | Float[Array, "n k"]:
        """Return outputs of CatBoost, raw by default, for rows of the bound schema's encoding."""
        n = len(X)
        if not n:
            return self._none
        most = min(threads.cores(), 1 + X.size // threads.CELLS_ASKED)
        if self.listed:  # of a frame CatBoost reads columns, and reads them faster where each lies in one piece
            X = np.asfortranarray(X)
        columns = {at: self._column(X[:, place], at) for at, place in enumerate(self._order)}
        return raw_of(self.made, columns, n, listed=bool(self.listed), threads=most, kind=kind)

    @cached_property
    def _none(self) -> Array:
        """No outputs, of the right shape."""
        return self.raw(np.zeros((1, len(self.schema))))[:0]

    @cached_property
    def _order(self) -> list[int]:
        """Where in the bound schema each of its own columns stands."""
        names = self.schema.names
        return [names.index(name) for name in self.own.names] if self.own.named else list(range(len(self.own)))

    def column(self, X: Float[Array, "n d"], at: int) -> Any:
        """Return one of its own columns, of rows of the bound schema, as CatBoost takes it."""
        return self._column(X[:, self._order[at]], at)

    def retrained(self, X: Float[Array, "n d"], y: Float[Array, " n"], seed: int) -> Model:
        """Return a model of the same settings, trained on other rows; see `Retrainable`."""
        from retrodict.families.catboost.retrain import retrained

        assert isinstance(self, CatBoostClasses | CatBoostValues)
        return retrained(self, X, y, seed)

    def _column(self, values: Array, at: int) -> Any:
        own, bound = self.own.features[at], self.schema.features[self._order[at]]
        if own.name not in self.listed:
            if not bound.listed:
                return values
            known = np.array([*bound.categories, np.nan], dtype=np.float64)
            return known[np.where(np.isnan(values), -1, values).astype(np.int64)]
        if not bound.listed:  # whole numbers, which CatBoost hashes as their digits
            numbers, codes = np.unique(np.where(np.isnan(values), -np.inf, values), return_inverse=True)
            texts = [MISSING if number == -np.inf else str(int(number)) for number in numbers]
            return pd.Categorical.from_codes(codes, texts)
        place, kind = self._texts[at]
        codes = place[np.where(np.isnan(values), -1, values).astype(np.intp)]
        return pd.Categorical.from_codes(codes, dtype=kind, validate=False)

    @cached_property
    def _texts(self) -> dict[int, tuple[Array, pd.CategoricalDtype]]:
        """For each listed column: the code of each category's text, missing last, and all texts."""
        found = {}
        for at, place in enumerate(self._order):
            bound, names = self.schema.features[place], self.listed.get(self.own.features[at].name)
            if names is None or not bound.listed:
                continue
            texts = [*(names.get(str(one), str(one)) for one in bound.categories), MISSING]
            # two categories may have one text, such as 1 and "1": a list of categories has each once
            code = {text: i for i, text in enumerate(dict.fromkeys(texts))}
            codes = np.array([code[text] for text in texts], dtype=np.min_scalar_type(-len(code)))
            found[at] = codes, pd.CategoricalDtype(list(code))
        return found

    def bind(self, schema: Schema) -> Self:
        """Return the same model reading matrices of another (reconciled) schema; see `Model`."""
        bound = super().bind(schema)
        if bound.own.named and set(schema.names) != set(bound.own.names):
            told = ", ".join(bound.own.names)
            raise SchemaError(f"the model's columns are {told}, got {', '.join(schema.names)}")
        return bound

    def disclose(self, train: KnownRows | None = None) -> Iterator[Disclosure | Unread]:
        """Return the facts that it states, and what of it is not read; see `Disclosing`."""
        labels = {name: self._hashes(name) for name in self.listed}
        found = [renamed(one, labels) for one in super().disclose(train)]
        found += self._clear_names()
        yield from found
        yield from named_counts(found, labels)

    def _hashes(self, name: str) -> dict[Any, int]:
        """Return the hash of each category that a column has by its own schema; none where it has whole numbers."""
        texts = self.listed[name]
        return {one: hash_of(texts.get(str(one), str(one))) for one in self.own[name].categories}

    def _clear_names(self) -> Iterator[Disclosure]:
        """Yield categories that a json file has in clear beside its trees."""
        clear = dict(self.beside.names_by_hash)
        if not clear:
            return
        content = content_of(self.made)
        source, seen = "features_info.cat_features_hash", set()
        for column in content.categories:
            hit = [one for one in known_hashes(content)[column.index] if one in clear]
            seen.update(hit)
            if hit:
                names = tuple(clear[one] for one in hit)
                yield Categories(names, features=(self.own.names[column.flat],), source=source)
        others = tuple(name for one, name in clear.items() if one not in seen)
        if others:
            exact = "of one of these columns each"
            yield Categories(others, features=tuple(self.listed), source=source, exact=exact)

    def plan(self) -> Plan:
        """Return what can be taken out of it, and what stays; see `Strippable`."""
        return plan_of(self.made, self.beside)

    def duplicate(self) -> Self:
        """Return a copy that shares nothing with it; see `Strippable`."""
        return replace(super().duplicate(), beside=replace(self.beside))

    def outputs(self, X: Float[Array, "n d"]) -> Outputs:
        """Return all that it puts out for rows in the encoding of its own schema; see `Strippable`."""
        own = self.bind(self.own)
        raw = own.raw(X)
        found: Outputs = {"RawFormulaVal": (raw,)}
        if isinstance(own, CatBoostValues):
            return found | {"predict": (own.predict(X),)}
        if isinstance(own, CatBoostClasses):
            return found | {"predict_log_proba": (own.log_proba(X),)}
        return found

    def table_equations(self, found: Disclosures, source: Source, rows: int | None = None) -> LinearReading:
        """Return the equations about the table it was trained on; see `EquationTable`."""
        return self.placed_equations(Place.alone(self.own.names), self.own, found, source, rows)

    def placed_equations(
        self, place: Place, schema: Schema, found: Disclosures, source: Source, rows: int | None = None
    ) -> LinearReading:
        """Return the equations about the table of a larger model; see `PlacedTable`."""
        classes = place.called(self.own.target.classes)
        raw = dict(zip(self.own.names, (column.name for column in place.columns), strict=True))
        hashes = {raw[name]: self._hashes(name) for name in self.listed}
        parts = parts_of(content_of(self.made), place, classes, self.objective, hashes)
        return equations_of(parts, schema, found, source, rows)

    def round_splits(self, X: Float[Array, "n d"]) -> tuple[Self, Rounding]:
        """Return it with rounder borders between the rows' values, and how many were moved; see `RoundsSplits`."""
        own = self.bind(self.own)
        numbers = (one for one in content_of(self.made).numbers)
        columns = {one.flat: own._column(X[:, one.flat], one.flat) for one in numbers}
        content, points, moved = rounded(content_of(self.made), columns)
        return self._holding(content), Rounding(points, moved)

    def leaf_trees(self) -> LeafTrees:
        """Return its trees; see `Defensible`."""
        return leaf_trees(content_of(self.made))

    def with_leaf_trees(self, every: LeafTrees) -> Self:
        """Return a copy with its trees changed; see `Defensible`."""
        return self._holding(with_leaf_trees(content_of(self.made), every))

    def _holding(self, content: Content) -> Self:
        """Return it with another content."""
        made = type(self.made)()
        loaded(made, content)
        return replace(self, made=made).renewed()

    def written(self, *, as_pickle: bool = False) -> bytes:
        """Return the content of a file of its own format; see `Strippable`."""
        if as_pickle:
            return pickle.dumps(self.made)
        content = content_of(self.made)
        if self.beside.as_json:
            return write_json(replace(content, names_by_hash=self.beside.names_by_hash))
        return write_cbm(content)


@dataclass(frozen=True, eq=False)
class CatBoostClasses(_CatBoost):
    """A model of a class label."""

    @property
    def likelihood(self) -> str:
        """Where ``p(y|x)`` comes from."""
        return CLASSES[self.objective.name]

    def log_proba(self, X: Float[Array, "n d"]) -> Float[Array, "n k"]:
        """Return ``log p(y|x)``; see `Classifier`."""
        return log_proba_of_raw(self.raw(X), self.objective.name)


@dataclass(frozen=True, eq=False)
class CatBoostValues(PlainRegressor, _CatBoost):
    """A model of a real value."""

    def predict(self, X: Float[Array, "n d"]) -> Float[Array, " n"]:
        """Return the predicted means; see `Regressor`."""
        raw = self.raw(X, "Exponent" if self.objective.name in LOGARITHMS else RAW)
        # of two columns, the first is the mean, and the second the logarithm of a standard deviation
        return raw if raw.ndim == 1 else np.ascontiguousarray(raw[:, 0])


@dataclass(frozen=True, eq=False)
class CatBoostScores(_CatBoost):
    """A model without a likelihood, such as one that ranks: it is inspected and stripped.

    Parameters
    ----------
    likelihood
        Why it has none.
    """

    likelihood: str = "none"


def log_proba_of_raw(raw: Array, loss: str) -> Float[Array, "n k"]:
    """Return log-probabilities of raw outputs, as the loss means them."""
    if loss == "MultiClass":
        return links.softmax(raw)
    if loss == "MultiClassOneVsAll":
        return links.one_vs_rest(raw if raw.ndim == 2 else raw[:, None])
    return links.binary(raw)


def log_proba_of(estimator: Any) -> Callable[[Any], Float[Array, "n k"]] | None:
    """Return what gives a fitted classifier's exact log-probabilities for rows as CatBoost takes them.

    Parameters
    ----------
    estimator
        A fitted `CatBoostClassifier`, or a `CatBoost` that was trained for classes; its columns are in the order of its
        `classes_`.

    Returns
    -------
    Callable or None
        ``None`` where a subclass overrides what this relies on, or it is no classifier.
    """
    import catboost

    known = next((one for one in type(estimator).__mro__ if one in _known_types(catboost)), None)
    if known is None or overridden(type(estimator), known):
        return None
    objective = objective_of(content_of(estimator))
    if objective is None or objective.name not in CLASSES:
        return None
    name = objective.name
    return lambda rows: log_proba_of_raw(predicted(estimator, rows), name)


def _known_types(catboost: Any) -> tuple[type, ...]:
    return catboost.CatBoost, catboost.CatBoostClassifier, catboost.CatBoostRegressor
