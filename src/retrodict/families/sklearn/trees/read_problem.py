"""Read a model of scikit-learn's trees as the problem of finding the table that gives their node counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from retrodict.disclosures import Disclosures
from retrodict.errors import ModelError, RetrodictError
from retrodict.families.sklearn.trees.ensembles import TreeEstimator, ensembles_of
from retrodict.families.sklearn.trees.grown_trees import grown, trees_of
from retrodict.families.sklearn.trees.multiplicities import rows_of
from retrodict.matching.assembly import most_trees, reading_of
from retrodict.matching.reading import Reading
from retrodict.matching.split_cells import splits_of
from retrodict.plain_text import one_line
from retrodict.results.notes import Note

if TYPE_CHECKING:
    from retrodict.families.sklearn.model.models import SklearnModel

_LONGEST_REASON = 200  # characters of another library's error
_ODD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What code raises that works on trees and seeds which do not fit together."""


def problem_of(model: SklearnModel, found: Disclosures) -> Reading:
    """Read the trees of a model as a matching problem; see `TreeTable`.

    A scikit-learn tree stores how many rows reached each node and their class counts or mean target, and a forest the
    seed of each tree's bootstrap, from which every row's multiplicity follows. All ensembles that were grown on the
    whole table are joined: they saw the same rows in the same order.
    """
    with fitting_together(model):
        return _read(model, found)


@contextmanager
def fitting_together(model: SklearnModel) -> Iterator[None]:
    """Turn errors of code that works on what a file says of its trees into one that names the model.

    Parameters
    ----------
    model
        Whose trees are read.

    Raises
    ------
    ModelError
        If they do not fit together.
    """
    try:
        yield
    except RetrodictError:
        raise
    except _ODD as error:  # what a file says of itself
        raise ModelError(
            f"the {model.family} holds trees and seeds that do not fit together ({type(error).__name__}: "
            f"{one_line(error, _LONGEST_REASON)}), so its table can't be rebuilt; save the model again"
        ) from error


def table_rows_of(model: SklearnModel) -> int | None:
    """Return how many rows the table of `problem_of` has, laying nothing out; ``None`` where there is none."""
    try:
        sources = whole_ensembles(model, [])
        trees = [trees_of(source) for source in sources]
        splits_of([tree for own in trees for tree in own], model.known.schema)
        return most_trees([(rows_of(source, own), len(own)) for source, own in zip(sources, trees, strict=True)])
    except (RetrodictError, *_ODD):
        return None


def _read(model: SklearnModel, found: Disclosures) -> Reading:
    notes: list[Note] = []
    ensembles = [grown(source, notes) for source in whole_ensembles(model, notes)]
    return reading_of(model.known.schema, ensembles, found, notes)


def whole_ensembles(model: SklearnModel, notes: list[Note]) -> list[TreeEstimator]:
    """Return the ensembles of a model that were grown on all rows.

    Parameters
    ----------
    model
        The model.
    notes
        Is added to where some are left out.

    Raises
    ------
    ModelError
        If there are none.
    """
    every = list(ensembles_of(model.estimator, model.known.schema.names))
    if not every:
        raise ModelError(
            f"the {model.family} holds no decision trees, forests, bagged trees or gradient boosting of scikit-learn, "
            "whose node counts a table is rebuilt from; reconstruct rows under a prior instead"
        )
    whole = [s for s in every if s.place.sample is None]
    if not whole:
        raise ModelError(
            f"the {every[0].name} was grown on a part of the table ({every[0].place.sample}), which is not disclosed; "
            "reconstruct rows under a prior instead"
        )
    if len(whole) < len(every):
        text = f"{len(every) - len(whole)} sets of trees saw a part of the table alone and are not used"
        notes.append(Note("partial_ensembles", text, ensembles=len(every) - len(whole)))
    return whole
