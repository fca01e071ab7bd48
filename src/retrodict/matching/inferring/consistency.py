"""Find how trees were grown by consistency: with the right settings their leaf values have a common table.

A wrong rate or penalty shows within a few trees: no non-negative numbers of rows fulfil the equations, whatever rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from retrodict.disclosures import Disclosures
from retrodict.errors import ModelError
from retrodict.matching.boosting import Boosting
from retrodict.matching.inferring.digits import with_rounding
from retrodict.matching.inferring.guesses import Guesses
from retrodict.matching.inferring.refining import DIGITS, refined, rounded
from retrodict.matching.inferring.steps import Steps
from retrodict.matching.inferring.trial import Trial, Tried, scaled
from retrodict.matching.inferring.whole_scale import rows_by_scale
from retrodict.matching.linear_reading import LinearReading, linear_reading_of
from retrodict.results.notes import Note
from retrodict.schema import Schema

INFERRED = "inferred_settings"
"""Code of the note on what was inferred."""
UNCHECKED = "unchecked_settings"
"""Code of the note that it was not shown that leaf values fit one another."""
_AGAIN = 3
"""Times that settings between those listed are looked for, with more trees each time."""
_APART = 100.0
"""How many times as badly settings beside those found must fit, else more trees are asked."""
_TINY = 1e-30


def best_of(trial: Trial, guesses: Guesses) -> Tried:
    """Return the settings under which leaf values fit one another best.

    Parameters
    ----------
    trial
        The trees.
    guesses
        What is tried.
    """
    best = _listed(trial, guesses)
    for _ in range(_AGAIN):
        if best.fits or not guesses.refined:
            return best
        best = refined(trial, guesses, best)
        if not best.fits or not trial.widen():
            return best
        best = trial.tried(best.steps)  # few trees fit some settings that are not theirs
    return best


def _listed(trial: Trial, guesses: Guesses) -> Tried:
    """Return the first of the settings that are listed that fits and none beside it; else the best."""
    tried: list[Tried] = []
    for steps in guesses.all():
        own = trial.tried(steps)
        while own.fits and not _alone(trial, guesses, own) and trial.widen():
            own = trial.tried(steps)
        if own.fits and not guesses.stated and trial.widen():  # twice as many trees have the last word
            own = trial.tried(steps)
        tried.append(own)
        if own.fits:
            return own
    return min(tried, key=lambda each: each.misfit)


def _alone(trial: Trial, guesses: Guesses, own: Tried) -> bool:
    """Whether settings beside these do not fit."""
    floor = max(own.misfit, _TINY)
    return all(trial.tried(each).misfit > _APART * floor for each in guesses.beside(own.steps))


def _of_whole_rows(reading: LinearReading, steps: Steps) -> Steps:
    """Return settings with the number of rows of which each possible row is there a whole number.

    Rows and penalty are known up to a factor only where neither is stated: that number gives both.
    """
    rows, size = rows_by_scale(reading.equations, kept=steps.penalty > 0.0)
    return replace(steps, rows=rows, penalty=rounded(steps.penalty * rows / size, DIGITS))


Way = tuple[Callable[[Steps], Boosting], Guesses]
"""What returns a model's trees as they were grown under some settings, and what settings are tried."""


def inferred(
    schema: Schema,
    found: Disclosures,
    build: Callable[[Steps], Boosting],
    guesses: Guesses,
    notes: Sequence[Note] = (),
) -> LinearReading:
    """Return a model's equations under the settings that its own leaf values fit.

    Parameters
    ----------
    schema, found
        Of the model.
    build
        Returns its trees as they were grown under some settings; it is called many times.
    guesses
        What is tried. Where all is stated nothing is tried but whether it fits.
    notes
        What the family has to say.

    Raises
    ------
    ModelError
        If leaf values fit one another under no settings: they were set anew, on other rows or by another formula; or
        the number of rows can't be told.
    """
    return inferred_of(schema, found, [(build, guesses)], notes)


def inferred_of(schema: Schema, found: Disclosures, ways: Sequence[Way], notes: Sequence[Note] = ()) -> LinearReading:
    """Return a model's equations under the first of several ways of growing trees that its leaf values fit.

    Parameters
    ----------
    schema, found, notes
        See `inferred`.
    ways
        What is tried, the likeliest first: settings that are listed of all of them, then those between.

    Raises
    ------
    ModelError
        As `inferred`.
    """
    rounded_ways = [(_to_digits(build), guesses) for build, guesses in ways]
    trials = [(Trial(schema, found, build), build, guesses) for build, guesses in rounded_ways]
    tried: list[Tried] = []
    for between, grouped in ((False, True), (False, False), (True, True)):
        for trial, build, guesses in trials:
            if (between and not guesses.refined) or not trial.regroup(grouped):
                continue
            best = best_of(trial, replace(guesses, refined=between))
            if best.fits:
                return _read(schema, found, build, guesses, best, notes)
            tried.append(best)
    best = min(tried, key=lambda each: each.misfit)
    if not all(each.sure for each in tried):
        build, guesses = rounded_ways[0]
        return _unchecked(schema, found, build, guesses, best, notes)
    raise ModelError(
        f"leaf values of the trees fit no common table: the best of the settings that were tried (learning rate "
        f"{best.steps.rate:g}, L2 penalty {best.steps.penalty:g}) leaves {best.misfit:.1g} of a leaf's rows; they "
        "were set anew, on draws of rows, with weights, or by another formula"
    )


def _unchecked(
    schema: Schema,
    found: Disclosures,
    build: Callable[[Steps], Boosting],
    guesses: Guesses,
    best: Tried,
    notes: Sequence[Note],
) -> LinearReading:
    """Return equations of which the search did not show in time whether any table fits them.

    Raises
    ------
    ModelError
        If settings are not stated, so that which they are is not known.
    """
    steps = next(guesses.all())
    if not guesses.stated or (steps.rows is None and steps.penalty == 0.0):
        raise ModelError(
            "how leaf values were made was not found: the search for a table that fits them ended too early to tell "
            f"settings apart (the best: learning rate {best.steps.rate:g}, L2 penalty {best.steps.penalty:g}); state "
            "the number of rows (rows=), or take a model that states its settings"
        )
    text = "whether leaf values fit a common table under the settings that are stated was not shown in time"
    told = Note(UNCHECKED, text, misfit=best.misfit)
    return linear_reading_of(schema, build(steps), found, (*notes, told))


def _to_digits(build: Callable[[Steps], Boosting]) -> Callable[[Steps], Boosting]:
    return lambda steps: with_rounding(build(steps), steps)


def _read(
    schema: Schema,
    found: Disclosures,
    build: Callable[[Steps], Boosting],
    guesses: Guesses,
    best: Tried,
    notes: Sequence[Note],
) -> LinearReading:
    steps = best.steps
    if steps.rows is None and (steps.penalty == 0.0 or len(guesses.penalties) > 1):
        steps = _of_whole_rows(linear_reading_of(schema, build(scaled(steps)), found), steps)
    return linear_reading_of(schema, build(steps), found, (*notes, *_told(guesses, steps, best.misfit)))


def _told(guesses: Guesses, steps: Steps, misfit: float) -> list[Note]:
    parts = [
        f"{words} {value:g}"
        for words, value, listed in (
            ("a learning rate of", steps.rate, guesses.rates),
            ("an L2 penalty of", steps.penalty, guesses.penalties),
            ("a start of", steps.start[0], guesses.starts),
        )
        if len(listed) > 1
    ]
    if steps.rows is not None and guesses.rows is None:
        parts.append(f"{steps.rows:,} rows")
    if not parts:
        return []
    text = f"not stated, and inferred: the first of those tried with which the first trees fit: {', '.join(parts)}"
    rows, settings = steps.rows, {"rate": steps.rate, "penalty": steps.penalty, "start": list(steps.start)}
    return [Note(INFERRED, text, rows=rows, misfit=misfit, **settings)]
