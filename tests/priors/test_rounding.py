"""Published numbers are rounded: what a table prints of a real column is always read, and near to the column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

import retrodict as rd
from retrodict.errors import PriorError
from retrodict.priors.rounding import half_unit


def load(tmp_path: Path, entry: str, rest: str = "") -> rd.priors.Prior:
    (tmp_path / "p.yaml").write_text(f"features:\n  x: {entry}\n{rest}")
    return rd.load_prior(tmp_path / "p.yaml")


def strata(prior: rd.priors.Prior, n: int = 100_000) -> np.ndarray:
    return prior.marginals[0].quantile_z(ndtri((np.arange(n) + 0.5) / n))


def test_half_a_unit() -> None:
    assert [half_unit(text) for text in ("0.0008", "44", "12.10", "1e3", "2.5e-3", 0.25, 7, "x")] == pytest.approx(
        [0.00005, 0.5, 0.005, 0.5, 0.00005, 0.005, 0.5, 0.0]
    )


@pytest.mark.parametrize("share", [0.0008, 0.5, 0.25, 0.9997, 0.0333])
@pytest.mark.parametrize("digits", [(4, 6), (4, 4), (3, 3), (2, 2)])
def test_a_column_of_zeros_and_ones_at_any_rounding(tmp_path: Path, share: float, digits: tuple[int, int]) -> None:
    mean, sd = round(share, digits[0]), round(float(np.sqrt(share * (1 - share))), digits[1])
    prior = load(tmp_path, f"{{mean: {mean:.{digits[0]}f}, sd: {sd:.{digits[1]}f}, min: 0, max: 1}}")
    x = strata(prior)
    assert set(np.unique(x)) <= {0.0, 1.0}
    assert abs(x.mean() - share) <= 10.0 ** -digits[0] + 2e-5


def test_the_column_that_was_refused(tmp_path: Path) -> None:
    prior = load(tmp_path, "{mean: 0.0008, sd: 0.028273, min: 0, max: 1}")
    assert strata(prior).mean() == pytest.approx(0.0008, abs=1e-5)
    assert prior.notes == ("feature 'x': mean and sd are those of two values alone, 0 and 1",)
    whole = load(tmp_path, "{kind: integer, mean: 0.0008, sd: 0.028273, min: 0, max: 1}")
    assert strata(whole).mean() == pytest.approx(0.0008, abs=1e-5)


@pytest.mark.parametrize(
    "entry",
    [
        "{mean: 5, sd: 0, min: 5, max: 5}",
        "{mean: 5.0, sd: 0.00, min: 5, max: 5}",
        "{mean: 5, sd: 0.0000001, min: 5, max: 5}",
        "{mean: 5.0, sd: 0.04, min: 5.0, max: 5.0}",
        "{mean: 5.04, sd: 0.0, min: 5.0, max: 5.0}",
        "{kind: integer, mean: 5.0, sd: 0.0, min: 5, max: 5}",
        "{mean: 5, sd: 0}",
        "5.0 (0.0)",
    ],
)
def test_constants(tmp_path: Path, entry: str) -> None:
    assert np.unique(strata(load(tmp_path, entry))).tolist() == [5.0]


@pytest.mark.parametrize("seed", range(21))
def test_whatever_a_table_prints_of_a_column_is_read(tmp_path: Path, seed: int) -> None:
    """Any sample, printed to any number of digits: never refused, and as near as the digits tell."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 400))
    column = [
        lambda: rng.poisson(rng.uniform(0.01, 4), n).astype(float),
        lambda: rng.lognormal(0, 1.5, n),
        lambda: rng.beta(0.1, 0.1, n),
        lambda: (rng.random(n) < rng.random()).astype(float),
        lambda: rng.integers(-3, 4, n).astype(float),
        lambda: rng.normal(100, 1e-3, n),
        lambda: np.where(rng.random(n) < 0.9, 0.0, rng.exponential(3, n)),
    ][seed % 7]()
    digits = int(rng.integers(1, 5))
    kind = "integer" if (column == np.rint(column)).all() and seed % 2 else "continuous"
    text = {name: f"{getattr(column, name)():.{digits}f}" for name in ("mean", "min", "max")}
    text["sd"] = f"{column.std():.{digits}f}"
    if kind == "integer" or (column == np.rint(column)).all():
        text |= {side: f"{getattr(column, side)():.0f}" for side in ("min", "max")}
    entry = ", ".join(f"{name}: {number}" for name, number in text.items())
    x = strata(load(tmp_path, f"{{kind: {kind}, {entry}}}"))
    unit = 10.0**-digits
    assert abs(x.mean() - column.mean()) < 1.1 * unit + 1e-3 * column.std()
    assert x.min() >= column.min() - 0.6 * unit
    assert x.max() <= column.max() + 0.6 * unit
    quartiles = [f"{q:.{digits}f}" for q in np.quantile(column, [0.25, 0.5, 0.75])]
    told = strata(load(tmp_path, f"'{quartiles[1]} [{quartiles[0]}, {quartiles[2]}]'"))
    np.testing.assert_allclose(np.quantile(told, [0.25, 0.5, 0.75]), np.array(quartiles, dtype=float), atol=unit)


def test_quantiles_out_of_order_by_rounding(tmp_path: Path) -> None:
    assert strata(load(tmp_path, "{quantiles: {0.25: 5.2, 0.5: 5, 0.9: 8}}")).min() < 6
    x = strata(load(tmp_path, "{median: 3, iqr: [3, 3], min: 0, max: 9}"))
    assert np.quantile(x, [0.25, 0.5, 0.75]).tolist() == [3, 3, 3]
    x = strata(load(tmp_path, "{quantiles: {0.25: 0.06, 0.5: 1.0}, min: 0.1}"))  # 0.1 may stand for 0.05
    assert x.min() >= 0.06
    assert strata(load(tmp_path, "{median: 26.1, quantiles: {0.5: 26.12, 0.9: 30}}")) is not None


def test_shares_that_miss_one_by_their_digits(tmp_path: Path) -> None:
    ten = ", ".join(f"c{i}: {share}%" for i, share in enumerate([6] * 16))  # 16 of 6.25%
    prior = load(tmp_path, f"{{shares: {{{ten}}}}}", "class_shares: {a: 0.3, b: 0.3, c: 0.3}\n")
    assert prior.marginals[0].probabilities() == pytest.approx(np.full(16, 1 / 16))
    assert prior.class_shares == pytest.approx(dict.fromkeys("abc", 1 / 3))
    assert prior.notes == (
        "feature 'x': shares sum to 0.96 and were scaled to 1",
        "class_shares sum to 0.9 and were scaled to 1",
    )


def test_correlations_past_what_is_possible_by_their_digits(tmp_path: Path) -> None:
    rest = "  y: {mean: 0.1, sd: 0.3, min: 0, max: 1}\ncorrelations:\n  - {between: [x, y], pearson: %s}\n"
    flag = "{shares: {0: 0.9, 1: 0.1}}"
    assert load(tmp_path, flag, rest % "0.99").latent_dim == 2
    with pytest.raises(PriorError, match=r"can't be 0\.62: with these marginals it lies"):
        load(tmp_path, "{shares: {0: 0.5, 1: 0.5}}", rest % "0.62")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{mean: 0.5, sd: 0.6, min: 0, max: 1}", "sd 0.6 is impossible with mean 0.5"),
        ("{mean: 0.0008, sd: 0.0295, min: 0, max: 1}", "sd 0.0295 is impossible"),
        ("{mean: 1.2, sd: 0.1, min: 0, max: 1}", "mean 1.2 lies outside min 0 and max 1"),
        ("{mean: 41.3, sd: 2.0, min: 10.0, max: 41.1}", "mean 41.3 lies outside"),
        ("{mean: 5.0, sd: 0.3, min: 5.0, max: 5.0}", "only sd 0 allows"),
        ("{kind: integer, mean: 2.5, sd: 0.4, min: 0, max: 9}", "sd 0.4 is impossible for integers with mean 2.5"),
        ("{quantiles: {0.25: 5.3, 0.5: 5.1}}", "quantiles must not decrease"),
        ("{median: 5.3, quantiles: {0.5: 5.1, 0.9: 6}}", "is given twice"),
        ("{median: 5.3, iqr: [5.5, 7]}", "median 5.3 lies outside iqr"),
        ("{iqr: [5.5, 5.1]}", "iqr must be two increasing numbers"),
        ("{shares: {a: 0.5, b: 0.4}}", "shares sum to 0.9, not 1"),
        ("{shares: {a: 50%, b: 40%}}", "shares sum to 0.9, not 1"),
        ("{shares: {a: 0, b: 0, c: 0, d: 0}}", "shares sum to 0, not 1"),
        ("{shares: {a: 1, b: 1, c: 1}}", "shares sum to 3, not 1"),
    ],
)
def test_contradictions_beyond_rounding_are_one_line(tmp_path: Path, entry: str, said: str) -> None:
    with pytest.raises(PriorError, match=said) as caught:
        load(tmp_path, entry)
    assert "line 2, feature 'x'" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_written_is_read(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 300))
    rate = 10.0 ** rng.uniform(-4, 0)
    frame = pd.DataFrame(
        {
            "rare": (rng.random(n) < rate).astype(float),
            "flag": rng.random(n) < 0.5,
            "two": rng.choice([0.1, 0.3], n),
            "count": rng.poisson(rate, n),
            "tiny": rng.normal(0, 1e-12, n),
            "huge": rng.lognormal(0, 5, n) * 1e9,
            "near": 1e6 + rng.normal(0, 1e-7, n),
            "code": rng.choice(["01", "1", "yes", "no", "null", "1e3", "a, b", "x: y", "#", " ", "'"], n),
            7: rng.choice([0.0, 1.0, 1e300], n),
            "day": rng.choice(["2020-01-01", "12:30", ".5", "~", "true"], n),
        }
    )
    frame["again"] = frame["huge"] * 2
    frame["y"] = rng.choice(["01", "no"], n)
    prior = rd.load_prior(rd.priors.write_prior_file(frame, tmp_path / "w.yaml", target="y"))
    assert set(prior.class_shares) == set(frame.y)
    assert set(prior.schema["code"].categories) == set(frame.code)
    rows = prior.sample(200, rng)
    for name in ("rare", "two", "count", "tiny", "huge", "near"):
        column = rows[:, prior.schema.names.index(name)]
        assert column.min() >= frame[name].min()
        assert column.max() <= frame[name].max()


def test_codes_with_leading_zeros_are_text_quoted_or_not(tmp_path: Path) -> None:
    prior = load(tmp_path, "{shares: {01: 0.5, '02': 0.25, 007: 0.125, 10: 0.125}}", "  n: {mean: 0.5, sd: 0.25}\n")
    assert prior.schema["x"].categories == ("01", "02", "007", 10)
    (tmp_path / "s.yaml").write_text("features: {x: {categories: [01, 010, yes, no, 3]}, z: {min: 0, max: 1e3}}")
    schema = rd.load_schema(tmp_path / "s.yaml")
    assert schema["x"].categories == ("01", "010", "yes", "no", 3)
    assert schema["z"].high == 1000.0
