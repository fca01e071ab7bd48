"""What models of CatBoost state of their training data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from retrodict.disclosures import Disclosure
from retrodict.disclosures.place import Place
from retrodict.disclosures.review import Review
from retrodict.families.catboost import read_categories, read_settings, read_trees
from retrodict.families.catboost.checks import checked
from retrodict.families.catboost.native import content_of


class _Review(Review):
    """CatBoost's objects are models; what they hold in compiled code is read with them."""

    def is_fitted(self, part: Any) -> bool:
        """Whether it was fitted: else it holds settings alone."""
        return not hasattr(part, "is_fitted") or bool(part.is_fitted())

    def width(self, part: Any) -> int | None:
        """Return how many columns it takes."""
        return len(part.feature_names_) if hasattr(part, "is_fitted") and part.is_fitted() else None


def review() -> Review:
    """Return what is known of CatBoost's types."""
    import catboost

    kinds: tuple[type, ...] = (
        catboost.CatBoost,
        catboost.CatBoostClassifier,
        catboost.CatBoostRegressor,
        catboost.CatBoostRanker,
    )
    inner = type(catboost.CatBoost()._object)  # what they hold in compiled code
    return _Review(readers=dict.fromkeys(kinds, _read), together=dict.fromkeys(kinds, (inner,)))


def _read(made: Any, place: Place) -> Iterator[Disclosure]:
    if not made.is_fitted():
        return
    content = checked(content_of(made))
    yield from read_trees.facts(content, place)
    yield from read_categories.facts(made, content, place)
    yield from read_settings.facts(made, content, place)
