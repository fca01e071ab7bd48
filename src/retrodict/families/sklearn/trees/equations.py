"""Read a model of scikit-learn's trees as linear equations about its training table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn import ensemble

from retrodict.disclosures import Disclosures
from retrodict.disclosures.place import Place
from retrodict.disclosures.visit import Part
from retrodict.errors import ModelError, RetrodictError
from retrodict.families.sklearn.structure.held_back import NOT_HELD_BACK, trained_place
from retrodict.families.sklearn.structure.visit import held_by, visited
from retrodict.families.sklearn.trees.gradient import Gradient
from retrodict.families.sklearn.trees.histogram import Histogram
from retrodict.matching.capability import Source
from retrodict.matching.linear_reading import LinearReading, linear_reading_of
from retrodict.models.type_lookup import faithful_of_type
from retrodict.plain_text import one_line
from retrodict.results.notes import Note

if TYPE_CHECKING:
    from retrodict.families.sklearn.model.models import SklearnModel

Read = Gradient | Histogram

READERS: dict[type, type[Gradient] | type[Histogram]] = {
    ensemble.GradientBoostingClassifier: Gradient,
    ensemble.GradientBoostingRegressor: Gradient,
    ensemble.HistGradientBoostingClassifier: Histogram,
    ensemble.HistGradientBoostingRegressor: Histogram,
}
_LONGEST_REASON = 200  # characters of another library's error
_ODD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What code raises that works on trees which do not fit together."""


def equations_of(model: SklearnModel, found: Disclosures, source: Source, rows: int | None = None) -> LinearReading:
    """Read a model as equations; see `EquationTable`."""
    try:
        return _read(model, found, source, rows)
    except RetrodictError:
        raise
    except _ODD as error:  # what a file says of itself
        raise ModelError(
            f"the {model.family} holds trees that do not fit together ({type(error).__name__}: "
            f"{one_line(error, _LONGEST_REASON)}), so its table can't be rebuilt; save the model again"
        ) from error


def _read(model: SklearnModel, found: Disclosures, source: Source, rows: int | None) -> LinearReading:
    notes: list[Note] = []
    estimator, place = _whole(model, notes)
    read = READERS[_kind(estimator)].of(estimator, place)
    steps = read.stated
    boosting = read.boosting(steps, source, notes)
    return linear_reading_of(model.known.schema, boosting, found, notes)


def _kind(estimator: Any) -> type:
    """Return the type that an estimator is of, or inherits all that is relied on from; the estimator's own if none."""
    known = faithful_of_type(type(estimator), {each: each for each in READERS})
    return type(estimator) if known is None else known


def _whole(model: SklearnModel, notes: list[Note]) -> tuple[Any, Place]:
    """Return the boosted estimator with most trees that was trained on the whole table."""
    every = [
        (one.thing, trained_place(one.thing, one.place))
        for one in visited(model.estimator, model.known.schema.names, _inside)
        if isinstance(one, Part) and _kind(one.thing) in READERS
    ]
    if not every:
        raise ModelError(
            f"the {model.family} holds no gradient boosting of scikit-learn, whose trees are equations about a table; "
            "reconstruct rows under a prior instead"
        )
    whole = [one for one in every if one[1].sample in (None, NOT_HELD_BACK)]
    if not whole:
        raise ModelError(
            f"the {type(every[0][0]).__name__} at {every[0][1].path} was trained on a part of the table "
            f"({every[0][1].sample}), which is not disclosed; reconstruct rows under a prior instead"
        )
    chosen = max(whole, key=lambda one: int(getattr(one[0], "n_iter_", 0) or len(one[0].estimators_)))
    if len(every) > 1:
        text = f"{len(every) - 1} more sets of boosted trees are not used: equations are of one"
        notes.append(Note("other_ensembles", text, ensembles=len(every) - 1))
    if chosen[1].sample is not None:
        text = "rows that were held back to stop early are in no equation: the table is that of the others"
        notes.append(Note("rows_held_back", text))
    return chosen


def _inside(part: Part) -> Any:
    if _kind(part.thing) in READERS:
        return
    try:
        yield from held_by(part)
    except _ODD:  # what was stripped holds nothing
        return
