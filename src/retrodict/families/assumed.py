"""What is assumed of a model that has no probabilities of its own: a link from its margins, or an error rate."""

from __future__ import annotations

from dataclasses import dataclass

from retrodict.errors import RequestError
from retrodict.models.family import Settings
from retrodict.results.arguments import check_positive

LINK_SLOPE = 2.0
"""Log-odds for each unit of a margin, where a model has margins only.

Sollich's probabilistic reading of the hinge loss (Machine Learning 46, 2002) gives log-odds of ``2 f`` for
``|f| <= 1``; a least-squares fit to -1/+1 labels reads as ``p = (1 + f) / 2``, whose slope at 0 is that of
``expit(2 f)`` too.
"""

ERROR_RATE = 0.05
"""Share of labels taken to differ from the prediction, where a model answers with labels only."""


@dataclass(frozen=True)
class Assumptions:
    """What is assumed of a model that has no probabilities of its own.

    Parameters
    ----------
    link_slope
        Log-odds for each unit of a margin; positive.
    error_rate
        Share of labels that differ from the predicted one, in (0, 1).
    """

    link_slope: float = LINK_SLOPE
    error_rate: float = ERROR_RATE


def assumptions_of(settings: Settings) -> Assumptions:
    """Return what a user states of a link, and the defaults of the rest.

    Raises
    ------
    RequestError
        If the slope is not positive, or the rate not a share.
    """
    slope, rate = settings.link_slope, settings.error_rate
    if rate is not None and check_positive(rate, "the error rate") >= 1.0:
        raise RequestError(f"the error rate must lie between 0 and 1, got {rate}")
    return Assumptions(
        LINK_SLOPE if slope is None else check_positive(slope, "the link slope"),
        ERROR_RATE if rate is None else float(rate),
    )
