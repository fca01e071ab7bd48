"""What a model states of its training table as a whole: stored rows, equations, or the node counts of trees."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from retrodict.disclosures import Disclosures, GradientSums, Rows, inspect_model
from retrodict.errors import ModelError, RequestError
from retrodict.extras import extra_for
from retrodict.matching.capability import EquationTable, Source, TreeTable, not_rebuilt
from retrodict.matching.linear_reading import LinearReading
from retrodict.matching.reading import Reading
from retrodict.models import Model
from retrodict.reconstruction.stored_rows import Kept, Stored, kept_rows, labelled
from retrodict.results.notes import Note


@dataclass(frozen=True)
class Limits:
    """Which tables are taken.

    Parameters
    ----------
    counted
        Rows of the largest table whose node counts are taken; ``None`` is any.
    solved
        Rows of the largest table whose equations are taken; ``None`` is any.
    """

    counted: int | None = None
    solved: int | None = None


@dataclass(frozen=True, eq=False)
class Equated:
    """Equations about a training table.

    Parameters
    ----------
    reading
        They.
    source
        What they were taken from.
    """

    reading: LinearReading = field(repr=False)
    source: Source


class TooLargeError(ModelError):
    """A model that states its training table, which has more rows than are searched for here."""


def training_table(
    model: Model,
    limits: Limits | None = None,
    *,
    source: Source | None = None,
    rows: int | None = None,
    counts: bool = False,
) -> Reading | Equated | Stored:
    """Return stored rows where they are the whole table, else equations, else node counts, else what is stored.

    Parameters
    ----------
    model
        Whose table it is.
    limits
        Which tables are taken; by default any.
    source
        `values`: equations of split points and leaf values alone, and nothing else. `file`: all that the file states.
        By default that, and where it has no equations those of leaf values.
    rows
        How many rows the table has, where that is known from elsewhere.
    counts
        Whether node counts are taken though there may be equations.

    Raises
    ------
    ModelError
        If it states none of these; `TooLargeError` if all that it states is beyond the limits.
    """
    found, limits = inspect_model(model), limits or Limits()
    if source == "values" and not isinstance(model, EquationTable):
        raise ModelError(f"the {model.family} has no leaf values of boosted trees that are known; leave the source out")
    kept = None if source == "values" else kept_rows(model, found)
    if kept is not None and kept.whole:
        check_stated(rows, kept.total)
        return labelled(model, kept)
    refused: list[ModelError | RequestError] = []
    if isinstance(model, EquationTable) and not counts:
        wanted: tuple[Source, ...] = ("file", "values") if source is None else (source,)
        for one in wanted:
            try:
                return _equated(model, found, one, rows, limits)
            except (ModelError, RequestError) as error:
                if rows is not None and isinstance(error, RequestError):  # it is the number of rows that is wrong
                    raise
                refused.append(error)
                if isinstance(error, TooLargeError):
                    break
    if isinstance(model, TreeTable) and source != "values":
        try:
            reading = _counted(model, found, limits)
        except (ModelError, RequestError) as error:
            refused.append(error)
        else:
            check_stated(rows, reading.problem.table.n)
            return reading
    return _partly(model, found, kept, refused)


def counted_again(made: Model, source: Source | None = None, rows: int | None = None) -> Reading:
    """Return the node counts that a model states which was trained as another one, on a table that was made up.

    Parameters
    ----------
    made
        The model.
    source, rows
        As the other's table was read; see `training_table`.

    Raises
    ------
    ModelError
        If it states none.
    """
    found = training_table(made, source=source, rows=rows, counts=True)
    if not isinstance(found, Reading):
        raise ModelError(f"another {made.family} does not state node counts of its table")
    return found


def check_stated(rows: int | None, stated: int | None) -> None:
    """Check that a number of rows that is given is not another than the one that is stated."""
    if rows is not None and stated is not None and rows != stated:
        raise RequestError(f"the file states a table of {stated:,} rows, not of {rows:,}; leave the number out")


def _equated(model: EquationTable, found: Disclosures, source: Source, rows: int | None, limits: Limits) -> Equated:
    with extra_for("rebuilding a table from equations"):
        reading = model.table_equations(found, source, rows)
    n = reading.boosting.rows
    check_stated(rows, n)
    if n is not None and limits.solved is not None and n > limits.solved:
        raise TooLargeError(
            f"its equations are of {n:,} rows, more than the {limits.solved:,} searched for here; use rebuild"
        )
    return Equated(reading, source)


def _counted(model: TreeTable, found: Disclosures, limits: Limits) -> Reading:
    n = model.table_rows(found)
    if n is not None and limits.counted is not None and n > limits.counted:
        raise TooLargeError(
            f"its node counts are of {n:,} rows, more than the {limits.counted:,} searched for here; use rebuild"
        )
    return model.table_problem(found)


def _partly(model: Model, found: Disclosures, kept: Kept | None, refused: list[ModelError | RequestError]) -> Stored:
    """Return the rows that are stored, though they are not the whole table, or say why there are none."""
    large = next((error for error in refused if isinstance(error, TooLargeError)), None)
    told = refused[0 if found.of(GradientSums) else -1] if refused else None
    why = large or told
    text = not_rebuilt(model, found) if why is None else str(why)
    if kept is None:
        said = f"{_no_rows(found)}, and {text}"
        raise (ModelError(said) if large is None else TooLargeError(said)) from why
    stored = labelled(model, kept)
    if large is None:
        return stored
    return replace(stored, notes=(*stored.notes, Note("table_not_searched", text)))


def _no_rows(found: Disclosures) -> str:
    """Say why no stored rows are given back; rows that are stored in another form are not passed over."""
    others = found.of(Rows)
    if others:
        return f"the rows that the model stores ({others[0].source}) are not those of its table as they were"
    return f"the model{', of which not all was read, shows' if found.unread else ' stores'} no whole training row"
