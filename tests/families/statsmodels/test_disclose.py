"""What results state is so: sums, means, counts and categories of a planted table, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("statsmodels")

import statsmodels.api as sm
import statsmodels.formula.api as smf

import retrodict as rd
from retrodict.auditing import load_appetite
from retrodict.auditing.file_findings import file_findings
from tests.families.statsmodels.fits import N, fitted, table

TRAIN = table()


def bare(name: str) -> Any:
    """Return a result after `remove_data`, its scale asked for before."""
    made = fitted(name)
    made.summary()
    made.remove_data()
    return made


def the(found: Any, kind: str, **known: Any) -> Any:
    (fact,) = [one for one in found.of(kind) if all(getattr(one, name) == value for name, value in known.items())]
    return fact


@pytest.mark.parametrize("name", ["OLS of a matrix", "GLM Gaussian"])
def test_least_squares_states_all_sums_even_without_its_data(name: str) -> None:
    made = bare(name)
    fact = the(rd.inspect_model(made), "CrossProducts")
    columns = [TRAIN.get(column, pd.Series(1.0, TRAIN.index)) for column in fact.columns]
    if name == "GLM Gaussian":
        columns[1:3] = [(TRAIN["site"] == site).astype(float) for site in ("south", "west")]
    whole = np.column_stack(columns)
    assert (fact.columns[-1], fact.n, fact.exact) == ("value", N, True)
    np.testing.assert_allclose(fact.matrix, whole.T @ whole, rtol=1e-8, atol=1e-9)


def test_means_variances_and_counts_follow_from_the_sums() -> None:
    found = rd.inspect_model(bare("OLS"))
    for name in ("age", "dose"):
        fact = the(found, "Moments", features=(name,))
        assert (fact.mean, fact.variance) == pytest.approx((TRAIN[name].mean(), TRAIN[name].var()), rel=1e-8)
    counts = the(found, "CategoryCounts")
    own = TRAIN["site"].value_counts()
    assert dict(zip(counts.categories, counts.counts, strict=True)) == own.to_dict()
    target = the(found, "TargetMoments", source="_results.normalized_cov_params")
    assert (target.mean, target.variance) == pytest.approx((TRAIN["value"].mean(), TRAIN["value"].var()), rel=1e-8)
    wide = the(found, "Covariance")
    by_name = pd.DataFrame(wide.matrix, index=wide.features, columns=wide.features)
    assert by_name.loc["age", "dose"] == pytest.approx(TRAIN[["age", "dose"]].cov().loc["age", "dose"], rel=1e-6)


def test_a_level_of_one_row_is_personal() -> None:
    frame = TRAIN.assign(site=["rare", *TRAIN["site"][1:]])
    found = rd.inspect_model(smf.ols("value ~ dose + C(site)", frame).fit())
    counts = the(found, "CategoryCounts")
    assert counts.personal is True
    assert counts.counts[counts.categories.index("rare")] == 1
    assert the(found, "CrossProducts").personal is True  # the products of that level are that row's values


@pytest.mark.parametrize(("ones", "alone"), [(1, True), (N - 1, True), (2, False)])
def test_a_column_of_zeros_and_ones_that_shows_one_row_is_personal(ones: int, alone: bool) -> None:
    matrix = sm.add_constant(TRAIN[["dose"]].assign(old=(np.arange(N) < ones).astype(float)))
    assert the(rd.inspect_model(sm.OLS(TRAIN["value"], matrix).fit()), "CrossProducts").personal is alone


def test_a_canonical_link_states_an_equation_that_holds() -> None:
    fact = the(rd.inspect_model(fitted("Logit")), "Stationarity")
    west = (TRAIN["site"] == "west").astype(float)
    design = np.column_stack([(TRAIN["site"] == "south"), west, TRAIN["age"], TRAIN["dose"]]).astype(float)
    off = TRAIN["flag"] - 1 / (1 + np.exp(-(fact.intercept + design @ fact.coefficients)))
    assert fact.features == ("C(site)[T.south]", "C(site)[T.west]", "age", "dose")
    assert abs(off.sum()) < 1e-6
    assert np.abs(design.T @ off).max() < 1e-4


def test_a_quantile_regression_states_no_sums_of_squares() -> None:
    made = fitted("QuantReg")
    found = rd.inspect_model(made)
    assert "value" not in the(found, "CrossProducts").columns
    (fact,) = [one for one in found.of("Stationarity") if one.source == "_results.params"]
    assert "quantile - [target < prediction]" in fact.equation
    off = 0.3 - (TRAIN["value"] < made.predict(TRAIN) - 1e-4)
    assert abs(off.sum()) <= 5  # as many rows lie on the plane as it has coefficients


def test_weighted_least_squares_states_weighted_sums() -> None:
    found = rd.inspect_model(fitted("WLS"))
    fact = the(found, "CrossProducts")
    columns = pd.DataFrame({name: TRAIN.get(name, 1.0) for name in fact.columns}, index=TRAIN.index)
    for site in ("south", "west"):
        columns[f"C(site)[T.{site}]"] = (TRAIN["site"] == site).astype(float)
    whole = columns.to_numpy()
    np.testing.assert_allclose(fact.matrix, whole.T @ (whole * TRAIN[["weight"]].to_numpy()), rtol=1e-8, atol=1e-9)
    assert fact.exact not in (True, False)
    assert not found.of("Moments")


def test_the_null_likelihood_states_the_class_shares() -> None:
    made = smf.logit("late ~ age", TRAIN.assign(late=(TRAIN["dose"] > 6.5).astype(int))).fit(disp=0)
    assert made.llnull < 0  # which it then keeps
    shares = the(rd.inspect_model(made), "ClassShares").shares
    assert sorted(shares) == pytest.approx(sorted([(TRAIN["dose"] > 6.5).mean(), (TRAIN["dose"] <= 6.5).mean()]))


def test_rows_left_out_for_their_gaps_are_still_there() -> None:
    frame = TRAIN.assign(dose=TRAIN["dose"].where(TRAIN["dose"] > 3))
    found = rd.inspect_model(smf.ols("value ~ age + dose", frame).fit())
    size = the(found, "SampleSize")
    assert (size.n, size.exact) == (int(frame["dose"].notna().sum()), "of the rows without gaps")
    assert the(found, "Rows", features=("age", "dose")).n == N


@pytest.mark.filterwarnings("ignore")
def test_a_result_that_is_no_model_here_is_still_read() -> None:
    matrix = sm.add_constant(TRAIN[["age", "dose"]])
    found = rd.inspect_model(sm.ZeroInflatedPoisson(TRAIN["count"], matrix).fit(disp=0))
    for fact in found.of("Rows"):
        assert dict(zip(fact.features, fact.rows[0], strict=True)) == TRAIN[["age", "dose"]].iloc[0].to_dict()
    assert len(found.of("Rows")) == 2
    assert rd.inspect_model(smf.ols("value ~ 1", TRAIN).fit()).of("Rows")[0].n == N


def test_a_training_table_that_looks_like_one_put_in_its_place_is_none() -> None:
    frame = pd.DataFrame({"who": [f"person {i:02}" for i in range(N)], "dose": TRAIN["dose"].to_numpy()})
    level = TRAIN["value"].to_numpy()
    made = smf.ols("level ~ dose", frame).fit()
    assert len(level) == N
    for name in ("whole", "bare"):
        assert {fact.features for fact in rd.inspect_model(made).of("Rows")} == {("dose",), ("who",)}, name
        made.remove_data()


def test_groups_and_their_sizes() -> None:
    counts = the(rd.inspect_model(fitted("MixedLM")), "CategoryCounts", features=("groups",))
    assert dict(zip(counts.categories, counts.counts, strict=True)) == TRAIN["ward"].value_counts().to_dict()


@pytest.mark.parametrize(("name", "changed", "stored"), [
    ("OLS", None, N), ("OLS", "removed", N), ("OLS", "stripped", 0),
    ("OLS of a matrix", None, N), ("OLS of a matrix", "removed", 0), ("Logit", "removed", N), ("Probit", "removed", 0),
    ("Probit", "stripped", 0), ("BetaModel", "removed", N),
])  # fmt: skip
def test_what_an_audit_finds_in_the_file(name: str, changed: str | None, stored: int) -> None:
    made = bare(name) if changed == "removed" else fitted(name)
    found = rd.sanitize(made, rows=100).after if changed == "stripped" else rd.inspect_model(made)
    verdicts = {one.measure: (one.verdict, one.value) for one in file_findings(found, load_appetite())}
    assert verdicts["stored_rows"] == ("reject" if stored else "release", stored)


def test_a_table_in_the_environment_of_a_formula_is_found() -> None:
    shifts = TRAIN["dose"].to_numpy() + 1  # a variable that the formula finds around it
    made = smf.ols("value ~ age + shifts", TRAIN).fit()
    found = rd.inspect_model(made)
    held = [fact for fact in found.of("RowEntries") if "_namespaces" in fact.source]
    assert any(np.array_equal(fact.entries, shifts) for fact in held) or found.unread
