"""What has a limit and was not measured holds the verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sklearn.linear_model import LogisticRegression

from retrodict.auditing import load_appetite
from retrodict.auditing.appetite import Threshold
from retrodict.auditing.compute import compute_audit
from retrodict.auditing.request import AuditRequest
from tests.evaluation.membership.shadow_worlds import fitted, noise


@pytest.fixture(scope="module")
def late() -> AuditRequest:
    train, holdout = noise(60, 0), noise(60, 1)
    model: Any = fitted(LogisticRegression(C=1e-6), train)
    asked = AuditRequest.of(model, train=train, holdout=holdout, target="y", quick=True, shadows=4, seconds=0.001)
    limits = load_appetite()
    strict = limits.model_copy(
        update={"by_query": limits.by_query.model_copy(update={"agreement": Threshold(review=0.99)})}
    )
    return replace(asked, appetite=strict)


def test_an_audit_without_time_names_all_that_has_a_limit_and_is_no_all_clear(late: AuditRequest) -> None:
    found = compute_audit(late)
    (held,) = (one.sentence for one in found.findings if one.measure == "unjudged")
    assert found.verdict == "review"
    for what in ("rows at risk", "membership", "what can be inferred of known rows", "the best replica"):
        assert what in held
    accepting = late.appetite.model_copy(update={"unjudged": "release"})
    told = {one.measure: one.verdict for one in compute_audit(replace(late, appetite=accepting)).findings}
    assert (told["unjudged"], told["shadow_models"]) == ("release", "review")  # it has a line of its own
