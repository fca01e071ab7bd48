"""Train estimators on a reconstruction, and score them beside the base model, the real rows and the prior alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from retrodict import time_limit
from retrodict.errors import RequestError, RetrodictError, RunError, TimeLimitError
from retrodict.evaluation.beside import read_beside
from retrodict.evaluation.fidelity.assumed import assumed, prior_frame
from retrodict.evaluation.replicas.base_model import Base
from retrodict.evaluation.replicas.distilling.method import ROUNDS, Distilling, Method, plan_of
from retrodict.evaluation.replicas.distilling.rounds import COLUMNS as ROUND_COLUMNS
from retrodict.evaluation.replicas.distilling.sources import Source, sources
from retrodict.evaluation.replicas.examples import Labelling, more_rows
from retrodict.evaluation.replicas.questions import Question
from retrodict.evaluation.replicas.result import (
    BASE,
    COLUMNS,
    DISTILLED,
    LABELLED,
    NUMBERS,
    ON_HOLDOUT,
    ON_PRIOR,
    REAL,
    REPLICA,
    SHUFFLED,
    Replicas,
)
from retrodict.evaluation.replicas.scores import Score
from retrodict.evaluation.replicas.training import Examples, ask, fit
from retrodict.families.sklearn.train.pipelines import family, takes_weights
from retrodict.models import load_model
from retrodict.priors import Prior
from retrodict.reconstruction import LabelledRows, Reconstruction
from retrodict.reconstruction.provenance import describe
from retrodict.results.arguments import check_count, check_seed
from retrodict.results.notes import Note
from retrodict.results.progress import counted
from retrodict.tables.encoded import Inputs, Rows, encoded
from retrodict.tables.titles import HOLDOUT, PRIOR, REBUILT, TRAIN

Array = np.ndarray

AGREED_ON = 5_000
_PRIOR, _LABELS, _SHUFFLE, _WEIGHTS, _MORE, _DISTIL, _EXAMPLES = range(7)


def replicate(
    rec: LabelledRows | pd.DataFrame,
    estimators: Any = None,
    *,
    holdout: pd.DataFrame | None = None,
    model: Any = None,
    train: pd.DataFrame | None = None,
    prior: Prior | pd.DataFrame | str | Path | None = None,
    target: str | None = None,
    soft_labels: bool = False,
    temperature: float = 1.0,
    rows: int | None = None,
    method: Method = "plain",
    queries: int | None = None,
    rounds: int = ROUNDS,
    controls: bool = True,
    seed: int = 0,
) -> Replicas:
    """Say how well models trained on a reconstruction do, and how far they agree with the base model.

    Each estimator is trained on the reconstruction and, as controls, on the real training rows (what it could do with
    the data), on draws of the prior labelled by the base model (what predictions alone give), and on the same draws
    with the reconstruction's labels in random order (what the prior alone gives).

    Parameters
    ----------
    rec
        A reconstruction, or a table with its target.
    estimators
        Names of the default family, an estimator, or estimators by name; by default all ten of the family. An estimator
        that is no `Pipeline` is put behind a preprocessing that takes mixed and missing data.
    holdout
        Real rows with their target that the base model did not see. Without them only agreement on prior draws is told.
    model
        The base model: what `load_model` takes.
    train
        The real training rows.
    prior
        The prior that the reconstruction was drawn under: a `Prior`, a prior file, or rows of it. By default what
        `model` discloses.
    target
        The target's column in the real rows; by default that of the reconstruction.
    soft_labels
        Weigh each row by the base model's probabilities of its classes, rather than give it one label; a regressor's
        values are then its predictions without noise.
    temperature
        Probabilities are raised to the power of its inverse before labels are drawn, or weights taken: above 1 flatter,
        below 1 sharper.
    rows
        Rows that a replica is trained on; by default those of the reconstruction. More are drawn from the prior and the
        base model, in the reconstruction's class shares.
    method
        `distil` trains every estimator a second time, on rows chosen so that it agrees with the base model: draws of
        the prior, draws of what the model file itself states, rows made from either that the base model is sure of, and
        in further rounds rows on which the two disagree. All are labelled by the base model. Of the sources' rows, each
        alone and all together, those are taken whose replica agrees most on rows held out of these.
        No real row is looked at, unless the prior or the model file holds it.
    queries
        Calls of the base model that distilling may make for an estimator; by default four for each row.
    rounds
        Of distilling.
    controls
        Whether to train on the prior's draws, too.
    seed
        Of draws, labels, estimators and resampling.

    Returns
    -------
    Replicas
        Values with 95% intervals over the rows asked (accuracy and agreement of labels: Wilson's; else bootstrap), gaps
        to the base model, and the replicas themselves.

    Raises
    ------
    RetrodictError
        If the tables can't be read, nothing can be compared, or no estimator can be trained.

    Notes
    -----
    Intervals are over the rows asked. That another reconstruction, or another fit, would be another is not in them.
    """
    check_seed(seed)
    model = None if model is None else load_model(model)
    labelling = Labelling.of(soft_labels, temperature, model)
    if holdout is None and model is None:
        raise RequestError(
            "there is nothing to compare replicas with; give held-out rows (holdout=) or the base model (model=)"
        )
    read = read_beside(rec, {TRAIN: train, HOLDOUT: holdout}, target, model)
    schema, source, notes = read.schema, None, [_NOTHING_KNOWN]
    if model is not None or prior is not None:
        source, _, notes = assumed(prior, model, rec)
    frame = read.frames[REBUILT]
    wanted = len(frame) if rows is None else check_count(rows, "the number of rows")
    plan = plan_of(method, wanted, queries, rounds, model)
    spent = 0
    if wanted > len(frame):
        more, spent, said = more_rows(frame, schema, wanted - len(frame), model, source, _seed(seed, _MORE))
        frame = pd.concat([frame, more], ignore_index=True)
        notes += said
    drawn = None
    if source is not None:
        drawn = prior_frame(source, schema, AGREED_ON + wanted, _rng(seed, _PRIOR))
    asked_of: list[Source] = []
    if plan is not None and model is not None:
        asked_of, said = sources(source, model, schema)
        notes += said
        if not asked_of:
            raise RequestError(
                "distilling needs a prior to draw rows from, and the model file states none; give one (prior=)"
            )
    inputs = encoded(replace(read, frames={**read.frames, REBUILT: frame}), drawn)
    for title in (REBUILT, TRAIN):
        if title in inputs.tables:
            _check_learnable(inputs, title)
    family_of = family(estimators, inputs.features, schema.target.is_class, int(seed))
    asked = None if model is None else Base.of(model, inputs)
    warnings = list(inputs.warnings)
    tables = {title: _taken(inputs.rows(title), title, asked, warnings) for title in inputs.tables}
    rebuilt = _first(tables[REBUILT], wanted, _rng(seed, _SHUFFLE))
    examples = {REPLICA: labelling.of_rows(rebuilt, asked, _rng(seed, _LABELS))}
    if TRAIN in tables:
        examples[REAL] = Examples(tables[TRAIN])
    questions = []
    if HOLDOUT in tables:
        questions.append(Question.of(ON_HOLDOUT, tables[HOLDOUT].X, tables[HOLDOUT].y, asked, _rng(seed, _WEIGHTS)))
    if PRIOR in tables:
        X = tables[PRIOR].X
        held = min(AGREED_ON, max(len(X) - wanted, len(X) // 2))
        if asked is not None:
            questions.append(Question.of(ON_PRIOR, X[:held], None, asked, _rng(seed, _WEIGHTS, 1)))
        X = X[held : held + wanted]
        if controls and _is_labelled_prior(rec, source):
            text = "the reconstruction is prior draws labelled by the model: that control is left out"
            notes.append(Note("control_left_out", text))
        elif controls and asked is not None:
            unlabelled = Rows(X, np.full(len(X), np.nan))
            examples[LABELLED] = labelling.of_rows(unlabelled, asked, _rng(seed, _LABELS, 1))
        if controls:
            examples[SHUFFLED] = examples[REPLICA].permuted(X, _rng(seed, _SHUFFLE, 1))
    distilling = None
    if plan is not None and asked is not None:
        distilling = Distilling(asked, inputs, asked_of, plan, labelling, _rng(seed, _DISTIL))
        notes += distilling.notes
    with counted("training replicas", len(family_of)) as tell:
        lines, models = _run(family_of, examples, questions, inputs, labelling, notes, distilling, tell)
    if asked is not None:
        lines = _of_base(questions, inputs) + lines
        spent += asked.queries
    sizes = {name: len(one.rows) for name, one in examples.items()}
    return Replicas(
        frame=pd.DataFrame(lines, columns=COLUMNS).astype(dict.fromkeys(NUMBERS, np.float64)),
        estimators=tuple(models),
        rows=sizes | {question.title: len(question.X) for question in questions},
        target=schema.target.name,
        classes=schema.target.classes,
        queries=spent,
        seed=int(seed),
        warnings=tuple(warnings),
        notes=tuple(notes),
        models=models,
        rounds=None if distilling is None else pd.DataFrame(distilling.lines, columns=ROUND_COLUMNS),
    )


_NOTHING_KNOWN = Note(
    "no_model_no_prior", "no base model and no prior are given: agreement and controls of the prior are left out"
)


def _check_learnable(inputs: Inputs, title: str) -> None:
    held, target = np.unique(inputs.rows(title).y), inputs.schema.target
    if len(held) > 1:
        return
    what = f"one class only ({target.classes[int(held[0])]!r})" if target.is_class else "one target value only"
    raise RequestError(f"{title}: there is {what}; give rows of at least two")


def _rng(seed: int, *place: int) -> np.random.Generator:
    return np.random.default_rng([seed, *place])


def _seed(seed: int, place: int) -> int:
    return int(np.random.SeedSequence([seed, place]).generate_state(1)[0])


def _first(rows: Rows, n: int, rng: np.random.Generator) -> Rows:
    """Return `n` rows at random, in their order; all where there are no more."""
    return rows if n >= len(rows) else rows.take(np.sort(rng.permutation(len(rows))[:n]))


def _taken(rows: Rows, title: str, base: Base | None, warnings: list[Note]) -> Rows:
    """Return the rows that the base model can be asked of; the training rows are not asked."""
    if base is None or title == TRAIN:
        return rows
    kept = base.takes(rows.X)
    if kept.all():
        return rows
    refused = int((~kept).sum())
    text = f"{refused:,} of {title} hold a category that the base model refuses; they are left out for all"
    warnings.append(Note("refused_rows", text, title=title, rows=refused))
    if not kept.any():
        raise RequestError(f"all of {title} hold categories that the base model refuses; write them as it knows them")
    return rows.take(kept)


def _is_labelled_prior(rec: Any, prior: Any) -> bool:
    """Whether a reconstruction is nothing but rows of this prior, each labelled by the model."""
    if not (isinstance(rec, Reconstruction) and isinstance(prior, Prior)):
        return False
    return bool(rec.provenance.request["class_shares"] == "model" and rec.provenance.prior == describe(prior))


def _run(
    estimators: Mapping[str, Any],
    examples: Mapping[str, Examples],
    questions: Sequence[Question],
    inputs: Inputs,
    labelling: Labelling,
    notes: list[Note],
    distilling: Distilling | None,
    tell: Callable[[], None],
) -> tuple[list[list[Any]], dict[str, Any]]:
    """Train every estimator on every table, and ask; return lines and the replicas."""
    lines, models, failed, k = [], {}, list[Note](), len(inputs.schema.target.classes)
    late: dict[str, None] = {}
    tables: dict[str, Examples | None] = dict(examples) | ({} if distilling is None else {DISTILLED: None})
    for name, estimator in estimators.items():
        if labelling.soft and k and not takes_weights(estimator):
            text = f"'{name}' takes no weights: instead of soft labels it got labels drawn from them"
            notes.append(Note("no_weights", text, estimator=name))
        for table, example in tables.items():
            if time_limit.left() <= 0.0:
                late[name] = None
                continue
            try:
                fitted = _fitted(name, estimator, example, inputs, distilling)
                answers = [ask(fitted, question.X, inputs) for question in questions]
            except RetrodictError as error:
                text = f"'{name}' could not be trained on {table}: {error}"
                failed.append(Note("not_trained", text, estimator=name, table=table))
                continue
            if table in (REPLICA, DISTILLED):  # the distilled one comes last
                models[name] = fitted
            for question, said in zip(questions, answers, strict=True):
                lines += _lines(name, table, question.title, question.judge(said, k))
        tell()
    if late and not models:
        raise TimeLimitError("the time limit was reached before an estimator was trained; give more seconds, or none")
    if late:
        text = f"the time limit was reached: {', '.join(late)} were not trained on all tables"
        notes.append(Note("time_limit", text, estimators=list(late)))
    if not models:
        raise RunError(f"no estimator could be trained on the reconstruction: {failed[0]}")
    notes += failed
    return lines, models


def _fitted(name: str, estimator: Any, example: Examples | None, inputs: Inputs, distilling: Distilling | None) -> Any:
    if example is not None:
        return fit(estimator, example, inputs)
    assert distilling is not None
    return distilling.learn(name, estimator)


def _of_base(questions: Sequence[Question], inputs: Inputs) -> list[list[Any]]:
    k, lines = len(inputs.schema.target.classes), []
    for question in questions:
        if question.base is not None:
            lines += _lines(BASE, BASE, question.title, question.judge(question.base, k, is_base=True))
    return lines


def _lines(estimator: str, table: str, rows: str, found: Mapping[str, Score]) -> list[list[Any]]:
    return [
        [estimator, table, rows, name, one.value, one.low, one.high, one.gap, one.gap_low, one.gap_high]
        for name, one in found.items()
    ]
