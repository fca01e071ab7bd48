"""Prior files that say what the rows of each class are like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import retrodict as rd
from retrodict.errors import PriorError
from retrodict.priors import ClassPrior, CopulaPrior, IndependentPrior, write_prior_file
from tests.priors.test_classes import world

FILE = """
features:
  age: {kind: integer, mean: 50, sd: 10, min: 20, max: 90}
  bmi: 25 (4)
  site: {kind: categorical, shares: {a: 0.5, b: 0.3, c: 0.2}}
correlations:
  - {between: [age, bmi], spearman: 0.4}
class_shares: {"0": 0.7, "1": 0.3}
classes:
  1:
    features:
      age: {mean: 60, sd: 8}
      site: {shares: {a: 0.1, c: 0.9}}
    correlations:
      - {between: [age, bmi], spearman: -0.2}
"""


def read(tmp_path: Path, text: str) -> ClassPrior:
    path = tmp_path / "prior.yaml"
    path.write_text(text, encoding="utf-8")
    found = rd.load_prior(path)
    assert isinstance(found, ClassPrior)
    return found


def test_a_class_differs_in_what_is_said_of_it(tmp_path: Path) -> None:
    prior = read(tmp_path, FILE)
    plain, other = prior.of_class(0), prior.of_class(1)
    assert isinstance(plain, CopulaPrior)
    assert isinstance(other, CopulaPrior)
    assert plain.correlation[0, 1] == pytest.approx(2 * np.sin(np.pi * 0.4 / 6))
    assert other.correlation[0, 1] == pytest.approx(-2 * np.sin(np.pi * 0.2 / 6))
    X = other.sample(20_000, np.random.default_rng(0))
    assert X[:, 0].mean() == pytest.approx(60, abs=0.3)
    assert set(np.unique(X[:, 0] % 1)) == {0.0}  # an integer, as in all rows
    assert X[:, 0].min() >= 20
    assert X[:, 1].mean() == pytest.approx(25, abs=0.2)
    np.testing.assert_allclose(np.bincount(X[:, 2].astype(int)) / len(X), [0.1, 0.0, 0.9], atol=0.02)
    assert prior.weights == (0.7, 0.3)
    assert [(note.code, note.values["classes"]) for note in prior.notes] == [("classes_taken_as_all", ["0"])]


def test_without_correlations_classes_are_independent(tmp_path: Path) -> None:
    text = FILE[: FILE.index("correlations:")] + FILE[FILE.index("class_shares:") : FILE.rindex("    correlations:")]
    assert all(isinstance(part, IndependentPrior) for part in read(tmp_path, text).components)


def test_a_class_may_differ_in_its_correlations_alone(tmp_path: Path) -> None:
    text = FILE[: FILE.rindex("    features:")] + FILE[FILE.rindex("    correlations:") :]
    plain, other = read(tmp_path, text).components
    assert isinstance(plain, CopulaPrior)
    assert isinstance(other, CopulaPrior)
    assert plain.correlation[0, 1] > 0 > other.correlation[0, 1]
    assert other.marginals == plain.marginals


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('class_shares: {"0": 0.7, "1": 0.3}', "", "add class_shares"),
        ("\n  1:\n", "\n  2:\n", r"line 10, class '2': it is none of class_shares \(0, 1\)"),
        ("age: {mean: 60, sd: 8}", "weight: 70 (8)", "class '1', feature 'weight': it is no feature"),
        (
            "shares: {a: 0.1, c: 0.9}",
            "shares: {a: 0.1, d: 0.9}",
            "categorical of a, d here and categorical of a, b, c in",
        ),
        ("age: {mean: 60, sd: 8}", "age: {mean: 60, sd: -8}", "line 12, class '1', feature 'age'"),
        ("spearman: -0.2", "spearman: -2", "class '1', correlation 1"),
        ("\n    features:\n      age", "\n    traits:\n      age", "unknown field 'traits'"),
    ],
)
def test_what_is_wrong_is_named_with_its_class(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in FILE
    with pytest.raises(PriorError, match=said):
        read(tmp_path, FILE.replace(old, new))


def test_a_file_of_a_sample_says_what_each_class_is_like(tmp_path: Path) -> None:
    frame = world(600, third=4)
    path = write_prior_file(frame, tmp_path / "prior.yaml", target="target", by_class=True)
    prior = rd.load_prior(path)
    assert isinstance(prior, ClassPrior)
    for label, sign in (("no", 1), ("yes", -1)):
        own = prior.of_class(label)
        assert own is not None
        X, rows = own.sample(20_000, np.random.default_rng(0)), frame[frame["target"] == label]
        assert X[:, 1].mean() == pytest.approx(rows["b"].mean(), abs=0.1)
        assert 0.5 < sign * np.corrcoef(X[:, 0], X[:, 1])[0, 1] < 0.9
        assert (X[:, 2] == 0).mean() == pytest.approx((rows["site"] == "x").mean(), abs=0.02)
    with pytest.raises(PriorError, match="name it as target"):
        write_prior_file(frame, tmp_path / "other.yaml", by_class=True)
    with pytest.raises(PriorError, match="no class of 'target' has 10 rows to say what it is like"):
        write_prior_file(frame[:8], tmp_path / "other.yaml", target="target", by_class=True)
