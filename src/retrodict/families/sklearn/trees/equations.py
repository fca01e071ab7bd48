"""Read a model of scikit-learn's trees as linear equations about its training table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float
from sklearn import ensemble

from retrodict.disclosures import Disclosures, Values
from retrodict.disclosures.place import Place
from retrodict.disclosures.visit import Part
from retrodict.errors import ModelError, RequestError, RetrodictError
from retrodict.families.sklearn.structure.boosted import boosted_parts, boosted_type
from retrodict.families.sklearn.structure.held_back import NOT_HELD_BACK, trained_place
from retrodict.families.sklearn.trees.gradient import Gradient
from retrodict.families.sklearn.trees.grown_trees import grown
from retrodict.families.sklearn.trees.guests import guest_equations, guests_of
from retrodict.families.sklearn.trees.histogram import Histogram
from retrodict.families.sklearn.trees.read_problem import whole_ensembles
from retrodict.families.sklearn.trees.side_by_side import side_by_side
from retrodict.matching.capability import Source
from retrodict.matching.inferring.consistency import inferred
from retrodict.matching.inferring.guesses import Guesses
from retrodict.matching.linear.states import MOST_ROWS, count_rows
from retrodict.matching.linear_reading import LinearReading, linear_reading_of
from retrodict.plain_text import one_line
from retrodict.results.notes import Note

if TYPE_CHECKING:
    from retrodict.families.sklearn.model.models import SklearnModel

Array = np.ndarray

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
    chosen = _boosted(model, notes)
    if chosen is None:
        guests = guests_of(model)
        return _of_guests(model, guests, found, source, rows) if guests else _of_counts(model, found, source, rows)
    estimator, place = chosen
    known = boosted_type(estimator)
    assert known is not None
    read = READERS[known].of(estimator, place)
    steps = read.stated
    check_rows(steps.rows, rows)
    if source == "file" and steps.rows is not None:
        boosting = replace(read.boosting(steps, source, notes), known=_known(found))
        return linear_reading_of(model.known.schema, boosting, found, notes)
    read.boosting(steps, source, notes)  # says what is refused or noted, once
    guesses = Guesses((steps.rate,), (steps.penalty,), (steps.start,), rows, refined=False)
    return inferred(model.known.schema, found, lambda each: read.boosting(each, "values", []), guesses, notes)


def _of_guests(
    model: SklearnModel, guests: Sequence[Part], found: Disclosures, source: Source, rows: int | None
) -> LinearReading:
    """Read the first booster of another family that states equations about the whole table."""
    refused: list[ModelError] = []
    for guest in guests:
        try:
            reading = guest_equations(model, guest, found, source, rows)
        except ModelError as error:
            refused.append(error)
            continue
        others = (_others(len(guests) - 1),) if len(guests) > 1 else ()
        return replace(reading, notes=(*others, *reading.notes))
    raise refused[0]


def _of_counts(model: SklearnModel, found: Disclosures, source: Source, rows: int | None) -> LinearReading:
    """Read trees that were grown side by side."""
    notes: list[Note] = []
    sources = [one for one in whole_ensembles(model, notes) if not one.boosted]
    if source == "values":
        raise ModelError(
            f"the leaves of the {sources[0].name} state shares alone once counts are left out: its table is not "
            "rebuilt from them; take all that the file states"
        )
    chosen = max(sources, key=lambda one: len(one.members))
    if len(sources) > 1:
        notes.append(_others(len(sources) - 1))
    boosting = replace(side_by_side(grown(chosen, notes), chosen.name, notes), known=_known(found))
    check_rows(boosting.rows, rows)
    reading = linear_reading_of(model.known.schema, boosting, found, notes)
    possible = count_rows(reading.equations)
    if possible > MOST_ROWS:
        raise ModelError(
            f"the trees of the {chosen.name} have {possible:.0e} possible rows, too many to solve for how many of "
            "each there are; a table with these counts is searched for by annealing"
        )
    return reading


def _known(found: Disclosures) -> dict[str, Float[Array, " v"]]:
    """Return the values that training rows have for sure, by feature, sorted: as midpoints of neighbours tell them."""
    out: dict[str, Float[Array, " v"]] = {}
    for fact in found.of(Values):
        if fact.radius == 0.0 and len(fact.features) == 1:
            name = fact.features[0]
            out[name] = np.union1d(out.get(name, np.empty(0)), np.asarray(fact.taken, dtype=np.float64))
    return out


def check_rows(stated: int | None, given: int | None) -> None:
    """Refuse a number of rows that is not the one stated."""
    if stated is not None and given is not None and stated != given:
        raise RequestError(f"the trees count {stated:,} rows, but rows={given:,} was given; leave it out")


def _others(many: int) -> Note:
    return Note("other_ensembles", f"{many} more sets of trees are not used: equations are of one", ensembles=many)


def _boosted(model: SklearnModel, notes: list[Note]) -> tuple[Any, Place] | None:
    """Return the estimator of most boosted trees that was trained on the whole table; ``None`` where there is none."""
    parts = boosted_parts(model.estimator, model.known.schema.names)
    every = [(one.thing, trained_place(one.thing, one.place)) for one in parts]
    whole = [one for one in every if one[1].sample in (None, NOT_HELD_BACK)]
    if every and not whole:
        raise ModelError(
            f"the {type(every[0][0]).__name__} at {every[0][1].path} was trained on a part of the table "
            f"({every[0][1].sample}), which is not disclosed; reconstruct rows under a prior instead"
        )
    if not whole:
        return None
    chosen = max(whole, key=lambda one: int(getattr(one[0], "n_iter_", 0) or len(one[0].estimators_)))
    if len(every) > 1:
        notes.append(_others(len(every) - 1))
    if chosen[1].sample is not None:
        text = "rows that were held back to stop early are in no equation: the table is that of the others"
        notes.append(Note("rows_held_back", text))
    return chosen
