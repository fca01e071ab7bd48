"""Regressions, ladders, gaps, failures and claims, on studies whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from retrodict.study.analysis import StudyAnalysis, usable
from retrodict.study.analysis.claims import claims
from retrodict.study.analysis.correlation import correlations
from retrodict.study.analysis.failures import failures
from retrodict.study.analysis.ladders import ladders
from retrodict.study.analysis.mixed import mixed_fit
from retrodict.study.analysis.replicas import replica_gaps
from tests.study.analysis.worlds import study

pytestmark = pytest.mark.slow  # whole studies

Claims = dict[str, str]


def verdicts(cells: pd.DataFrame) -> Claims:
    done, failed = usable(cells)
    found = correlations(done, replicates=200)
    judged = claims(done, found, replica_gaps(done), failures(done, failed, found))
    return {one.name: one.verdict for one in judged}


def test_slopes_of_a_simulation_are_recovered() -> None:
    """Slopes differ between twelve datasets with sd 0.1: their mean is known to 0.1 / sqrt(12)."""
    done, _ = usable(study(12, spread=0.1, slopes=(0.6, -0.4, 0.5)))
    fit = mixed_fit(done, "posterior_js", "prior_js", "accuracy")
    assert fit.random == "intercept and slopes"
    x, z = done.prior_js, done.accuracy
    # The simulation centres by 0.3 and 0.75, the regression by the means: slopes move by the interaction.
    expected = {
        "prior": (0.6 + 0.5 * (z.mean() - 0.75)) * x.std(ddof=0),
        "model": (-0.4 + 0.5 * (x.mean() - 0.3)) * z.std(ddof=0),
        "prior x model": 0.5 * x.std(ddof=0) * z.std(ddof=0),
    }
    sds = {"prior": x.std(), "model": z.std(), "prior x model": x.std() * z.std()}
    terms = {term.name: term for term in fit.terms}
    for name, value in expected.items():
        term = terms[name]
        assert term.value == pytest.approx(value, abs=4 * 0.1 / np.sqrt(12) * sds[name] + 1e-3)
        assert term.low is not None
        assert term.high is not None
        assert term.low < term.value < term.high


def test_regressions_that_cannot_be_made_say_so() -> None:
    done, _ = usable(study(1))
    assert mixed_fit(done, "posterior_js", "prior_js", "accuracy").reason == (
        "a single dataset: nothing differs between datasets"
    )
    done, _ = usable(study(3).assign(accuracy=0.9))
    assert mixed_fit(done, "posterior_js", "prior_js", "accuracy").reason == "accuracy does not vary"
    done, _ = usable(study(3).assign(accuracy=lambda cells: 1 - cells.prior_js))
    fit = mixed_fit(done, "posterior_js", "prior_js", "accuracy")
    assert fit.reason == "prior_js and accuracy say the same in these cells"
    assert "fewer than 20" in str(mixed_fit(done, "posterior_kl", "prior_kl", "model_kl").reason)


def test_ladders_that_fall_and_ladders_of_noise() -> None:
    falling = ladders(usable(study(2))[0])[0]
    assert (falling.tau, falling.falling, falling.within_noise) == (-1.0, 1.0, 1.0)
    assert falling.steps == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert falling.page is not None
    assert falling.page < 1e-6
    flat = ladders(usable(study(2, slopes=(0.0, 0.0, 0.0)))[0])[0]
    assert flat.tau is not None
    # Twenty ladders; tau of five values in random order has variance 1/6.
    assert abs(flat.tau) < 4 * np.sqrt(1 / 6 / 20)
    assert flat.page is not None
    assert flat.page > 1e-4
    # Noise alone rises here and there, and mostly by no more than noise explains: four steps, at 2.5%.
    assert flat.monotone is not None
    assert flat.monotone < 0.3
    assert flat.within_noise is not None
    assert flat.within_noise > 0.6
    rising = ladders(usable(study(2, slopes=(-0.6, 0.0, 0.0)))[0])[0]
    assert (rising.tau, rising.within_noise) == (1.0, 0.0)
    alone = ladders(usable(study(1, seeds=1))[0])[0]
    assert (alone.within_noise, alone.reason) == (None, "a single seed: noise is unknown")
    short = ladders(usable(study(1).query("prior_step < 0.4"))[0])[0]
    assert (short.tau, short.reason) == (None, "no ladder has three steps that were all done")


def test_gaps_are_means_over_datasets() -> None:
    cells = study(6)
    cells["replica_accuracy"] = cells.accuracy - np.where(cells.dataset == "set0", 0.6, 0.0)
    cells = pd.concat([cells, cells[cells.dataset == "set0"]])  # more cells, no more weight
    gap = replica_gaps(usable(cells)[0])[0]
    assert gap.gap.value == pytest.approx(0.1)
    assert gap.by["dataset"]["set0"] == pytest.approx(0.6)


def test_claims_hold_where_they_were_built_in() -> None:
    assert set(verdicts(study(6, worlds=5)).values()) == {"holds"}
    few = verdicts(study(6, worlds=2))
    assert few["theory"] == "holds in part"
    assert verdicts(study(6))["theory"] == "not decided"


def test_claims_fail_where_the_contrary_was_built_in() -> None:
    cells = study(6, worlds=5, slopes=(-0.6, 0.4, 0.0))
    cells["posterior_kl"] = -cells.posterior_kl
    cells["lift_js"], cells["lift_energy"] = -cells.lift_js, -cells.lift_energy
    cells["replica_accuracy"] = 0.6 - 0.3 * cells.accuracy
    assert set(verdicts(cells).values()) == {"does not hold"}


def test_claims_of_one_estimator_hold_in_part() -> None:
    cells = study(6)
    cells["lift_energy"] = -cells.lift_energy
    assert verdicts(cells)["reconstruction"] == "holds in part"
    cells["replica_accuracy"] -= 0.2
    assert verdicts(cells)["use"] == "holds in part"


def test_cells_without_a_replica_are_said_to_be_in_no_figure() -> None:
    cells = study(6)
    cells.loc[cells.index[:7], "replica_accuracy"] = np.nan
    done, failed = usable(cells)
    found = correlations(done, replicates=20)
    use = next(
        one for one in claims(done, found, replica_gaps(done), failures(done, failed, found)) if one.name == "use"
    )
    asked = int(done.accuracy.notna().sum())
    assert use.where_not[-1] == f"in no figure: 7 of {asked:,} cells, whose rows to learn from have one label"


def test_failures_are_grouped_and_explained(reported: tuple[StudyAnalysis, object]) -> None:
    found = reported[0].failures
    assert [(one.cells, one.reason) for one in found.failed] == [(2, "ModelError: column '...' has N gaps")]
    assert found.failed[0].example == "ModelError: column 'a' has 3 gaps"
    cells = study(6)
    flat = cells.dataset == "set2"
    cells.loc[flat, "prior_js"] = 0.3 - 0.01 * (cells.posterior_js[flat] - 0.3)
    done, failed = usable(cells)
    wrong = failures(done, failed, correlations(done, replicates=50)).wrong
    own = next(one for one in wrong if (one.x, one.name) == ("prior_js", "set2"))
    assert own.value == pytest.approx(-1)
    assert any(line.startswith("prior divergence (JS) hardly varies") for line in own.why)
    done, failed = usable(study(6).assign(posterior_js=0.69))
    assert failures(done, failed, ()).ceiling["posterior_js"] == 1.0
