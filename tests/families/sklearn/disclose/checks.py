"""How disclosed facts are compared with planted data."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

import retrodict as rd

TIGHT = {"rtol": 1e-9, "atol": 1e-9}


def inspect(model: Any) -> rd.Disclosures:
    """Inspect, and check what holds of every fact: it can be written as JSON, and says where it was found."""
    found = rd.inspect_model(model)
    dicts = found.to_dicts()
    json.dumps(dicts, allow_nan=False)
    for entry in dicts:
        assert entry["kind"]
        assert entry["source"]
        assert isinstance(entry["exact"], bool | str)
        assert entry["personal"] in (True, False, None)
        assert all(isinstance(name, str) for name in entry["features"])
    assert len(found.to_frame()) == len(found)
    assert f"{len(found)} disclosures" in repr(found)
    assert "<table>" in found._repr_html_()
    return found


def by_feature(found: rd.Disclosures, kind: str, **attributes: Any) -> dict[str, Any]:
    facts = [f for f in found.of(kind) if all(getattr(f, key) == value for key, value in attributes.items())]
    return {fact.features[0]: fact for fact in facts}


def one(found: rd.Disclosures, kind: str, **attributes: Any) -> Any:
    (fact,) = [f for f in found.of(kind) if all(getattr(f, key) == value for key, value in attributes.items())]
    return fact


def check_moments(found: rd.Disclosures, data: pd.DataFrame, *, within: Any = None, ddof: int | None = 0) -> None:
    facts = by_feature(found, "Moments", within=within)
    assert set(facts) == set(data.columns)
    for name, fact in facts.items():
        np.testing.assert_allclose(fact.mean, data[name].mean(), **TIGHT)
        if ddof is not None:
            np.testing.assert_allclose(fact.variance, data[name].var(ddof=ddof), rtol=1e-7)
            assert fact.ddof == ddof


def check_shares(fact: Any, expected: dict[Any, float]) -> None:
    told = dict(zip(fact.classes, fact.shares, strict=True))
    assert told.keys() == expected.keys()
    np.testing.assert_allclose([told[k] for k in expected], list(expected.values()), **TIGHT)


def check_rows(fact: Any, data: pd.DataFrame, labels: Any = None) -> None:
    """Check whole rows, cell by cell: numbers to floating point, categories exactly."""
    assert fact.personal is True
    assert fact.n == len(data)
    assert set(fact.features) == set(data.columns)
    for i, name in enumerate(fact.features):
        if data[name].dtype.kind == "f":
            np.testing.assert_allclose(fact.rows[:, i].astype(float), data[name].to_numpy(), rtol=1e-9, atol=1e-9)
        else:
            assert fact.rows[:, i].tolist() == data[name].tolist()
    if labels is None:
        assert fact.labels is None
    elif isinstance(labels[0], str):
        assert list(fact.labels) == list(labels)
    else:
        np.testing.assert_allclose(fact.labels, labels, rtol=1e-7, atol=1e-7)


def check_midpoints(fact: Any, column: Any) -> None:
    """Check that each split point lies midway between two training values."""
    assert fact.midpoints
    values = np.unique(np.asarray(column, dtype=float))
    mids = ((values[:, None] + values) / 2.0).ravel()
    gaps = np.abs(np.asarray(fact.thresholds)[:, None] - mids).min(axis=1)
    assert gaps.max() <= 1e-6 * max(1.0, np.abs(values).max())
