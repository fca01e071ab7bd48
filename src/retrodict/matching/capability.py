"""What a model of trees offers: the capability `TreeTable`, its table as a problem to be solved."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from retrodict.disclosures import Disclosures, inspect_model
from retrodict.errors import RequestError
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
            If node counts or the seeds of draws were stripped, or parts contradict each other.
        RequestError
            If no tree was grown on the whole table, or trees split on columns that have no way back.
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
        If it can't be read, or what its file says contradicts itself.
    RequestError
        If it has no trees that tell of the whole table.
    """
    model = load_model(model, **settings)
    if not isinstance(model, TreeTable):
        raise RequestError(
            f"nothing is known of how a {model.family} stores its training table; give a prior, and draw rows"
        )
    return model.table_problem(inspect_model(model) if found is None else found)
