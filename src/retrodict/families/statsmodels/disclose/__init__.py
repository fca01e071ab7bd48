"""What results of statsmodels state of their training data: the rows themselves, their sums, and how training went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from statsmodels.base.model import Results
from statsmodels.base.wrapper import ResultsWrapper

from retrodict.disclosures.kinds import Disclosure
from retrodict.disclosures.place import Place
from retrodict.disclosures.review import Review
from retrodict.disclosures.unread import Unread
from retrodict.disclosures.visit import Part
from retrodict.families.statsmodels.disclose.course import course
from retrodict.families.statsmodels.disclose.rows import rows_held
from retrodict.families.statsmodels.disclose.sums import sums
from retrodict.families.statsmodels.parts import exog_names


@dataclass(frozen=True)
class _Statsmodels(Review):
    """Results are parts; the models, data and families that they hold are read together with them."""

    def is_model(self, part: Any) -> bool:
        """Whether it is a result."""
        return isinstance(part, Results | ResultsWrapper)

    def names_of(self, part: Any) -> tuple[str, ...] | None:
        """Return the columns of the design matrix of a result that is no predictor; ``None`` where its model says."""
        from retrodict.families.statsmodels.model import is_read

        return None if not self.is_model(part) or is_read(part) else exog_names(part)


def review() -> Review:
    """Return what is known of statsmodels' types: every class of results that is loaded."""
    return _Statsmodels(
        readers=dict.fromkeys(_all(Results), _read),  # type: ignore[arg-type]  # it may yield what is not read
        held=dict.fromkeys(_all(ResultsWrapper), lambda made, place: iter([_inner(made, place)])),
    )


def _all(base: type[Any]) -> Iterator[type[Any]]:
    """Yield a class of statsmodels and those that inherit from it; not those of others, which may hold anything."""
    if base.__module__.partition(".")[0] == "statsmodels":
        yield base
    for cls in base.__subclasses__():
        yield from _all(cls)


def _inner(made: Any, place: Place) -> Part:
    return Part(vars(made)["_results"], place.inner("_results"), "predictor")


def _read(result: Any, place: Place) -> Iterator[Disclosure | Unread]:
    yield from rows_held(result, place)
    yield from sums(result, place)
    yield from course(result, place)
