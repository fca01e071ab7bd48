"""Files of other releases, and of packages that are not here: what is said of them."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import joblib
import pytest
import sklearn
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from retrodict.errors import ScoringError
from retrodict.families.sklearn.open.releases import unreadable
from retrodict.models import Meter, audit_file, load_model
from tests.families.sklearn.open.test_hostile_files import X, Y, refusal
from tests.fuzz.skops_mutations import Parts


def old_release(content: bytes, release: bytes) -> bytes:
    return content.replace(sklearn.__version__.encode(), release)


@pytest.mark.parametrize("write", [pickle.dumps, partial(pickle.dumps, protocol=0)], ids=["new", "protocol 0"])
def test_a_failing_model_of_another_release_names_it(tmp_path: Path, write: Callable[[Any], bytes]) -> None:
    trained = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    del trained[0].scale_  # what the other release did not store
    path = tmp_path / "m.pkl"
    path.write_bytes(old_release(write(trained), b"1.3.0" if len(sklearn.__version__) == 5 else b"1.3.00"))
    model = load_model(path, trust_pickle=True)
    assert model.audit.written_by.startswith("scikit-learn 1.3.0")
    with pytest.raises(ScoringError) as caught:
        Meter(model).output(X)
    assert "its file was written by scikit-learn 1.3.0" in str(caught.value)
    assert "prior" not in str(caught.value)


def test_the_release_is_found_in_compressed_pickles(tmp_path: Path) -> None:
    for kind in ("zlib", "gzip", "bz2", "xz"):
        joblib.dump(LogisticRegression().fit(X, Y), tmp_path / "m.pkl", compress=(kind, 3))
        assert audit_file(tmp_path / "m.pkl").written_by == f"scikit-learn {sklearn.__version__}"


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("sklearn.ensemble.forest", "sklearn.ensemble.forest is of scikit-learn before 0.22"),
        ("sklearn.externals.joblib", "sklearn.externals.joblib is of scikit-learn before 0.23"),
        ("imblearn.pipeline", "imblearn is not installed: install imbalanced-learn to read it"),
        ("nowhere_to_be_found.steps", "nowhere_to_be_found is not installed: install nowhere_to_be_found to read it"),
    ],
)
def test_modules_that_are_missing_say_what_to_install(tmp_path: Path, module: str, text: str) -> None:
    if module.partition(".")[0] in sys.modules and not module.startswith("sklearn"):
        pytest.skip("it is installed here")
    assert text in refusal(tmp_path / "m.pkl", f"\x80\x02c{module}\nName\n)\x81.".encode("latin-1"), trust_pickle=True)
    if module.startswith("sklearn"):
        return
    parts = Parts.of(skops.io.dumps(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)))
    parts.schema["__module__"] = module
    told = refusal(tmp_path / "m.skops", parts.content(compressed=False))
    assert text in told
    assert "--trust" not in told


@pytest.mark.parametrize(
    ("module", "package"), [("sklearn2pmml.decoration", "sklearn2pmml"), ("sklearn_pandas", "sklearn-pandas")]
)
def test_packages_whose_names_begin_like_scikit_learn_s_are_packages_of_their_own(module: str, package: str) -> None:
    said = unreadable(ModuleNotFoundError(module, name=module), None)
    assert said is not None
    assert f"install {package} to read it" in said
    assert "older release" not in said
