"""Where in a model a reader stands: the path to it, its columns, and whose rows it was fitted on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from scipy import sparse

from retrodict.disclosures.columns import Column, Columns, distinct, rows_back
from retrodict.disclosures.kinds import Centres, Covariance, Moments, Range, RowEntries, Rows

Array = np.ndarray

FILLED = "with any gaps filled"


@dataclass(frozen=True)
class Place:
    """The surroundings of one fitted estimator inside a model.

    Parameters
    ----------
    path
        Attribute path from the outermost estimator; empty there.
    columns
        Its input columns, each with its way back.
    sample
        What rows it was fitted on, where not all: a fold, a bootstrap draw.
    labels
        The real classes, where it was fitted on their codes.
    target
        From the target it was fitted on back to the raw one; ``None`` where they are the same.
    """

    path: str
    columns: Columns
    sample: str | None = None
    labels: tuple[Any, ...] | None = None
    target: Callable[[Array], Array] | None = None

    @classmethod
    def alone(cls, names: Iterable[str]) -> Self:
        """Return the place of a model that is part of no other, whose columns have these names."""
        return cls("", tuple(Column.start(name) for name in names))

    @property
    def exact(self) -> bool | str:
        """How exact a statistic is that was computed from the rows it was fitted on."""
        return self.sample or True

    def at(self, attribute: str) -> str:
        """Return the path of an attribute."""
        return f"{self.path}.{attribute}" if self.path and attribute else self.path + attribute

    def inner(self, attribute: str, columns: Columns | None = None, sample: str | None = None, **other: Any) -> Self:
        """Return the place of an estimator held by this one."""
        return replace(
            self,
            path=self.at(attribute),
            columns=self.columns if columns is None else columns,
            sample=self.sample or sample,
            **other,
        )

    def classes(self, estimator: Any) -> tuple[Any, ...]:
        """Return an estimator's classes as they were called in the table."""
        return self.called(np.asarray(estimator.classes_).tolist())

    def called(self, classes: Iterable[Any]) -> tuple[Any, ...]:
        """Return classes that it was fitted on as they were called in the table."""
        own = tuple(classes)
        codes = self.labels is not None and all(isinstance(c, int | float) and c == int(c) for c in own)
        if codes and self.labels is not None and all(0 <= c < len(self.labels) for c in own):
            return tuple(self.labels[int(code)] for code in own)
        return own

    def targets(self, values: Any) -> tuple[float, ...]:
        """Return target values in raw units."""
        values = np.asarray(values, dtype=np.float64).ravel()
        return tuple((values if self.target is None else np.asarray(self.target(values))).tolist())

    def told(self, exact: bool | str, columns: Columns) -> bool | str:
        """Return how exact a statistic of these columns is, their gaps filled or not."""
        if exact is False:
            return False
        return self.sample or (
            FILLED if exact is True and any(column.filled for column in distinct(columns)) else exact
        )

    def rows(self, source: str, matrix: Any, labels: Any = None, index: Any = None, exact: bool | str = True) -> Rows:
        """Return stored input rows as raw rows."""
        dense = matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)
        names, rows, whole = rows_back(dense, self.columns)
        return Rows(
            rows,
            None if labels is None else tuple(labels),
            None if index is None else tuple(np.asarray(index).tolist()),
            features=names,
            source=self.at(source),
            exact=self.told(exact if whole else False, self.columns),
            personal=True,
        )

    def entries(self, source: str, meaning: str, found: Any) -> RowEntries:
        """Return an attribute with an entry for each row."""
        dense = found.toarray() if sparse.issparse(found) else np.asarray(found)
        return RowEntries(meaning, dense, features=(), source=self.at(source), exact=self.sample or True, personal=True)

    def kept(self, estimator: Any, meanings: dict[str, str]) -> Iterator[RowEntries]:
        """Yield the attributes with an entry for each row that an estimator has, by name, with what an entry is."""
        for name, meaning in meanings.items():
            if getattr(estimator, name, None) is not None:
                yield self.entries(name, meaning, getattr(estimator, name))

    def centres(self, source: str, found: Any, counts: Any, exact: bool | str = True) -> Centres:
        """Return centres of groups of rows, in raw units where the way back is affine."""
        sizes = None if counts is None else tuple(int(n) for n in counts)
        back = [column.back(np.asarray(found)[:, i]) for i, column in enumerate(self.columns)]
        return Centres(
            np.column_stack(back),
            sizes,
            features=tuple(f"{c.name}={c.category}" if c.indicator else c.label for c in self.columns),
            source=self.at(source),
            exact=self.told(exact, self.columns),
            personal=None if sizes is None else 1 in sizes,
        )

    def ranges(self, source: str, lows: Any, highs: Any, exact: bool | str = True) -> Iterator[Range]:
        """Yield the range of each raw number, whatever monotone steps lie between."""
        for column, low, high in zip(self.columns, lows, highs, strict=True):
            ends = column.raw_numbers([low, high])
            if ends is not None and np.isfinite(ends).all():
                yield Range(
                    float(ends.min()),
                    float(ends.max()),
                    features=(column.name,),
                    source=self.at(source),
                    exact=self.told(exact, (column,)),
                )

    def moments(
        self,
        source: str,
        means: Any,
        variances: Any = None,
        *,
        n: Any = None,
        ddof: int | None = 0,
        within: Any = None,
        exact: bool | str = True,
    ) -> Iterator[Moments]:
        """Yield mean and variance of each column, in raw units where the way back is affine."""
        sizes = None if n is None else np.broadcast_to(n, len(self.columns))
        for i, column in enumerate(self.columns):
            mean = None if means is None else float(column.back(means[i]))
            variance = None if variances is None else float(variances[i]) * column.scale**2
            yield Moments(
                mean,
                variance,
                None if sizes is None else int(sizes[i]),
                column.category if column.indicator else None,
                ddof if variance is not None else None,
                features=(column.name if column.indicator or column.number else column.label,),
                source=self.at(source),
                exact=self.told(exact, (column,)),
                personal=sizes is not None and int(sizes[i]) == 1,
                within=within,
            )

    def covariance(
        self,
        source: str,
        matrix: Any,
        means: Any = None,
        *,
        n: int | None = None,
        ddof: int | None = 0,
        within: Any = None,
        exact: bool | str = True,
    ) -> Covariance:
        """Return a covariance matrix of the columns, in raw units where the way back is affine."""
        scales = np.array([column.scale for column in self.columns])
        back = None if means is None else np.array([float(c.back(m)) for c, m in zip(self.columns, means, strict=True)])
        return Covariance(
            np.asarray(matrix) * scales * scales[:, None],
            back,
            n,
            ddof,
            features=tuple(f"{c.name}={c.category}" if c.indicator else c.label for c in self.columns),
            source=self.at(source),
            exact=self.told(exact, self.columns),
            within=within,
        )
