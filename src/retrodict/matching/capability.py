"""What a model of trees offers: `TreeTable`, its table as a problem of counts, and `EquationTable`, as equations."""

from __future__ import annotations

from typing import Any, Literal, Protocol, runtime_checkable

from retrodict.disclosures import Disclosure, Disclosures, GradientSums, NodeCounts, NodeSums, inspect_model
from retrodict.disclosures.place import Place
from retrodict.errors import ModelError
from retrodict.matching.count_noise import CountNoise
from retrodict.matching.linear_reading import LinearReading
from retrodict.matching.reading import Reading
from retrodict.models import Model, load_model
from retrodict.schema import Schema


@runtime_checkable
class TreeTable(Protocol):
    """A model whose trees tell how many rows of its training table reached each node."""

    def table_problem(self, found: Disclosures) -> Reading:
        """Return the problem of finding that table.

        Parameters
        ----------
        found
            What the model discloses.

        Raises
        ------
        ModelError
            If no tree was grown on the whole table, node counts or the seeds of bootstraps were stripped, trees split
            on columns that have no way back, or parts contradict each other.
        """
        ...

    def table_rows(self, found: Disclosures) -> int | None:
        """Return how many rows that table has, where it can be told without laying anything out.

        Parameters
        ----------
        found
            What the model discloses.

        Returns
        -------
        int or None
            ``None`` where `table_problem` refuses.
        """
        ...


class NoisyCountsError(ModelError):
    """A model whose leaves alone state class counts, or whose counts can only have noise.

    A table can be rebuilt from them as from a `NoisyTable`; of what law the noise is, the file does not say.
    """


@runtime_checkable
class NoisyTable(Protocol):
    """A model whose trees may state counts of the rows of their leaves with noise, as differential privacy asks for."""

    def noisy_problem(self, found: Disclosures, noise: CountNoise, rows: int | None = None) -> Reading:
        """Return the problem of finding that table; its `Problem.noise` is set.

        Parameters
        ----------
        found
            What the model discloses.
        noise
            As its owner tells.
        rows
            How many rows the table has; ``None`` takes what the file states, or the trees' mean total, which is off by
            noise as well.

        Raises
        ------
        ModelError
            If its leaves state no counts, with noise or without.
        RequestError
            If `rows` is not what is stated.
        """
        ...


Source = Literal["file", "values"]
"""What equations are taken from: all that the file states, or split points and leaf values alone, as predictions need
them."""


@runtime_checkable
class EquationTable(Protocol):
    """A model whose trees state sums over the rows of their nodes: linear equations about its training table."""

    def table_equations(self, found: Disclosures, source: Source, rows: int | None = None) -> LinearReading:
        """Return the equations about that table.

        Parameters
        ----------
        found
            What the model discloses.
        source
            What they are taken from. What is missing is inferred by consistency.
        rows
            How many rows the table has, where that is known from elsewhere; ``None`` takes what is stated, or infers
            it.

        Raises
        ------
        ModelError
            If no equation is known of its trees, they split on columns that have no way back, `rows` is not what is
            stated, or parts contradict each other.
        """
        ...


@runtime_checkable
class PlacedTable(Protocol):
    """An `EquationTable` that may be a part of a larger model, behind the steps that make its columns."""

    def placed_equations(
        self, place: Place, schema: Schema, found: Disclosures, source: Source, rows: int | None = None
    ) -> LinearReading:
        """Return the equations about the table that the larger model was trained on.

        Parameters
        ----------
        place
            Where it stands: its columns in its own order, each with its way back, and those of classes and targets.
        schema
            The larger model's features and target.
        found
            What that discloses.
        source, rows
            See `EquationTable`.

        Raises
        ------
        ModelError
            As there.
        """
        ...


def read_problem(model: Any, found: Disclosures | None = None, **settings: Any) -> Reading:
    """Read the trees of a model as a matching problem.

    Parameters
    ----------
    model
        A model, or what `load_model` takes.
    found
        Its disclosures, where they are at hand.
    settings
        For a path or an estimator: the settings of `load_model`, such as `trust_pickle`.

    Raises
    ------
    ModelError
        If it can't be read, what its file says contradicts itself, or it has no trees that tell of the whole table.
    """
    model = load_model(model, **settings)
    found = inspect_model(model) if found is None else found
    if not isinstance(model, TreeTable):
        what = f"what the trees of the {model.family} state is read as equations, not as counts; use rebuild"
        raise ModelError(what if isinstance(model, EquationTable) else not_rebuilt(model, found))
    return model.table_problem(found)


def not_rebuilt(model: Model, found: Disclosures) -> str:
    """Say of a model that is no `TreeTable` and no `EquationTable` why its table is not rebuilt.

    It is seldom since it can't be.

    Parameters
    ----------
    model
        The model.
    found
        Its disclosures.
    """
    stated = [words for kinds, words in _EQUATIONS if any(found.of(kind) for kind in kinds)]
    if stated:
        what = " and ".join(stated)
        return (
            f"rebuilding a training table from what a {model.family} states of its rows ({what}) is not built yet, "
            f"which does not say that it can't be done; {_INSTEAD}"
        )
    return f"no node counts of trees are known of a {model.family}, so its training table is not rebuilt; {_INSTEAD}"


_INSTEAD = "reconstruct rows under a prior instead"
_EQUATIONS: tuple[tuple[tuple[type[Disclosure], ...], str], ...] = (
    ((NodeCounts,), "node counts of its trees"),
    ((NodeSums,), "sums over the rows of their nodes"),
    ((GradientSums,), "leaf values, each of which is made of the rows of its leaf"),
)
"""Facts that are equations about the training table, and what they are called."""
