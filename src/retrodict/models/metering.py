"""The one place that every model call goes through: it batches, counts and can cap."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from jaxtyping import Float

from retrodict import threads, time_limit
from retrodict.errors import BudgetExhaustedError, ModelError, RetrodictError, ScoringError
from retrodict.models.contract import Gradient, Model, about, gradient
from retrodict.plain_text import error_line
from retrodict.results.arguments import check_count

Array = np.ndarray

WITHOUT_LIMIT = 2**62
"""More calls than any budget has: what `Meter.affordable` is asked for to tell all that is left."""


class Meter:
    """A model whose calls are batched, counted and capped. One call is one row scored.

    Parameters
    ----------
    model
        The model to call.
    max_queries
        How many rows may be scored in all; ``None`` is without limit.
    batch_size
        How many rows one call of the underlying model gets at most.
    parent
        A meter that counts and caps these calls as well.

    Raises
    ------
    RequestError
        If the budget or batch size is not a positive number.
    ModelError
        If the model is neither a classifier nor a regressor.
    """

    def __init__(
        self,
        model: Model,
        max_queries: int | None = None,
        batch_size: int = 65_536,
        parent: Meter | None = None,
    ) -> None:
        if max_queries is not None:
            check_count(max_queries, "the query budget")
        check_count(batch_size, "the batch size")
        self.model = model
        self._score = score(model)
        self.max_queries = max_queries
        self.batch_size = batch_size
        self.parent = parent
        self.queries = 0

    def affordable(self, n: int) -> int:
        """Return how many of `n` calls the budget still allows; none where the time limit was reached."""
        return self._covered(n) if time_limit.left() > 0.0 else 0

    def _covered(self, n: int) -> int:
        if self.max_queries is not None:
            n = min(n, self.max_queries - self.queries)
        return n if self.parent is None else self.parent._covered(n)

    def capped(self, max_queries: int) -> Meter:
        """Return a meter that spends at most so many of this one's calls."""
        return Meter(self.model, max_queries, self.batch_size, parent=self)

    def spend(self, n: int) -> None:
        """Count `n` calls, here and in the parents (calls that a resumed run made before, too)."""
        self.queries += n
        if self.parent is not None:
            self.parent.spend(n)

    def output(self, X: Float[Array, "n d"]) -> Float[Array, "n k"] | Float[Array, " n"]:
        """Score rows: ``log p(y|x)`` of a classifier, shape (n, k); predicted means of a regressor, shape (n,).

        Parameters
        ----------
        X
            Rows in the bound schema's encoding, shape (n, d).

        Raises
        ------
        BudgetExhaustedError
            If the budget does not cover all the rows; none is scored then.
        TimeLimitError
            If the time limit was reached between two batches.
        ScoringError
            If the model refuses the rows or answers with NaN.
        """
        if self._covered(len(X)) < len(X):
            raise BudgetExhaustedError(
                f"the query budget of {self.max_queries} model calls is used up ({self.queries} made, "
                f"{len(X)} more needed); raise --max-queries"
            )
        self.spend(len(X))
        with threads.asking(*X.shape):
            parts = []
            for i in range(0, max(len(X), 1), self.batch_size):
                if i:
                    time_limit.check("all rows were scored")
                parts.append(self._call(X[i : i + self.batch_size]))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def with_gradient(self, X: Float[Array, "n d"], weigh: Callable[[Array], Array]) -> tuple[Array, Array]:
        """Score rows and return the gradients of a weighted sum of their outputs. A row counts as two calls.

        A forward and a backward pass through the model: each costs about what scoring the row does.

        Parameters
        ----------
        X
            Rows in the bound schema's encoding, shape (n, d).
        weigh
            From the outputs to a weight for each of them, in the same shape.

        Returns
        -------
        output, gradient
            As of `output`, and shape (n, d).

        Raises
        ------
        BudgetExhaustedError
            If the budget does not cover twice the rows; none is scored then.
        ModelError
            If the model has no gradients; see `models.contract.gradient`.
        """
        if self.gradient is None:
            raise ModelError(f"the model ({self.model.family}) has no gradients; move without them")
        if self._covered(2 * len(X)) < 2 * len(X):
            raise BudgetExhaustedError(
                f"the query budget of {self.max_queries} model calls is used up ({self.queries} made, "
                f"{2 * len(X)} more needed); raise --max-queries"
            )
        self.spend(2 * len(X))
        with threads.asking(*X.shape):
            output, back = self.gradient(X)
            self._check_shape(output, len(X))
            return output, back(weigh(output))

    @cached_property
    def gradient(self) -> Gradient | None:
        """The model's outputs with their way back, where it has them."""
        return gradient(self.model)

    def _call(self, X: Float[Array, "n d"]) -> Array:
        try:
            out = self._score(X)
        except RetrodictError:
            raise
        except Exception as error:  # whatever an estimator raises on rows it can't take
            reason = error_line(error, 300)
            remedy = about(self.model).remedy
            if remedy is not None:
                raise ScoringError(
                    f"the model ({self.model.family}) could not score rows: {reason}; {remedy}"
                ) from error
            raise ScoringError(
                f"the model ({self.model.family}) could not score rows drawn from the prior: "
                f"{reason}; check that the prior's columns hold what it was trained on"
            ) from error
        self._check_shape(out, len(X))
        if np.isnan(out).any():
            raise ScoringError(
                f"the model ({self.model.family}) answered NaN for {int(np.isnan(out).sum())} of {out.size} outputs; "
                "check the prior's ranges and missing rates against what it was trained on"
            )
        return out

    def _check_shape(self, out: Array, rows: int) -> None:
        """Refuse outputs of another shape than the model's own classes say, whatever made them."""
        classes = len(self.model.schema.target.classes)
        expected = (rows, classes) if classes else (rows,)
        if np.asarray(out).dtype.kind not in "biuf":
            raise ScoringError(
                f"the model ({self.model.family}) answered with an array of {np.asarray(out).dtype}, where numbers "
                "are needed; it is damaged: save the model again"
            )
        if np.shape(out) != expected:
            raise ScoringError(
                f"the model ({self.model.family}) answered {rows:,} rows with an array of shape {np.shape(out)}, where "
                f"{expected} is needed; it is damaged: save the model again"
            )


def score_name(model: Model) -> str:
    """Return the name of the model's one function; checking a protocol would evaluate every property of the model.

    Raises
    ------
    ModelError
        If it is neither a classifier nor a regressor.
    """
    for name in ("log_proba", "predict"):
        if callable(getattr(model, name, None)):
            return name
    raise ModelError(f"{type(model).__name__} is neither a classifier (log_proba) nor a regressor (predict)")


def score(model: Model) -> Callable[[Array], Array]:
    """Return the model's one function."""
    function: Callable[[Array], Array] = getattr(model, score_name(model))
    return function
