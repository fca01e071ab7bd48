"""Class shares on the command line, whatever characters and types labels have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.tree import DecisionTreeClassifier

import retrodict as rd
from retrodict.cli.app import run
from retrodict.cli.class_shares import read_class_shares
from retrodict.errors import RequestError


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("a=0.3,b=0.7", {"a": 0.3, "b": 0.7}),
        (" a = 0.3 , b b = 0.7 ", {"a": 0.3, "b b": 0.7}),
        ('"b, or c"=0.7,a=0.3', {"b, or c": 0.7, "a": 0.3}),
        ('"b, or c=0.7",a=0.3', {"b, or c": 0.7, "a": 0.3}),
        ('" a "=0.25,a=0.75', {" a ": 0.25, "a": 0.75}),
        ('"say ""no"""=1', {'say "no"': 1.0}),
        ('""=0.5,b=0.5', {"": 0.5, "b": 0.5}),
        ("x=y=0.5,z=0.5", {"x=y": 0.5, "z": 0.5}),
        ('5" disk=0.5,other=0.5', {'5" disk': 0.5, "other": 0.5}),
        ("True=0.5,False=0.5", {"True": 0.5, "False": 0.5}),
        ("equal", "equal"),
        (None, None),
    ],
)
def test_what_is_read(text: str | None, shares: Any) -> None:
    assert read_class_shares(text) == shares


@pytest.mark.parametrize("text", ["a", "a=x", "=0.5", "a=0.5,,b=0.5", '"a"', "b, or c=0.7,a=0.3", "a=0.5,a=0.5"])
def test_what_is_not(text: str) -> None:
    with pytest.raises(RequestError, match="class shares"):
        read_class_shares(text)


@pytest.mark.parametrize(
    ("classes", "shares"),
    [
        (["no", "yes, or so"], '"yes, or so"=0.25,no=0.75'),
        ([" a", "a b"], '" a"=0.75,a b=0.25'),
        ([0, 1], "1=0.25,0=0.75"),
        ([0.0, 1.0], "1.0=0.25,0.0=0.75"),
        ([False, True], "True=0.25,False=0.75"),
    ],
)
def test_labels_of_every_type(classes: list[Any], shares: str, tmp_path: Path) -> None:
    X = pd.DataFrame({"x": np.linspace(0, 1, 40)})
    skops.io.dump(DecisionTreeClassifier().fit(X, np.array(classes)[(X.x > 0.5).astype(int)]), tmp_path / "m.skops")
    (tmp_path / "p.yaml").write_text("features: {x: 0 to 1}\n")
    command = ["reconstruct", str(tmp_path / "m.skops"), "--rows", "40", "--class-shares", shares, "--quiet"]
    assert run([*command, "--prior", str(tmp_path / "p.yaml"), "--out", str(tmp_path / "o")]) == 0
    frame = rd.Reconstruction.load(tmp_path / "o").frame
    assert frame["target"].astype(object).value_counts().to_dict() == {classes[0]: 30, classes[1]: 10}


def test_invert_says_what_it_leaves_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    X = pd.DataFrame(np.random.default_rng(0).random((40, 9)), columns=list("abcdefghi"))
    skops.io.dump(DecisionTreeClassifier().fit(X, X.a > 0.5), tmp_path / "m.skops")
    (tmp_path / "p.yaml").write_text("features: {" + ", ".join(f"{name}: 0 to 1" for name in X) + "}\n")
    pd.DataFrame({"y": [True, False]}).to_csv(tmp_path / "y.csv", index=False)
    options = ["--outputs", str(tmp_path / "y.csv"), "--prior", str(tmp_path / "p.yaml"), "--out", str(tmp_path / "o")]
    assert run(["invert", str(tmp_path / "m.skops"), "--draws", "5", *options]) == 0
    shown = capsys.readouterr().out
    assert "... 6 of 18 lines (an output and a feature each) are not shown; all of them: retrodict.Inversion" in shown
