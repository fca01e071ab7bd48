"""What a model of trees offers: the capability `TreeTable`, its table as a problem to be solved."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from retrodict.disclosures import Disclosures, inspect_model
from retrodict.errors import ModelError
from retrodict.matching.reading import Reading
from retrodict.models import load_model


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
    if not isinstance(model, TreeTable):
        raise ModelError(
            f"nothing is known of how a {model.family} stores its training table; "
            "reconstruct rows under a prior instead"
        )
    return model.table_problem(inspect_model(model) if found is None else found)
