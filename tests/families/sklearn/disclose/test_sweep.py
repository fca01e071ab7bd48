"""No estimator of the installed scikit-learn keeps training rows, values or entries of rows that nothing says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sklearn.decomposition import KernelPCA
from sklearn.isotonic import IsotonicRegression
from sklearn.manifold import TSNE
from sklearn.utils import all_estimators

from retrodict.families.sklearn.disclose.known_classes import REVIEW
from tests.families.sklearn.disclose.sweep import faults, names, sweep

NOT_YET = {"MiniBatchDictionaryLearning", "MiniBatchNMF"}
"""Whose running sums no reader reads: they are listed as not read. Releases to come may bring others."""


@pytest.mark.slow
def test_what_is_kept_is_said() -> None:
    swept = {name: sweep(name) for name in names()}
    assert {name: found for name, one in swept.items() if (found := faults(one))} == {}
    broken = {name: [u.sentence for u in one.unread if u.why == "broken"] for name, one in swept.items()}
    assert {name: found for name, found in broken.items() if found} == {}
    keeping = {name for name, one in swept.items() if one.rows}
    assert {"KernelPCA", "KNeighborsTransformer", "Isomap", "HDBSCAN", "Nystroem", "LabelSpreading"} <= keeping
    assert len(keeping) >= 25  # else the search by value finds nothing any more


def test_every_estimator_is_known_or_not_read() -> None:
    unknown = {name for name, cls in all_estimators() if REVIEW.known(cls) is None}
    assert unknown >= NOT_YET
    assert all(sweep(name).unread for name in unknown)


@pytest.mark.parametrize(("cls", "kept"), [(KernelPCA, "rows"), (IsotonicRegression, "values"), (TSNE, "entries")])
def test_a_reader_that_is_mute_is_found(monkeypatch: pytest.MonkeyPatch, cls: type, kept: str) -> None:
    def mute(estimator: Any, place: Any) -> Iterator[Any]:
        del estimator, place
        return iter(())

    assert not faults(sweep(cls.__name__))
    monkeypatch.setitem(REVIEW.readers, cls, mute)
    assert kept in faults(sweep(cls.__name__))


def test_a_type_without_a_reader_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(REVIEW.readers, KernelPCA)
    monkeypatch.delitem(REVIEW._known, KernelPCA)
    found = sweep("KernelPCA")
    assert [one.why for one in found.unread] == ["unknown"]
