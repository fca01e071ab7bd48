"""Prior files: what they may say, and the one line that each mistake is answered with."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import ndtri

from retrodict.errors import PriorError
from retrodict.priors import CopulaPrior, IndependentPrior, fit_prior, load_prior, write_prior_file

LOGNORMAL = tuple(stats.lognorm(0.5, scale=2).ppf([0.25, 0.5, 0.75]))

EXAMPLE = """\
features:
  age:         {kind: integer, mean: 44.2, sd: 12.1, min: 17, max: 90}
  bmi:         {median: 26.1, iqr: [23.0, 30.2], min: 10}
  glucose:     {quantiles: {0.05: 80, 0.5: 117, 0.95: 181}}
  pregnancies: {kind: integer, distribution: poisson, mu: 3.8}
  sex:         {kind: categorical, shares: {male: 0.67, female: 0.33}}
  site:        {kind: categorical, categories: [a, b, c]}    # equal shares
  weight:      {min: 30, max: 200}                           # a range alone is uniform
  insulin:     {mean: 80, sd: 115, min: 0, missing: 0.05}
correlations:
  - {between: [age, bmi], pearson: 0.21}
class_shares: {"no": 0.76, "yes": 0.24}                      # optional
"""


def load(tmp_path: Path, text: str) -> IndependentPrior | CopulaPrior:
    path = tmp_path / "prior.yaml"
    path.write_text(text, encoding="utf-8")
    return load_prior(path)


def strata(prior: IndependentPrior | CopulaPrior, name: str, n: int = 50_000) -> np.ndarray:
    """One independent feature's values at strata of equal probability; no randomness."""
    j = prior.schema.names.index(name)
    return prior.marginals[j].quantile_z(ndtri((np.arange(n) + 0.5) / n))


def test_the_documented_example(tmp_path: Path) -> None:
    prior = load(tmp_path, EXAMPLE)
    assert isinstance(prior, CopulaPrior)
    assert prior.latent_dim == 9
    assert prior.notes == ()
    assert prior.class_shares == {"no": 0.76, "yes": 0.24}
    assert prior.schema.target.classes == ("no", "yes")
    assert [f.kind for f in prior.schema.features[:5]] == [
        "integer",
        "continuous",
        "continuous",
        "integer",
        "categorical",
    ]
    assert (prior.schema["age"].low, prior.schema["age"].high) == (17, 90)
    assert prior.schema["pregnancies"].low == 0
    assert prior.schema["insulin"].missing == 0.05
    age = strata(prior, "age")
    assert age.mean() == pytest.approx(44.2, abs=1e-3)
    assert age.std() == pytest.approx(12.1, abs=1e-3)
    np.testing.assert_allclose(np.quantile(strata(prior, "bmi"), [0.25, 0.5, 0.75]), [23, 26.1, 30.2], rtol=1e-3)
    assert (strata(prior, "sex") == 0).mean() == pytest.approx(0.67, abs=1e-4)
    n = 30_000
    x = prior.sample(n, np.random.default_rng(0))
    found = np.corrcoef(x[:, 0], x[:, 1])[0, 1]
    assert abs(found - 0.21) < 4.5 / np.sqrt(n)
    assert abs(np.corrcoef(x[:, 0], x[:, 2])[0, 1]) < 4.5 / np.sqrt(n)  # the pair that was not stated


@pytest.mark.parametrize(
    ("entry", "kind", "expected"),
    [
        ("44.2 (12.1)", "continuous", {"mean": 44.2, "sd": 12.1}),
        ("44.2 ± 12.1", "continuous", {"mean": 44.2, "sd": 12.1}),
        ("26.1 [23.0, 30.2]", "continuous", {"q": (23.0, 26.1, 30.2)}),
        ("26.1 [23.0–30.2]", "continuous", {"q": (23.0, 26.1, 30.2)}),
        ("30 to 200", "continuous", {"mean": 115.0, "sd": 170 / np.sqrt(12)}),
        ("{kind: integer, min: 1, max: 6}", "integer", {"mean": 3.5, "sd": np.sqrt(35 / 12)}),
        ("{median: 54, min: 18, max: 90}", "continuous", {"q": (None, 54, None)}),
        ("{kind: integer, median: 3, iqr: [1, 6], min: 0}", "integer", {"q": (1, 3, 6)}),
        ("{iqr: [23, 30]}", "continuous", {"q": (23, 26.5, 30)}),
        ("{distribution: lognorm, s: 0.5, scale: 2}", "continuous", {"q": LOGNORMAL}),
        ("{distribution: poisson, mu: 3.8}", "integer", {"mean": 3.8, "sd": np.sqrt(3.8)}),
        ("{distribution: norm, loc: 1e1, scale: 2}", "continuous", {"mean": 10, "sd": 2}),
        ("{shares: {f: 402 (67%), m: 198 (33%)}}", "binary", {"p": (0.67, 0.33)}),
        ("{shares: {f: 67%, m: 33%}}", "binary", {"p": (0.67, 0.33)}),
        ("{counts: {f: 402, m: 198}}", "binary", {"p": (0.67, 0.33)}),
        ("{counts: {a: '1,204 (60.2%)', b: 796 (39.8%)}}", "binary", {"p": (0.602, 0.398)}),
        (
            "{kind: ordinal, categories: [low, mid, high], shares: {high: 0.5, low: 0.5}}",
            "ordinal",
            {"p": (0.5, 0, 0.5)},
        ),
        ("{categories: [yes, no, 2020-01-01]}", "categorical", {"p": (1 / 3, 1 / 3, 1 / 3)}),
        ("{mean: 3, sd: 0}", "continuous", {"mean": 3, "sd": 0}),
    ],
)
def test_every_form_of_an_entry(tmp_path: Path, entry: str, kind: str, expected: dict[str, object]) -> None:
    prior = load(tmp_path, f"features:\n  x: {entry}\n")
    assert prior.schema["x"].kind == kind
    x = strata(prior, "x")
    if "mean" in expected:
        assert x.mean() == pytest.approx(expected["mean"], abs=2e-3)
        assert x.std() == pytest.approx(expected["sd"], abs=1e-2)
    for p, q in zip((0.25, 0.5, 0.75), expected.get("q", ()), strict=False):  # type: ignore[call-overload]
        assert q is None or np.quantile(x, p) == pytest.approx(q, rel=1e-3)
    for k, p in enumerate(expected.get("p", ())):  # type: ignore[arg-type]
        assert (x == k).mean() == pytest.approx(p, abs=1e-4)


def test_words_that_old_yaml_takes_for_truth_stay_words(tmp_path: Path) -> None:
    prior = load(tmp_path, "features: {x: {shares: {no: 0.5, yes: 0.5}}}\nclass_shares: {off: 40%, on: 60%}\n")
    assert prior.schema["x"].categories == ("no", "yes")
    assert prior.class_shares == {"off": 0.4, "on": 0.6}


def test_rounded_shares_are_scaled_and_said_so(tmp_path: Path) -> None:
    prior = load(tmp_path, "features: {x: {shares: {a: 0.33, b: 0.33, c: 0.33}}}\nclass_shares: {a: 0.67, b: 0.34}\n")
    assert prior.notes == (
        "feature 'x': shares sum to 0.99 and were scaled to 1",
        "class_shares sum to 1.01 and were scaled to 1",
    )
    assert sum((prior.class_shares or {}).values()) == pytest.approx(1)


def test_missing_may_be_a_percentage_and_names_may_be_numbers(tmp_path: Path) -> None:
    prior = load(tmp_path, "features:\n  1: {mean: 1, sd: 1, missing: 5%}\n  2: {mean: 1, sd: 1, missing: 12 (4%)}\n")
    assert prior.schema.names == ("1", "2")
    assert [f.missing for f in prior.schema.features] == [0.05, 0.04]


def test_contradicting_correlations_are_noted(tmp_path: Path) -> None:
    body = "features: {a: 0 (1), b: 0 (1), c: 0 (1)}\ncorrelations:\n"
    pairs = [("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", -0.9)]
    text = body + "".join(f"  - {{between: [{a}, {b}], spearman: {r}}}\n" for a, b, r in pairs)
    assert "contradict one another" in load(tmp_path, text).notes[0]


F = "features:\n  age: {mean: 44, sd: 12}\n"  # two lines that are right
G = F + "  b: 1 (2)\ncorrelations:\n"  # and four
MISTAKES: list[tuple[str, str]] = [
    ("", " is empty; it needs 'features:'"),
    ("# only a remark\n", " is empty; it needs 'features:'"),
    ("features: [", ", line 1: not plain YAML: "),
    ("features:\n  a: {mean: 1\n  b: 2\n", "not plain YAML: "),
    ("- a\n- b\n", ", line 1: a mapping with 'features:' was expected, got a list"),
    ("just text\n", ", line 1: a mapping with 'features:' was expected, got 'just text'"),
    ("kind: copula\n", ", line 1: 'features:' must map names to what is known of them, got None"),
    ("features: {}\n", ", line 1: 'features:' must map names"),
    (F + "feature: 3\n", ", line 3: unknown field 'feature'; did you mean features?"),
    (F + "  age: {mean: 1, sd: 1}\n", ", line 3: 'age' stands twice, first in line 2; keep one"),
    (F + "  b: {mean: 1, mean: 2, sd: 1}\n", ", line 3: 'mean' stands twice, first in line 3; keep one"),
    (F + "  b: !!python/object/apply:os.system [ls]\n", ", line 3: not plain YAML: could not determine a constructor"),
    (F + "  b: {mean: 1, std: 2}\n", ", line 3, feature 'b': unknown field 'std'; did you mean sd?"),
    (F + "  b: {mean: .nan, sd: 2}\n", ", line 3, feature 'b': mean must be a finite number, got nan"),
    (F + "  b: {mean: 1, sd: .inf}\n", ", line 3, feature 'b': sd must be a finite number, got inf"),
    (F + "  b: {mean: low, sd: 2}\n", ", line 3, feature 'b': mean must be a number, got 'low'"),
    (F + "  b:\n    mean: 5\n    sd: true\n", ", line 5, feature 'b': sd must be a number, got True"),
    (F + "  b: {mean: 5}\n", ", line 3, feature 'b': sd is absent; mean and sd go together"),
    (F + "  b: {sd: 5}\n", ", line 3, feature 'b': mean is absent; mean and sd go together"),
    (F + "  b: {mean: 5, sd: -2}\n", ", line 3, feature 'b': sd must not be negative, got -2; correct it"),
    (
        F + "  b: {mean: 5, sd: 2, median: 4}\n",
        "feature 'b': mean and sd and median and quantiles are both given; keep",
    ),
    (F + "  b: {min: 5}\n", ", line 3, feature 'b': nothing says how its values are spread; give mean and sd"),
    (F + "  b: {}\n", ", line 3, feature 'b': nothing says how its values are spread"),
    (F + "  b:\n", ", line 3, feature 'b': fields such as {mean: 44.2, sd: 12.1} or '44.2 (12.1)' were expected, got"),
    (F + "  b: about 5\n", ", line 3, feature 'b': can't read 'about 5'; write '44.2 (12.1)' for mean (sd)"),
    (F + "  b: {min: 5, max: 2}\n", ", line 3, feature 'b': min 5.0 is above max 2.0"),
    (F + "  b: {mean: 9, sd: 1, min: 0, max: 8}\n", "feature 'b': mean 9 lies outside min 0 and max 8; correct one"),
    (
        F + "  b: {mean: 26, sd: 30, min: 10, max: 50}\n",
        ", line 3, feature 'b': sd 30 is impossible with mean 26, min 10 and max 50; it must be below 19.5959",
    ),
    (F + "  b: {kind: integer, mean: 2.5, sd: 0.1}\n", "feature 'b': sd 0.1 is impossible for integers with mean 2.5"),
    (
        "features:\n  age: {mean: 44, sd: 12}\n  # BMI\n  bmi:\n    median: 26.1\n\n    iqr: [30.2, 23.0]\n",
        ", line 7, feature 'bmi': iqr must be two increasing numbers, got [30.2, 23.0]",
    ),
    (F + "  b: {median: 40, iqr: [1, 3]}\n", "feature 'b': median 40 lies outside iqr [1, 3]; correct one"),
    (F + "  b: {quantiles: {0.25: 3, 0.75: 2}}\n", "feature 'b': quantiles must not decrease, got 3 at 0.25 and 2 at"),
    (F + "  b: {quantiles: {25: 3, 75: 2}}\n", "quantiles: a probability must be a number from 0 to 1, got 25"),
    (F + "  b: {quantiles: {0.5: x}}\n", "quantiles: the value at 0.5 must be a finite number, got 'x'"),
    (F + "  b: {median: 3}\n", ", line 3, feature 'b': give at least two quantiles with probabilities between 0 and 1"),
    (F + "  b: {quantiles: {0.5: 3, 0.9: 4}, median: 2}\n", "the 0.5 quantile is given twice, as 3 and 2; keep one"),
    (F + "  b: {distribution: poison, mu: 3}\n", "feature 'b': unknown distribution 'poison'; did you mean poisson"),
    (F + "  b: {distribution: gamma}\n", ", line 3, feature 'b': gamma needs a; add it"),
    (F + "  b: {distribution: gamma, a: x}\n", "feature 'b': gamma's a must be a finite number, got 'x'; correct it"),
    (F + "  b: {distribution: gamma, a: 2, scal: 1}\n", "gamma has no parameter 'scal'; did you mean scale?"),
    (
        F + "  b: {distribution: gamma, a: 2, mean: 1}\n",
        "mean and sd and distribution are both given; keep one of them",
    ),
    (F + "  b: {shares: {m: 0.5, f: -0.5}}\n", ", line 3, feature 'b': shares of 'f' must not be negative, got -0.5"),
    (F + "  b: {shares: {m: 0.5, f: 0.3}}\n", ", line 3, feature 'b': shares sum to 0.8, not 1; correct them, write"),
    (F + "  b: {shares: {m: 67, f: 33}}\n", "shares sum to 100, not 1; correct them, write percentages with %, or use"),
    (F + "  b: {shares: {m: .nan, f: 1}}\n", "shares of 'm' must be a number, '67%' or '402 (67%)', got nan"),
    (F + "  b: {shares: [0.5, 0.5]}\n", ", line 3, feature 'b': shares must map names to numbers, got [0.5, 0.5]"),
    (F + "  b: {shares: {~: 0.5, a: 0.5}}\n", "feature 'b': shares: a name is empty; quote it or give it a name"),
    (F + "  b: {counts: {m: 0, f: 0}}\n", ", line 3, feature 'b': counts are all zero; give at least one that is not"),
    (F + "  b: {shares: {m: 0.5, x: 0.5}, categories: [m, f]}\n", "shares name 'x', which is not among the categories"),
    (F + "  b: {categories: []}\n", ", line 3, feature 'b': categories must be a list of names or numbers, got []"),
    (F + "  b: {categories: [a, a]}\n", ", line 3, feature 'b': categories must differ, got ['a', 'a']"),
    (
        F + "  b: {kind: categorical}\n",
        "feature 'b': a categorical feature needs shares, counts or categories; add one",
    ),
    (F + "  b: {kind: integer, categories: [1, 2]}\n", "a feature of kind integer has no categories; use kind categ"),
    (F + "  b: {kind: binary, categories: [1, 2, 3]}\n", "a binary feature has two categories, got 3"),
    (F + "  b: {kind: intger, mean: 3, sd: 1}\n", ", line 3, feature 'b': kind must be one of continuous, integer"),
    (F + "  b: {kind: intger, mean: 3, sd: 1}\n", "got 'intger'; did you mean integer?"),
    (
        F + "  b: {kind: integer, min: 0.2, max: 0.8}\n",
        ", line 3, feature 'b': no integer lies between min 0.2 and max",
    ),
    (
        F + "  b: {mean: 3, sd: 1, missing: 1.5}\n",
        "feature 'b': missing must be a share from 0 to 1 or a percentage, got",
    ),
    (F + "  b: {mean: 3, sd: 1, missing: 100%}\n", ", line 3, feature 'b': missing must be below 1, got '100%'"),
    (F + "  b: {shares: {a: 1}, min: 3}\n", ", line 3, feature 'b': a feature with shares has no min or max"),
    (
        F + "  b: {mean: x, sd: 1}\n  c: {mean: y, sd: 1}\n",
        "line 3, feature 'b': mean must be a number, got 'x' (1 more",
    ),
    (F + "correlations: 3\n", "correlations must be a list, got 3"),
    (G + "  - {between: [age, c], pearson: 0.1}\n", ", line 5, correlation 1: a correlation "),
    (G + "  - {between: [age, c], pearson: 0.1}\n", "names 'c', which is no feature; the"),
    (
        F + "correlations:\n  - {between: [age, age], pearson: 0.1}\n",
        ", line 4, correlation 1: a correlation of 'age' with",
    ),
    (G + "  - {between: [age, b], pearson: 2}\n", "line 5, correlation 1: the correlation of"),
    (
        G + "  - {between: [age, b], pearson: 0.1}\n  - {between: [b, age], kendall: 0.1}\n",
        ", line 6, correlation 2: the correlation of 'b' and 'age' stands twice; keep one",
    ),
    (G + "  - {between: [age, b]}\n", "correlation 1: give one of pearson, spearman, kendall"),
    (G + "  - {between: [age, b], r: 1}\n", ", line 5, correlation 1: unknown field 'r'"),
    (G + "  - {between: age, pearson: 1}\n", "between must be a list of two features, got 'age'"),
    (
        F + "  b: {mean: 1, sd: 4, min: 0}\ncorrelations:\n  - {between: [age, b], pearson: -0.9}\n",
        ", line 5, correlation 1: the pearson correlation of 'age' and 'b' can't be -0.9: with these marginals it lies",
    ),
    (F + "class_shares: {a: 0.5, b: 0.1}\n", ", line 3: class_shares sum to 0.6, not 1; correct them"),
    (F + "class_shares: 5\n", ", line 3: class_shares must map names to numbers, got 5"),
    (F + "target: age\n", "target 'age' is also a feature; leave it out of the features"),
    (F + "kind: vine\n", ", line 3: kind must be one of independent, copula, got 'vine'"),
    (F + "a: &a [*a]\n", ""),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=range(len(MISTAKES)))
def test_each_mistake_is_one_line_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(PriorError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert expected in message
    assert str(tmp_path / "prior.yaml") in message
    assert "\n" not in message
    assert not re.search(r"pydantic|Traceback|Value error", message)


def test_files_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(PriorError, match=r"none\.yaml' does not exist; check the path"):
        load_prior(tmp_path / "none.yaml")
    with pytest.raises(PriorError, match="can't be read: Is a directory"):
        load_prior(tmp_path)
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(PriorError, match="can't be read: it is not UTF-8 text"):
        load_prior(tmp_path / "b.yaml")


def test_alias_bombs_are_refused_quickly(tmp_path: Path) -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for k in range(1, 9):
        text += f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]\n"
    with pytest.raises(PriorError, match="has more than 200,000 entries"):
        load(tmp_path, text)


def sample(n: int = 500) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    age = np.clip(np.rint(rng.normal(44, 12, n)), 17, 90)
    return pd.DataFrame(
        {
            "age": age.astype(int),
            "bmi": 20 + 0.1 * age + rng.normal(0, 2, n),
            "gain": np.where(rng.random(n) < 0.9, 0.0, rng.lognormal(8, 1, n)),
            "two": rng.choice([0.5, 7.25], n),
            "flag": rng.integers(0, 2, n),
            "fixed": np.full(n, 3.5),
            "site": rng.choice(["yes", "no", "1"], n),
            "gap": np.where(rng.random(n) < 0.2, np.nan, rng.random(n)),
            "y": np.where(age > 45, "yes", "no"),
        }
    )


@pytest.mark.parametrize("correlations", [0.0, 0.2, None])
def test_what_is_written_of_a_sample_loads_and_agrees_with_it(tmp_path: Path, correlations: float | None) -> None:
    frame = sample()
    prior = load_prior(write_prior_file(frame, tmp_path / "t.yaml", target="y", correlations=correlations))
    assert prior.schema.names == tuple(frame.columns[:-1])
    assert prior.schema.target.name == "y"
    assert prior.class_shares == pytest.approx(dict(frame["y"].value_counts(normalize=True)))
    for name in ("age", "bmi", "gain", "gap"):
        x = strata(prior, name)
        assert x.mean() == pytest.approx(frame[name].mean(), rel=3e-3)
        assert x.std() == pytest.approx(frame[name].std(ddof=0), rel=1e-2)
        assert x.min() >= frame[name].min()
        assert x.max() <= frame[name].max()
    assert prior.schema["gap"].missing == pytest.approx(frame["gap"].isna().mean(), rel=1e-5)
    assert prior.schema["site"].categories == ("1", "no", "yes")
    if correlations is None:
        assert isinstance(prior, IndependentPrior)
    else:
        n = 20_000
        x = prior.sample(n, np.random.default_rng(0))
        stated = frame["age"].corr(frame["bmi"])
        assert abs(np.corrcoef(x[:, 0], x[:, 1])[0, 1] - stated) < 4.5 / np.sqrt(n)


@pytest.mark.parametrize("seed", range(12))
def test_any_small_sample_makes_a_file_that_loads(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    frame = pd.DataFrame(
        {
            "a": rng.choice([0.1, 0.2, 1e6], n),
            "b": rng.integers(0, 3, n),
            "c": rng.standard_cauchy(n),
            "d": rng.standard_normal(n) * 1e-9 + 1e3,
            "e": rng.integers(0, 2, n).astype(float) * 1e7,
        }
    )
    frame["f"] = frame["c"] * -3 + 1
    load_prior(write_prior_file(frame, tmp_path / "t.yaml")).sample(10, rng)


def test_writing_refuses_what_it_can_not_write(tmp_path: Path) -> None:
    with pytest.raises(PriorError, match="from 0 rows; give a sample"):
        write_prior_file(pd.DataFrame({"a": []}), tmp_path / "t.yaml")
    with pytest.raises(PriorError, match="target 'y' is no column"):
        write_prior_file(pd.DataFrame({"a": [1.0, 2.0]}), tmp_path / "t.yaml", target="y")
    with pytest.raises(PriorError, match="can't be written: No such file"):
        write_prior_file(pd.DataFrame({"a": [1.0, 2.0]}), tmp_path / "no" / "t.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("features:\n  a: {min: 0, max: 1}\x00\n", "not plain YAML"),
        ("features:\n  a: {categories: [u, .nan]}\n", "line 2, feature 'a': a missing value is no category"),
    ],
    ids=["NUL", "NaN category"],
)
def test_characters_and_categories_that_no_file_holds(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "prior.yaml"
    path.write_text(text)
    with pytest.raises(PriorError, match=said) as caught:
        load_prior(path)
    assert "\n" not in str(caught.value)


def test_categories_that_no_row_holds_are_left_out(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": pd.Categorical(["u", "v", "u"], categories=["u", "v", "w"]), "b": [1.0, 2.5, 3.0]})
    assert fit_prior(frame).schema["a"].categories == ("u", "v")
    assert load_prior(write_prior_file(frame, tmp_path / "p.yaml")).schema["a"].categories == ("u", "v")
    assert list(frame["a"].cat.categories) == ["u", "v", "w"]
