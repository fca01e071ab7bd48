"""The core does without the extras; what needs one names it in one line, before its work."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from retrodict.errors import MissingExtraError
from retrodict.extras import EXTRA_OF, extra_for
from retrodict.models.family import openings

ROOT = Path(__file__).resolve().parents[1]

WITHOUT = f"""
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {set(EXTRA_OF)!r}:
            raise ModuleNotFoundError(f"No module named '{{name}}'", name=name)

sys.meta_path.insert(0, Missing())
"""
"""Makes this process one in which no extra is installed."""

CORE = """
import retrodict as rd
import numpy as np, skops.io
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB

[getattr(rd, name) for name in rd.__all__]
table = load_iris(as_frame=True).frame
train, holdout = table[::2], table[1::2]
X, y = train.drop(columns="target"), train["target"]
skops.io.dump(GaussianNB().fit(X, y), "m.skops")
assert rd.inspect_model("m.skops").facts
found = rd.reconstruct("m.skops", rd.fit_prior(holdout.drop(columns="target")), 60, seed=0, progress=False)
found.save("rows")
assert rd.Reconstruction.load("rows") == found
assert len(rd.evaluate(found, train, holdout).summary())

forest = RandomForestClassifier(3, max_depth=2, random_state=0).fit(X, y)
curve = lambda: rd.record_risk(found, train, holdout)
audit = lambda: rd.audit("m.skops", train=train, holdout=holdout, out="audit")
rebuild = lambda: rd.rebuild(forest, seconds=1)
boosted = lambda: rd.replicate(found, "xgboost", holdout=holdout, model="m.skops", train=train)
from retrodict.report.study.write import study_report
study = lambda: study_report(table, out="study")
for run in (curve, audit, rebuild, boosted, study):
    try:
        run()
        print("it ran")
    except rd.errors.MissingExtraError as error:
        print(error)
"""


def test_the_core_works_alone_and_the_rest_says_what_it_lacks(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT + CORE], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.splitlines() == [
        "comparing rebuilt rows with real ones needs numba, which is not installed; pip install 'retrodict[rebuild]'",
        "an audit needs matplotlib, which is not installed; pip install 'retrodict[report]'",
        "rebuilding a table from equations needs numba, which is not installed; pip install 'retrodict[rebuild]'",
        "the estimator 'xgboost' needs xgboost, which is not installed; pip install 'retrodict[xgboost]'",
        "the report of a study needs matplotlib, which is not installed; pip install 'retrodict[study]'",
    ]
    assert not any(path.name in ("audit", "study", "demo") for path in tmp_path.iterdir())


def test_extras_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for library, extra in EXTRA_OF.items():
        assert any(line.startswith(library.replace("_", "-")) for line in extras[extra])
        assert not any(line.startswith(library.replace("_", "-")) for line in project["dependencies"])


def test_what_is_no_extra_is_not_called_one() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_thing") as caught, extra_for("this"):
        import no_such_thing  # type: ignore[import-not-found]  # noqa: F401
    assert not isinstance(caught.value, MissingExtraError)


NOTHING_OPTIONAL = f"""
import sys
import retrodict as rd
import skops.io
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

[getattr(rd, name) for name in rd.__all__]
X, y = load_iris(return_X_y=True, as_frame=True)
skops.io.dump(LogisticRegression(max_iter=500).fit(X, y), "m.skops")
rd.inspect_model("m.skops")
rd.reconstruct("m.skops", rd.fit_prior(X), 30, seed=0, progress=False)
rd.sanitize("m.skops", rows=100)
print([name for name in {sorted(EXTRA_OF)!r} if name in sys.modules])
"""


@pytest.mark.slow
def test_models_of_scikit_learn_import_no_library_of_an_extra(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", NOTHING_OPTIONAL], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.stdout == "[]\n", found.stderr


OPENS = """
import json
import retrodict as rd
from retrodict.cli.app import run
path, settings = sys.argv[1], json.loads(sys.argv[2])
for do in (rd.load_model, rd.inspect_model, rd.sanitize):
    try:
        do(path, **settings)
        print("it ran")
    except rd.errors.MissingExtraError as error:
        print(error)
words = ["inspect", path, *(["--trust-pickle"] if settings.get("trust_pickle") else [])]
print(run(words), file=sys.stderr)
"""


def fixture_of(family: str, extra: str) -> Any:
    """Return a committed file of a family, whose model is of a library of an extra."""
    home = f"tests.families.{family}.fixtures"
    try:
        found = import_module(home).FIXTURES
        return next(one for name, one in found.items() if family == extra or name.endswith(extra))
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in EXTRA_OF:
            pytest.skip(f"{error.name} is not installed")
        raise


WITH_LIBRARY = [
    (name.rpartition(".")[2], EXTRA_OF[package])
    for name, opening in openings()
    for package in opening.PACKAGES[:1]
    if package in EXTRA_OF
] + [("mlflow", "lightgbm")]  # a folder needs the library of the model inside


@pytest.mark.slow
@pytest.mark.parametrize(("family", "extra"), WITH_LIBRARY)
def test_a_file_whose_library_is_missing_is_refused_in_one_line_that_names_it(
    family: str, extra: str, tmp_path: Path
) -> None:
    one = fixture_of(family, extra)
    trusted = {name: value for name, value in one.settings.items() if name == "trust_pickle"}
    arguments = [str(one.path), json.dumps(trusted)]
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT + OPENS, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    lines = found.stdout.splitlines()
    assert len(lines) == 3
    assert all(line.endswith(f"which is not installed; pip install 'retrodict[{extra}]'") for line in lines)
    *said, code = found.stderr.splitlines()
    assert said == [f"error: {lines[0]}"]
    assert code == "2"


ALGORITHMS = """
import retrodict as rd
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
X, y = load_iris(return_X_y=True, as_frame=True)
model = LogisticRegression(max_iter=500).fit(X, y)
for name in sys.argv[1:]:
    try:
        rd.migrate(model, name, rd.fit_prior(X), rows=50, progress=False)
    except rd.errors.MissingExtraError as error:
        print(error)
rd.migrate(model, "naive_bayes", rd.fit_prior(X), rows=50, progress=False)
print("the rest works")
"""
BOOSTERS = ("catboost", "lightgbm", "xgboost")


@pytest.mark.slow
def test_algorithms_whose_library_is_missing_are_named_and_the_rest_works(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT + ALGORITHMS, *BOOSTERS],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert found.stdout.splitlines() == [
        *(
            f"the estimator '{name}' needs {name}, which is not installed; pip install 'retrodict[{name}]'"
            for name in BOOSTERS
        ),
        "the rest works",
    ]
