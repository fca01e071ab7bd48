"""The stream of prior draws: a batch is what its number says, however many threads draw ahead, and how far."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import retrodict as rd
from retrodict.inference.rejection.stream import BATCH, PriorStream
from retrodict.models import Meter

SIZES = (2_048, BATCH, BATCH, BATCH, 3_000, BATCH, 700, 17)


def batches(ahead: tuple[int, ...], start: int = 0) -> list[tuple[np.ndarray, np.ndarray, float]]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 3)), columns=["a", "b", "c"])
    prior = rd.fit_prior(X, kind="copula")
    model = rd.load_model(LogisticRegression().fit(X, X["a"] > 0), schema=prior.schema)
    found = []
    with PriorStream(prior, Meter(model), np.random.SeedSequence(7), start, ahead[0]) as stream:
        for size, rows in zip(SIZES[start:], ahead[start:], strict=True):
            batch = stream.next(size, rows)
            found.append((batch.X, batch.output, batch.rng.random()))
    return found


@pytest.mark.parametrize("cores", ["1", "3"])
def test_batches_are_the_same_however_far_ahead_they_are_drawn(cores: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = batches((0,) * len(SIZES))
    monkeypatch.setenv("OMP_NUM_THREADS", cores)
    monkeypatch.setattr("retrodict.threads.cores", lambda: 4)
    rest = tuple(int(sum(SIZES[i + 1 :])) for i in range(len(SIZES)))
    for ahead in (rest, tuple(max(one - 3 * BATCH, 5) for one in rest), (10**9,) * len(SIZES)):
        for (X, output, u), (own_X, own_output, own_u) in zip(plain, batches(ahead), strict=True):
            np.testing.assert_array_equal(X, own_X)
            np.testing.assert_array_equal(output, own_output)
            assert u == own_u
    assert all(len(X) == size for (X, _, _), size in zip(plain, SIZES, strict=True))
    resumed = batches(rest, start=3)
    assert all((own[0] == one[0]).all() for own, one in zip(resumed, plain[3:], strict=True))
