"""Every model call is counted, batched and capped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from retrodict.errors import BudgetExhaustedError, ModelError, RequestError
from retrodict.models import Meter, load_model

X = np.random.default_rng(0).normal(size=(50, 2))


@pytest.mark.parametrize(
    "trained", [LogisticRegression().fit(X, X[:, 0] > 0), LinearRegression().fit(X, X[:, 0])], ids=repr
)
def test_batches_change_nothing_but_are_counted(trained: Any) -> None:
    model = load_model(trained)
    whole, parts = Meter(model), Meter(model, max_queries=100, batch_size=7)
    np.testing.assert_allclose(parts.output(X), whole.output(X), rtol=1e-12)
    assert (whole.queries, whole.affordable(10**9)) == (50, 10**9)
    assert (parts.queries, parts.affordable(60)) == (50, 50)
    assert len(whole.output(X[:0])) == 0


def test_a_call_beyond_the_budget_is_not_made() -> None:
    meter = Meter(load_model(LinearRegression().fit(X, X[:, 0])), max_queries=60)
    meter.output(X)
    with pytest.raises(
        BudgetExhaustedError, match=r"^the query budget of 60 model calls is used up \(50 made, 50 more"
    ):
        meter.output(X)
    assert meter.queries == 50
    share = Meter(meter.model, max_queries=100).capped(55)
    share.output(X)
    assert (share.affordable(50), share.queries, share.parent.queries) == (5, 50, 50)


def test_what_can_not_be_metered() -> None:
    model: Any = object()
    with pytest.raises(ModelError, match=r"^object is neither a classifier \(log_proba\) nor a regressor \(predict\)$"):
        Meter(model)
    tree = load_model(DecisionTreeClassifier().fit(X, X[:, 0] > 0))
    with pytest.raises(RequestError, match=r"^the query budget must be a whole number of at least 1, got 0$"):
        Meter(tree, max_queries=0)
    with pytest.raises(RequestError, match=r"^the batch size must be a whole number of at least 1, got 0$"):
        Meter(tree, batch_size=0)
