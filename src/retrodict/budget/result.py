"""What `error_budget` returns: the four terms, their sum, and both sides by class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from retrodict.budget.estimate import Estimate
from retrodict.extras import extra_for
from retrodict.results.notes import Note
from retrodict.results.result import KeptResult, ShownTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORDS = {
    "prior": "prior term  KL(P(x)||Q(x))",
    "model": "+ model term  E KL(P(y|x)||Q(y|x))",
    "label": "- label term  KL(P(y)||Q(y))",
    "total": "= their sum",
    "posterior": "posterior divergence, directly",
}


@dataclass(frozen=True)
class ClassEstimate:
    """The budget of one class; its terms may be negative, only their sum is a divergence.

    Parameters
    ----------
    name
        The label.
    rows
        Held-out rows of the class.
    share, model_share
        ``P(y)`` among the held-out rows, and ``Q(y)``.
    prior, model, label
        ``E_P(x|y) log P(x)/Q(x)``, ``E_P(x|y) log P(y|x)/Q(y|x)`` and ``log P(y)/Q(y)``.
    total
        ``prior + model - label``.
    posterior
        ``KL(P(x|y) || Q(x|y))``, by classification of the class's rows against posterior draws.
    """

    name: str
    rows: int
    share: float
    model_share: float
    prior: Estimate
    model: Estimate
    label: Estimate
    total: Estimate
    posterior: Estimate

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        terms = {name: getattr(self, name).to_dict() for name in ("prior", "model", "label", "total", "posterior")}
        return {"rows": self.rows, "share": self.share, "model_share": self.model_share, **terms}


@dataclass(frozen=True, repr=False)
class EstimatedBudget(KeptResult):
    """An error budget estimated from real rows, in nats: ``posterior = prior + model - label``.

    Parameters
    ----------
    prior, model, label
        The terms.
    total
        ``prior + model - label``.
    posterior
        The expected posterior divergence, estimated directly.
    gap
        ``posterior - total``; its interval adds both sides' half-widths in squares. ``None`` as value where a side has
        no number.
    classes
        The same by class.
    notes
        What a reader should know: rows left out, columns rounded, overlaps.
    family
        The model's algorithm.
    n_train, n_holdout
        Rows used.
    draws
        Prior draws, each scored once by the model.
    seed
        The one seed.
    """

    prior: Estimate
    model: Estimate
    label: Estimate
    total: Estimate
    posterior: Estimate
    gap: Estimate
    classes: tuple[ClassEstimate, ...]
    notes: tuple[Note, ...]
    family: str
    n_train: int
    n_holdout: int
    draws: int
    seed: int

    @property
    def trustworthy(self) -> bool:
        """Whether every term and the direct estimate have a value."""
        return all(term.trustworthy for term in self.terms.values())

    @property
    def agree(self) -> bool | None:
        """Whether both sides agree within their intervals; ``None`` where one has no number."""
        if self.gap.low is None or self.gap.high is None:
            return None
        return self.gap.low <= 0.0 <= self.gap.high

    @property
    def terms(self) -> dict[str, Estimate]:
        """The terms, their sum and the direct estimate, by name."""
        return {name: getattr(self, name) for name in _WORDS}

    def frame(self) -> pd.DataFrame:
        """Return one row a quantity, of the whole and of each class."""
        wholes = [("all", name, term) for name, term in self.terms.items()]
        parts = [(one.name, name, getattr(one, name)) for one in self.classes for name in _WORDS]
        keys = ("estimate", "low", "high", "trustworthy", "infinite", "at_least", "at_most", "reason")
        return pd.DataFrame(
            [{"class": c, "term": name, **{k: term.to_dict()[k] for k in keys}} for c, name, term in wholes + parts]
        )

    def content(self) -> dict[str, Any]:
        """Return everything, as ``--json`` prints it."""
        return {
            **self.terms,
            "gap": self.gap,
            "agree": self.agree,
            "trustworthy": self.trustworthy,
            "classes": {one.name: one for one in self.classes},
            "notes": self.notes,
            "model_family": self.family,
            "train_rows": self.n_train,
            "holdout_rows": self.n_holdout,
            "draws": self.draws,
            "seed": self.seed,
        }

    def plot(self) -> Figure:
        """Draw the terms as bars with 95% intervals, of the whole and of each class.

        Raises
        ------
        MissingExtraError
            If matplotlib is not installed.
        """
        with extra_for("a picture"):
            from retrodict.budget.picture import draw
        return draw(self)

    def rows(self) -> list[tuple[str, str, str]]:
        """Return the budget as lines of text: quantity, value, interval."""
        return [(_WORDS[name], *term.cells()) for name, term in self.terms.items()]

    def class_rows(self) -> list[tuple[str, ...]]:
        """Return one line a class: label, rows, shares, terms, sum, direct estimate and its interval."""
        return [
            (
                one.name,
                f"{one.rows:,}",
                f"{one.share:.3f}",
                f"{one.model_share:.3f}",
                *(getattr(one, name).cells()[0] for name in ("prior", "model", "label", "total")),
                *one.posterior.cells(),
            )
            for one in self.classes
        ]

    def reasons(self) -> list[str]:
        """Return a line for each quantity that has no finite number, and one on whether the sides agree."""
        lines = [f"{name}: {term.reason}" for name, term in self.terms.items() if term.reason]
        if self.gap.finite:
            verdict = "agree" if self.agree else "DISAGREE"
            lines.append(f"the two sides {verdict} within their intervals: they differ by {self.gap.value:.4f}")
        return lines

    def to_frame(self) -> pd.DataFrame:
        """Return one line a quantity, of the whole and of each class."""
        return self.frame()

    @property
    def head(self) -> str:
        """One line: whose budget it is, and from what."""
        return (
            f"Error budget of {self.family}, nats with 95% intervals: {self.n_holdout:,} held-out rows, "
            f"{self.n_train:,} train rows, {self.draws:,} prior draws, seed {self.seed}"
        )

    def tables(self) -> list[ShownTable]:
        """Return the terms."""
        return [ShownTable(pd.DataFrame(self.rows(), columns=["quantity", "nats", "95% interval"]), index=False)]

    def notebook(self) -> list[ShownTable]:
        """Return the terms of the whole, and of each class."""
        heads = ["class", "rows", "P(y)", "Q(y)", "prior", "+ model", "- label", "= sum", "directly", "95% interval"]
        return [*self.tables(), ShownTable(pd.DataFrame(self.class_rows(), columns=heads), index=False)]

    def remarks(self) -> list[str]:
        """Return what has no number and why, whether the sides agree, and the notes."""
        return [*self.reasons(), *super().remarks()]
