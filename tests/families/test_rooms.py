"""What rooms above the families import of scikit-learn are no estimators: import-linter sees whole packages only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import retrodict

SOURCE = Path(str(retrodict.__file__)).parent
NO_ESTIMATORS = {"sklearn.metrics", "sklearn.datasets", "sklearn.model_selection"}
SPLITS = {"StratifiedKFold", "train_test_split"}


def imported(text: str) -> Iterator[tuple[str, str]]:
    """Yield the modules of scikit-learn that a file imports, each with a name of it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sklearn":
            whole = node.module == "sklearn"
            yield from ((f"sklearn.{one.name}" if whole else str(node.module), one.name) for one in node.names)
        elif isinstance(node, ast.Import):
            yield from ((one.name, "") for one in node.names if one.name.split(".")[0] == "sklearn")


def faults(text: str) -> list[tuple[str, str]]:
    found = imported(text)
    return [
        one for one in found if one[0] not in NO_ESTIMATORS or (one[0].endswith("selection") and one[1] not in SPLITS)
    ]


def test_only_families_import_estimators() -> None:
    others = [path for path in SOURCE.rglob("*.py") if "families" not in path.relative_to(SOURCE).parts]
    assert len(others) > 200
    assert {str(path): found for path in others if (found := faults(path.read_text(encoding="utf-8")))} == {}


def test_an_estimator_is_seen() -> None:
    assert faults("def f():\n    from sklearn.linear_model import LogisticRegression")
    assert faults("from sklearn.model_selection import GridSearchCV")
    assert faults("import sklearn.svm")
    assert not faults("from sklearn.metrics import r2_score\nfrom sklearn import datasets")
