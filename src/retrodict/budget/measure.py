"""The estimators of a budget, run on rows and draws that are in one encoding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from retrodict.budget.envelope import Excess, excess_loss
from retrodict.budget.estimate import NO_ROW, Estimate, Z
from retrodict.budget.label import label_term
from retrodict.budget.pool import Pool
from retrodict.budget.posterior import DRAWS_A_ROW, JUDGING, class_divergence
from retrodict.budget.ratio import Ratio, divergence
from retrodict.budget.sources import Rows
from retrodict.budget.verdict import MIN_ROWS, judged
from retrodict.models import Meter
from retrodict.results.notes import Note
from retrodict.results.progress import counted

Array = np.ndarray

PURPOSES = ("pool", "rows", "prior", "model", "posterior")
"""What has a generator of its own."""

_LEAK = 4.0  # standard errors between train and held-out rows' log-ratios


@dataclass(frozen=True, eq=False)
class Settings:
    """How estimates are made: classifiers, repetitions, and a generator for each of `PURPOSES`."""

    learners: Sequence[str]
    envelope: Sequence[str]
    repeats: int
    rngs: Mapping[str, np.random.Generator]


@dataclass(frozen=True, eq=False)
class Measured:
    """All that a budget is assembled from.

    Parameters
    ----------
    y
        Class codes of the held-out rows, shape (n,).
    finite
        Whether the model gives the true label a probability, shape (n,).
    q, q_se
        ``Q(y)`` and its standard errors, shape (k,).
    label_variance
        What the draws add to the label term's variance.
    prior, model, label
        The terms.
    ratio, excess
        What the first two rest on; ``None`` where rows were too few.
    posteriors
        Each class's direct estimate, with the ratio it rests on.
    """

    y: Int[Array, " n"]
    finite: Array
    q: Float[Array, " k"]
    q_se: Float[Array, " k"]
    label_variance: float
    prior: Estimate
    model: Estimate
    label: Estimate
    ratio: Ratio | None
    excess: Excess | None
    posteriors: tuple[tuple[Estimate, Ratio | None], ...]

    @property
    def counts(self) -> Int[Array, " k"]:
        """Held-out rows of each class."""
        return np.bincount(self.y, minlength=len(self.q))


def measure(
    tested: Rows,
    trained: Rows,
    pool: Pool,
    meter: Meter,
    sizes: Int[Array, " d"],
    classes: tuple[str, ...],
    settings: Settings,
    notes: list[Note],
) -> Measured:
    """Run all estimators.

    Parameters
    ----------
    tested, trained
        Rows that the prior can draw; the latter may be none.
    pool
        Scored prior draws.
    meter
        The model.
    sizes
        Categories of each feature, 0 for a number.
    classes
        Labels as text.
    settings
        Classifiers and generators.
    notes
        Takes what a reader should know.
    """
    fitting, judging = pool.halves()
    log_q = meter.output(tested.X) if len(tested) else np.empty((0, len(classes)))
    finite = ~np.isneginf(log_q[np.arange(len(tested)), tested.y])
    q, q_se = pool.evidence()
    if len(tested):
        label, label_variance = label_term(np.bincount(tested.y, minlength=len(q)), np.exp(pool.log_q), classes)
    else:
        label, label_variance = Estimate(None, reason=NO_ROW), 0.0
    posteriors = []
    with counted("estimating divergences", 2 + len(classes)) as tell:
        prior, ratio = _prior_term(tested, trained, fitting, judging, sizes, settings, notes)
        tell()
        model, excess = _model_term(tested, trained, log_q, finite, sizes, settings)
        tell()
        for code, name in enumerate(classes):
            one = class_divergence(
                code,
                name,
                tested.X[tested.y == code],
                log_q[tested.y == code],
                fitting,
                judging,
                sizes,
                settings.learners,
                settings.rngs["posterior"],
                settings.repeats,
            )
            posteriors.append(one)
            tell()
    return Measured(tested.y, finite, q, q_se, label_variance, prior, model, label, ratio, excess, tuple(posteriors))


def _prior_term(
    tested: Rows, trained: Rows, fitting: Pool, judging: Pool, sizes: Array, settings: Settings, notes: list[Note]
) -> tuple[Estimate, Ratio | None]:
    n = len(tested)
    if n < MIN_ROWS:
        return Estimate(None, reason=_few(n)), None

    def ratio_of(X: Array) -> Ratio:
        drawn = fitting.X[: DRAWS_A_ROW * len(X)], judging.X[:JUDGING]
        return divergence(X, *drawn, sizes, settings.learners, settings.rngs["prior"], settings.repeats)

    ratio = ratio_of(np.concatenate([tested.X, trained.X]))
    if len(trained) >= MIN_ROWS:
        own, others = ratio.log_ratio[:n], ratio.log_ratio[n:]
        se = float(np.sqrt(own.var() / len(own) + others.var() / len(others)))
        if abs(own.mean() - others.mean()) > _LEAK * max(se, 1e-12):
            text = (
                f"the prior is as far from the training rows as {others.mean():.3f} nats and from the held-out rows as "
                f"{own.mean():.3f}: it was made from the former, or they differ; its term rests on held-out rows alone"
            )
            notes.append(Note("prior_of_train", text, train=float(others.mean()), holdout=float(own.mean())))
            ratio = ratio_of(tested.X)
    return judged(ratio, "the rows"), ratio


def _few(n: int) -> Note:
    text = f"too few rows: {n} held-out rows, at least {MIN_ROWS} are needed"
    return Note("too_few_rows", text, rows=n, needed=MIN_ROWS)


def _model_term(
    tested: Rows, trained: Rows, log_q: Array, finite: Array, sizes: Array, settings: Settings
) -> tuple[Estimate, Excess | None]:
    n, never = int(finite.sum()), int((~finite).sum())
    zero = f"the model gives probability zero to the label of {never} of {len(finite)} held-out rows"
    if n < MIN_ROWS:
        if never:
            return Estimate.infinite(Note("probability_zero", zero, rows=never, of=len(finite))), None
        return Estimate(None, reason=_few(n)), None
    found = excess_loss(
        tested.X[finite],
        tested.y[finite],
        log_q[finite],
        trained.X,
        trained.y,
        sizes,
        settings.envelope,
        settings.rngs["model"],
    )
    loss = float(found.loss.mean())
    details = {
        "log_loss": loss,
        "envelope_log_loss": loss - float(found.rows.mean()),
        "correction": found.correction,
        **{f"share of {name}": share for name, share in found.weights.items()},
    }
    if never:
        details["finite_rows"] = found.value
        reason = Note(
            "probability_zero", f"{zero}; over the others it is {found.value:.3f}", rows=never, of=len(finite)
        )
        return Estimate.infinite(reason, details=details), found
    at_most = loss + Z * float(found.loss.std(ddof=1) / np.sqrt(n))
    noise = float(found.rows.std(ddof=1) / np.sqrt(n))
    if found.correction > max(2 * Z * noise, 0.02):
        text = (
            f"too few rows: learners trained on halves of them differ by {found.correction:.3f} nats, more than the "
            f"sampling error ({Z * noise:.3f})"
        )
        reason = Note("halves_differ", text, by=found.correction, noise=Z * noise)
        low = max(float(found.rows.mean()) - Z * noise, 0.0)
        return Estimate(None, reason=reason, at_least=low, at_most=at_most, details=details), found
    se = float(np.hypot(noise, found.correction / 2))
    return Estimate.normal(found.value, se, short=found.short, at_most=at_most, details={**details, "se": se}), found
