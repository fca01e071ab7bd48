"""The raw columns that a result of statsmodels takes, and its own input made of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from retrodict.families.statsmodels.parts import bare, exog_names, held, n_rows, spec_of, stored_names
from retrodict.families.statsmodels.restore import NAMES
from retrodict.schema import Feature

Array = np.ndarray

_RESERVED = frozenset({*NAMES, "C", "Q", "I", "Treatment", "Sum", "Helmert", "Poly", "Diff"})
"""Names in a formula that are no columns, where the table that could tell is gone."""


@dataclass(frozen=True)
class Design:
    """The columns of a result.

    Parameters
    ----------
    features
        Raw columns, in order.
    named
        Whether a table's columns are told by these names, or by their order.
    formula
        Whether a formula turns them into the numbers of the design matrix.
    constant
        Where in the design matrix a column of one value stands, and that value; ``None`` where there is none.
    """

    features: tuple[Feature, ...]
    named: bool
    formula: bool
    constant: tuple[int, float] | None = None

    def given(self, frame: pd.DataFrame) -> Any:
        """Return rows as `predict` of the result takes them.

        Parameters
        ----------
        frame
            The raw columns, in order.
        """
        if self.formula:
            listed = {feature.name: object for feature in self.features if feature.listed}
            return frame.astype(listed).reset_index(drop=True)
        return self.matrix(frame.to_numpy(dtype=np.float64, na_value=np.nan))

    def matrix(self, X: Float[Array, "n d"]) -> Float[Array, "n k"]:
        """Return rows of numbers as a design matrix, by row, whatever their layout: sums end in another bit by another.

        Parameters
        ----------
        X
            The raw columns, in order.
        """
        if self.constant is None:
            return np.ascontiguousarray(X)
        place, value = self.constant
        out = np.empty((len(X), X.shape[1] + 1))
        out[:, :place], out[:, place], out[:, place + 1 :] = X[:, :place], value, X[:, place:]
        return out


def design_of(made: Any) -> Design:
    """Return the columns that a result takes."""
    spec = spec_of(made)
    if spec is not None:
        return Design(tuple(_features(spec, bare(made).model.data)), named=True, formula=True)
    data = bare(made).model.data
    constant = constant_of(made)
    names = list(exog_names(made))
    if constant is not None:
        del names[constant[0]]
    given = type(data).__name__ != "ModelData"  # which holds arrays: statsmodels made the names up
    named = given and stored_names(made) is not None
    return Design(tuple(Feature(name) for name in names), named, False, constant)


def constant_of(made: Any) -> tuple[int, float] | None:
    """Return the place of a column of one value in the design matrix, and the value; ``None`` where there is none.

    Where the rows are gone the value is worked out from their cross-products, and else taken for one, as `add_constant`
    and formulas have it.
    """
    result = bare(made)
    data = result.model.data
    place = getattr(data, "const_idx", None)
    if place is None or not getattr(data, "k_constant", 0):
        return None
    for owner in (data, result.model):
        exog = held(owner, "exog")
        if exog is not None and np.ndim(exog) == 2 and len(exog):
            return int(place), float(np.asarray(exog)[0, place])
    inverse, n = held(result, "normalized_cov_params"), n_rows(made)
    squares = type(result.model).__name__ == "OLS" and inverse is not None and n
    if squares:
        found = float(np.sqrt(np.linalg.pinv(inverse)[place, place] / n))
        return int(place), 1.0 if abs(found - 1.0) < 1e-6 else found
    return int(place), 1.0


@dataclass(frozen=True)
class Factor:
    """One expression of a formula, evaluated on the table.

    Parameters
    ----------
    code
        Its text.
    columns
        Raw columns that it names, in order.
    categories
        Its values where it is categorical; ``None`` for numbers.
    learned
        Whether it keeps something of the rows that it was evaluated on first, as a centring or a spline does.
    """

    code: str
    columns: tuple[str, ...]
    categories: tuple[Any, ...] | None
    learned: bool


def factors_of(spec: Any, data: Any) -> tuple[Factor, ...]:
    """Return the expressions of a formula.

    Parameters
    ----------
    spec
        See `spec_of`.
    data
        The data object of the model, whose table tells columns from other names.
    """
    frame = getattr(data, "frame", None)
    columns = None if frame is None else tuple(str(name) for name in frame.columns)
    return tuple(
        Factor(code, tuple(_columns(code, columns)), categories, learned) for code, categories, learned in _read(spec)
    )


def _read(spec: Any) -> Iterator[tuple[str, tuple[Any, ...] | None, bool]]:
    if hasattr(spec, "factor_infos"):  # patsy
        for factor, info in spec.factor_infos.items():
            levels = tuple(info.categories) if info.type == "categorical" else None
            yield factor.code, levels, bool(info.state.get("transforms"))
        return
    states = spec.encoder_state  # formulaic
    learned = {str(code) for code in getattr(spec, "transform_state", {})}
    for code in dict.fromkeys(str(factor) for term in spec.formula for factor in term.factors):
        if code == "1":
            continue
        _, state = states.get(code, (None, {}))
        levels = state.get("categories") if isinstance(state, dict) else None
        yield code, None if levels is None else tuple(levels), any(code in own or own in code for own in learned)


def _columns(code: str, columns: Sequence[str] | None) -> Iterator[str]:
    """Yield the raw columns that an expression names."""
    if columns is not None and code in columns:
        yield code
        return
    tree = ast.parse(code, mode="eval")
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    seen: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Q" and node.args:
            if isinstance(node.args[0], ast.Constant):
                seen[str(node.args[0].value)] = None
        elif isinstance(node, ast.Name) and id(node) not in called and _is_column(node.id, columns):
            seen[node.id] = None
    yield from seen


def _is_column(name: str, columns: Sequence[str] | None) -> bool:
    return name not in _RESERVED if columns is None else name in columns


def _features(spec: Any, data: Any) -> Iterator[Feature]:
    factors, frame = factors_of(spec, data), getattr(data, "frame", None)
    names = dict.fromkeys(name for factor in factors for name in factor.columns)
    ordered = list(names) if frame is None else [str(name) for name in frame.columns if str(name) in names]
    for name in ordered:
        levels = next((f.categories for f in factors if f.categories is not None and direct(f.code) == name), None)
        column = None if frame is None else frame[name]
        if levels is None and column is not None and not pd.api.types.is_numeric_dtype(column.dtype):
            levels = tuple(sorted(column.dropna().unique().tolist(), key=str))  # within an expression of text
        if levels is None:
            yield Feature(name)
        else:
            values = tuple(getattr(level, "item", lambda level=level: level)() for level in levels)
            numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
            yield Feature(name, "ordinal" if numbers else "categorical", categories=values)


def direct(code: str) -> str | None:
    """Return the column whose values an expression has as they are: `x`, `C(x)`, `C(x, Treatment('a'))`, `Q('x')`."""
    try:
        tree = ast.parse(code, mode="eval").body
    except SyntaxError:
        return code
    while isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in ("C", "Q") and tree.args:
        tree = tree.args[0]
    if isinstance(tree, ast.Name):
        return tree.id
    return str(tree.value) if isinstance(tree, ast.Constant) and isinstance(tree.value, str) else None
