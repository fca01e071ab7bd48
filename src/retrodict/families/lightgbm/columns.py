"""The columns of a model: their kinds, the categories of those that are split by codes, and the way from rows to it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from retrodict.families.lightgbm.text.model_text import ModelText
from retrodict.schema import Feature, Schema, Target

Array = np.ndarray

_UNNAMED = re.compile(r"Column_(\d+)")


@dataclass(frozen=True)
class Columns:
    """What a text tells of the kinds of its columns.

    Parameters
    ----------
    lists
        The values of pandas' categorical columns, by position; a row holds the place in its list.
    codes
        Columns that are split by codes without such a list: the codes that splits name, by position.
    ordered
        Of those with a list, the ones that are split as numbers: pandas' ordered categories.
    loose
        Lists of which it can't be told whose they are.
    """

    lists: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    codes: dict[int, tuple[int, ...]] = field(default_factory=dict)
    ordered: frozenset[int] = frozenset()
    loose: tuple[tuple[Any, ...], ...] = ()


def columns_of(text: ModelText, given: Schema | None = None) -> Columns:
    """Return the kinds of columns.

    The text lists the values of categorical columns in order and does not say which columns these are. They are those
    that training called categorical where these are as many and no code is beyond its list; else the one way in which
    the lists fit the columns, where there is just one; else the listed columns of a stated schema, where these fit.

    Parameters
    ----------
    text
        The model.
    given
        What a user states of its columns.
    """
    named = _codes(text)
    lists = text.categories or ()
    fits = [[_fits(text, i, len(one), named) for i in range(len(text.names))] for one in lists]
    told = told_listed(text)
    found: Sequence[int] | None = None
    if len(told) == len(lists) and all(fits[j][i] for j, i in enumerate(told)):
        found = told
    elif lists:
        found = _only_way(fits) or _stated(text, lists, fits, given)
    placed = dict(zip(found, lists, strict=True)) if found is not None else {}
    codes = {i: codes for i, codes in named.items() if i not in placed}
    ordered = frozenset(i for i in placed if i not in told)
    return Columns(placed, codes, ordered, () if found is not None else lists)


def told_listed(text: ModelText) -> list[int]:
    """Return the columns that training took as categories: as it was told, as splits or the values noted show."""
    return sorted({*_called(text), *_codes(text), *(i for i, info in enumerate(text.infos) if _by_codes(info))})


def schema_of(text: ModelText, columns: Columns, classes: tuple[Any, ...]) -> Schema:
    """Return a model's own columns and target.

    Parameters
    ----------
    text
        The model.
    columns
        Their kinds.
    classes
        Of the target; empty for a real value.
    """
    features = tuple(_feature(name, i, columns) for i, name in enumerate(text.names))
    made_up = all((at := _UNNAMED.fullmatch(name)) and int(at[1]) == i for i, name in enumerate(text.names))
    return Schema(features, Target("target", classes), named=not made_up)


def _feature(name: str, i: int, columns: Columns) -> Feature:
    if columns.lists.get(i):
        values = columns.lists[i]
        kind = "ordinal" if i in columns.ordered else "binary" if len(values) == 2 else "categorical"
        return Feature(name, kind, categories=values, dtype="category")  # type: ignore[arg-type]
    if columns.codes.get(i):
        codes = columns.codes[i]
        return Feature(name, "binary" if len(codes) == 2 else "categorical", categories=codes)
    return Feature(name)


def undetermined_of(text: ModelText, columns: Columns) -> frozenset[str]:
    """Return the columns of which nothing tells that they are numbers: no split compares them, and none lists them."""
    compared = {int(i) for tree in text.trees for i in tree.feature[~tree.categorical]}
    compared |= {int(i) for tree in text.trees for terms in tree.terms for i in terms}
    listed = {*columns.lists, *columns.codes}
    loose = bool(columns.loose)  # one of the lists may be of any column
    return frozenset(name for i, name in enumerate(text.names) if i not in listed and (loose or i not in compared))


def tolerant_of(own: Schema) -> frozenset[str]:
    """Return the columns that take categories which are not known: all, for the library takes these as missing."""
    return frozenset(feature.name for feature in own.features if feature.listed)


@dataclass(frozen=True, eq=False)
class Layout:
    """The way from rows in a bound schema's encoding to the matrix that the library takes.

    Parameters
    ----------
    places
        Of each column of the library, its position in the bound schema.
    tables
        Of columns whose bound codes are others than the library's, by position there: the library's number for each
        code, and NaN at last.
    known
        Of columns that are numbers in the bound schema and listed in the library: their values, sorted, and the
        library's number for each.
    """

    places: Int[Array, " d"]
    tables: dict[int, Array]
    known: dict[int, tuple[Array, Array]]

    @property
    def straight(self) -> bool:
        """Whether rows are the matrix itself."""
        return not self.tables and not self.known and bool((self.places == np.arange(len(self.places))).all())

    def matrix(self, X: Float[Array, "n d"]) -> Float[Array, "n d"]:
        """Return the matrix; rows are not changed, and are not copied where they are it already."""
        X = np.asarray(X, dtype=np.float64)
        if self.straight:
            return X
        out = np.empty(X.shape)
        for i, place in enumerate(self.places):
            column = X[:, place]
            if i in self.tables:
                out[:, i] = self.tables[i][np.where(np.isnan(column), -1, column).astype(np.intp)]
            elif i in self.known:
                out[:, i] = _looked_up(column, *self.known[i])
            else:
                out[:, i] = column
        return out


def layout_of(own: Schema, bound: Schema, columns: Columns) -> Layout:
    """Return the way from a bound schema's rows to the library's matrix.

    Parameters
    ----------
    own
        The model's columns.
    bound
        The schema of the rows; columns match by name, or by position where they have none.
    columns
        The kinds of the model's columns.
    """
    at = {name: i for i, name in enumerate(bound.names)}
    places = np.array([at[name] for name in own.names] if own.named else np.arange(len(own)), dtype=np.intp)
    tables, known = {}, {}
    for i, place in enumerate(places):
        feature = bound.features[place]
        code = {value: float(j) for j, value in enumerate(columns.lists[i])} if i in columns.lists else None
        if feature.listed:
            table = np.array([_number(value, code) for value in feature.categories] + [np.nan])
            if not np.array_equal(table[:-1], np.arange(len(table) - 1)):
                tables[i] = table
        elif code is not None:
            numbers = {float(value): to for value, to in code.items() if isinstance(value, int | float)}
            values = np.array(sorted(numbers))
            known[i] = values, np.array([numbers[value] for value in values.tolist()])
    return Layout(places, tables, known)


def _number(value: Any, code: dict[Any, float] | None) -> float:
    """Return the library's number for a category: its place in the list, NaN if it is not there; else the value."""
    if code is not None:
        return code.get(value, np.nan)
    return float(value) if isinstance(value, int | float | np.number) else np.nan


def _looked_up(column: Array, values: Array, numbers: Array) -> Array:
    if not len(values):
        return np.full(len(column), np.nan)
    at = np.clip(np.searchsorted(values, column), 0, len(values) - 1)
    return np.where(values[at] == column, numbers[at], np.nan)


def _by_codes(info: str) -> bool:
    return info != "none" and not info.startswith("[")


def _codes(text: ModelText) -> dict[int, tuple[int, ...]]:
    """Return the codes that categorical splits send left, by column."""
    found: dict[int, set[int]] = {}
    for tree in text.trees:
        for node in np.flatnonzero(tree.categorical):
            found.setdefault(int(tree.feature[node]), set()).update(tree.codes(int(node)).tolist())
    return {i: tuple(sorted(codes)) for i, codes in found.items()}


def _called(text: ModelText) -> set[int]:
    """Return the columns that training was told are categorical, where it was told by position."""
    said = text.parameters.get("categorical_feature", "").split(",")
    return {int(one) for one in said if one.isdecimal() and int(one) < len(text.names)}


def _fits(text: ModelText, i: int, length: int, named: dict[int, tuple[int, ...]]) -> bool:
    """Whether a column's values may be places in a list of this length."""
    info = text.infos[i]
    if max(named.get(i, ()), default=-1) >= length:
        return False
    if info == "none":
        return True
    if _by_codes(info):
        return all(not one.isdecimal() or int(one) < length for one in info.split(":"))
    try:
        low, high = (float(end) for end in info.strip("[]").split(":"))
    except ValueError:
        return True
    return low.is_integer() and high.is_integer() and 0 <= low <= high < length


def _only_way(fits: list[list[bool]]) -> list[int] | None:
    """Return the columns of all lists, in order, where there is one way only to lay them out."""
    columns = len(fits[0])
    # ways[j][i]: of laying out the lists from j on over the columns from i on; counted up to two
    ways = [[0] * (columns + 1) for _ in fits] + [[1] * (columns + 1)]
    for j in reversed(range(len(fits))):
        for i in reversed(range(columns)):
            ways[j][i] = min(2, ways[j][i + 1] + (ways[j + 1][i + 1] if fits[j][i] else 0))
    if ways[0][0] != 1:
        return None
    found, i = [], 0
    for j in range(len(fits)):
        while not (fits[j][i] and ways[j + 1][i + 1]):
            i += 1
        found.append(i)
        i += 1
    return found


def _stated(
    text: ModelText, lists: tuple[tuple[Any, ...], ...], fits: list[list[bool]], given: Schema | None
) -> list[int] | None:
    """Return the columns that a stated schema lists, where they are as many as the lists and have their values."""
    if given is None or set(given.names) != set(text.names):
        return None
    found = [i for i, name in enumerate(text.names) if given[name].listed]
    if len(found) != len(lists):
        return None
    same = all(fits[j][i] and set(given[text.names[i]].categories) == set(lists[j]) for j, i in enumerate(found))
    return found if same else None
