"""The draws behind observed outputs, as a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from retrodict.extras import extra_for
from retrodict.inference.diagnostics import Diagnostics
from retrodict.priors import Prior
from retrodict.reconstruction.loading import check_rows, provenance_of, read_rows, reports_of, schema_of
from retrodict.reconstruction.provenance import Provenance
from retrodict.reconstruction.rows import storable
from retrodict.results.documents import OddError, holding, part, read_document, texts
from retrodict.results.folder import ROWS_FILE
from retrodict.results.result import FolderResult, ShownTable
from retrodict.schema import Schema, free_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = np.ndarray

DOCUMENT = "inversion.json"
OUTPUT, DRAW = "output", "draw"
SHOWN = 5
"""Outputs of a printed inversion that fell short."""


@dataclass(frozen=True, eq=False, repr=False)
class Inversion(FolderResult):
    """Posterior draws of the features behind each of many observed outputs.

    Parameters
    ----------
    schema
        Features and target.
    outputs
        What was observed, for people; one an output.
    place
        For each output, which of `diagnostics` reports on it: equal outputs share one posterior.
    diagnostics
        One report for each different output.
    provenance
        Where it comes from.
    frame
        Columns `output` (its number), `draw` (0 to draws - 1), then the features; with an underscore at their end where
        a feature has their name.
    """

    schema: Schema
    outputs: tuple[str, ...]
    place: tuple[int, ...]
    diagnostics: tuple[Diagnostics, ...]
    provenance: Provenance
    frame: pd.DataFrame = field(repr=False)

    @property
    def output_column(self) -> str:
        """The column of `frame` that has the number of the output."""
        return free_name(OUTPUT, self.schema.names)

    @property
    def complete(self) -> bool:
        """Whether every output has all the draws asked for."""
        return all(report.complete for report in self.diagnostics)

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """One line for each different output that fell short."""
        return tuple(
            f"output {report.observation}: {report.verdict}" for report in self.diagnostics if not report.complete
        )

    def summary(self, level: float = 0.9) -> pd.DataFrame:
        """Return what the draws say of each output's features.

        Parameters
        ----------
        level
            Probability of the intervals.

        Returns
        -------
        pandas.DataFrame
            One row an output and feature: median with the central interval of numbers, the likeliest category with its
            probability of listed features.
        """
        lines = []
        for output, rows in self.frame.groupby(free_name(OUTPUT, self.schema.names), sort=True):
            for feature in self.schema.features:
                column = rows[feature.name].dropna()
                line: dict[str, Any] = {
                    "output": output,
                    "observed": self.outputs[int(output)],
                    "feature": feature.name,
                }
                if column.empty:
                    line["estimate"] = None
                elif feature.listed:
                    shares = column.value_counts(normalize=True)
                    line |= {"estimate": shares.index[0], "probability": float(shares.iloc[0])}
                else:
                    low, middle, high = column.astype(float).quantile([0.5 - level / 2, 0.5, 0.5 + level / 2])
                    line |= {"estimate": middle, "low": low, "high": high}
                lines.append(line)
        columns = ["output", "observed", "feature", "estimate", "low", "high", "probability"]
        return pd.DataFrame(lines).reindex(columns=columns)

    def content(self) -> dict[str, Any]:
        """Return everything but the draws, as it is kept beside them."""
        return {
            "outputs": self.outputs,
            "rows": len(self.frame),
            "complete": self.complete,
            "queries": self.provenance.queries,
            "seed": self.provenance.seed,
            "place": self.place,
            "posteriors": self.diagnostics,
            "schema": self.schema,
            "provenance": self.provenance,
        }

    def documents(self) -> dict[str, str | bytes]:
        """Return what lies beside the draws on disk."""
        return {DOCUMENT: self.document()}

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read an inversion back from its folder.

        Raises
        ------
        RequestError
            If the folder holds none.
        """
        path = Path(path)
        with holding(path, "inversion"):
            data = read_document(path / DOCUMENT)
            reports = reports_of(part(data, "posteriors", list), "posteriors")
            place, outputs = tuple(part(data, "place", list)), texts(data, "outputs")
            known = all(type(number) is int and 0 <= number < len(reports) for number in place)
            if len(place) != len(outputs) or not known:
                raise OddError("'place' does not say which report is on each output")
            schema, about = schema_of(data), provenance_of(data)
            output, draw = (free_name(name, schema.names) for name in (OUTPUT, DRAW))
            check_rows(path / ROWS_FILE, schema, {output, draw}, part(data, "rows", int), target=False)
            frame = read_rows(path / ROWS_FILE)
            numbers = frame[output]
            if not (pd.api.types.is_integer_dtype(numbers) and numbers.between(0, len(outputs) - 1).all()):
                raise OddError(f"column '{output}' of '{ROWS_FILE}' names outputs that are none")
            return cls(schema, outputs, place, reports, about, frame)

    def to_inference_data(self, outputs: Sequence[int] | None = None, prior: Prior | str | Path | None = None) -> Any:
        """Return the draws as ArviZ has them: an ``InferenceData``, or a ``DataTree`` since its release 1.

        Groups are `posterior`, with a variable a feature (listed ones as codes); `sample_stats`, with engine, evidence
        and effective draws of each output; `observed_data`; and `prior`, if one is given. All draws are in one chain:
        none of the engines is a chain, so that R-hat would say nothing; whether an engine is right is what `calibrate`
        tells.

        Parameters
        ----------
        outputs
            Which, by number; by default those that have the most draws: what fell short is left out. Of those that are
            named as many draws are taken of each as all of them have.
        prior
            What the draws were made under: then as many draws of it alone are added.

        Raises
        ------
        MissingExtraError
            If ArviZ is not installed.
        RequestError
            If there is no such output, or one has no draw.
        """
        from retrodict.reconstruction.inversion_data import laid_out

        return laid_out(self, outputs, prior)

    def plot(self, outputs: Sequence[int] | None = None) -> Figure:
        """Draw each feature's interval, or shares of its categories, output by output.

        Parameters
        ----------
        outputs
            Which, by number; by default the first ten.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        RequestError
            If there is no such output, or none of them has a draw.
        """
        with extra_for("a picture"):
            from retrodict.reconstruction.inversion_picture import draw
        return draw(self, outputs)

    @property
    def head(self) -> str:
        """What it is, in one line."""
        about = self.provenance
        return (
            f"Inversion: {len(self.frame):,} draws behind {len(self.outputs):,} outputs of "
            f"{about.model['family']} ({about.queries:,} model calls, seed {about.seed})"
        )

    def notebook(self) -> list[ShownTable]:
        """Return what the draws say of the first outputs."""
        return [ShownTable(self.summary().head(20), floats="{:.4g}")]

    def remarks(self) -> list[str]:
        """Return how many outputs were met, and the first that were not."""
        exact = sum(report.exact and report.complete for report in self.diagnostics)
        short = self.shortfalls
        told = f"{len(self.diagnostics):,} different outputs: {exact:,} exact, {len(short):,} fell short"
        return [told, *short[:SHOWN]]


def draws_table(
    schema: Schema,
    columns: Sequence[str],
    X: Float[Array, "n d"],
    key: Int[Array, " n"],
    place: Int[Array, " outputs"],
    draws: int,
) -> pd.DataFrame:
    """Deal the draws of each different output to the outputs that share it, and return them as a table.

    Parameters
    ----------
    schema, columns
        Decode the rows, and the order of the feature columns.
    X, key
        Rows, shape (n, d), and the different output that each belongs to, shape (n,).
    place
        For each output, which different output it is.
    draws
        Draws wanted for each output.
    """
    rows_of = [np.flatnonzero(key == i) for i in range(int(place.max()) + 1)]
    taken = np.zeros(len(rows_of), dtype=np.int64)
    # Where draws fell short, the outputs that share them get as many each as there are.
    counts = np.bincount(place, minlength=len(rows_of))
    each = np.array([min(draws, len(rows) // max(count, 1)) for rows, count in zip(rows_of, counts, strict=True)])
    index, output, draw = [], [], []
    for i, p in enumerate(place):
        index.append(rows_of[p][taken[p] : taken[p] + each[p]])
        output.append(np.full(each[p], i))
        draw.append(np.arange(each[p]))
        taken[p] += each[p]
    frame = storable(schema).decode(X[np.concatenate(index)])[list(columns)]
    frame.insert(0, free_name(OUTPUT, schema.names), np.concatenate(output))
    frame.insert(1, free_name(DRAW, schema.names), np.concatenate(draw))
    return frame
