"""Boosters of other families inside a model, whose own readers take them where they stand."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any

from retrodict.disclosures import Disclosures
from retrodict.disclosures.visit import Part
from retrodict.errors import ModelError
from retrodict.families.sklearn.structure.guests import family_of_guest, model_of_guest
from retrodict.families.sklearn.structure.visit import held_by, visited
from retrodict.matching.capability import PlacedTable, Source
from retrodict.matching.linear_reading import LinearReading
from retrodict.models.contract import own_schema

if TYPE_CHECKING:
    from retrodict.families.sklearn.model.models import SklearnModel

_ABSENT = (AttributeError, IndexError, KeyError, TypeError, ValueError, NotImplementedError)


def guests_of(model: SklearnModel) -> list[Part]:
    """Return the boosters of other families that a model holds.

    Parameters
    ----------
    model
        The model.
    """
    every = visited(model.estimator, model.known.schema.names, _inside)
    return [one for one in every if isinstance(one, Part) and _is_guest(one.thing)]


def guest_equations(
    model: SklearnModel, guest: Part, found: Disclosures, source: Source, rows: int | None
) -> LinearReading:
    """Return the equations of one guest about the table that the whole model was trained on; see `PlacedTable`.

    Parameters
    ----------
    model
        The whole model.
    guest
        One of `guests_of`.
    found, source, rows
        See `EquationTable`.

    Raises
    ------
    ModelError
        If its family refuses it, it was trained on a part of the table, it takes other columns than reach it, or it was
        trained on other labels than the table's.
    """
    made, schema, place = model_of_guest(guest.thing), model.known.schema, guest.place
    name = f"the {type(guest.thing).__name__} at {place.path}"
    if place.sample is not None:
        raise ModelError(
            f"{name} was trained on a part of the table ({place.sample}), which is not disclosed; reconstruct rows "
            "under a prior instead"
        )
    if not isinstance(made, PlacedTable) or len(own_schema(made)) != len(place.columns):
        raise ModelError(f"{name} takes other columns than reach it; save the model again")
    reading = made.placed_equations(place, schema, found, source, rows)
    if _others(reading.classes, schema.target.classes):
        raise ModelError(
            f"{name} was trained on other labels than the table's, such as one class against the rest; reconstruct "
            "rows under a prior instead"
        )
    return reading


def _others(own: tuple[Hashable, ...], classes: tuple[Hashable, ...]) -> bool:
    return bool(set(own) - set(classes)) or bool(own) != bool(classes)


def _is_guest(estimator: Any) -> bool:
    return family_of_guest(type(estimator)) is not None


def _inside(part: Part) -> Iterator[Part]:
    if _is_guest(part.thing):
        return
    try:
        yield from held_by(part)
    except _ABSENT:  # what was stripped holds nothing
        return
