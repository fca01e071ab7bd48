"""All attacks on membership: each made where it can be, and judged alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrodict.disclosures import Disclosures, inspect_model
from retrodict.errors import RetrodictError, TimeLimitError
from retrodict.evaluation.membership import distances, from_file, leaves, quantile, worst_case
from retrodict.evaluation.membership.asked import Asked, Scores, Way
from retrodict.evaluation.membership.asking import ask
from retrodict.evaluation.membership.judged import CONFIDENCE, area_of, curve_of, distinct, judged, largest, of_fewer
from retrodict.evaluation.membership.result import SHADOWS, WORDS, MembershipAttacks, Subgroup
from retrodict.evaluation.membership.subgroups import check_names, in_parts, parts_of
from retrodict.evaluation.membership.thresholds import threshold_scores
from retrodict.models import load_model
from retrodict.reconstruction import LabelledRows
from retrodict.results.arguments import check_count, check_seed
from retrodict.results.notes import Note

LIMIT = 10_000
"""Rows of either kind, at most: the standard error of an AUC is then 0.004."""

_FROM_FILE = (from_file.STORED_ROWS, leaves.NAME, from_file.FILE_VALUES)


def membership_attacks(
    model: Any,
    train: pd.DataFrame,
    holdout: pd.DataFrame,
    *,
    target: str | None = None,
    limit: int = LIMIT,
    seed: int = 0,
    shadows: int = 0,
    estimator: Any = None,
    reconstruction: LabelledRows | pd.DataFrame | None = None,
    drawn: LabelledRows | pd.DataFrame | None = None,
    disclosures: Disclosures | None = None,
    subgroups: Sequence[str] | None = None,
    workers: int | None = None,
    cache: str | Path | None = None,
    like: Any = None,
) -> MembershipAttacks:
    """Say how well training rows are told from others: by the model's outputs, by shadow models, and by its file.

    Parameters
    ----------
    model
        What `load_model` takes, or any `Model`.
    train
        The training rows with their target.
    holdout
        Other rows of the same source, which the model did not see.
    target
        The target's column in both; by default the model's name of it, or the only column that is no feature.
    limit
        Rows of either table, at most; of more, so many are taken at random.
    seed
        Of the rows taken, of attacks that learn, and of shadow models.
    shadows
        Shadow models that are trained on parts of both tables; with 0 attacks by shadow models are left out.
    estimator
        What shadow models are made of where the model can't be trained again: an unfitted scikit-learn estimator, or
        the name of one of `replicate`'s family.
    reconstruction
        Rows that the file gives away: of `rebuild`, or of `reconstruct` under the prior that the file implies.
    drawn
        Rows of `reconstruct` under a prior that owes nothing to the file.
    disclosures
        What `inspect_model` found, where it is at hand; else the file is read.
    subgroups
        Features by which rows are divided to be judged apart, beside classes and outlying rows; by default those of at
        most ten values. A number of more values divides them into quarters.
    workers
        How many shadow models are trained at a time; by default one a core. The result does not depend on it.
    cache
        A folder that keeps what shadow models say, for the next time that the same is asked.
    like
        The model whose type and settings shadow models take, if not `model`: of a sanitised one the original, so that
        both share them.

    Returns
    -------
    MembershipAttacks
        For each attack AUC, true positive rates at 1% and 0.1% false positives, and advantage, with intervals; the
        largest of each; the worst attack on subgroups; ROC curves; a line a row (`records`). `left_out` names the
        attacks that were not made, with the reason.

    Raises
    ------
    RetrodictError
        If the model can't be asked, the tables can't be read, or hold fewer than 10 rows. One attack that can't be
        made, or for which there is no time left, is left out, and said; the others are made.

    Notes
    -----
    The direction of an attack is fixed beforehand: the model is held to be surer of the rows that it has seen. An AUC
    below 0.5 is chance, or a holdout of easier rows. Intervals cover which rows were sampled, not how the model would
    come out if it were fitted again. Attacks that learn judge no row that they were fitted to. Shokri et al. (2017),
    Yeom et al. (2018), Song & Mittal (2021), Carlini et al. (2022), Bertran et al. (2023), Zarifzadeh et al. (2024).
    """
    check_seed(seed)
    most = check_count(limit, "the limit")
    count = 0 if shadows == 0 else check_count(shadows, "the number of shadow models")
    base_model = load_model(model)
    asked, notes = ask(base_model, train, holdout, target, most, seed)
    check_names(asked.inputs.layout.names[:-1], subgroups)
    streams = dict(zip((*WORDS, "parts"), np.random.SeedSequence(seed).spawn(len(WORDS) + 1), strict=True))
    made = _Made(list(threshold_scores(asked)))
    stated = _facts(base_model, disclosures, made)
    if stated is not None:
        for name, attack in (
            (from_file.STORED_ROWS, from_file.stored_scores),
            (leaves.NAME, leaves.leaf_scores),
            (from_file.FILE_VALUES, from_file.value_scores),
        ):
            made.attempt(name, partial(attack, asked, stated), _nothing(stated))
    extracted: tuple[tuple[str, Any, Way], ...] = (
        (distances.REBUILT_ROWS, reconstruction, "from_file"),
        (distances.DRAWN_ROWS, drawn, "by_query"),
    )
    for name, rows, way in extracted:
        if rows is None:
            made.leave(name, _NO_ROWS[name])
        else:
            made.attempt(
                name, partial(distances.distance_scores, asked, rows, train, holdout, target, way), _NO_ROWS[name]
            )
    for name, learned in (
        (quantile.NAME, quantile.quantile_scores),
        (worst_case.NAME, worst_case.worst_case_scores),
    ):
        made.attempt(name, partial(learned, asked, streams[name]), _NOTHING_MADE)
    if count:
        made.attempt(SHADOWS, partial(_by_shadows, asked, count, estimator, workers, cache, like, seed), _NOTHING_MADE)
    else:
        made.leave(SHADOWS, _NO_SHADOWS)
    scores = sorted(made.scores, key=lambda one: list(WORDS).index(one.attack))
    attacks = tuple(judged(one, streams[one.attack].spawn(1)[0]) for one in scores)
    worst = scores[int(np.argmax([one.auc for one in attacks]))]
    number = distinct(scores)
    interval = area_of(worst, 1.0 - (1.0 - CONFIDENCE) / number)
    groups, looked_at = _groups(asked, scores, subgroups, made)
    said = dict.fromkeys((*notes, *(note for one in scores for note in one.notes), *made.notes))
    return MembershipAttacks(
        attacks,
        interval.low,
        interval.high,
        number,
        asked.base.queries,
        int(seed),
        subgroups=groups,
        curves=tuple(curve_of(one) for one in scores),
        largest=largest(scores, groups, looked_at),
        by_shadows=of_fewer(scores),
        left_out=tuple(made.left_out),
        warnings=asked.inputs.warnings,
        notes=tuple(said),
        records=_records(asked, scores),
    )


_NO_SHADOWS = Note("no_shadows_asked", "no shadow models were asked for (shadows), and attacks with them are stronger")
_NOTHING_MADE = Note("nothing_made", "nothing came of it")
_NO_ROWS = {
    distances.REBUILT_ROWS: Note("no_rows_given", "no rows from the file were given (reconstruction)"),
    distances.DRAWN_ROWS: Note("no_rows_given", "no rows drawn by query were given (drawn)"),
}
_NOTHING = Note("nothing_in_file", "the file states nothing of this kind")
_NOTHING_READ = Note(
    "nothing_in_what_was_read", "nothing of this kind is stated in what was read of the file, which is not all of it"
)


@dataclass
class _Made:
    """Attacks that were made so far, and those that were not."""

    scores: list[Scores]
    left_out: list[tuple[str, Note]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def leave(self, name: str, why: Note) -> None:
        self.left_out.append((name, why))

    def attempt(self, name: str, attack: Callable[[], Iterable[Scores]], nothing: Note) -> None:
        """Make attacks of one kind; where that yields none, or fails, say why."""
        before = len(self.scores)
        try:
            self.scores.extend(attack())
        except RetrodictError as error:
            self.leave(name, _refused(error))
        else:
            if len(self.scores) == before:
                self.leave(name, nothing)


def _refused(error: RetrodictError) -> Note:
    code = "no_time" if isinstance(error, TimeLimitError) else "refused"
    return Note(code, str(error), error=type(error).__name__)


def _facts(model: Any, given: Disclosures | None, made: _Made) -> Disclosures | None:
    try:
        return inspect_model(model) if given is None else given
    except RetrodictError as error:
        for name in _FROM_FILE:
            made.leave(name, Note("not_read", f"the file was not read: {error}", error=type(error).__name__))
        return None


def _nothing(found: Disclosures) -> Note:
    return _NOTHING_READ if found.unread else _NOTHING


def _by_shadows(
    asked: Asked, count: int, estimator: Any, workers: int | None, cache: Any, like: Any, seed: int
) -> Iterable[Scores]:
    from retrodict.evaluation.membership.shadow_scores import shadow_scores
    from retrodict.evaluation.membership.shadows import Shadows

    source = None if like is None else load_model(like)
    return shadow_scores(asked, Shadows(count, estimator, workers, cache, source), seed)


def _groups(
    asked: Asked, scores: Sequence[Scores], names: Sequence[str] | None, made: _Made
) -> tuple[tuple[Subgroup, ...], int]:
    """Return the subgroups that there was time for, and how many were to be looked at."""
    parts, found = parts_of(asked, names), list[Subgroup]()
    try:
        for one in in_parts(scores, parts):
            found.append(one)
    except TimeLimitError as error:
        made.notes.append(Note("no_time", f"not all subgroups were judged: {error}", judged=len(found)))
    return tuple(found), len(parts)


def _records(asked: Asked, scores: Sequence[Scores]) -> pd.DataFrame:
    """Return one line a row: its table, its place in that, and what each attack says of it."""
    sides = (("train", asked.members, "members"), ("holdout", asked.others, "others"))
    frames = [
        pd.DataFrame({"table": name, "row": known.places, **{one.attack: getattr(one, side) for one in scores}})
        for name, known, side in sides
    ]
    return pd.concat(frames, ignore_index=True)
