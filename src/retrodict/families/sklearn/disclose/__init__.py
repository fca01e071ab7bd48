"""What each scikit-learn estimator states of its training data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrodict.disclosures.review import Review


def review() -> Review:
    """Return what is known of scikit-learn's classes; see `Review`."""
    from retrodict.families.sklearn.disclose.known_classes import REVIEW

    return REVIEW
