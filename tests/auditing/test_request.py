"""What an audit is asked, and how it reads the tables that it is given."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from retrodict.auditing import AuditRequest
from retrodict.auditing.request import QUICK_SECONDS

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 3))
BARE = rd.load_model(LogisticRegression().fit(X, (X[:, 0] > 0).astype(int)))
ROWS = pd.DataFrame(X, columns=["a", "b", "c"]).assign(label=(X[:, 0] > 0).astype(int))
PRIOR = rd.fit_prior(ROWS[["a", "b", "c"]])


def test_defaults() -> None:
    full, quick = AuditRequest.of(BARE), AuditRequest.of(BARE, quick=True)
    assert (full.rows, full.seconds, full.seed) == (10_000, math.inf, 0)
    assert (quick.rows, quick.seconds) == (1_000, QUICK_SECONDS)
    with pytest.raises(rd.errors.RequestError, match="the time limit must be above 0 seconds"):
        AuditRequest.of(BARE, seconds=0)
    with pytest.raises(AttributeError):
        full.rows = 3  # type: ignore[misc]


@pytest.mark.parametrize("names", [["a", "b", "c"], ["p", "q", "r"]])
def test_a_model_without_names_is_audited_under_those_of_the_prior(names: list[str]) -> None:
    given = ROWS.set_axis([*names, "label"], axis="columns")
    request = AuditRequest.of(BARE, PRIOR, train=given[:40], holdout=given[40:], target="label")
    own, notes = request.read()
    assert own.train is not None
    assert own.holdout is not None
    assert own.train.columns.tolist() == ["a", "b", "c", own.target]
    np.testing.assert_array_equal(own.holdout[["a", "b", "c"]], X[40:])
    assert {note.code for note in notes} == (set() if names == ["a", "b", "c"] else {"by_position"})
    rec = rd.reconstruct(BARE, PRIOR, 60, progress=False)
    assert rd.evaluate(rec, own.train, own.holdout, target=own.target, limit=20).rows["held-out rows"] == 40
    assert rd.membership_attacks(BARE, own.train, own.holdout, target=own.target).worst.members == 40


def test_without_a_prior_they_are_those_made_up() -> None:
    own, notes = AuditRequest.of(BARE, train=ROWS, target="label").read()
    assert own.train is not None
    assert own.train.columns.tolist() == ["x0", "x1", "x2", "target"]
    assert [note.code for note in notes] == ["by_position"]
    assert own.holdout is None
    bare = AuditRequest.of(BARE)
    assert bare.read() == (bare, ())
